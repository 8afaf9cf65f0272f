"""Finds the commit that was last deployed to a stack, in the statements of results next to its state."""

import json

from access.model.json_values import mapping, text
from release.backend import Backend
from release.errors import ReleaseError

__all__ = ["last_released_commit"]

_RESULT = "-result.intoto.json"


def last_released_commit(backend: Backend, project: str, stack: str) -> str:
    """Return the commit of the last deployment of a stack that did not stop; empty if none is recorded.

    Raises:
        ReleaseError: the statements cannot be read.
    """
    results = [each for each in backend.kept(f"{project}/{stack}/") if each.endswith(_RESULT)]
    # A name begins with the time of the deployment, in UTC.
    for name in sorted(results, key=lambda each: each.rpartition("/")[2], reverse=True):
        try:
            result = mapping(mapping(json.loads(backend.content(name))).get("predicate"))
        except ValueError:
            raise ReleaseError(f"{name}: the statement next to the state is not a JSON object; restore it") from None
        if not result.get("failure"):
            return text(result, "commit")
    return ""

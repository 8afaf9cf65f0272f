"""Finds what was last deployed to a stack, in the statements of results next to its state."""

import json
from collections.abc import Mapping
from typing import Any

from access.model.json_values import mapping, text
from release.backend import Backend
from release.errors import ReleaseError
from release.rule_in_force import ApprovalSetting

__all__ = ["last_approval_setting", "last_released_commit"]

_RESULT = "-result.intoto.json"


def last_released_commit(backend: Backend, project: str, stack: str) -> str:
    """Return the commit of the last deployment of a stack that did not stop; empty if none is recorded.

    Raises:
        ReleaseError: the statements cannot be read.
    """
    return text(_last_result(backend, project, stack), "commit")


def last_approval_setting(backend: Backend, project: str, stack: str) -> ApprovalSetting | None:
    """Return the approval setting of the last deployment of a stack that did not stop; None if none is recorded.

    Raises:
        ReleaseError: the statements cannot be read.
    """
    return ApprovalSetting.of(_last_result(backend, project, stack).get("approval_setting"))


def _last_result(backend: Backend, project: str, stack: str) -> Mapping[str, Any]:
    results = [each for each in backend.releases.names(f"{project}/{stack}/") if each.endswith(_RESULT)]
    # A name begins with the time of the deployment, in UTC.
    for name in sorted(results, key=lambda each: each.rpartition("/")[2], reverse=True):
        try:
            result = mapping(mapping(json.loads(backend.releases.content(name))).get("predicate"))
        except ValueError:
            raise ReleaseError(f"{name}: the statement next to the state is not a JSON object; restore it") from None
        if not result.get("failure"):
            return result
    return {}

"""Identities of a stack as Azure has them now, by reading each at its id, against the ones that a preview gives access.

Owns which differences stop a release. The engine takes a principal that the state has as known, and reports it as if
Azure had returned it; so an edited state, or an identity that was made again outside of the program, would give an
agent's access to another principal. Foundry makes identities again, and roles are moved to them after a deployment:
such an identity stops a release only if the preview gives something to the old one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from access.model.graph import Graph
from access.model.json_values import listed, mapping, text
from access.questions.deviations import gives_access
from access.questions.explained_values import texts_in
from access.questions.identity_changes import identity_changes

__all__ = ["identity_problems"]

_UNCHANGED = frozenset({"same", "delete", "delete-replaced", "discard-replaced", "read", "refresh"})
"""Operations of the engine that give nobody anything."""
_FIX = (
    "find out who changed it; then make the state current with `pulumi refresh`, or with `agent-network release foundry"
    " reconcile` for a Foundry agent, and plan again"
)


def identity_problems(state: Graph, live: Graph, preview: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a sentence for each identity that stops a release, since Azure has another one than the state.

    Args:
        state: access graph of the stack's state.
        live: access graph of Azure.
        preview: document of the preview.
    """
    given = frozenset(_given(preview))
    found = (one for one in identity_changes(state, live) if one.is_certain or one.was in given)
    return tuple(dict.fromkeys(f"{one.what}; {_FIX}" for one in found))


def _given(preview: Mapping[str, Any]) -> Iterator[str]:
    """Yield every text in the changed resources that give access, in lower case."""
    for step in map(mapping, listed(preview.get("steps"))):
        state = mapping(step.get("newState"))
        if step.get("op") not in _UNCHANGED and gives_access(text(state, "type")):
            yield from (each.lower() for each in texts_in(state.get("inputs")))

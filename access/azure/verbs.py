"""Maps the verbs of network.yaml to Azure roles, and roles to verbs.

Owns reading a role as a verb where no component reports what an assignment is: in a live subscription, or in another
program.
"""

from collections.abc import Mapping

from access.azure.types import KINDS, of_kind

CALLED = "foundry-agent"
"""The kind of a Foundry agent that others can be allowed to call."""
CALLABLE = "callable-agent"
"""The kind of an agent in a container that others can be allowed to call: the service principal of its application."""
CALLED_KINDS = frozenset({CALLED, CALLABLE})
"""The kinds of agents that others can be allowed to call, on any host."""


def _by_verb(kind: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in of_kind(kind):
        for each in row.verbs:
            found[each.verb] = (*found.get(each.verb, ()), each.role)
    return found


VERBS: Mapping[tuple[str, str], tuple[str, ...]] = {
    (kind, verb): roles for kind in KINDS for verb, roles in sorted(_by_verb(kind).items())
}
"""Kind and verb → the roles that give the verb."""

_BY_KIND = {(kind, role): verb for (kind, verb), roles in VERBS.items() for role in roles}
# What a role means where no kind is known; the roles that call an agent mean much more anywhere else.
_BY_ROLE = {role: verb for (kind, verb), roles in VERBS.items() if kind != CALLED for role in roles}


def verb_of(role_name: str, kind: str = "") -> str:
    """Return the verb whose role at a kind of resource is the named role; empty if no verb has the role."""
    return _BY_KIND.get((kind, role_name)) or _BY_ROLE.get(role_name, "")


def beyond_verb(kind: str, verb: str) -> str:
    """Return a sentence on what the role of a verb allows on the resource itself; empty if it allows nothing there."""
    for row in of_kind(kind) if kind in KINDS else ():
        for each in row.verbs:
            if each.verb == verb and each.beyond:
                return (
                    f"{verb} on a {kind} also allows to {each.beyond}, whatever its paths: {each.role} has these"
                    " operations, and no condition restricts them"
                )
    return ""

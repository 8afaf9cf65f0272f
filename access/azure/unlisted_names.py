"""Finds operations that a role names although no published list has them, or that are of another provider.

An operation that a role names literally exists, whatever the published lists contain; a pattern that covers no listed
operation counts as one. An operation of another provider counts at the scope of the assignment itself, since
extension resources exist at resources of any type: `Microsoft.Insights/diagnosticSettings/delete` at a storage
account. Source: "Understand Azure role definitions" and "Extension resource types", Microsoft Learn, 2026.
"""

from collections.abc import Iterable
from functools import lru_cache

from access.azure.actions import covers
from access.azure.catalogue import Role
from access.azure.operations import beginning_with
from access.azure.planes import every, is_listed, named_after, relevant_to

_NOT_AT_RESOURCES = (
    "microsoft.authorization/",  # evaluated at every scope already
    "microsoft.resources/deployments",  # deploys to a group or above, never to a resource
    "microsoft.resources/subscriptions/",  # is about groups and subscriptions
    "microsoft.support/",  # tickets are of a subscription
)
"""Operations that are never about an extension resource, by their beginning in lower case."""


@lru_cache(maxsize=4096)
def unlisted(role: Role, *, data: bool) -> tuple[str, ...]:
    """Return the operations and patterns of a role that cover no operation in the published list of their plane."""
    return tuple(dict.fromkeys(name for name in _granted(role, data=data) if not _covers_listed(name, data=data)))


@lru_cache(maxsize=4096)
def extension_operations(role: Role, arm_type: str, *, data: bool) -> tuple[str, ...]:
    """Return the operations that a role names of other providers than the provider of a resource type."""
    own = f"{arm_type.partition('/')[0]}/"
    found: dict[str, None] = {}
    for pattern in _granted(role, data=data):
        head = first_piece(pattern)
        # A pattern without a provider covers every provider, and names no extension resource.
        if "/" in head and not head.startswith((own, *_NOT_AT_RESOURCES)):
            found |= dict.fromkeys(_covered(pattern, data=data) or (pattern,))
    return tuple(found)


def applies_to(operation: str, arm_type: str, *, data: bool) -> bool:
    """Return True if an operation or pattern that no published list has applies to a resource type."""
    head = first_piece(operation)
    kinds = [f"{kind}/" for kind in named_after(arm_type, data=data)]
    return not arm_type or any(head.startswith(kind) or ("*" in operation and kind.startswith(head)) for kind in kinds)


def first_piece(pattern: str) -> str:
    """Return the text of a pattern before its first wildcard, in lower case."""
    return pattern.partition("*")[0].lower()


def missing_operations(
    named: Iterable[str], at_scope: frozenset[Role], arm_type: str, *, data: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return operations that the list of a resource type lacks: those in no list, and those of other providers.

    Args:
        named: operations in no list that any role names.
        at_scope: the roles that are assigned at the resource itself.
        arm_type: in lower case; empty for a resource group or above.
        data: True for the data plane.
    """
    found = {name.lower(): name for name in named if applies_to(name, arm_type, data=data)}
    foreign: dict[str, str] = {}
    if arm_type:
        for role in at_scope:
            foreign |= {name.lower(): name for name in extension_operations(role, arm_type, data=data)}
    if not found and not foreign:
        return (), ()
    known = {name.lower() for name in relevant_to(arm_type, data=data)}
    one, other = found.keys() - known, foreign.keys() - known - found.keys()
    return tuple(found[name] for name in sorted(one)), tuple(foreign[name] for name in sorted(other))


def _granted(role: Role, *, data: bool) -> list[str]:
    blocks = role.permissions
    return [name.strip() for each in blocks for name in each.on_plane(data=data)[0] if name.strip()]


def _covers_listed(pattern: str, *, data: bool) -> bool:
    if "*" not in pattern:
        return is_listed(pattern, data=data)
    return any(covers(pattern, name) for name in _candidates(pattern, data=data))


def _covered(pattern: str, *, data: bool) -> list[str]:
    return [name for name in _candidates(pattern, data=data) if covers(pattern, name)]


def _candidates(pattern: str, *, data: bool) -> tuple[str, ...]:
    return beginning_with(first_piece(pattern).rstrip("/"), every(data=data))

"""Finds access in Azure that neither the state of a stack nor network.yaml has: role assignments and app roles.

Owns the choice of the assignments. For an identity of the network every assignment counts, also one that adds nothing
today, since it stays when the declared one goes. For anybody else those count with which more than settings of the
network's resources is within reach, wherever they are inherited from. An exception of network.yaml for `stranger` or
`privileged-stranger` accepts them, by the object id of the principal; so do the roles of the identities that release
the network.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from access.azure.catalogue import Permission, guid_of
from access.azure.privileges import assigns_any_role
from access.azure.scopes import key, shown
from access.evaluate.decisions import EffectiveAccess, all_access
from access.evaluate.platform_grants import is_platform_assignment
from access.model.applications import DirectoryRight
from access.model.declared import Declared
from access.model.graph import Assignment, Graph, Principal
from access.questions.doubts import acts

__all__ = ["ReleaseRoles", "additional_grants", "assignment_key", "is_of_release"]

ReleaseRoles = Mapping[str, Sequence[Permission]]
"""Object id, in lower case, of an identity that releases the network → permissions that a role of it may have."""

_Key = tuple[str, str, frozenset[str]]
_ACCEPTING = frozenset({"stranger", "privileged-stranger"})
_SHOWN = 4


def additional_grants(
    state: Graph, live: Graph, declared: Declared, *, today: date, release: ReleaseRoles
) -> Iterator[str]:
    """Yield a sentence for each role assignment in Azure that the state does not have and nothing accepts.

    Args:
        state: access graph of the stack's state.
        live: access graph of Azure, with the network's names.
        declared: the network that network.yaml declares.
        today: the day for which exceptions count.
        release: the identities that release the network.
    """
    known = {assignment_key(one) for one in state.assignments}
    reached = _reached(live)
    for one in live.assignments:
        if one.copy_of or assignment_key(one) in known:
            continue
        principal = live.principal(one.principal)
        names = reached.get(one.id, ())
        inside = principal is not None and principal.is_in_network
        if inside and not is_platform_assignment(principal, one):
            yield f"{_text(principal, one)}, which is not in the state of the stack ({_place(one)})"
        elif names and not is_of_release(one, release) and not _is_accepted(principal, one, names, declared, today):
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            reach = f"{', '.join(names[:_SHOWN])}{more}"
            yield f"{_text(principal, one)}, and so has access to {reach} ({_place(one)})"
    yield from _rights(state, live)


def _rights(state: Graph, live: Graph) -> Iterator[str]:
    """Yield a sentence for each right in Entra ID of an identity of the network that the state does not have."""
    known = {(one.principal.lower(), _role_of(one)) for one in state.directory_rights}
    for one in live.directory_rights:
        principal = live.principal(one.principal)
        if principal is not None and principal.is_in_network and (one.principal.lower(), _role_of(one)) not in known:
            yield f"{principal.display_name} has {one.what}, which is not in the state of the stack"


def _role_of(one: DirectoryRight) -> str:
    """Return the role of a right, without the API, which each source calls by another name."""
    quoted = one.what.split("'")
    return quoted[1].lower() if len(quoted) > 1 else one.what


def assignment_key(one: Assignment) -> _Key:
    """Return what makes two assignments the same: principal, scope, and the role or the operations of a setting."""
    if one.system != "settings":
        return one.principal.lower(), key(one.scope), frozenset({guid_of(one.role_id).lower()})
    blocks = one.role.permissions if one.role else ()
    return one.principal.lower(), key(one.scope), frozenset(each for block in blocks for each in _patterns(block))


def is_of_release(one: Assignment, release: ReleaseRoles) -> bool:
    """Return True if an assignment gives an identity that releases the network no more than its known permissions.

    Without a condition, a role that assigns roles is always more.
    """
    allowed = release.get(one.principal.lower())
    if allowed is None or one.role is None or (assigns_any_role(one.role) and not one.condition):
        return False
    return all(any(_is_part(block, known) for known in allowed) for block in one.role.permissions)


def _is_part(block: Permission, known: Permission) -> bool:
    """Return True if permissions are a part of others, operation by operation; a wildcard is part of itself alone."""
    return (
        _lower(block.actions) <= _lower(known.actions)
        and _lower(block.data_actions) <= _lower(known.data_actions)
        and _lower(block.not_actions) >= _lower(known.not_actions)
        and _lower(block.not_data_actions) >= _lower(known.not_data_actions)
    )


def _reached(live: Graph) -> dict[str, list[str]]:
    """Return the names of the network's resources that strangers act on, by the id of the assignment behind it."""
    owned = {key(one.owner) for one in live.principals if one.owner and one.is_in_network}
    found: dict[str, dict[str, None]] = {}
    for principal_id, resource_id, reach in all_access(live):
        principal, resource = live.principal(principal_id), live.resource(resource_id)
        if resource is None or not (resource.declared or key(resource.id) in owned) or not acts(reach):
            continue
        if principal is None or not principal.is_in_network:
            for one in _behind(reach, live.held_at_or_above(principal_id, resource_id)):
                found.setdefault(one.copy_of or one.id, {})[resource.name] = None
    return {each: sorted(names) for each, names in found.items()}


def _behind(reach: EffectiveAccess, held: Sequence[Assignment]) -> Iterator[Assignment]:
    """Yield the assignments behind each operation that does more than read settings."""
    if len(held) == 1:
        yield held[0]
        return
    settings = (each for each in reach.allowed | reach.conditional if not each.lower().endswith("/read"))
    seen: set[str] = set()
    for operation in (*settings, *(reach.data_allowed | reach.data_conditional)):
        for one in reach.by[operation]:
            if one.id not in seen:
                seen.add(one.id)
                yield one


def _is_accepted(
    principal: Principal | None, one: Assignment, names: Sequence[str], declared: Declared, today: date
) -> bool:
    """Return True if an exception names the principal or the assignment, or the only resource that is reached."""
    by = {one.principal, one.id, one.name, *(names if len(names) == 1 else ())}
    by |= {principal.name} if principal else set()
    folded = {each.lower() for each in by}
    return any(
        each.finding in _ACCEPTING and each.on.lower() in folded and not each.is_over(today)
        for each in declared.exceptions
    )


def _text(principal: Principal | None, one: Assignment) -> str:
    who = principal.display_name if principal else one.principal
    kind = (
        "" if principal is not None and principal.is_in_network else f"{(principal and principal.kind) or 'principal'} "
    )
    shown_id = f" ({one.principal})" if kind and who.lower() != one.principal.lower() else ""
    return f"{kind}{who}{shown_id} has {one.role_text} at {shown(one.scope)}"


def _place(one: Assignment) -> str:
    return one.id.rpartition("/")[2] or one.name


def _patterns(block: Permission) -> Iterator[str]:
    for sign, listed in (("+", block.actions), ("-", block.not_actions)):
        yield from (f"{sign}{each.lower()}" for each in listed)
    for sign, listed in (("+data ", block.data_actions), ("-data ", block.not_data_actions)):
        yield from (f"{sign}{each.lower()}" for each in listed)


def _lower(patterns: Sequence[str]) -> frozenset[str]:
    return frozenset(each.lower() for each in patterns)

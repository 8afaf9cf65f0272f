"""Plans and applies the move of role assignments to the current identities of Foundry agents, in a safe order.

Owns that order: create the assignments of the current identity, check them, delete the old assignments, write the new
ids to the stack. So an interrupted run leaves no agent without access, and the next run completes it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from components.agents.principal_lookup import lookup_principal, lookup_shared_identities
from components.grants import assignment_name
from release.foundry.azure import Azure, Body
from release.foundry.stack import Stack
from release.foundry.state import Grant, Holder, holders

__all__ = ["Move", "Plan", "Remark", "apply", "plan"]

_ROLES = "providers/Microsoft.Authorization/roleAssignments"


@dataclass(frozen=True)
class Remark:
    """Message about one identity, for the person who runs the reconciler."""

    holder: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Move:
    """Changes for one identity: role assignments to create and delete, and ids to replace in the stack."""

    holder: Holder
    principal: str
    """Current principal id in Azure."""
    grants: tuple[Grant, ...] = ()
    """Role assignments to create."""
    prunes: tuple[Grant, ...] = ()
    """Role assignments to delete after all of `grants` exist."""
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """GUID in the state of the stack → current GUID."""

    def __bool__(self) -> bool:
        return bool(self.grants or self.prunes or self.names)


@dataclass(frozen=True)
class Plan:
    """Planned changes for all identities of a stack, and the identities that cannot be changed."""

    holders: tuple[Holder, ...]
    moves: tuple[Move, ...] = ()
    obstacles: tuple[Remark, ...] = ()
    """Reasons why identities are not changed, each with the fix."""
    believed: tuple[Remark, ...] = ()
    """Identities whose configured id Foundry does not confirm."""


def plan(stack: Stack, azure: Azure) -> Plan:
    """Compare the current principals of Foundry agents with the principals of their role assignments.

    Raises:
        ReleaseError: the stack or Azure cannot be read.
    """
    found = holders(stack.rows)
    moves: list[Move] = []
    obstacles: list[Remark] = []
    believed: list[Remark] = []
    for holder in found:
        try:
            who = _who(holder, azure)
            move = _move(holder, who.principal, azure)
        except _NotNow as reason:
            obstacles.append(Remark(holder.name, str(reason)))
            continue
        if who.doubt:
            believed.append(Remark(holder.name, who.doubt))
        if move:
            moves.append(move)
    return Plan(tuple(found), tuple(moves), tuple(obstacles), tuple(believed))


def apply(planned: Plan, stack: Stack, azure: Azure, say: Callable[[str, Move, Grant | None], None]) -> None:
    """Apply a plan; call `report` before each step with its name: `grant`, `prune` or `remember`.

    Raises:
        ReleaseError: Azure refuses a step; earlier steps stay, and another run continues after them.
    """
    for move in planned.moves:
        for grant in move.grants:
            say("grant", move, grant)
            azure.put(grant.id, _properties(grant))
        # Deletions come last: by now Azure has returned every assignment of the new identity.
        for grant in move.prunes:
            say("prune", move, grant)
            azure.delete(grant.id)
        if move.names:
            say("remember", move, None)
            stack.rename(move.names)


class _NotNow(Exception):  # noqa: N818 - no error of the program
    """Reason why an identity cannot be reconciled, with the fix."""


class _Identity(NamedTuple):
    """Current principal of an identity."""

    principal: str
    doubt: str = ""
    """Reason why Foundry does not confirm the principal id; empty if it does."""


def _who(holder: Holder, azure: Azure) -> _Identity:
    question = holder.question
    if holder.unfinished:
        why = "an update was interrupted before it had taken an old grant away"
        raise _NotNow(f"{why}; run `pulumi up`, and then this again")
    if question.given:
        return _given(holder, azure)
    if question.application:
        application = azure.get(question.application)
        if application is None:
            raise _NotNow("its application is gone; run `pulumi up --refresh`, which publishes the agent again")
        found = _at(application, "properties", "defaultInstanceIdentity", "principalId")
        if not found:
            raise _NotNow("its application has no identity of its own; see it in the Azure portal")
        return _Identity(found)
    try:
        asked = lookup_principal(question.asked or {}, azure.send_get_request)
    except RuntimeError as error:
        raise _NotNow(str(error)) from None
    if asked is None:
        raise _NotNow("there is no such agent in its project any more; make it again, or remove it from network.yaml")
    return _Identity(asked)


def _given(holder: Holder, azure: Azure) -> _Identity:
    """Return the configured principal id after comparing it with Foundry, which does not return the id to everybody."""
    question, of_one = holder.question.asked or {}, (holder.question.asked or {}).get("identity") != "shared"
    try:
        asked, silence = lookup_principal(question, azure.send_get_request), "its project has no such agent yet"
    except RuntimeError as error:
        asked, silence = None, str(error)
    if asked is not None and asked.lower() != holder.principal.lower():
        raise _NotNow(
            f"its id stands in the stack's file as {holder.principal}, and it runs as {asked}; correct"
            f" '{'agent' if of_one else 'project'}_identities' there, and run `pulumi up`"
        )
    if of_one and holder.principal.lower() in _shared(question, azure):
        raise _NotNow(
            f"its id stands in the stack's file as {holder.principal}, which all unpublished agents of its project"
            " share; give its own in 'agent_identities' there, or publish it, and run `pulumi up`"
        )
    if asked is None:
        return _Identity(holder.principal, f"taken to be {holder.principal}, as the stack's file says: {silence}")
    return _Identity(asked)


def _shared(question: Mapping[str, Any], azure: Azure) -> frozenset[str]:
    try:
        return frozenset(
            one.lower()
            for one in lookup_shared_identities(str(question.get("project_id")), azure.send_get_request) or ()
        )
    except RuntimeError as error:
        raise _NotNow(str(error)) from None


def _move(holder: Holder, principal: str, azure: Azure) -> Move:
    grants: list[Grant] = []
    prunes: list[Grant] = []
    names: dict[str, str] = {}
    if principal.lower() != holder.principal.lower():
        names[holder.principal] = principal
    for old in holder.grants:
        new = _for(old, principal)
        grants += _missing(new, azure)
        if new.id.lower() != old.id.lower():
            names |= {old.id.rpartition("/")[2]: new.id.rpartition("/")[2], old.principal: principal}
            if azure.get(old.id) is not None:
                prunes.append(old)
    # Reports differ on whether Azure deletes assignments at a recreated resource, so the callers' are checked too.
    grants += [grant for one in holder.of_callers for grant in _missing(one, azure)]
    return Move(
        holder=holder, principal=principal, grants=tuple(grants), prunes=tuple(prunes), names=_without_same(names)
    )


def _missing(grant: Grant, azure: Azure) -> Iterator[Grant]:
    """The grant, where it is not there."""
    if azure.get(grant.id) is not None:
        return
    foreign = next(_alike(grant, azure), "")
    if foreign:
        raise _NotNow(
            f"{grant.role} at {grant.scope} is given already, by {foreign}, which this stack did not make; Azure takes"
            " the same grant once, so delete that one, and run this again at once"
        )
    yield grant


def _for(old: Grant, principal: str) -> Grant:
    """Return the same role assignment for another principal, with the name that the Pulumi program derives."""
    role_id = old.role_definition.rpartition("/")[2]
    if old.principal.lower() == principal.lower():
        return old
    name = assignment_name(old.scope, role_id, principal)
    return replace(old, principal=principal, id=f"{old.id.rpartition('/')[0]}/{name}")


def _alike(grant: Grant, azure: Azure) -> Iterator[str]:
    """Ids of role assignments of the same principal, role and scope under another name."""
    if grant.system == "azure":
        rows = azure.list(f"{grant.scope.rstrip('/')}/{_ROLES}", filter=f"principalId eq '{grant.principal}'")
    else:
        rows = azure.list(grant.id.rpartition("/")[0])
    for row in rows:
        told = [_at(row, "properties", name).lower() for name in ("principalId", "scope", "roleDefinitionId")]
        role_id = grant.role_definition.rpartition("/")[2].lower()
        if told[:2] == [grant.principal.lower(), grant.scope.lower()] and told[2].endswith(f"/{role_id}"):
            yield _at(row, "id")


def _properties(grant: Grant) -> Body:
    """Request body of a role assignment; only one of Cosmos DB contains its scope."""
    said = {"principalId": grant.principal, "roleDefinitionId": grant.role_definition}
    return {**said, "scope": grant.scope} if grant.system == "cosmos" else {**said, **grant.more}


def _without_same(names: Mapping[str, str]) -> dict[str, str]:
    return {old: new for old, new in names.items() if old.lower() != new.lower()}


def _at(row: Body, *path: str) -> str:
    value: object = row
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return value if isinstance(value, str) else ""

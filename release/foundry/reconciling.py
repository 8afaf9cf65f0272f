"""What has to change so that every agent of Foundry holds what its stack gives it, and doing it in a safe order.

Owns that order: grant whoever the agent is now, make sure of it, take the old grants away, remember it in the stack.
Never the other way round, so that wherever it is interrupted nobody is without access, and the next run finishes it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from components.agents.agent_identity_lookup import lookup_principal, lookup_shared_identities
from components.grants import assignment_name
from release.foundry.azure import Azure, Body
from release.foundry.stack import Stack
from release.foundry.state import Grant, Holder, holders

__all__ = ["Move", "Plan", "Remark", "apply", "plan"]

_ROLES = "providers/Microsoft.Authorization/roleAssignments"


@dataclass(frozen=True)
class Remark:
    """Something that a person has to know of an agent."""

    holder: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Move:
    """What has to change for one identity."""

    holder: Holder
    principal: str
    """Who it really is."""
    grants: tuple[Grant, ...] = ()
    """To be made."""
    prunes: tuple[Grant, ...] = ()
    """To be taken away, once those are there."""
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """GUIDs that the stack remembers, and what they are now."""

    def __bool__(self) -> bool:
        return bool(self.grants or self.prunes or self.names)


@dataclass(frozen=True)
class Plan:
    """Everything that has to change, and what speaks against it."""

    holders: tuple[Holder, ...]
    moves: tuple[Move, ...] = ()
    obstacles: tuple[Remark, ...] = ()
    """Why agents are left as they are, and what to do."""
    believed: tuple[Remark, ...] = ()
    """Agents whose id is the one that the stack's file gives, since Foundry does not tell it."""


def plan(stack: Stack, azure: Azure) -> Plan:
    """Compare who the agents really are with who holds their grants.

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
    """Make it so; `say` is told of each step before it is taken: `grant`, `prune` or `remember`.

    Raises:
        ReleaseError: Azure refuses a step; what came before it stays, and another run goes on from there.
    """
    for move in planned.moves:
        for grant in move.grants:
            say("grant", move, grant)
            azure.put(grant.id, _properties(grant))
        # Only now, for every grant of the new identity has been seen.
        for grant in move.prunes:
            say("prune", move, grant)
            azure.delete(grant.id)
        if move.names:
            say("remember", move, None)
            stack.rename(move.names)


class _NotNow(Exception):  # noqa: N818 - no error of the program
    """Why an agent cannot be helped from here."""


class _Identity(NamedTuple):
    """Who an agent really is."""

    principal: str
    doubt: str = ""
    """Why that is believed and not known."""


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
    """As the stack's file says: an id stands there because Foundry does not tell it, or not to everybody."""
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
    # Whether Azure takes away what others hold at a resource that is made anew, reports differ: it is looked at.
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
    """The same grant for somebody else, under the name that the program gives it."""
    role_id = old.role_definition.rpartition("/")[2]
    if old.principal.lower() == principal.lower():
        return old
    name = assignment_name(old.scope, role_id, principal)
    return replace(old, principal=principal, id=f"{old.id.rpartition('/')[0]}/{name}")


def _alike(grant: Grant, azure: Azure) -> Iterator[str]:
    """Ids of assignments that say the same under another name."""
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
    """An assignment as Resource Manager takes it; one of Azure says its scope by where it is."""
    said = {"principalId": grant.principal, "roleDefinitionId": grant.role_definition}
    return {**said, "scope": grant.scope} if grant.system == "cosmos" else {**said, **grant.more}


def _without_same(names: Mapping[str, str]) -> dict[str, str]:
    return {old: new for old, new in names.items() if old.lower() != new.lower()}


def _at(row: Body, *path: str) -> str:
    value: object = row
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return value if isinstance(value, str) else ""

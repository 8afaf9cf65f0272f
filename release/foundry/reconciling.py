"""Plans and applies the move of role assignments to the current identities of Foundry agents, in a safe order.

Owns that order: create the assignments of the current identity, check them, delete the old assignments, write the new
ids to the stack. So an interrupted run leaves no agent without access, and the next run completes it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from components.agents.principal_lookup import lookup_principal, lookup_shared_identities
from components.grants import assignment_name
from release.foundry.azure import Azure, Body
from release.foundry.stack import Stack
from release.foundry.state import AgentIdentity, Grant, agent_identities

__all__ = ["Move", "Plan", "Remark", "Step", "apply", "plan"]

_ROLES = "providers/Microsoft.Authorization/roleAssignments"

Step = Literal["grant", "prune", "update-state"]
"""Step of an applied plan: create a role assignment, delete one, or write the new ids to the stack's state."""


@dataclass(frozen=True)
class Remark:
    """Message about the identity of one Foundry agent, for the person who runs the reconciler."""

    identity: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Move:
    """Changes for one identity: role assignments to create and delete, and ids to replace in the stack's state."""

    identity: AgentIdentity
    principal: str
    """Current principal id in Azure."""
    grants: tuple[Grant, ...] = ()
    """Role assignments to create."""
    prunes: tuple[Grant, ...] = ()
    """Role assignments to delete after all of `grants` exist."""
    replaced_guids: Mapping[str, str] = field(default_factory=dict[str, str])
    """GUID in the state of the stack → current GUID."""

    def __bool__(self) -> bool:
        return bool(self.grants or self.prunes or self.replaced_guids)


@dataclass(frozen=True)
class Plan:
    """Planned changes for all Foundry identities of a stack, and the identities that cannot be changed."""

    identities: tuple[AgentIdentity, ...]
    moves: tuple[Move, ...] = ()
    obstacles: tuple[Remark, ...] = ()
    """Reasons why identities are not changed, each with the fix."""
    unconfirmed: tuple[Remark, ...] = ()
    """Identities whose configured id Foundry does not confirm."""


def plan(stack: Stack, azure: Azure) -> Plan:
    """Compare the current principals of a stack's Foundry agents in Azure with those of their role assignments.

    Raises:
        ReleaseError: the stack or Azure cannot be read.
    """
    found = agent_identities(stack.rows)
    moves: list[Move] = []
    obstacles: list[Remark] = []
    unconfirmed: list[Remark] = []
    for identity in found:
        try:
            current = _current_principal(identity, azure)
            move = _plan_move(identity, current.id, azure)
        except _CannotReconcile as reason:
            obstacles.append(Remark(identity.name, str(reason)))
            continue
        if current.doubt:
            unconfirmed.append(Remark(identity.name, current.doubt))
        if move:
            moves.append(move)
    return Plan(tuple(found), tuple(moves), tuple(obstacles), tuple(unconfirmed))


def apply(planned: Plan, stack: Stack, azure: Azure, report: Callable[[Step, Move, Grant | None], None]) -> None:
    """Apply a plan in Azure and in the stack's state; call `report` before each step.

    Raises:
        ReleaseError: Azure refuses a step; earlier steps stay, and another run continues after them.
    """
    for move in planned.moves:
        for grant in move.grants:
            report("grant", move, grant)
            azure.put(grant.id, _properties(grant))
        # Deletions come last: by now Azure has returned every assignment of the new identity.
        for grant in move.prunes:
            report("prune", move, grant)
            azure.delete(grant.id)
        if move.replaced_guids:
            report("update-state", move, None)
            stack.replace_guids(move.replaced_guids)


class _CannotReconcile(Exception):  # noqa: N818 - no error of the program
    """Reason why an identity's role assignments cannot be moved now, with the fix."""


class _Principal(NamedTuple):
    """Current principal id of a Foundry agent's identity."""

    id: str
    doubt: str = ""
    """Reason why Foundry does not confirm the principal id; empty if it does."""


def _current_principal(identity: AgentIdentity, azure: Azure) -> _Principal:
    source = identity.source
    if identity.has_pending_deletion:
        raise _CannotReconcile(
            "an interrupted update still has to delete an old role assignment of this identity; run `pulumi up`, and"
            " then this command again"
        )
    if source.is_configured:
        return _configured_principal(identity, azure)
    if source.application_id:
        application = azure.get(source.application_id)
        if application is None:
            raise _CannotReconcile(
                "the agent's application was deleted in Azure; run `pulumi up --refresh`, which publishes the agent"
                " again"
            )
        found = _text_at(application, "properties", "defaultInstanceIdentity", "principalId")
        if not found:
            raise _CannotReconcile(
                "the agent's application has no identity of its own, so the role assignments stay as they are;"
                " remove the"
                " agent from 'published' in the stack file, and set in 'agent_identities' the id that the application's"
                " JSON view in the Azure portal shows"
            )
        return _Principal(found)
    try:
        reported = lookup_principal(source.lookup_inputs or {}, azure.send_get_request)
    except RuntimeError as error:
        raise _CannotReconcile(str(error)) from None
    if reported is None:
        raise _CannotReconcile(
            "the agent no longer exists in its Foundry project; create it there again, or remove it from network.yaml"
        )
    return _Principal(reported)


def _configured_principal(identity: AgentIdentity, azure: Azure) -> _Principal:
    """Return the principal id in the stack file; raise if Foundry reports another principal for the agent."""
    lookup = identity.source.lookup_inputs or {}
    of_one = lookup.get("identity") != "shared"
    try:
        reported, reason = lookup_principal(lookup, azure.send_get_request), "its Foundry project has no such agent yet"
    except RuntimeError as error:
        reported, reason = None, str(error)
    if reported is not None and reported.lower() != identity.principal.lower():
        raise _CannotReconcile(
            f"the stack file gives this identity the id {identity.principal}, but the agent runs as {reported}; correct"
            f" '{'agent' if of_one else 'project'}_identities' in the stack file, and run `pulumi up`"
        )
    if of_one and identity.principal.lower() in _shared_ids(lookup, azure):
        raise _CannotReconcile(
            f"the stack file gives this agent the id {identity.principal}, which all unpublished agents of its project"
            " share; set the agent's own id in 'agent_identities', or publish the agent, and run `pulumi up`"
        )
    if reported is None:
        doubt = f"the id {identity.principal} of the stack file is used, and Foundry does not confirm it: {reason}"
        return _Principal(identity.principal, doubt)
    return _Principal(reported)


def _shared_ids(lookup: Mapping[str, Any], azure: Azure) -> frozenset[str]:
    try:
        return frozenset(
            one.lower() for one in lookup_shared_identities(str(lookup.get("project_id")), azure.send_get_request) or ()
        )
    except RuntimeError as error:
        raise _CannotReconcile(str(error)) from None


def _plan_move(identity: AgentIdentity, principal: str, azure: Azure) -> Move:
    grants: list[Grant] = []
    prunes: list[Grant] = []
    guids: dict[str, str] = {}
    if principal.lower() != identity.principal.lower():
        guids[identity.principal] = principal
    for old in identity.grants:
        new = _with_principal(old, principal)
        grants += _missing_grant(new, azure)
        if new.id.lower() != old.id.lower():
            guids |= {old.id.rpartition("/")[2]: new.id.rpartition("/")[2], old.principal: principal}
            if azure.get(old.id) is not None:
                prunes.append(old)
    # Reports differ on whether Azure deletes assignments at a recreated resource, so the callers' are checked too.
    grants += [grant for one in identity.caller_grants for grant in _missing_grant(one, azure)]
    changed = {old: new for old, new in guids.items() if old.lower() != new.lower()}
    return Move(
        identity=identity, principal=principal, grants=tuple(grants), prunes=tuple(prunes), replaced_guids=changed
    )


def _missing_grant(grant: Grant, azure: Azure) -> Iterator[Grant]:
    """Yield the role assignment if Azure does not have it; raise if Azure has the same one under another name."""
    if azure.get(grant.id) is not None:
        return
    other = next(_same_grant_ids(grant, azure), "")
    if other:
        raise _CannotReconcile(
            f"role {grant.role} at {grant.scope} is assigned already, by {other}, which this stack did not create;"
            " Azure accepts the same assignment only once, so delete that assignment, and run this command again at"
            " once"
        )
    yield grant


def _with_principal(old: Grant, principal: str) -> Grant:
    """Return the same role assignment for another principal, with the name that the Pulumi program derives."""
    role_id = old.role_definition.rpartition("/")[2]
    if old.principal.lower() == principal.lower():
        return old
    name = assignment_name(old.scope, role_id, principal)
    return replace(old, principal=principal, id=f"{old.id.rpartition('/')[0]}/{name}")


def _same_grant_ids(grant: Grant, azure: Azure) -> Iterator[str]:
    """Yield the ids of role assignments in Azure with the same principal, role and scope under another name."""
    if grant.system == "azure":
        rows = azure.list(f"{grant.scope.rstrip('/')}/{_ROLES}", filter=f"principalId eq '{grant.principal}'")
    else:
        rows = azure.list(grant.id.rpartition("/")[0])
    for row in rows:
        principal, scope, role = (
            _text_at(row, "properties", name).lower() for name in ("principalId", "scope", "roleDefinitionId")
        )
        role_id = grant.role_definition.rpartition("/")[2].lower()
        if (principal, scope) == (grant.principal.lower(), grant.scope.lower()) and role.endswith(f"/{role_id}"):
            yield _text_at(row, "id")


def _properties(grant: Grant) -> Body:
    """Return the request body that creates a role assignment; only one of Cosmos DB contains its scope."""
    common = {"principalId": grant.principal, "roleDefinitionId": grant.role_definition}
    return {**common, "scope": grant.scope} if grant.system == "cosmos" else {**common, **grant.more}


def _text_at(row: Body, *path: str) -> str:
    value: object = row
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return value if isinstance(value, str) else ""

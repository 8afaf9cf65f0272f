"""Reads the role assignments of a Pulumi program: principal, role and scope.

Owns reading assignments with values that are not known yet. Where a scope is known in part only, the wider reading
counts and the doubt is noted: a result may claim too much access, never too little.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from access.azure.assignment_types import ASSIGNMENTS, DEFINITIONS
from access.azure.catalogue import Permission, Role, System, built_in_name, by_id, by_name, guid_of, is_built_in
from access.azure.errors import UnknownRole
from access.azure.principal_types import AGENT_IDENTITY_TYPES
from access.azure.scopes import ancestors, key
from access.azure.verbs import VERBS
from access.model.applications import Application
from access.model.graph import Assignment, Principal, PrincipalKind, Unread
from access.model.json_values import Values, is_known, listed, mapping, text, texts
from access.readers.access_policies import access_policies
from access.readers.app_roles import app_role_grants
from access.readers.components import Components
from access.readers.delegations import delegations
from access.readers.principals import Principals
from access.readers.resource_ids import UNKNOWN_SUBSCRIPTION, ResourceIds
from access.readers.resource_state import ResourceState
from access.readers.service_administrators import administrators

_PULLING = frozenset(VERBS["image-registry", "pull"])
_UNKNOWN = f"subscriptions/{UNKNOWN_SUBSCRIPTION}"
_IN_COSMOS = "/sqlRoleAssignments/"
_ABSOLUTE = ("subscriptions/", "providers/")
"""Beginnings of a full scope, in the form of `key`."""
_COSMOS_ACCOUNT = "azure-native:cosmosdb:DatabaseAccount"

_TYPES: dict[str, PrincipalKind] = {
    **{each.lower(): "" for each in AGENT_IDENTITY_TYPES},
    "device": "",
    "foreigngroup": "group",
    "group": "group",
    "user": "user",
}
"""Kind by principal type; any other type, and a missing one, may be a group's."""


class Grants:
    """Role assignments of a program, the principals that occur only in them, and the parts that are unknown."""

    def __init__(
        self,
        resource_ids: ResourceIds,
        components: Components,
        principals: Principals,
        applications: Iterable[Application],
    ) -> None:
        self._ids_of, self._components, self._principals = resource_ids, components, principals
        self._roles: dict[str, Role] = {}
        self.strangers: dict[str, Principal] = {}
        """Principals that occur only in assignments, by id in lower case."""
        self.unread: list[Unread] = []
        accounts = [resource_ids.id_of(each) for each in resource_ids.states if each.token == _COSMOS_ACCOUNT]
        self._accounts = {key(each): each for each in accounts}
        scopes = [key(each.scope) for each in components.resources]
        self._holders = {around for scope in scopes for around in ancestors(scope) if around != scope}
        for state in resource_ids.states:
            if state.token in DEFINITIONS:
                self._define(state)
        assignments = (state for state in resource_ids.states if state.token in ASSIGNMENTS)
        found = [each for state in assignments for each in self._assignment(state)]
        found += self._without_role_definition(applications)
        self.all = (*found, *self._of_unknown_subscription(found))

    def _assignment(self, state: ResourceState) -> Iterator[Assignment]:
        system = ASSIGNMENTS[state.token]
        if text(state.values, "requestType").lower().endswith(("remove", "deactivate")):
            return  # it ends an active role
        role_id = state.known_text("roleDefinitionId")
        role = self._role(state, role_id, system)
        principal = self._principal(state, role)
        scope = state.known_text("scope")
        around = [scope] if scope else self._scope_dependencies(state)
        named = None if scope and role else self._components.grant(state, around, role)
        if not scope and len(around) == 1 and self._components.is_for_models(state, role):
            scope = around[0]
        elif not scope:
            scope = self._narrowed(named[0].scope, around) if named else self._widest(state, around)
        elif system == "cosmos":
            scope = self._in_account(state, scope)
        if not principal:
            self._note(
                state,
                "the principal of this role assignment is unknown before deployment, or secret; results are without"
                " the assignment",
            )
        elif not scope:
            what = "the scope of this role assignment is unknown before deployment, or secret; results are without it"
            self._note(state, what, principal)
        else:
            role = role or (named[1] if named else None)
            if role is None:
                what = (
                    f"the assigned role {role_id} is neither built in nor defined here"
                    if role_id
                    else "the assigned role is not known"
                )
                self._note(state, f"{what}; the operations of the role are missing in the results", principal)
            yield Assignment(
                id=state.id or state.location,
                name=state.name or state.location.rpartition("/")[2],
                principal=principal,
                scope=scope,
                role=role,
                role_id=role_id or (role.id if role else ""),
                condition=self._condition(state, principal),
                condition_version=_version(state),
                location=state.location,
                system=system,
            )

    def _without_role_definition(self, applications: Iterable[Application]) -> Iterator[Assignment]:
        """Yield app roles of agents, and assignments in settings of resources, such as access policies of vaults."""
        found = (
            *app_role_grants(applications),
            *access_policies(self._ids_of, self._principals),
            *delegations(self._ids_of),
            *administrators(self._ids_of, self._principals),
        )
        self.unread += (each for each in found if isinstance(each, Unread))
        for one in found:
            if isinstance(one, Assignment):
                known = self._principals.find(one.principal)
                yield replace(one, principal=known or self._unknown_principal(one.principal, one.principal, "").id)

    def _of_unknown_subscription(self, found: list[Assignment]) -> Iterator[Assignment]:
        """Yield roles at groups and subscriptions again, for resources whose subscription is unknown."""
        states = (each for each in self._ids_of.states if each.token)
        unknown = [where for state in states if key(where := self._ids_of.id_of(state)).startswith(_UNKNOWN)]
        around = {scope for where in unknown for scope in ancestors(key(where))}
        noted = False
        for one in found:
            subscriptions, _, rest = key(one.scope).partition("/")
            inside = rest.partition("/")[2]
            there = f"{_UNKNOWN}/{inside}".rstrip("/")
            if one.system == "azure" and subscriptions == "subscriptions" and there in around - {key(one.scope)}:
                noted = True
                yield replace(one, id=f"{one.id} (subscription not known)", scope=f"/{there}", copy_of=one.id)
        if noted:
            what = "its subscription is not known yet; roles at every subscription count there"
            self.unread.append(Unread(unknown[0], what))

    def _principal(self, state: ResourceState, role: Role | None) -> str:
        given, shown = state.known_text("principalId"), state.known_text("principalType")
        kind = _kind_of(shown)
        if given:
            known = self._principals.find(given)
            return known or self._unknown_principal(given, given, kind, is_typed=shown.lower() in _TYPES).id
        urns = state.property_dependencies.get("principalId", ())
        found = self._principals.of(urns, pulling=built_in_name(role) in _PULLING)
        if found or len(urns) != 1:
            return found[0] if len(found) == 1 else ""
        if not kind:
            giver = urns[0].rpartition("::")[2]
            self._note(state, f"the principal of this role assignment is unknown: an id that {giver!r} gives")
        # A resource without an identity here, such as a group of another provider that the program creates.
        giver = urns[0].rpartition("::")[2]
        return self._unknown_principal(urns[0], giver, kind, is_typed=shown.lower() in _TYPES).id

    def _unknown_principal(
        self, principal_id: str, name: str, kind: PrincipalKind, *, is_typed: bool = False
    ) -> Principal:
        # A group or a user is not a resource of Azure: one that nothing else names is not deleted for that reason.
        principal = Principal(
            id=principal_id, name=name, purpose="other", kind=kind, exists=bool(kind), may_be_group=not is_typed
        )
        known = self.strangers.setdefault(principal_id.lower(), principal)
        if (kind and not known.kind) or (is_typed and known.may_be_group):
            known = self.strangers[principal_id.lower()] = principal
        return known

    def _role(self, state: ResourceState, role_id: str, system: System) -> Role | None:
        if role_id:
            defined = None if is_built_in(role_id) else self._roles.get(guid_of(role_id))
            role = defined or by_id(role_id)
        else:
            urns = state.property_dependencies.get("roleDefinitionId", ())
            found = [self._roles[urn] for urn in urns if urn in self._roles]
            role = found[0] if len(found) == 1 else None
        return role if role is not None and role.system == system else None

    def _scope_dependencies(self, state: ResourceState) -> list[str]:
        """Return the ids that an unknown scope depends on."""
        found = self._ids_of.named(state.property_dependencies.get("scope", ()))
        if not found and ASSIGNMENTS[state.token] == "cosmos":
            return [account] if (account := self._account(state)) else []
        return [self._ids_of.id_of(each) for each in found]

    @staticmethod
    def _narrowed(scope: str, around: list[str]) -> str:
        """Return the narrower of a named resource's scope and the resource that the unknown scope depends on."""
        return around[0] if len(around) == 1 and key(scope) in ancestors(key(around[0])) else scope

    def _widest(self, state: ResourceState, around: list[str]) -> str:
        """Return the one scope that contains all the others; empty if there is none."""
        for each in around:
            if all(key(each) in ancestors(key(other)) for other in around):
                # Where it contains resources of the network, it may apply to one of those.
                if len(around) > 1 or key(each) in self._holders:
                    self._note(
                        state,
                        f"the scope of this role assignment is unknown before deployment; it counts for all of {each}",
                    )
                return each
        return ""

    def _account(self, state: ResourceState) -> str:
        """Return the Cosmos DB account of an assignment, which is the part of its id before the assignment."""
        account, inside, _ = self._ids_of.id_of(state).rpartition(_IN_COSMOS)
        if inside:
            return account
        name = state.known_text("accountName")
        found = [each for account, each in self._accounts.items() if account.rpartition("/")[2] == name.lower()]
        return found[0] if len(found) == 1 else ""

    def _in_account(self, state: ResourceState, scope: str) -> str:
        """Return the full scope for a scope relative to a Cosmos DB account, such as `/dbs/d` or `/`.

        An assignment of Cosmos DB is a part of its account and reaches nothing outside of it. Empty if the account is
        not known.
        """
        if key(scope).startswith(_ABSOLUTE):
            return scope
        account, inside = self._account(state), scope.strip("/")
        is_account = inside.lower() in {"", account.rpartition("/")[2].lower()}
        return account if is_account or not account else f"{account}/{inside}"

    def _condition(self, state: ResourceState, principal: str) -> str | None:
        for values in (state.inputs, state.outputs):
            if "condition" in values and not is_known(values["condition"]) and values["condition"] is not None:
                what = (
                    "the condition of this role assignment is unknown before deployment, or secret; it counts as none"
                )
                self._note(state, what, principal)
                return None
        return state.known_text("condition") or None

    def _define(self, state: ResourceState) -> None:
        system = DEFINITIONS[state.token]
        permissions = state.inputs.get("permissions", state.outputs.get("permissions"))
        blocks = [mapping(each) for each in listed(permissions)]
        if not blocks or not all(map(_is_whole, blocks)):
            self._note(
                state,
                "the operations of this role definition are unknown before deployment, or secret; results are"
                " without them",
            )
            return
        own = state.known_text("roleDefinitionId") or state.id or state.location
        name = _distinct_name(state.known_text("roleName") or state.name, guid_of(own))
        role = Role(guid_of(own), name, tuple(map(_permission, blocks)), system=system)
        for each in filter(None, (state.id, state.known_text("roleDefinitionId"))):
            self._roles[guid_of(each)] = role
        self._roles[state.urn] = role

    def _note(self, state: ResourceState, what: str, principal: str = "") -> None:
        self.unread.append(Unread(state.location, what, about=(principal,) if principal else None))


def _distinct_name(name: str, guid: str) -> str:
    """Return the name of a defined role, marked where a built-in role with another id has the name or had it.

    Azure refuses such a role in one tenant (`RoleDefinitionWithSameNameExists`: "Troubleshoot Azure RBAC", Microsoft
    Learn, 2025), but a program, another tenant and a renamed built-in role can have it.
    """
    try:
        known = by_name(name)
    except UnknownRole:
        return name
    return name if known.id.lower() == guid.lower() else f"{name} (custom role)"


def _kind_of(principal_type: str) -> PrincipalKind:
    """Return the kind of a principal, by a principal type of "Role Assignments", REST of Azure, 2022-04-01."""
    return _TYPES.get(principal_type.lower(), "")


def _version(state: ResourceState) -> str | None:
    """Return the version of an assignment's condition; a version that is not known yet is none that can be read."""
    for values in (state.inputs, state.outputs):
        if (value := values.get("conditionVersion")) is not None:
            return str(value) if is_known(value) else "not known yet"
    return None


def _is_whole(block: Values) -> bool:
    """Return True if all operations that a role's permissions block allows and excludes are known."""
    lists = (block.get(name) for name in ("actions", "notActions", "dataActions", "notDataActions"))
    return bool(block) and all(each is None or len(texts(each)) == len(listed(each)) == _length(each) for each in lists)


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else -1  # pyright: ignore[reportUnknownArgumentType]


def _permission(block: Values) -> Permission:
    return Permission(
        actions=texts(block.get("actions")),
        not_actions=texts(block.get("notActions")),
        data_actions=texts(block.get("dataActions")),
        not_data_actions=texts(block.get("notDataActions")),
        condition=text(block, "condition") or None,
        condition_version=text(block, "conditionVersion") or None,
    )

"""Graph of principals, resources, role assignments and deny assignments; filled by readers, queried by questions.

Owns the records and their lookup; nothing here decides access. Ids are compared without regard to case. Anything that
a reader could not evaluate is in `unread`, so that the graph never claims more than it knows. The scope of a role
assignment is a resource even where the source lists none: a secret, a container or an authorization rule that no
program declares exists nevertheless.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, TypeVar

from access.azure.authorization_modes import IgnoredRoles
from access.azure.catalogue import Permission, Role, System, display_name
from access.azure.flat_properties import flattened
from access.azure.scopes import ROOT, ancestors, covering, is_management_group, is_path, key, shown, type_of
from access.model.actors import Actor
from access.model.applications import Application, DirectoryRight
from access.model.attributes import Known
from access.model.memberships import Memberships
from access.model.property_difference import PropertyDifference

_Record = TypeVar("_Record")
PrincipalKind = Literal["", "group", "user"]
"""Type of a principal in Entra ID; empty for service principals and where it is unknown."""


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Azure principal that can hold roles: identity, group or user."""

    id: str
    name: str
    agent: str = ""
    """Name of the agent with this identity; empty if it is not an agent's identity."""
    other_agents: tuple[str, ...] = ()
    """The other agents that share this identity."""
    party: str = ""
    """Name of the host, group or user in the network; empty for agents and for principals outside the network."""
    purpose: str = "own"
    """Purpose of the identity: `own` or `pull` for agents; otherwise `host`, `people` or `other`.

    An agent that acts for users also has a `credential`, the identity that its Entra application trusts, and an
    `application`, which is the service principal. Nothing is declared for either.
    """
    owner: str = ""
    """Id of the resource that the identity belongs to."""
    app: str = ""
    """Name for resources made for the principal elsewhere, such as its subscription of a topic."""
    service_account: str = ""
    """Kubernetes service account of an agent's pods, as `namespace:name`; empty for agents on other hosts."""
    kind: PrincipalKind = ""
    """`group` or `user`; empty for service principals, such as managed identities, and where it is unknown."""
    may_be_group: bool = False
    """True if the source does not show the type of the principal, which may be a group."""
    exists: bool = True
    """False if a service principal occurs only in role assignments: deleted, or defined elsewhere."""

    @property
    def agents(self) -> tuple[str, ...]:
        """Return the names of all agents that have this identity."""
        return (self.agent, *self.other_agents) if self.agent else ()

    @property
    def is_in_network(self) -> bool:
        """Return True for identities of the network's agents, hosts and people."""
        return bool(self.agent or self.party)

    @property
    def display_name(self) -> str:
        """Return the principal's name in network.yaml, or else its name or id in Azure."""
        return ", ".join(self.agents) or self.party or self.name or self.id


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Azure resource with its id, type and properties."""

    id: str
    name: str
    kind: str
    """Kind of resource in network.yaml, such as `blob-container`, or else the ARM type."""
    local_auth: bool | None = None
    """True if access keys work; None if the type has no keys or the setting is unknown."""
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    declared: bool = True
    """True if network.yaml declares the resource."""
    unseen: bool = False
    """True if the source takes the resource to exist and knows none of its settings."""
    ignores_roles: IgnoredRoles | None = None
    """Operations that no role allows there, as the service's own setting determines."""
    attributes: Mapping[str, Known] = field(default_factory=dict[str, Known], hash=False)
    """Attribute values for conditions, in addition to those in the resource id."""
    differences: tuple[PropertyDifference, ...] = ()
    """Properties that have another value in live Azure than in the network's program."""

    @property
    def flat_properties(self) -> Mapping[str, Any]:
        """Return the properties in one mapping, whether nested under `properties` by ARM or flat from a program."""
        return flattened(self.properties)


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Azure role assignment: a role, granted to a principal at a scope."""

    id: str
    name: str
    principal: str
    scope: str
    role: Role | None
    role_id: str
    condition: str | None = None
    condition_version: str | None = None
    """Version of the condition language; None for the default, which is 2.0."""
    location: str = ""
    """Location of the assignment in its source: `network.yaml:31`, or a URN."""
    copy_of: str = ""
    """Id of the assignment that this one repeats at another possible scope; empty for an assignment of its own."""
    system: System = "azure"
    """`azure`; `cosmos` for Cosmos DB's own roles, which have other scopes; `settings` for grants without a role."""

    @property
    def role_name(self) -> str:
        """Return the name of the assigned role, or else its id or a placeholder text."""
        return display_name(self.role) if self.role is not None else self.role_id or "a role that is not known yet"

    @property
    def role_text(self) -> str:
        """Return the assigned role for messages, such as `role 'Reader'`, or a placeholder text."""
        if self.role is not None:
            return self.role.name if self.system == "settings" else f"role {display_name(self.role)!r}"
        return f"role {self.role_id!r}" if self.role_id else "a role that is not known yet"


@dataclass(frozen=True, kw_only=True)
class DenyAssignment:
    """Azure deny assignment: operations that principals may not perform, whatever roles they hold."""

    id: str
    name: str
    principals: tuple[str, ...]
    scope: str
    permissions: tuple[Permission, ...]
    excluded_principals: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """Ids of named or excluded principals that are groups, or perhaps are, as the source has no type for them."""
    condition: str | None = None
    condition_version: str | None = None
    does_not_apply_to_children: bool = False


@dataclass(frozen=True)
class Unread:
    """Part of the source that could not be evaluated, so that results may be incomplete."""

    where: str
    what: str
    about: tuple[str, ...] | None = None
    """Ids of the principals whose access may be incomplete; None if it may be anybody's."""


class Graph:
    """Immutable index of principals, resources, role assignments and deny assignments."""

    def __init__(  # noqa: PLR0913 - one argument a list
        self,
        *,
        principals: Iterable[Principal] = (),
        resources: Iterable[Resource] = (),
        assignments: Iterable[Assignment] = (),
        denies: Iterable[DenyAssignment] = (),
        unread: Iterable[Unread] = (),
        actors: Iterable[Actor] = (),
        outside_apps: Mapping[str, str] | None = None,
        memberships: Memberships | None = None,
        applications: Iterable[Application] = (),
        directory_rights: Iterable[DirectoryRight] = (),
        management_groups_known: bool = False,
        directory_known: bool = False,
        source: str = "",
    ) -> None:
        found = list(unread)
        self._principals = _indexed(principals, lambda one: _normalized_id(one.id), "principal", found)
        self._resources = _indexed(resources, lambda one: key(one.id), "resource", found)
        self._assignments = _indexed(assignments, lambda one: _normalized_id(one.id), "assignment", found)
        self._denies = _indexed(denies, lambda one: _normalized_id(one.id), "deny assignment", found)
        self._resources |= _scopes_as_resources(self._assignments.values(), self._resources)
        self._held: dict[str, dict[str, list[Assignment]]] = {}
        self._at: dict[str, list[Assignment]] = {}
        self._within: dict[str, list[Resource]] = {}
        self._denied: dict[str, list[DenyAssignment]] = {}
        for one in self._assignments.values():
            own_scope = covering(one.scope)
            self._at.setdefault(own_scope, []).append(one)
            self._held.setdefault(_normalized_id(one.principal), {}).setdefault(own_scope, []).append(one)
        self._holders = {name: next(iter(held.values()))[0].principal for name, held in self._held.items()}
        self.memberships = memberships or Memberships()
        """Known members of groups; a member holds the roles of the group."""
        self._add_roles_of_groups()
        for resource_key, resource in self._resources.items():
            for prefix in ancestors(resource_key):
                self._within.setdefault(prefix, []).append(resource)
        for deny in self._denies.values():
            self._denied.setdefault(covering(deny.scope), []).append(deny)
        self.principals = tuple(self._principals.values())
        self.resources = tuple(self._resources.values())
        self.assignments = tuple(self._assignments.values())
        self.denies = tuple(self._denies.values())
        self.actors = tuple(dict.fromkeys(actors))
        """All ways in which subjects act as identities, the network's own included."""
        self.directory_known = directory_known
        """True if the applications are those of the directory, and not only those that a program makes."""
        self.management_groups_known = management_groups_known
        """True if every management group here is known to contain the source: Azure listed its assignments for it."""
        given = () if management_groups_known else (*self.assignments, *self.denies)
        self.unread = tuple(dict.fromkeys((*found, *_management_group_notes(given), *self._group_notes())))
        self.applications = tuple(applications)
        """Entra applications, with those who may use them and with their credentials."""
        self.directory_rights = tuple(directory_rights)
        """Directory roles, and app roles of APIs that are not agents."""
        self.outside_apps = dict(outside_apps or {})
        """Ids of the apps outside the network's components, by the names that they have as agents."""
        self.source = source

    def principal(self, principal_id: str) -> Principal | None:
        """Return the principal with an id; None if the graph has none."""
        return self._principals.get(_normalized_id(principal_id))

    def resource(self, resource_id: str) -> Resource | None:
        """Return the resource with an id; None if the graph has none."""
        return self._resources.get(key(resource_id))

    def assignments_of(self, principal_id: str) -> tuple[Assignment, ...]:
        """Return all role assignments of a principal."""
        held = self._held.get(_normalized_id(principal_id), {})
        return tuple(one for at_scope in held.values() for one in at_scope)

    def assignments_at_or_above(self, scope: str) -> tuple[Assignment, ...]:
        """Return all role assignments at a scope or its parents, from the root down."""
        return tuple(one for prefix in ancestors(key(scope)) for one in self._at.get(prefix, ()))

    def assignments_at(self, scope: str) -> tuple[Assignment, ...]:
        """Return all role assignments at exactly this scope, without those of parent scopes."""
        return tuple(self._at.get(key(scope), ()))

    def held_at_or_above(self, principal_id: str, scope: str) -> list[Assignment]:
        """Return a principal's role assignments at a scope or its parents, from the root down."""
        held = self._held.get(_normalized_id(principal_id))
        return [one for prefix in ancestors(key(scope)) if prefix in held for one in held[prefix]] if held else []

    def denies_at_or_above(self, scope: str) -> list[DenyAssignment]:
        """Return the deny assignments at a scope or its parent scopes, for any principal."""
        if not self._denied:
            return []
        own = key(scope)
        reaching = (deny for prefix in ancestors(own) for deny in self._denied.get(prefix, ()))
        return [deny for deny in reaching if not deny.does_not_apply_to_children or key(deny.scope) == own]

    def resources_within(self, scope: str) -> tuple[Resource, ...]:
        """Return the resources at or below a scope; all resources for a management group."""
        return tuple(self._within.get(covering(scope), ()))

    def principals_of_agent(self, agent: str) -> tuple[Principal, ...]:
        """Return the identities of an agent."""
        return tuple(one for one in self.principals if agent in one.agents)

    def agents_sharing_identity(self, agent: str) -> tuple[str, ...]:
        """Return the names of the other agents that share an agent's identity, sorted."""
        own = (one for one in self.principals_of_agent(agent) if one.purpose == "own")
        return tuple(sorted({other for one in own for other in one.agents} - {agent}))

    def assignments_of_agent(self, agent: str) -> tuple[Assignment, ...]:
        """Return the role assignments of all identities of an agent."""
        return tuple(held for one in self.principals_of_agent(agent) for held in self.assignments_of(one.id))

    def assigned_principals(self) -> tuple[str, ...]:
        """Return the ids of all principals that hold any role."""
        return tuple(self._holders.values())

    def is_group(self, principal_id: str) -> bool:
        """Return True if a principal is a group of Entra ID."""
        found = self.principal(principal_id)
        return found is not None and found.kind == "group"

    def applications_of_agent(self, agent: str) -> tuple[Application, ...]:
        """Return the Entra applications of an agent; several where the source does not show that they are one."""
        return tuple(one for one in self.applications if one.agent == agent)

    def identities_running_code(self) -> list[Principal]:
        """Return the identities that an agent or another app uses, which may be members of a group."""
        return [one for one in self.principals if one.exists and not one.kind and (one.agents or one.purpose == "own")]

    def _group_notes(self) -> Iterator[Unread]:
        """Return one note for each group outside the network with roles, unless all groups of every app are known."""
        identities = self.identities_running_code()
        if identities and all(one.id.lower() in self.memberships.complete for one in identities):
            return
        for group in self.principals:
            held = self._held.get(_normalized_id(group.id), {}).values()
            if group.kind == "group" and not group.is_in_network and held:
                roles = [_role_text(one) for several in held for one in several]
                rest = f" and {len(roles) - _MOST_ROLES} more" if len(roles) > _MOST_ROLES else ""
                what = "who is in it is not read; its members hold what it holds: "
                yield Unread(f"group {group.name}", f"{what}{', '.join(roles[:_MOST_ROLES])}{rest}", about=(group.id,))

    def _add_roles_of_groups(self) -> None:
        """Index the role assignments of groups under each known member, too."""
        direct = {group: dict(held) for group, held in self._held.items()}
        for member, groups in self.memberships.groups_of.items():
            for group in groups & direct.keys():
                held = self._held.setdefault(member, {})
                known = self._principals.get(member)
                self._holders.setdefault(member, known.id if known else member)
                for scope, several in direct[group].items():
                    held[scope] = [*held.get(scope, ()), *several]


@lru_cache(maxsize=1 << 14)
def _normalized_id(text: str) -> str:
    return text.strip().rstrip("/").lower()


def _indexed(
    records: Iterable[_Record], key_of: Callable[[_Record], str], noun: str, unread: list[Unread]
) -> dict[str, _Record]:
    """Index records by key; of two records with one key, keep the first and note the second in `unread`."""
    found: dict[str, _Record] = {}
    for record in records:
        name = key_of(record)
        if name not in found:
            found[name] = record
        elif found[name] != record:
            unread.append(
                Unread(name, f"the source has two different versions of this {noun}; only the first is counted")
            )
    return found


def _scopes_as_resources(given: Iterable[Assignment], known: Mapping[str, Resource]) -> dict[str, Resource]:
    """Create resources for role assignment scopes that are not ids of known resources."""
    scopes = {key(one.scope): one.scope for one in given}
    found: dict[str, Resource] = {}
    wide: dict[str, Resource] = {}
    for scope, written in scopes.items():
        if scope in known or not is_path(scope):
            continue
        kind = type_of(scope)
        if kind or "/resourcegroups/" in scope:
            name = written.strip().rstrip("/").rpartition("/")[2]
            found[scope] = Resource(id=written, name=name, kind=kind or _GROUP, declared=False)
        else:
            wide[scope] = Resource(id=written, name=shown(written).replace("'", ""), kind=_SUBSCRIPTION, declared=False)
    # A resource group shows the access at the scopes above it.
    groups = {scope for each in (*known, *found) if not type_of(each) for scope in ancestors(each)}
    return found | {scope: one for scope, one in wide.items() if covering(one.id) not in groups}


_GROUP, _SUBSCRIPTION = "microsoft.resources/resourcegroups", "microsoft.resources/subscriptions"


_MOST_ROLES = 3


def _role_text(one: Assignment) -> str:
    return f"{one.role.name if one.role else 'an unknown role'} at {shown(one.scope)}"


def _management_group_notes(given: tuple[Assignment | DenyAssignment, ...]) -> list[Unread]:
    """Return one `Unread` per management group, whose id does not show its subscriptions.

    The note concerns nobody's access: a role there counts everywhere, and a deny assignment there denies perhaps.
    """
    groups = {key(one.scope): one.scope for one in given if is_management_group(one.scope)}
    what = "the subscriptions of this management group are not known; a role at it counts everywhere"
    return [Unread(scope, what, about=()) for scope in groups.values()]


__all__ = ["ROOT", "Assignment", "DenyAssignment", "Graph", "Principal", "PrincipalKind", "Resource", "Unread"]

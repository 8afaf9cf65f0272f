"""Directory of a tenant in local Azure: finds the objects that decide who gets a token.

Owns the look-ups. The objects are those that a program made (`program_state.py` reads them from the state of local
Azure, at every request that follows a change), the applications of Microsoft, and what a test adds: users, groups,
client applications and consent. Group membership counts only directly, since assignments to a group do not reach the
members of groups in it ("Assign users and groups to an application", Microsoft Learn, 2026).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from localazure.arm.graph_access import outside_object_id
from localazure.arm.world import Principal, World
from localazure.endpoints.entra.microsoft_services import microsoft_services
from localazure.endpoints.entra.objects import Application, Grant, RoleAssignment, ServicePrincipal, User
from localazure.endpoints.entra.program_state import Objects, ProgramState

__all__ = ["Directory", "Groups"]

Groups = Mapping[str, frozenset[str]]
"""Direct members of each group, both by object id."""


@dataclass
class Directory:
    """Directory of the tenant of a simulated subscription, with the objects that a test adds."""

    world: World
    cloud: str = "public"
    """Name of the Azure cloud, one of `access.azure.clouds.CLOUDS`."""
    applications: list[Application] = field(default_factory=list[Application])
    service_principals: list[ServicePrincipal] = field(default_factory=list[ServicePrincipal])
    users: list[User] = field(default_factory=list[User])
    members: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Direct members of each group that a test added, by object id."""
    grants: list[Grant] = field(default_factory=list[Grant])
    assignments: list[RoleAssignment] = field(default_factory=list[RoleAssignment])

    def __post_init__(self) -> None:
        self._program = ProgramState(self.world)

    def _all(self) -> Objects:
        return self._program.current()

    def application(self, client_id: str) -> Application | None:
        """Return the application with a client id; None if the tenant knows none."""
        every = (*self.applications, *self._all().applications, *microsoft_services(self.cloud))
        return next((each for each in every if each.client_id == client_id.lower()), None)

    def resource(self, name: str) -> Application | None:
        """Return the application that a token is requested for, by client id or identifier URI; None if unknown."""
        wanted = name.rstrip("/")
        for each in (*self.applications, *self._all().applications, *microsoft_services(self.cloud)):
            if each.client_id == wanted.lower() or wanted in each.identifier_uris:
                return each
        return None

    def service_principal(self, client_id: str) -> ServicePrincipal | None:
        """Return the service principal of an application; every application of Microsoft has one."""
        every = (*self.service_principals, *self._all().service_principals)
        found = next((each for each in every if each.client_id == client_id.lower()), None)
        if found is None and any(each.client_id == client_id.lower() for each in microsoft_services(self.cloud)):
            return ServicePrincipal(id=outside_object_id(self.world, client_id.lower()), client_id=client_id.lower())
        return found

    def identity(self, client_id: str) -> Principal | None:
        """Return the managed identity with a client id; None if the simulated subscription has none."""
        wanted = client_id.lower()
        return next((each for each in self.world.principals.values() if each.client_id == wanted), None)

    def user(self, name: str) -> User | None:
        """Return the user with an object id or a user principal name; None if the tenant has none."""
        wanted = name.lower()
        every = (*self.users, *self._all().users)
        return next((each for each in every if wanted in {each.id.lower(), each.name.lower()}), None)

    def grants_of(self, client: str, resource: str) -> Iterable[Grant]:
        """Return the consents that a client has for an API; both are object ids of service principals."""
        every = (*self.grants, *self._all().grants)
        return (each for each in every if (each.client, each.resource) == (client, resource))

    def roles_of(self, principal: str, resource: ServicePrincipal) -> list[str]:
        """Return the ids of an application's roles that a principal has, itself or as a direct member of a group."""
        groups = {**self._all().groups, **self.members}
        holders = {principal, *(group for group, members in groups.items() if principal in members)}
        every = (*self.assignments, *self._all().assignments)
        return [each.role for each in every if each.resource == resource.id and each.principal in holders]

    def consent(self, client: str, resource: str, scopes: Iterable[str], *, user: str = "") -> Grant:
        """Add the consent of a user, or of an administrator for all users, to a client application's use of an API."""
        held = [self.service_principal(each) for each in (client, resource)]
        if None in held:
            raise ValueError(f"no service principal has the client id {client if held[0] is None else resource}")
        of_client, of_resource = (each.id for each in held if each is not None)
        found = Grant(client=of_client, resource=of_resource, scopes=frozenset(scopes), user=user)
        self.grants.append(found)
        return found

    def change_application(self, client_id: str, **changes: object) -> None:
        """Change properties of an application that a test added."""
        known = [each.client_id for each in self.applications]
        at = known.index(client_id)
        self.applications[at] = replace(self.applications[at], **changes)  # pyright: ignore[reportArgumentType]

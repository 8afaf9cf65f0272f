"""Entra objects in the state of local Azure, which a Pulumi program made or a test added there.

Owns the translation of pulumi-azuread's resources (`localazure.services.entra_applications`, `service_principals` and
`permission_grants`) into the objects of the token endpoint; nothing is decided here.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import cast

from localazure.arm.world import Resource, Values, World
from localazure.endpoints.entra.objects import (
    Application,
    AppRole,
    FederatedCredential,
    Grant,
    RoleAssignment,
    ServicePrincipal,
    User,
)
from localazure.services.directory_objects import (
    APPLICATION,
    GROUP,
    SERVICE_PRINCIPAL,
    USER,
    identifier_uris,
    of_resource,
    scopes_of,
)
from localazure.services.entra_applications import CREDENTIAL, PRE_AUTHORIZED
from localazure.services.permission_grants import PERMISSION_GRANT, ROLE_ASSIGNMENT

__all__ = ["Objects", "ProgramState"]


@dataclass
class Objects:
    """Entra objects of a tenant, by kind."""

    applications: list[Application] = field(default_factory=list[Application])
    service_principals: list[ServicePrincipal] = field(default_factory=list[ServicePrincipal])
    users: list[User] = field(default_factory=list[User])
    groups: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    grants: list[Grant] = field(default_factory=list[Grant])
    assignments: list[RoleAssignment] = field(default_factory=list[RoleAssignment])


class ProgramState:
    """Reader of the Entra objects in the state of local Azure, which reads again only after a change."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read: list[Resource] | None = None
        self._objects = Objects()

    def current(self) -> Objects:
        """Return the Entra objects that are in the state of local Azure now."""
        found = [each for each in tuple(self._world.resources.values()) if each.token.startswith("azuread:")]
        # Resources are immutable: a changed one is another object.
        if self._read is None or len(found) != len(self._read) or any(map(_differ, found, self._read)):
            self._read, self._objects = found, _objects(self._world, found)
        return self._objects


def _differ(one: Resource, other: Resource) -> bool:
    return one is not other


def _objects(world: World, resources: list[Resource]) -> Objects:
    by_token: dict[str, list[Resource]] = defaultdict(list)
    for each in resources:
        by_token[each.token].append(each)
    return Objects(
        applications=[_application(world, each) for each in by_token[APPLICATION]],
        service_principals=[_service_principal(world, each) for each in by_token[SERVICE_PRINCIPAL]],
        users=[_user(each) for each in by_token[USER]],
        groups={_object_id(each): {*_texts(each.outputs.get("members"))} for each in by_token[GROUP]},
        grants=[_grant(each) for each in by_token[PERMISSION_GRANT]],
        assignments=[_assignment(each) for each in by_token[ROLE_ASSIGNMENT]],
    )


def _application(world: World, one: Resource) -> Application:
    children, api = [*world.children(one.id)], cast("Values", one.outputs.get("api") or {})
    scopes = {str(each["id"]).lower(): each for each in scopes_of(one)}
    enabled = {id_: str(each.get("value")) for id_, each in scopes.items() if each.get("enabled", True)}
    required = _rows(one.outputs.get("requiredResourceAccesses"))
    return Application(
        id=_object_id(one),
        client_id=str(one.outputs.get("clientId")).lower(),
        name=str(one.outputs.get("displayName")),
        identifier_uris=tuple(identifier_uris(world, one)),
        scopes=frozenset(enabled.values()),
        app_roles=tuple(_role(each) for each in _rows(one.outputs.get("appRoles")) if each.get("enabled", True)),
        token_version=int(api.get("requestedAccessTokenVersion") or 1),
        optional_claims=_optional_claims(one),
        federated_credentials=tuple(_credential(each) for each in children if each.token == CREDENTIAL),
        preauthorized={
            str(each.inputs.get("authorizedClientId")).lower(): frozenset(
                enabled[id_] for id_ in map(str.lower, _texts(each.inputs.get("permissionIds"))) if id_ in enabled
            )
            for each in children
            if each.token == PRE_AUTHORIZED
        },
        required_resources=frozenset(str(each.get("resourceAppId")).lower() for each in required),
    )


def _optional_claims(one: Resource) -> frozenset[str]:
    found: set[str] = set()
    for claim in _rows(cast("Values", one.outputs.get("optionalClaims") or {}).get("accessTokens")):
        found.add(str(claim.get("name")))
        if "include_user_token" in _texts(claim.get("additionalProperties")):
            found.add(f"{claim.get('name')}:user")
    return frozenset(found)


def _role(row: Values) -> AppRole:
    members = frozenset(_texts(row.get("allowedMemberTypes")))
    return AppRole(id=str(row.get("id")).lower(), value=str(row.get("value")), members=members)


def _credential(one: Resource) -> FederatedCredential:
    return FederatedCredential(
        issuer=str(one.inputs.get("issuer")),
        subject=str(one.inputs.get("subject")),
        audiences=tuple(_texts(one.inputs.get("audiences"))),
        name=str(one.inputs.get("displayName")),
    )


def _service_principal(world: World, one: Resource) -> ServicePrincipal:
    found = of_resource(world, one)
    return ServicePrincipal(
        id=found.object_id,
        client_id=found.client_id,
        assignment_required=found.assignment_required,
        enabled=found.enabled,
    )


def _user(one: Resource) -> User:
    return User(
        id=_object_id(one),
        name=str(one.outputs.get("userPrincipalName")),
        display_name=str(one.outputs.get("displayName")),
        enabled=bool(one.outputs.get("accountEnabled", True)),
        guest=one.outputs.get("userType") == "Guest",
    )


def _grant(one: Resource) -> Grant:
    return Grant(
        client=str(one.inputs.get("servicePrincipalObjectId")).lower(),
        resource=str(one.inputs.get("resourceServicePrincipalObjectId")).lower(),
        scopes=frozenset(_texts(one.inputs.get("claimValues"))),
        user=str(one.inputs.get("userObjectId") or "").lower(),
    )


def _assignment(one: Resource) -> RoleAssignment:
    return RoleAssignment(
        resource=str(one.inputs.get("resourceObjectId")).lower(),
        principal=str(one.inputs.get("principalObjectId")).lower(),
        role=str(one.inputs.get("appRoleId")).lower(),
    )


def _object_id(one: Resource) -> str:
    return one.id.rpartition("/")[2].lower()


def _rows(value: object) -> list[Values]:
    return cast("list[Values]", value) if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [str(each) for each in cast("list[object]", value)] if isinstance(value, list) else []

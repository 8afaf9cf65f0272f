"""Grants of Entra: app roles that principals get in an API, and consents to what a client does there for users.

Both name their API by the object id of its service principal. Their ids are Graph's: the GUIDs of the objects that they
connect, in base64 (Azure/azure-cli#20974, 2022-01; microsoftgraph/microsoft-graph-docs-contrib#8669, 2023-10). Facts:
the resources of hashicorp/terraform-provider-azuread, 2026-08; "appRoleAssignment resource type" and
"oAuth2PermissionGrant resource type", Microsoft Graph v1.0, Microsoft Learn, 2025; a second grant is refused as in
microsoftgraph/msgraph-bicep-types#161, 2024-08, and a second consent as in hashicorp/terraform-provider-azuread#690,
2021-12.

A consent is for all users or for one, never for a group. A group of the right kind can get an app role, which then
counts for its direct members alone ("Assign users and groups to an application", Microsoft Learn, 2025).

Differences from Entra: Microsoft's APIs have every app role that a program names; a scope of a consent is not looked up
anywhere; a principal or an API that nobody added is taken to exist, unless its id is known to be another object's, and
the principal is of the kind that its first app role is for; which license the tenant has is not looked at, although
groups need Entra ID P1. The text of the refusal of an app role whose member types exclude the principal is local
Azure's.
"""

import base64
import uuid
from collections.abc import Iterator, Mapping
from typing import cast

from localazure.arm.common_rules import all_of
from localazure.arm.graph_access import role_key
from localazure.arm.resource_type import ComputedOutput, Request, ResourceType
from localazure.arm.world import Values, World
from localazure.errors import AzureError
from localazure.services import azuread_inputs
from localazure.services.directory_objects import (
    APPLICATION,
    MICROSOFT_TENANT,
    ServicePrincipal,
    consent_key,
    find_principal,
    find_service_principal,
)
from localazure.services.graph_errors import already_taken, bad_request, not_found
from localazure.services.graph_operations import on_consent, on_role_assignment

ROLE_ASSIGNMENT = "azuread:index/appRoleAssignment:AppRoleAssignment"
PERMISSION_GRANT = "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"

DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"
"""Id of the role of a principal that is assigned to an application without any of its app roles."""
_MOST_ASSIGNMENTS = 1500
_MEMBER_TYPES = {"User": "User", "Group": "User", "ServicePrincipal": "Application"}
"""Kind of principal → member type of the app roles that it can get."""


def _resource(request: Request, name: str) -> ServicePrincipal | None:
    return find_service_principal(request.world, object_id=str(request.input(name)))


# What must exist, and other reasons to refuse
def _is_another_object(world: World, object_id: str) -> bool:
    """Return True if an id is certainly none of a principal: a deleted one, a client id, or an application's."""
    if find_principal(world, object_id) is not None:
        return False
    wanted = object_id.lower()
    clients = {str(one.outputs.get("clientId")).lower() for one in world.resources.values() if one.token == APPLICATION}
    clients |= {each.client_id for each in world.principals.values() if each.client_id}
    return world.was_deleted(wanted) or wanted in clients or world.get(f"/applications/{wanted}") is not None


def _resource_exists(request: Request) -> Iterator[AzureError]:
    for name in ("resourceObjectId", "resourceServicePrincipalObjectId", "servicePrincipalObjectId"):
        given = request.input(name)
        if given is not None and _resource(request, name) is None and _is_wrong_resource(request.world, str(given)):
            yield not_found(str(given))


def _is_wrong_resource(world: World, object_id: str) -> bool:
    """Return True if no service principal has an id; only one that nobody added is taken to exist."""
    found = find_principal(world, object_id)
    return found.kind != "ServicePrincipal" if found is not None else _is_another_object(world, object_id)


def _principal_exists(request: Request) -> Iterator[AzureError]:
    for name in ("principalObjectId", "userObjectId"):
        given = request.input(name)
        if given is not None and _is_another_object(request.world, str(given)):
            yield not_found(str(given))
    user = request.input("userObjectId")
    found = None if user is None else find_principal(request.world, str(user))
    if found is not None and found.kind != "User":
        yield bad_request(f"a consent is for one user or for all, and {user} is a {found.kind}")


def _role_fits(request: Request) -> Iterator[AzureError]:
    resource, wanted = _resource(request, "resourceObjectId"), str(request.input("appRoleId")).lower()
    if resource is None or resource.assumed:
        return
    roles = {str(each["id"]).lower(): each for each in resource.app_roles if each.get("enabled", True)}
    if wanted == DEFAULT_ACCESS and not roles:
        return
    role = roles.get(wanted)
    if role is None and resource.tenant_id == MICROSOFT_TENANT:
        return  # only a part of the roles of Microsoft's APIs is known here
    if role is None:
        yield bad_request(
            f"Permission being assigned was not found on application '{resource.client_id}': '{wanted}' is the id of"
            f" none of the enabled app roles of '{resource.display_name}'",
        )
        return
    principal = find_principal(request.world, str(request.input("principalObjectId")))
    allowed = cast("list[str]", role.get("allowedMemberTypes") or [])
    if principal is not None and _MEMBER_TYPES.get(principal.kind) not in allowed:
        yield bad_request(
            f"the app role '{role.get('value')}' is for {' and '.join(allowed)}, and {principal.id} is a"
            f" {principal.kind}; add '{_MEMBER_TYPES.get(principal.kind)}' to its allowedMemberTypes, or assign another"
            " role",
        )


def _assignments_fit(request: Request) -> Iterator[AzureError]:
    principal = str(request.input("principalObjectId"))
    if request.old is None and request.world.count_indexed(role_key(principal)) >= _MOST_ASSIGNMENTS:
        yield AzureError(
            "TooManyAppRoleAssignments", f"{principal} has {_MOST_ASSIGNMENTS} app role assignments, which is the most"
        )


def _has_scopes(request: Request) -> Iterator[AzureError]:
    if not request.input("claimValues"):
        yield bad_request("claimValues is empty; a consent needs at least one scope")


def _assignment_exists(_request: Request) -> AzureError:
    return bad_request("EntitlementGrant entry already exists.")


def _grant_exists(_request: Request) -> AzureError:
    return already_taken("Permission entry already exists.")


def _principal_kind(request: Request) -> str:
    """Return the kind of a principal; one that nobody added is of the kind that the app role is for."""
    principal = find_principal(request.world, str(request.input("principalObjectId")))
    if principal is not None:
        return principal.kind
    api, wanted = _resource(request, "resourceObjectId"), str(request.input("appRoleId")).lower()
    roles = () if api is None else (each for each in api.app_roles if str(each["id"]).lower() == wanted)
    only_applications = any(each.get("allowedMemberTypes") == ["Application"] for each in roles)
    return "ServicePrincipal" if only_applications else "Group"


def _add_principal(request: Request) -> None:
    request.world.add_external_principal(str(request.input("principalObjectId")), _principal_kind(request))


def _add_user(request: Request) -> None:
    if request.input("userObjectId") is not None:
        request.world.add_external_principal(str(request.input("userObjectId")), "User")


# Ids
def _base64_of(*guids: str) -> str:
    """Return GUIDs as Graph writes them into the id of an object that connects them."""
    return base64.urlsafe_b64encode(b"".join(uuid.UUID(each).bytes_le for each in guids)).decode().rstrip("=")


def _api_id(_world: World, inputs: Values) -> str:
    return str(inputs.get("resourceObjectId")).lower()


def _assignment_id(world: World, inputs: Values) -> str:
    about = world.guid(f"app role assignment {inputs.get('resourceObjectId')} {inputs.get('appRoleId')}".lower())
    return _base64_of(str(inputs.get("principalObjectId")), about)


def _grant_id(_world: World, inputs: Values) -> str:
    ids = (
        inputs.get(name) for name in ("servicePrincipalObjectId", "resourceServicePrincipalObjectId", "userObjectId")
    )
    return _base64_of(*(str(each) for each in ids if each))


# Outputs
def _principal_name(request: Request) -> str:
    given = str(request.input("principalObjectId"))
    found = find_principal(request.world, given)
    return given if found is None else found.display_name


def _resource_name(request: Request) -> str:
    found = _resource(request, "resourceObjectId")
    return str(request.input("resourceObjectId")) if found is None else found.display_name


_OUTPUTS: Mapping[str, ComputedOutput] = {
    "principalDisplayName": _principal_name,
    "principalType": _principal_kind,
    "resourceDisplayName": _resource_name,
}

TYPES = (
    ResourceType(
        ROLE_ASSIGNMENT,
        "servicePrincipals/{api}/appRoleAssignedTo/{assignment}",
        computed_placeholders={"api": _api_id, "assignment": _assignment_id},
        schema=azuread_inputs.ROLE_ASSIGNMENT,
        data_plane=on_role_assignment,
        exists_error=_assignment_exists,
        rules=all_of(_resource_exists, _principal_exists, _role_fits, _assignments_fit),
        index_keys=lambda request: (role_key(str(request.input("principalObjectId"))),),
        on_created=_add_principal,
        immutable=("appRoleId", "principalObjectId", "resourceObjectId"),
        outputs=_OUTPUTS,
        adoptable=False,
    ),
    ResourceType(
        PERMISSION_GRANT,
        "oauth2PermissionGrants/{grant}",
        computed_placeholders={"grant": _grant_id},
        schema=azuread_inputs.PERMISSION_GRANT,
        data_plane=on_consent,
        exists_error=_grant_exists,
        rules=all_of(_resource_exists, _principal_exists, _has_scopes),
        index_keys=lambda request: tuple(
            consent_key(str(request.input(name)))
            for name in ("servicePrincipalObjectId", "resourceServicePrincipalObjectId")
        ),
        on_created=_add_user,
        immutable=("resourceServicePrincipalObjectId", "servicePrincipalObjectId", "userObjectId"),
        adoptable=False,
    ),
)

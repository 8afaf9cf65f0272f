"""Service principals of Entra: an application's identity in the tenant, and the provider's functions that look it up.

A tenant has one service principal of an application; its name, roles, scopes and URIs are the application's, whenever
it is read. It ends with its application, and its roles and consents end with it. Facts: the resources and data sources
of hashicorp/terraform-provider-azuread, 2026-08; "Application and service principal objects in Microsoft Entra ID",
Microsoft Learn, 2025-05.

Differences from Entra: what is created can be used at once; service principals for applications of other tenants are
Microsoft's own alone, and are there already; a deleted one is gone, where Entra keeps it for 30 days; the functions
take a service principal that no program made and nobody added to exist, without known roles and scopes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from localazure.arm import ids
from localazure.arm.common_rules import constant, off, on
from localazure.arm.resource_type import ComputedOutput, InvokeFunction, Request, ResourceType
from localazure.arm.world import DEPLOYER_CLIENT_ID, DEPLOYER_OBJECT_ID, Principal, Resource, Values, World
from localazure.errors import AzureError
from localazure.services import azuread_inputs
from localazure.services.directory_objects import (
    GROUP,
    SERVICE_PRINCIPAL,
    USER,
    ServicePrincipal,
    application_of,
    assumed_service_principal,
    client_key,
    find_service_principal,
    forget_grants,
    of_resource,
)
from localazure.services.graph_errors import import_required, not_found
from localazure.services.graph_operations import on_service_principal, reading_service_principal, reading_with


# What must exist, and other reasons to refuse
def _has_application(request: Request) -> Iterator[AzureError]:
    client_id = str(request.input("clientId"))
    if request.old is not None:
        return
    found = find_service_principal(request.world, client_id=client_id)
    if found is None and application_of(request.world, client_id) is None:
        yield AzureError(
            "NoBackingApplicationObject",
            f"The appId '{client_id}' of the service principal does not reference a valid application object.",
        )
    elif found is not None and request.world.get(request.id) is None and not request.input("useExisting"):
        yield _exists(request)


def _exists(request: Request) -> AzureError:
    client_id = request.input("clientId")
    return import_required(f"the service principal '{ids.name_of(request.id)}' of the application '{client_id}'")


def _existing(request: Request) -> AzureError | None:
    return None if request.input("useExisting") else _exists(request)


# Ids
def _object_id(world: World, inputs: Values) -> str:
    client_id = str(inputs.get("clientId"))
    found = find_service_principal(world, client_id=client_id)
    return world.next_object_id(client_key(client_id)) if found is None else found.object_id


def _client_id(request: Request) -> str:
    return str(request.input("clientId") or request.guid("client")).lower()


def _add_principal(request: Request) -> None:
    client_id = _client_id(request)
    request.world.count_object(client_key(client_id))
    request.world.add_principal(Principal(id=ids.name_of(request.id), client_id=client_id, owner=request.id))


# Outputs
def ids_by_value(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the ids of scopes or app roles by their values, without those that have no value."""
    return {str(each["value"]): str(each["id"]) for each in rows if each.get("value")}


def no_features() -> list[Values]:
    """Return the feature tags of an object of Entra without tags."""
    return [dict.fromkeys(("customSingleSignOn", "enterprise", "gallery", "hide"), False)]


def _old_features() -> list[Values]:
    """Return the same features under their names in earlier versions of the provider."""
    names = ("customSingleSignOnApp", "enterpriseApplication", "galleryApplication")
    return [{**dict.fromkeys(names, False), "visibleToUsers": True}]


def _of_application(world: World, found: ServicePrincipal) -> Values:
    """Return the outputs of a service principal that come from its application."""
    application = application_of(world, found.client_id)
    about = {} if application is None else application.outputs
    web = cast("Values", about.get("web") or {})
    return {
        "appRoleIds": ids_by_value(found.app_roles),
        "appRoles": [dict(each) for each in found.app_roles],
        "applicationTenantId": found.tenant_id,
        "displayName": found.display_name,
        "homepageUrl": str(web.get("homepageUrl") or ""),
        "logoutUrl": str(web.get("logoutUrl") or ""),
        "oauth2PermissionScopeIds": ids_by_value(found.scopes),
        "oauth2PermissionScopes": [dict(each) for each in found.scopes],
        "redirectUris": [*cast("list[str]", web.get("redirectUris") or [])],
        "samlMetadataUrl": "",
        "servicePrincipalNames": list(found.names),
        "signInAudience": str(about.get("signInAudience") or "AzureADMyOrg"),
        "type": found.kind,
    }


def _now(world: World, one: Resource) -> Values:
    found = find_service_principal(world, client_id=str(one.outputs.get("clientId")))
    return _of_application(world, found or of_resource(world, one))


def _output(name: str) -> ComputedOutput:
    """Return the function that computes an output of a new service principal from its application."""

    def answer(request: Request) -> Any:  # noqa: ANN401 (any JSON value)
        outputs = {**request.inputs, "clientId": _client_id(request)}
        one = Resource(id=request.id, token=SERVICE_PRINCIPAL, inputs=request.inputs, outputs=outputs)
        return _now(request.world, one)[name]

    return answer


_FROM_APPLICATION = (
    *("appRoleIds", "appRoles", "applicationTenantId", "displayName", "homepageUrl", "logoutUrl"),
    *("oauth2PermissionScopeIds", "oauth2PermissionScopes", "redirectUris", "samlMetadataUrl"),
    *("servicePrincipalNames", "signInAudience", "type"),
)
_OUTPUTS: Mapping[str, ComputedOutput] = {
    "objectId": lambda request: ids.name_of(request.id),
    "clientId": _client_id,
    "accountEnabled": on,
    "appRoleAssignmentRequired": off,
    "featureTags": lambda _request: no_features(),
    "features": lambda _request: _old_features(),
    "tags": constant([]),
    **{name: _output(name) for name in _FROM_APPLICATION},
}


# Functions of the provider
_GUID = re.compile(r"(?i:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})")


def _get_service_principal(world: World, args: Values) -> Values:
    """Return what the provider's function finds by exactly one of three arguments."""
    given = {name: str(args[name]) for name in ("clientId", "displayName", "objectId") if args.get(name)}
    if len(given) != 1:
        raise AzureError("InvalidArguments", "give exactly one of clientId, displayName and objectId")
    name, value = next(iter(given.items()))
    if name != "displayName" and not _GUID.fullmatch(value):
        raise AzureError("InvalidArguments", f"{name} '{value}' is not a GUID")
    found = find_service_principal(
        world,
        object_id=given.get("objectId", ""),
        client_id=given.get("clientId", ""),
        display_name=given.get("displayName", ""),
    )
    if found is None and name == "clientId" and application_of(world, value) is None:
        found = assumed_service_principal(world, value)
    if found is None:
        raise not_found(value)
    return {
        **_of_application(world, found),
        "id": f"/servicePrincipals/{found.object_id}",
        "accountEnabled": found.enabled,
        "alternativeNames": [],
        "appRoleAssignmentRequired": found.assignment_required,
        "clientId": found.client_id,
        "description": "",
        "featureTags": no_features(),
        "features": _old_features(),
        "loginUrl": "",
        "notes": "",
        "notificationEmailAddresses": [],
        "objectId": found.object_id,
        "preferredSingleSignOnMode": "",
        "samlSingleSignOns": [],
        "tags": [],
    }


def _get_client_config(world: World, _args: Values) -> Values:
    return {
        "id": f"{world.tenant_id}-{DEPLOYER_CLIENT_ID}-{DEPLOYER_OBJECT_ID}",
        "clientId": DEPLOYER_CLIENT_ID,
        "objectId": DEPLOYER_OBJECT_ID,
        "tenantId": world.tenant_id,
    }


def _added_object(token: str, *names: str) -> InvokeFunction:
    """Return the provider's function that finds a user or a group by one of several arguments."""

    def find(world: World, args: Values) -> Values:
        given = {name: str(args[name]) for name in names if args.get(name)}
        for one in world.resources.values():
            if (
                given
                and one.token == token
                and all(str(one.outputs.get(name)).lower() == value.lower() for name, value in given.items())
            ):
                return {**one.outputs, "id": one.id}
        raise not_found(", ".join(given.values()))

    return find


TYPES = (
    ResourceType(
        SERVICE_PRINCIPAL,
        "servicePrincipals/{objectId}",
        computed_placeholders={"objectId": _object_id},
        schema=azuread_inputs.SERVICE_PRINCIPAL,
        data_plane=on_service_principal,
        exists_error=_existing,
        rules=_has_application,
        unique_keys=lambda request: (client_key(_client_id(request)),),
        immutable=("clientId",),
        outputs=_OUTPUTS,
        volatile=_FROM_APPLICATION,
        read_outputs=_now,
        on_created=_add_principal,
        on_deleted=forget_grants,
    ),
)

FUNCTIONS: Mapping[str, InvokeFunction] = {
    "azuread:index/getServicePrincipal:getServicePrincipal": _get_service_principal,
    "azuread:index/getClientConfig:getClientConfig": _get_client_config,
    "azuread:index/getUser:getUser": _added_object(USER, "objectId", "userPrincipalName", "mail"),
    "azuread:index/getGroup:getGroup": _added_object(GROUP, "objectId", "displayName"),
}

FUNCTION_OPERATIONS = {
    "azuread:index/getServicePrincipal:getServicePrincipal": reading_service_principal,
    "azuread:index/getUser:getUser": reading_with("users", "User.Read.All", "Directory.Read.All"),
    "azuread:index/getGroup:getGroup": reading_with("groups", "Group.Read.All", "Directory.Read.All"),
}

"""Applications of Entra, with their identifier URIs, pre-authorized clients and federated credentials.

Their ids are azuread's: `/applications/<object id>`; what belongs to an application is below it. Facts: the resources
of hashicorp/terraform-provider-azuread, 2026-08, for ids, outputs and what is replaced; "Workload identity federation -
important considerations", Microsoft Learn, 2025-02, for the limits of federated credentials; "Restrictions on
identifier URIs of Microsoft Entra applications" and "identifierUriConfiguration resource type", Microsoft Learn, 2025.
Codes and messages: Azure/azure-dev#1482, 2023-02 (a name that is taken), Azure/azure-workload-identity#434, 2022-05
(issuer and subject), Azure/Industrial-IoT#1432, 2021-10 (domain that is not verified), Azure/go-autorest#308, 2018-08
(URI that is taken).

Entra stores a federated credential whose issuer, subject or audience fits nothing, and refuses only the token; so does
this. An application has one list of identifier URIs, to which resources of their own add: azuread then finds a change
in the application itself, unless the program ignores changes of `identifierUris`. A creator becomes an owner in Entra,
but azuread takes its own identity away again unless `owners` names it.

Differences from Entra: what is created can be used at once; an application that is updated without `identifierUris`
keeps those that resources of their own have added; a deleted application is gone, where Entra keeps it for 30 days and
can restore it ("Deletion and recovery of applications FAQ", Microsoft Learn, 2025). Templates from the gallery are not
known. Passwords and certificates are refused by name, also as resources of their own, because the state of local Azure
must not hold a secret.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from localazure.arm import ids
from localazure.arm.common_rules import all_of, constant, off, on
from localazure.arm.resource_type import ComputedOutput, Request, ResourceType
from localazure.arm.world import Resource, Values, World
from localazure.errors import AzureError, InvalidInputs, Violation
from localazure.services import azuread_inputs
from localazure.services.directory_objects import (
    APPLICATION,
    DOMAIN,
    application_key,
    forget_service_principal,
    identifier_uris,
)
from localazure.services.graph_errors import already_taken, bad_request, import_required, not_found
from localazure.services.graph_operations import in_application, on_application
from localazure.services.service_principals import ids_by_value, no_features

IDENTIFIER_URI = "azuread:index/applicationIdentifierUri:ApplicationIdentifierUri"
PRE_AUTHORIZED = "azuread:index/applicationPreAuthorized:ApplicationPreAuthorized"
CREDENTIAL = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"

# Names
_CREDENTIAL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}")
_MOST_CREDENTIALS = 20
_LONGEST_NAME = 256


def object_id_in(value: object) -> str:
    """Return the last part of an id such as `/applications/<object id>`, in lower case."""
    return ids.name_of(str(value)).lower()


# What must exist, and other reasons to refuse
def _name_fits(request: Request) -> Iterator[AzureError]:
    name = str(request.input("displayName") or "")
    if len(name) > _LONGEST_NAME:
        yield bad_request(
            f"the displayName of the application has {len(name)} characters; at most {_LONGEST_NAME} are allowed",
        )


def _name_is_new(request: Request) -> Iterator[AzureError]:
    if not request.input("preventDuplicateNames"):
        return
    for other in request.world.resources.values():
        same = other.token == APPLICATION and other.outputs.get("displayName") == request.input("displayName")
        if same and other.id != request.id:
            yield AzureError(
                "DuplicateName",
                f"an application called '{request.input('displayName')}' exists already, with the object id"
                f" {object_id_in(other.id)}; import it, or choose another name",
                409,
            )


def _own_uris_are_valid(request: Request) -> Iterator[AzureError]:
    client_id = str(request.previous_output("clientId") or request.guid("client"))
    for uri in cast("list[str]", request.input("identifierUris") or []):
        yield from _uri_refusals(request, uri, client_id, request.id)


def _uri_refusals(request: Request, uri: str, client_id: str, application: str) -> Iterator[AzureError]:
    """Yield Entra's errors for an identifier URI of an application in one tenant."""
    scheme, found, rest = uri.partition("://")
    host, *path = rest.lower().split("/")
    # An address of the web needs a domain; any other scheme also takes the id of the application or of the tenant.
    own = {client_id.lower(), request.world.tenant_id.lower()}
    of_application = scheme.lower() not in {"http", "https"} and not own.isdisjoint((host, *path))
    verified = host == DOMAIN or host.endswith(f".{DOMAIN}")
    if not found or not scheme or not host:
        yield bad_request(f"'{uri}' is not an identifier URI; write 'api://{client_id}' for the application's own")
    elif not (of_application or verified):
        yield AzureError(
            "HostNameNotOnVerifiedDomain",
            f"Values of identifierUris property must use a verified domain of the organization or its subdomain:"
            f" '{uri}'; 'api://{client_id}' needs no domain",
        )
    for other in request.world.resources.values():
        if other.token != APPLICATION or ids.same(other.id, application):
            continue
        if uri.lower() in (each.lower() for each in identifier_uris(request.world, other)):
            yield bad_request(
                "Another object with the same value for property identifierUris already exists:"
                f" '{uri}' belongs to '{other.outputs.get('displayName')}'.",
            )


def _application(request: Request) -> Resource | None:
    return request.world.get(f"/applications/{object_id_in(request.input('applicationId'))}")


def _application_exists(request: Request) -> Iterator[AzureError]:
    if _application(request) is None:
        yield not_found(object_id_in(request.input("applicationId")))


def _uri_is_valid(request: Request) -> Iterator[AzureError]:
    application = _application(request)
    if application is not None and request.old is None:
        uri, client_id = str(request.input("identifierUri")), str(application.outputs["clientId"])
        yield from _uri_refusals(request, uri, client_id, application.id)


def _uri_is_new(request: Request) -> Iterator[AzureError]:
    application = _application(request)
    own = cast("list[str]", application.outputs.get("identifierUris") or []) if application is not None else []
    if request.old is None and request.input("identifierUri") in own:
        yield _exists(request)


def _permissions_exist(request: Request) -> Iterator[AzureError]:
    application = _application(request)
    if application is None or application.adopted:
        return
    api = cast("Values", application.outputs.get("api") or {})
    known = {str(each["id"]).lower() for each in cast("list[Values]", api.get("oauth2PermissionScopes") or [])}
    for each in cast("list[str]", request.input("permissionIds") or []):
        if each.lower() not in known:
            yield bad_request(
                f"Property api.preAuthorizedApplications references the permission '{each}', which is none of the"
                f" application's scopes; use one of its oauth2PermissionScopeIds",
            )


def _credential_name_fits(request: Request) -> Iterator[AzureError]:
    name = str(request.input("displayName"))
    if not _CREDENTIAL_NAME.fullmatch(name):
        yield AzureError(
            "InvalidFederatedIdentityCredentialValue",
            f"the name '{name}' of the federated identity credential is not valid; write 3 to 120 letters, digits, '-'"
            " and '_', with a letter or a digit first",
        )


def _credentials_fit(request: Request) -> Iterator[AzureError]:
    others = [
        one
        for one in request.world.children(request.type.parent_of(request.id))
        if one.token == CREDENTIAL and one.id != request.id
    ]
    if request.old is None and len(others) >= _MOST_CREDENTIALS:
        yield AzureError(
            "TooManyFederatedIdentityCredentials",
            f"an application can have at most {_MOST_CREDENTIALS} federated identity credentials;"
            f" '{request.input('displayName')}' exceeds the limit",
        )
    issuer, subject = request.input("issuer"), request.input("subject")
    for other in others:
        if (other.inputs.get("issuer"), other.inputs.get("subject")) == (issuer, subject):
            yield AzureError(
                "InvalidFederatedIdentityCredentialValue",
                f"The combination of issuer and subject must be unique for the application. Issuer {issuer} and"
                f" Subject: {subject} already exist in '{other.inputs.get('displayName')}'.",
            )


def _has_audience(request: Request) -> Iterator[AzureError]:
    if len(cast("list[str]", request.input("audiences") or [])) != 1:
        yield AzureError(
            "InvalidFederatedIdentityCredentialValue",
            f"the federated identity credential '{request.input('displayName')}' needs exactly one audience",
        )


def _exists(request: Request) -> AzureError:
    """Return the provider's error for something that is already in the application."""
    what = request.type.label
    return import_required(f"the {what} '{request.type.provider_id_of(request.id)}'")


def _credential_exists(request: Request) -> AzureError:
    return already_taken(f"FederatedIdentityCredential with name {request.input('displayName')} already exists.")


# What the provider refuses without Entra
def _checked(_world: World, inputs: Values) -> Values:
    found = [*azuread_inputs.scope_and_role_violations(inputs)]
    if inputs.get("password") is not None:
        why = "local Azure makes no passwords, because its state would hold the secret; use a federated credential"
        found.append(Violation("password", why))
    if found:
        raise InvalidInputs(APPLICATION, tuple(found))
    return inputs


# Ids
def _parent(_world: World, inputs: Values) -> str:
    return object_id_in(inputs.get("applicationId"))


def _application_id(world: World, inputs: Values) -> str:
    return world.next_object_id(_name_key(inputs))


def _name_key(inputs: Values) -> str:
    return f"application {inputs.get('displayName')}"


def _uri_segment(_world: World, inputs: Values) -> str:
    return base64.b64encode(str(inputs.get("identifierUri")).encode()).decode()


def _authorized_client(_world: World, inputs: Values) -> str:
    return str(inputs.get("authorizedClientId")).lower()


def _credential_id(world: World, inputs: Values) -> str:
    return world.guid(f"federated credential {_parent(world, inputs)} {inputs.get('displayName')}")


# Outputs
def _role_ids(request: Request) -> dict[str, str]:
    return ids_by_value(cast("list[Values]", request.input("appRoles") or []))


def _scope_ids(request: Request) -> dict[str, str]:
    return ids_by_value(cast("list[Values]", request.input("api.oauth2PermissionScopes") or []))


def own_object_id(request: Request) -> str:
    """Return the object id of the requested object of Entra, the last part of its id."""
    return object_id_in(request.id)


_APPLICATION_OUTPUTS: Mapping[str, ComputedOutput] = {
    "objectId": own_object_id,
    "clientId": lambda request: request.guid("client"),
    "appRoleIds": _role_ids,
    "oauth2PermissionScopeIds": _scope_ids,
    "api.requestedAccessTokenVersion": constant(1),
    "api.oauth2PermissionScopes[*].enabled": on,
    "api.oauth2PermissionScopes[*].type": constant("User"),
    "appRoles[*].enabled": on,
    "deviceOnlyAuthEnabled": off,
    "disabledByMicrosoft": constant(""),
    "fallbackPublicClientEnabled": off,
    "identifierUris": constant([]),
    "featureTags": lambda _request: no_features(),
    "logoUrl": constant(""),
    "oauth2PostResponseRequired": off,
    "preventDuplicateNames": off,
    "publisherDomain": constant(DOMAIN),
    "signInAudience": constant("AzureADMyOrg"),
    "tags": constant([]),
    "templateId": constant(""),
}


def _added_uris(world: World, one: Resource) -> Values:
    """Return the identifier URIs of an application as Entra has them, if other resources have added some."""
    every = identifier_uris(world, one)
    return {} if every == (one.inputs.get("identifierUris") or []) else {"identifierUris": every}


def _remove_uri(world: World, one: Resource) -> None:
    """Remove a deleted identifier URI from the application too, which may have it in its own list by now."""
    application = world.get(one.parent)
    if application is None:
        return
    rows: list[Values] = []
    for values in (application.inputs, application.outputs):
        uris = cast("list[str]", values.get("identifierUris") or [])
        left = [each for each in uris if each != one.outputs["identifierUri"]]
        rows.append({**values, "identifierUris": left} if "identifierUris" in values else values)
    world.put(replace(application, inputs=rows[0], outputs=rows[1]))


def _count(request: Request) -> None:
    request.world.count_object(_name_key(request.inputs))


TYPES = (
    ResourceType(
        APPLICATION,
        "applications/{objectId}",
        computed_placeholders={"objectId": _application_id},
        schema=azuread_inputs.APPLICATION,
        data_plane=on_application,
        checked_inputs=_checked,
        rules=all_of(_name_fits, _name_is_new, _own_uris_are_valid),
        unique_keys=lambda request: (
            application_key(str(request.previous_output("clientId") or request.guid("client"))),
        ),
        immutable=("templateId",),
        outputs=_APPLICATION_OUTPUTS,
        volatile=("appRoleIds", "oauth2PermissionScopeIds"),
        read_inputs=_added_uris,
        read_outputs=_added_uris,
        on_created=_count,
        on_deleted=forget_service_principal,
        adopted_inputs={"displayName": "existing application"},
    ),
    ResourceType(
        IDENTIFIER_URI,
        "applications/{application}/identifierUris/{uri}",
        computed_placeholders={"application": _parent, "uri": _uri_segment},
        schema=azuread_inputs.IDENTIFIER_URI,
        data_plane=in_application,
        exists_error=_exists,
        rules=all_of(_application_exists, _uri_is_valid, _uri_is_new),
        immutable=("applicationId", "identifierUri"),
        on_deleted=_remove_uri,
        adoptable=False,
    ),
    ResourceType(
        PRE_AUTHORIZED,
        "applications/{application}/preAuthorizedApplications/{client}",
        computed_placeholders={"application": _parent, "client": _authorized_client},
        provider_id="{application}/preAuthorizedApplication/{client}",
        schema=azuread_inputs.PRE_AUTHORIZED,
        data_plane=in_application,
        exists_error=_exists,
        rules=all_of(_application_exists, _permissions_exist),
        immutable=("applicationId", "authorizedClientId"),
        adoptable=False,
    ),
    ResourceType(
        CREDENTIAL,
        "applications/{application}/federatedIdentityCredentials/{credential}",
        computed_placeholders={"application": _parent, "credential": _credential_id},
        provider_id="{application}/federatedIdentityCredential/{credential}",
        schema=azuread_inputs.FEDERATED_CREDENTIAL,
        data_plane=in_application,
        exists_error=_credential_exists,
        rules=all_of(_application_exists, _credential_name_fits, _credentials_fit, _has_audience),
        immutable=("applicationId", "displayName"),
        outputs={"credentialId": own_object_id},
        adoptable=False,
    ),
)

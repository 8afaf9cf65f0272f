"""Objects of Entra in the JSON form of Microsoft Graph v1.0, from the state of local Azure.

Owns the forms alone, with the names of Graph in place of azuread's: "application resource type", "servicePrincipal
resource type", "federatedIdentityCredential resource type", "appRoleAssignment resource type" and
"oAuth2PermissionGrant resource type", Microsoft Graph v1.0, Microsoft Learn, 2025.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from localazure.arm.world import Resource, Values, World
from localazure.services.directory_objects import (
    ServicePrincipal,
    find_principal,
    identifier_uris,
)
from localazure.services.entra_applications import PRE_AUTHORIZED

_ODATA = {"Group": "group", "ServicePrincipal": "servicePrincipal", "User": "user"}


def application_json(world: World, one: Resource) -> Values:
    """Return an application in the form of Microsoft Graph."""
    given = one.outputs
    web = _block(given, "web")
    grants = _block(web, "implicitGrant")
    claims = _block(given, "optionalClaims")
    return {
        "id": _name(one),
        "appId": str(given.get("clientId")).lower(),
        "displayName": given.get("displayName"),
        "description": given.get("description"),
        "signInAudience": given.get("signInAudience", "AzureADMyOrg"),
        "identifierUris": identifier_uris(world, one),
        "publisherDomain": given.get("publisherDomain"),
        "isFallbackPublicClient": given.get("fallbackPublicClientEnabled", False),
        "api": _api(world, one),
        "appRoles": [_permission(each) for each in _rows(given.get("appRoles"))],
        "optionalClaims": {
            "accessToken": _rows(claims.get("accessTokens")),
            "idToken": _rows(claims.get("idTokens")),
            "saml2Token": _rows(claims.get("saml2Tokens")),
        },
        "requiredResourceAccess": [
            {"resourceAppId": each.get("resourceAppId"), "resourceAccess": _rows(each.get("resourceAccesses"))}
            for each in _rows(given.get("requiredResourceAccesses"))
        ],
        "web": {
            "homePageUrl": web.get("homepageUrl"),
            "logoutUrl": web.get("logoutUrl"),
            "redirectUris": web.get("redirectUris", []),
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": grants.get("accessTokenIssuanceEnabled", False),
                "enableIdTokenIssuance": grants.get("idTokenIssuanceEnabled", False),
            },
        },
        "spa": {"redirectUris": _block(given, "singlePageApplication").get("redirectUris", [])},
        "publicClient": {"redirectUris": _block(given, "publicClient").get("redirectUris", [])},
        "tags": given.get("tags", []),
        # The state of local Azure holds no secret, and so no application has any.
        "keyCredentials": [],
        "passwordCredentials": [],
    }


def _api(world: World, one: Resource) -> Values:
    api = _block(one.outputs, "api")
    return {
        "acceptMappedClaims": api.get("mappedClaimsEnabled"),
        "knownClientApplications": api.get("knownClientApplications", []),
        "requestedAccessTokenVersion": api.get("requestedAccessTokenVersion"),
        "oauth2PermissionScopes": [_permission(each) for each in _rows(api.get("oauth2PermissionScopes"))],
        "preAuthorizedApplications": [
            {"appId": each.inputs.get("authorizedClientId"), "delegatedPermissionIds": each.inputs.get("permissionIds")}
            for each in world.children(one.id)
            if each.token == PRE_AUTHORIZED
        ],
    }


def service_principal_json(one: ServicePrincipal) -> Values:
    """Return a service principal in the form of Microsoft Graph."""
    return {
        "id": one.object_id,
        "appId": one.client_id,
        "appDisplayName": one.display_name,
        "displayName": one.display_name,
        "appOwnerOrganizationId": one.tenant_id or None,
        "appRoleAssignmentRequired": one.assignment_required,
        "accountEnabled": one.enabled,
        "servicePrincipalType": one.kind,
        "servicePrincipalNames": [one.client_id, *one.names],
        "appRoles": [_permission(each) for each in one.app_roles],
        "oauth2PermissionScopes": [_permission(each) for each in one.scopes],
        "keyCredentials": [],
        "passwordCredentials": [],
    }


def credential_json(one: Resource) -> Values:
    """Return a federated identity credential of an application in the form of Microsoft Graph."""
    names = ("issuer", "subject", "description", "audiences")
    return {
        "id": _name(one),
        "name": one.inputs.get("displayName"),
        **{name: one.inputs.get(name) for name in names},
    }


def role_assignment_json(one: Resource) -> Values:
    """Return an app role assignment in the form of Microsoft Graph."""
    given = one.outputs
    return {
        "id": _name(one),
        "appRoleId": given.get("appRoleId"),
        "principalId": given.get("principalObjectId"),
        "principalType": given.get("principalType"),
        "principalDisplayName": given.get("principalDisplayName"),
        "resourceId": given.get("resourceObjectId"),
        "resourceDisplayName": given.get("resourceDisplayName"),
    }


def consent_json(one: Resource) -> Values:
    """Return a consent to delegated permissions in the form of Microsoft Graph."""
    user = one.inputs.get("userObjectId")
    return {
        "id": _name(one),
        "clientId": one.inputs.get("servicePrincipalObjectId"),
        "consentType": "Principal" if user else "AllPrincipals",
        "principalId": user,
        "resourceId": one.inputs.get("resourceServicePrincipalObjectId"),
        "scope": " ".join(cast("list[str]", one.inputs.get("claimValues") or [])),
    }


def principals_json(world: World, object_ids: object) -> Iterator[Values]:
    """Yield users, groups and service principals in the form of Microsoft Graph, by their object ids."""
    for each in cast("list[object]", object_ids or []):
        found = find_principal(world, str(each))
        kind = _ODATA.get(found.kind, "directoryObject") if found is not None else "directoryObject"
        shown = found.display_name if found is not None else None
        yield {"@odata.type": f"#microsoft.graph.{kind}", "id": str(each).lower(), "displayName": shown}


def _permission(row: Mapping[str, object]) -> Values:
    """Return a scope or an app role with the name that Graph has for its state."""
    return {**{name: value for name, value in row.items() if name != "enabled"}, "isEnabled": row.get("enabled", True)}


def _name(one: Resource) -> str:
    return one.id.rpartition("/")[2]


def _block(values: Mapping[str, object], name: str) -> Values:
    found = values.get(name)
    return cast("Values", found) if isinstance(found, dict) else {}


def _rows(value: object) -> list[Values]:
    return cast("list[Values]", value) if isinstance(value, list) else []

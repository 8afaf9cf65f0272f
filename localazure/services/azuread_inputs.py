"""Inputs of the resource types of the provider azuread, and what the provider itself refuses without Entra.

Owns the schemas, in the form of the published API types (`arm/data/README.md`): which properties a type has, which are
required, and the closed sets, forms and lengths that the provider checks in a preview. What Microsoft Graph refuses is
in the modules of the types. Facts: the schemas and validations of hashicorp/terraform-provider-azuread, 2026-08, on
which pulumi-azuread 6.11.1 is built, with the names of that SDK.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from localazure.arm.resource_type import UNKNOWN
from localazure.arm.world import Values
from localazure.errors import Violation

Schema = dict[str, Any]

_GUID = r"^(?i:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})$"
_CLAIM = r"^[A-Za-z0-9:!#$%&'()*+,/;<=>?@\[\]^_{|}~`-][A-Za-z0-9:!#$%&'()*+,./;<=>?@\[\]^_{|}~`-]*$|^$"
"""Value of a scope or an app role: in a token, so without blanks, and with no dot at the start."""
_MOST_OWNERS, _MOST_REDIRECTS, _LONGEST_CLAIM, _LONGEST_TEXT = 100, 256, 249, 1024


def _text(**more: object) -> Schema:
    return {"type": "string", **more}


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def _items(of: Schema, most: int | None = None) -> Schema:
    return {"type": "array", "items": of, **({} if most is None else {"maxItems": most})}


def _block(properties: Mapping[str, Schema], *required: str) -> Schema:
    named = {name: {**each, "required": True} if name in required else each for name, each in properties.items()}
    return {"type": "object", "properties": named}


_FLAG: Schema = {"type": "boolean"}
_FILLED = _text(minLength=1)
_ID = _text(pattern=_GUID)
_ENTRA_APPLICATION = _text(pattern=_GUID.replace("^", "^/applications/", 1))
_CLAIM_VALUE = _text(pattern=_CLAIM, maxLength=_LONGEST_CLAIM)
_OWNERS = _items(_ID, _MOST_OWNERS)
_FEATURES = _items(_block(dict.fromkeys(("customSingleSignOn", "enterprise", "gallery", "hide"), _FLAG)), 1)

_SCOPE = _block(
    {
        "id": _ID,
        "adminConsentDescription": _FILLED,
        "adminConsentDisplayName": _FILLED,
        "enabled": _FLAG,
        "type": _one_of("Admin", "User"),
        "userConsentDescription": _FILLED,
        "userConsentDisplayName": _FILLED,
        "value": _CLAIM_VALUE,
    },
    "id",
)
_ROLE = _block(
    {
        "id": _ID,
        "allowedMemberTypes": _items(_one_of("Application", "User")),
        "description": _FILLED,
        "displayName": _FILLED,
        "enabled": _FLAG,
        "value": _CLAIM_VALUE,
    },
    "id",
    "allowedMemberTypes",
    "description",
    "displayName",
)
# `include_user_token` of the claim `idtyp` is not among them, although Entra has it.
_CLAIM_PROPERTIES = _one_of(
    "cloud_displayname",
    "dns_domain_and_sam_account_name",
    "emit_as_roles",
    "include_externally_authenticated_upn",
    "include_externally_authenticated_upn_without_hash",
    "max_size_limit",
    "netbios_domain_and_sam_account_name",
    "on_premise_security_identifier",
    "sam_account_name",
    "use_guid",
)
_CLAIMS = _items(
    _block(
        {
            "name": _text(),
            "source": _one_of("user"),
            "essential": _FLAG,
            "additionalProperties": _items(_CLAIM_PROPERTIES),
        },
        "name",
    )
)
_ADDRESSES = _items(_text(), _MOST_REDIRECTS)

APPLICATION = _block(
    {
        "api": _block(
            {
                "knownClientApplications": _items(_ID),
                "mappedClaimsEnabled": _FLAG,
                "oauth2PermissionScopes": _items(_SCOPE),
                "requestedAccessTokenVersion": {"type": "integer", "minimum": 1, "maximum": 2},
            }
        ),
        "appRoles": _items(_ROLE),
        "description": _text(maxLength=_LONGEST_TEXT),
        "deviceOnlyAuthEnabled": _FLAG,
        "displayName": _FILLED,
        "fallbackPublicClientEnabled": _FLAG,
        "featureTags": _FEATURES,
        "groupMembershipClaims": _items(_one_of("All", "ApplicationGroup", "DirectoryRole", "None", "SecurityGroup")),
        "identifierUris": _items(_FILLED),
        "logoImage": _text(),
        "marketingUrl": _text(),
        "notes": _FILLED,
        "oauth2PostResponseRequired": _FLAG,
        "optionalClaims": _block(dict.fromkeys(("accessTokens", "idTokens", "saml2Tokens"), _CLAIMS)),
        "owners": _OWNERS,
        "password": {},
        "preventDuplicateNames": _FLAG,
        "privacyStatementUrl": _text(),
        "publicClient": _block({"redirectUris": _ADDRESSES}),
        "requiredResourceAccesses": _items(
            _block(
                {
                    "resourceAppId": _text(),
                    "resourceAccesses": _items(_block({"id": _ID, "type": _one_of("Role", "Scope")}, "id", "type")),
                },
                "resourceAppId",
                "resourceAccesses",
            )
        ),
        "serviceManagementReference": _text(),
        "signInAudience": _one_of(
            "AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"
        ),
        "singlePageApplication": _block({"redirectUris": _ADDRESSES}),
        "supportUrl": _text(),
        "tags": _items(_text()),
        "templateId": _ID,
        "termsOfServiceUrl": _text(),
        "web": _block(
            {
                "homepageUrl": _text(),
                "implicitGrant": _block(dict.fromkeys(("accessTokenIssuanceEnabled", "idTokenIssuanceEnabled"), _FLAG)),
                "logoutUrl": _text(),
                "redirectUris": _ADDRESSES,
            }
        ),
    },
    "displayName",
)
IDENTIFIER_URI = _block(
    {"applicationId": _ENTRA_APPLICATION, "identifierUri": _FILLED}, "applicationId", "identifierUri"
)
PRE_AUTHORIZED = _block(
    {"applicationId": _ENTRA_APPLICATION, "authorizedClientId": _ID, "permissionIds": _items(_ID)},
    "applicationId",
    "authorizedClientId",
    "permissionIds",
)
FEDERATED_CREDENTIAL = _block(
    {
        "applicationId": _ENTRA_APPLICATION,
        "audiences": _items(_FILLED, 1),
        "description": _text(),
        "displayName": _text(minLength=1, maxLength=120),
        "issuer": _text(),
        "subject": _text(),
    },
    "applicationId",
    "audiences",
    "displayName",
    "issuer",
    "subject",
)
SERVICE_PRINCIPAL = _block(
    {
        "accountEnabled": _FLAG,
        "alternativeNames": _items(_FILLED),
        "appRoleAssignmentRequired": _FLAG,
        "clientId": _ID,
        "description": _text(maxLength=_LONGEST_TEXT),
        "featureTags": _FEATURES,
        "loginUrl": _text(),
        "notes": _text(maxLength=_LONGEST_TEXT),
        "notificationEmailAddresses": _items(_FILLED),
        "owners": _OWNERS,
        "preferredSingleSignOnMode": _one_of("oidc", "password", "saml", "notSupported", ""),
        "samlSingleSignOn": _block({"relayState": _FILLED}),
        "tags": _items(_text()),
        "useExisting": _FLAG,
    },
    "clientId",
)
ROLE_ASSIGNMENT = _block(
    {"appRoleId": _ID, "principalObjectId": _ID, "resourceObjectId": _ID},
    "appRoleId",
    "principalObjectId",
    "resourceObjectId",
)
PERMISSION_GRANT = _block(
    {
        "claimValues": _items(_FILLED),
        "resourceServicePrincipalObjectId": _ID,
        "servicePrincipalObjectId": _ID,
        "userObjectId": _ID,
    },
    "claimValues",
    "resourceServicePrincipalObjectId",
    "servicePrincipalObjectId",
)


def scope_and_role_violations(inputs: Values) -> Iterator[Violation]:
    """Yield a violation for scopes and app roles of an application that share an id or a value without being equal.

    A scope and an app role may have the same id, if their value, names, description and state are the same too.
    """
    found: list[tuple[str, tuple[Any, ...]]] = []
    for path, (name, description), listed in (
        ("appRoles", ("displayName", "description"), inputs.get("appRoles")),
        ("api.oauth2PermissionScopes", ("adminConsentDisplayName", "adminConsentDescription"), _scopes(inputs)),
    ):
        for place, each in enumerate(_blocks(listed)):
            row = (each.get("id"), each.get("value"), each.get(name), each.get(description), each.get("enabled", True))
            if not {None, "", UNKNOWN} & set(row[:2]):
                found.append((f"{path}[{place}]", row))
    for at, (where, row) in enumerate(found):
        for earlier, other in found[:at]:
            shared = [name for name, one, two in zip(("id", "value"), row, other, strict=False) if one == two]
            if shared and row != other:
                yield Violation(where, f"has the same {shared[0]} as {earlier} and is not equal; give each its own")


def _scopes(inputs: Values) -> object:
    api = inputs.get("api")
    return cast("Values", api).get("oauth2PermissionScopes") if isinstance(api, dict) else None


def _blocks(listed: object) -> list[Values]:
    blocks = cast("list[object]", listed) if isinstance(listed, list) else []
    return [cast("Values", each) for each in blocks if isinstance(each, dict)]

"""Judges the authentication that Container Apps does in front of an app: whether it admits only callers of Entra ID.

Owns the settings of an authentication config. A setting that is missing counts as one that admits callers: a config is
written to keep them out, so it can say so. Sources: "Authentication and authorization in Azure Container Apps" and
"Enable authentication and authorization in Azure Container Apps with Microsoft Entra ID", Microsoft Learn, 2025; names
of properties from the REST reference, ContainerAppsAuthConfig, 2025-01-01.
"""

import re
from collections.abc import Iterator

from access.azure.booleans import boolean
from access.azure.types import of_token
from access.model.json_values import Values, is_known, listed, mapping, text

__all__ = ["CONFIG", "admission_reasons", "client_id_of", "names_callers"]

CONFIG = of_token("azure-native:app:ContainerAppsAuthConfig").key
"""ARM type of an authentication config, in lower case; its name is `current`, and no other is in effect."""
_REFUSING = frozenset({"return401", "return403", "redirecttologinpage"})
_ENTRA = "azureactivedirectory"
# Names in place of a tenant's id that mean any tenant: "OpenID Connect on the Microsoft identity platform", Microsoft
# Learn, 2025.
_ANY_TENANT = frozenset({"common", "consumers", "organizations"})
_ISSUER = re.compile(r"https://(?:login\.[^/]+|sts\.windows\.net)/([^/]+)(?:/v2\.0)?/?", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def admission_reasons(name: str, values: Values) -> Iterator[str]:
    """Yield the reasons why a config admits callers without a token of one tenant; none if it refuses all of them.

    Args:
        name: name of the config.
        values: its properties in one mapping.
    """
    if name.lower() != "current":
        yield f"its name is {name!r}, and only 'current' is in effect"
    if boolean(mapping(values.get("platform")).get("enabled")) is not True:
        yield "it is not turned on (platform.enabled)"
    validation = mapping(values.get("globalValidation"))
    if text(validation, "unauthenticatedClientAction").lower() not in _REFUSING:
        yield "it lets callers without a token pass (globalValidation.unauthenticatedClientAction)"
    if validation.get("excludedPaths"):
        yield "it leaves out paths (globalValidation.excludedPaths)"
    yield from _of_entra(_entra_provider(values))
    providers = mapping(values.get("identityProviders"))
    others = sorted(name for name, each in providers.items() if name.lower() != _ENTRA and _admits(name, each))
    if others:
        yield f"it accepts accounts outside Entra ID (identityProviders: {', '.join(others)})"


def names_callers(values: Values) -> bool:
    """Return True if a config lists the applications, principals or groups that it admits."""
    validation = mapping(_entra_provider(values).get("validation"))
    policy, claims = mapping(validation.get("defaultAuthorizationPolicy")), mapping(validation.get("jwtClaimChecks"))
    principals = mapping(policy.get("allowedPrincipals"))
    lists = (
        policy.get("allowedApplications"),
        principals.get("identities"),
        principals.get("groups"),
        claims.get("allowedClientApplications"),
        claims.get("allowedGroups"),
    )
    return any(each not in {"", "*"} for one in lists for each in listed(one) if isinstance(each, str))


def client_id_of(values: Values) -> str:
    """Return the client id whose tokens a config admits; empty if it is not known."""
    return text(mapping(_entra_provider(values).get("registration")), "clientId")


def _entra_provider(values: Values) -> Values:
    providers = mapping(values.get("identityProviders"))
    return mapping(next((each for name, each in providers.items() if name.lower() == _ENTRA), None))


def _of_entra(provider: Values) -> Iterator[str]:
    if not provider or boolean(provider.get("enabled")) is False:
        yield "it has no identity provider of Entra ID (identityProviders.azureActiveDirectory)"
        return
    registration = mapping(provider.get("registration"))
    # The client id of an application that the program creates is known after its deployment.
    if registration.get("clientId") in (None, ""):
        yield "it names no application whose tokens it admits (registration.clientId)"
    issuer = _ISSUER.fullmatch(text(registration, "openIdIssuer"))
    if issuer is None or issuer[1].lower() in _ANY_TENANT:
        yield "it does not name one tenant (registration.openIdIssuer)"
    audiences = listed(mapping(provider.get("validation")).get("allowedAudiences"))
    if any(map(_is_foreign, audiences)):
        yield "it admits tokens that were made for another service (validation.allowedAudiences)"


def _is_foreign(audience: object) -> bool:
    """Return True for an audience that is not an application's own: neither a client id nor `api://…`."""
    if not isinstance(audience, str) or not is_known(audience):
        return False
    return not (audience.lower().startswith("api://") or _GUID.fullmatch(audience))


def _admits(name: str, provider: object) -> bool:
    """Return True if another identity provider admits its accounts."""
    settings = mapping(provider)
    if name.lower() == "customopenidconnectproviders":
        return any(_admits("", each) for each in settings.values())
    return bool(settings) and boolean(settings.get("enabled")) is not False

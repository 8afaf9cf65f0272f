"""Reads the settings of Entra applications by which more can be done with one than to act for users of one tenant.

Owns one reading per setting. An application that acts for users needs none of them: it signs nobody in itself, so that
an address to which Entra sends tokens or codes is a way for them to leave. Sources: "application resource type",
Microsoft Graph v1.0, and "Security best practices for application properties in Microsoft Entra ID", Microsoft Learn,
2026; defaults from the reference of `azuread` 6, pulumi.com, 2026.
"""

from collections.abc import Iterable, Iterator

from access.model.applications import RiskySetting
from access.model.json_values import Values, is_known, mapping
from access.readers.azuread_types import APPLICATIONS, SERVICE_PRINCIPAL, texts_and_unknown, token
from access.readers.resource_state import ResourceState

__all__ = ["risky_settings", "unknown_settings"]

_SINGLE_TENANT = "AzureADMyOrg"
_CURRENT_VERSION = 2
_REDIRECTS = (("web", "redirectUris"), ("singlePageApplication", "redirectUris"), ("publicClient", "redirectUris"))
_IMPLICIT = ("accessTokenIssuanceEnabled", "idTokenIssuanceEnabled")
_OF_REGISTRATION = ("implicitAccessTokenIssuanceEnabled", "implicitIdTokenIssuanceEnabled")
_JUDGED = ("api", "fallbackPublicClientEnabled", "owners", "publicClient", "requiredResourceAccesses")
_JUDGED_TOO = ("signInAudience", "singlePageApplication", "web")


def risky_settings(states: Iterable[ResourceState]) -> Iterator[RiskySetting]:
    """Yield the risky settings of one application."""
    for state in states:
        found = _of_application(state) if state.type in APPLICATIONS else _of_part(state)
        yield from (RiskySetting(what, widens=True, location=state.location) for what in found)
        if state.type in APPLICATIONS and _has_old_tokens(state):
            what = "gets tokens of version 1, whose audience and issuer have other forms (requestedAccessTokenVersion)"
            yield RiskySetting(what, widens=False, location=state.location)


def unknown_settings(states: Iterable[ResourceState]) -> Iterator[str]:
    """Yield a sentence for each setting of one application that is not known before deployment, or is secret."""
    for state in states:
        names = (*_JUDGED, *_JUDGED_TOO) if state.type in APPLICATIONS else ()
        if state.type == SERVICE_PRINCIPAL:
            names = ("appRoleAssignmentRequired", "owners")
        for name in names:
            value = state.inputs.get(name)
            if value is not None and not is_known(value):
                yield f"the property '{name}' of this application is unknown before deployment, or secret"
        version = mapping(state.inputs.get("api")).get("requestedAccessTokenVersion")
        if state.type in APPLICATIONS and version is not None and not is_known(version):
            yield "the version of the tokens of this application is unknown before deployment, or secret"


def _of_application(state: ResourceState) -> Iterator[str]:
    values = state.values
    audience = values.get("signInAudience")
    if isinstance(audience, str) and is_known(audience) and audience != _SINGLE_TENANT:
        yield f"accepts accounts outside its tenant (signInAudience: {audience})"
    for outer, inner in _REDIRECTS:
        addresses, unknown = texts_and_unknown(mapping(values.get(outer)).get(inner))
        if addresses or unknown:
            yield f"has a redirect address ({outer}.{inner}: {', '.join(addresses) or 'not known'})"
    implicit = mapping(mapping(values.get("web")).get("implicitGrant"))
    on = [name for name in _IMPLICIT if _is_on(implicit, name)]
    on += [name for name in _OF_REGISTRATION if _is_on(values, name)]
    if on:
        yield f"hands out tokens in the address of a page, by the implicit flow ({', '.join(on)})"
    if _is_on(values, "fallbackPublicClientEnabled"):
        yield "is a public client, which proves nothing about itself (fallbackPublicClientEnabled)"


def _has_old_tokens(state: ResourceState) -> bool:
    values = state.values
    version = mapping(values.get("api")).get("requestedAccessTokenVersion", values.get("requestedAccessTokenVersion"))
    if version is None:
        # An application gets version 1 by default, and a registration version 2.
        return state.type != token("ApplicationRegistration") and not state.external
    return isinstance(version, int | float) and version != _CURRENT_VERSION


def _of_part(state: ResourceState) -> Iterator[str]:
    if state.type == token("ApplicationRedirectUris"):
        addresses, unknown = texts_and_unknown(state.values.get("redirectUris"))
        if addresses or unknown:
            yield f"has a redirect address (redirectUris: {', '.join(addresses) or 'not known'})"
    elif state.type == token("ApplicationFallbackPublicClient") and _is_on(state.values, "enabled"):
        yield "is a public client, which proves nothing about itself (enabled)"


def _is_on(values: Values, name: str) -> bool:
    """Return True if a setting is neither missing nor off; one that is not known counts as on."""
    return values.get(name) not in (None, False)

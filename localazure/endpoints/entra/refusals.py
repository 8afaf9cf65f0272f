"""Refusals of Entra's token endpoint: each AADSTS code with its OAuth error, HTTP status, text and source.

Owns the codes and the complete body of a refusal. A client decides by `error`, `suberror` and `claims`, since
Microsoft changes numbers and texts ("Microsoft Entra authentication and authorization error codes", Microsoft Learn,
2024-04); body: "Microsoft identity platform and OAuth2.0 On-Behalf-Of flow", Microsoft Learn, 2024-01. A source of
`reports` means that the code was found only in public reports of 2026, where error and status may differ.
"""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from localazure.endpoints.messages import Reply, Values, json_reply

__all__ = ["CODES", "EntraCode", "EntraRefusal"]

_CODES = '"Microsoft Entra authentication and authorization error codes", Microsoft Learn, 2024-04'
_OBO = '"Microsoft identity platform and OAuth2.0 On-Behalf-Of flow", Microsoft Learn, 2024-01'
_FEDERATION = '"Important considerations and restrictions for federated identity credentials", Microsoft Learn, 2025-02'
_REPORTS = "reports in public files, 2026"


@dataclass(frozen=True)
class EntraCode:
    """Refusal of the token endpoint: OAuth error, text and source of an AADSTS code."""

    error: str
    text: str
    """Sentence with the parts that differ in braces."""
    source: str
    status: int = 400
    suberror: str = ""


def _no_federation(what: str, source: str) -> EntraCode:
    return EntraCode(
        "invalid_client",
        f"No matching federated identity record found for presented assertion {what}. Check your federated identity"
        " credential Subject, Audience and Issuer against the presented assertion.",
        source,
        status=401,
    )


CODES: Mapping[int, EntraCode] = {
    28000: EntraCode(
        "invalid_scope",
        "Provided value for the input parameter scope is not valid because it contains more than one resource."
        " Scope {scope} is not valid.",
        _CODES,
    ),
    28003: EntraCode(
        "invalid_request",
        "Provided value for the input parameter scope cannot be empty when requesting a token.",
        _CODES,
    ),
    50013: EntraCode(
        "invalid_grant",
        "Assertion failed signature validation. [Reason - {reason}]",
        "AzureAD/microsoft-authentication-library-for-dotnet#1317, 2019-08",
    ),
    50027: EntraCode("invalid_request", "JWT token is invalid or malformed.", _CODES),
    50034: EntraCode("invalid_grant", "The user account {user} does not exist in the directory {tenant}.", _CODES),
    50057: EntraCode("invalid_grant", "The user account {user} is disabled.", _CODES),
    50076: EntraCode(
        "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use"
        " multi-factor authentication to access '{resource}'.",
        _OBO,
        suberror="basic_action",
    ),
    50079: EntraCode(
        "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must"
        " enroll in multi-factor authentication to access '{resource}'.",
        _OBO,
        suberror="basic_action",
    ),
    50105: EntraCode(
        "invalid_grant",
        "Your administrator has configured the application {client} to block users unless they are specifically"
        " granted ('assigned') access to the application. The signed in user '{user}' is blocked because they are not"
        " a direct member of a group with access, nor had access directly assigned by an administrator.",
        _CODES,
    ),
    50173: EntraCode(
        "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have"
        " changed or reset their password.",
        _CODES,
        suberror="bad_token",
    ),
    50196: EntraCode(
        "invalid_grant",
        "The server terminated an operation because it encountered a client request loop.",
        '"Handle errors and exceptions in MSAL.NET", Microsoft Learn, 2026',
    ),
    53003: EntraCode(
        "interaction_required",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        _CODES,
        suberror="message_only",
    ),
    65001: EntraCode(
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{client}' named '{name}'. Send an"
        " interactive authorization request for this user and resource.",
        _OBO,
        suberror="consent_required",
    ),
    70000: EntraCode(
        "invalid_grant",
        "Provided grant is invalid or malformed.",
        "AzureAD/microsoft-identity-web#1435, 2021-09",
        suberror="bad_token",
    ),
    70003: EntraCode("unsupported_grant_type", "The app requested an unsupported grant type '{grant}'.", _CODES),
    70011: EntraCode(
        "invalid_scope",
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter"
        " 'scope' is not valid. The scope {scope} is not valid.",
        _CODES,
    ),
    70021: EntraCode(
        "invalid_client",
        "No matching federated identity record found for presented assertion.",
        _FEDERATION,
        status=401,
    ),
    90002: EntraCode(
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the"
        " correct cloud.",
        _CODES,
    ),
    500011: EntraCode(
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the"
        " application has not been installed by the administrator of the tenant or consented to by any user in the"
        " tenant. You might have sent your authentication request to the wrong tenant.",
        "microsoft/store-submission#18, 2024-03",
    ),
    500131: EntraCode(
        "invalid_grant",
        "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was"
        " '{found}' and the expected audience is '{client}' or one of the Application Uris of this application.",
        _REPORTS,
    ),
    500133: EntraCode(
        "invalid_grant",
        "Assertion is not within its valid time range. Ensure that the access token is not expired before using it for"
        " user assertion, or request a new token.",
        "microsoft/AuthJanitor#88, 2020-06",
    ),
    501051: EntraCode(
        "invalid_grant",
        "Application '{client}'({name}) is not assigned to a role for the application '{resource}'({resource_name}).",
        _CODES,
    ),
    650053: EntraCode(
        "invalid_client",
        "The application '{name}' requests the scope '{scope}', which doesn't exist on the resource '{resource}'."
        " Contact the app vendor.",
        _CODES,
    ),
    650057: EntraCode(
        "invalid_resource",
        "Invalid resource. The client has requested access to a resource which is not listed in the requested"
        " permissions in the client's application registration. Client app ID: {client}({name}). Resource value from"
        " request: {resource}.",
        _CODES,
    ),
    700016: EntraCode(
        "unauthorized_client",
        "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the"
        " application has not been installed by the administrator of the tenant or consented to by any user in the"
        " tenant. You may have sent your authentication request to the wrong tenant.",
        _CODES,
    ),
    700024: EntraCode(
        "invalid_client",
        "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {begin}, expiry"
        " time of assertion {end}.",
        "AzureAD/microsoft-authentication-library-for-dotnet#4951, 2024-10",
        status=401,
    ),
    700027: EntraCode("invalid_client", "Client assertion failed signature validation. {reason}", _CODES, status=401),
    700082: EntraCode(
        "invalid_grant", "The refresh token has expired due to inactivity.", _CODES, suberror="bad_token"
    ),
    700211: _no_federation("issuer '{found}'", _FEDERATION),
    700212: _no_federation("audience '{found}'", _FEDERATION),
    700213: _no_federation("subject '{found}'", _FEDERATION),
    700231: EntraCode(
        "invalid_client",
        "Token obtained using another federated identity credential may not be used as federated identity credential.",
        _REPORTS,
        status=401,
    ),
    900144: EntraCode(
        "invalid_request", "The request body must contain the following parameter: '{parameter}'.", _CODES
    ),
    7000112: EntraCode("unauthorized_client", "Application '{client}'({name}) is disabled.", _CODES),
    7000113: EntraCode(
        "invalid_grant",
        "Application '{client}' is not authorized to make application on-behalf-of calls: the assertion is a token of"
        " an application, and not of a user.",
        _REPORTS,
    ),
    7000215: EntraCode("invalid_client", "Invalid client secret provided.", _CODES, status=401),
    7000218: EntraCode(
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        _CODES,
        status=401,
    ),
    7002138: EntraCode(
        "invalid_client",
        "No matching federated identity record found for presented assertion {what} '{found}'. The {what} matches with"
        " case-insensitive comparison, but not with case-sensitive comparison.",
        "Azure/login#515, 2024-12",
        status=401,
    ),
}


class EntraRefusal(Exception):  # noqa: N818 - an answer, which the endpoint sends
    """Refusal of a token request by Entra: the AADSTS code, and the parts of its text."""

    def __init__(self, code: int, *, claims: Mapping[str, object] | None = None, **parts: object) -> None:
        self.code = code
        self.known = CODES[code]
        self.claims = claims
        self.text = f"AADSTS{code}: {self.known.text.format_map(parts)}"
        super().__init__(self.text)

    def reply(self, correlation_id: str, now: float, *, user: str = "", client: str = "") -> Reply:
        """Return the HTTP response of a refusal, with all members that Entra's has."""
        trace = str(uuid.uuid4())
        moment = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(now))
        body: Values = {
            "error": self.known.error,
            "error_description": f"{self.text} Trace ID: {trace} Correlation ID: {correlation_id} Timestamp: {moment}",
            "error_codes": [self.code],
            "timestamp": moment,
            "trace_id": trace,
            "correlation_id": correlation_id,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.code}",
        }
        if self.known.suberror:
            body["suberror"] = self.known.suberror
        if self.claims is not None:
            body["claims"] = json.dumps(self.claims, separators=(",", ":"))
        return json_reply(body, self.known.status, _NOT_STORED, user=user, client=client)


_NOT_STORED = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}

"""The token that a client requests of a credential: scopes, tenant and claims, checked against the credential."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from azure.core.credentials import TokenRequestOptions

from agent_network_runtime.api_hosts import ApiHosts
from agent_network_runtime.challenge import claims_object
from agent_network_runtime.errors import ConfigurationError, ScopeNotDeclaredError
from agent_network_runtime.exchange import TokenRequest
from agent_network_runtime.parties import IncomingToken
from agent_network_runtime.scopes import RequestedScopes

LONGEST_HOLD: Final = 3600.0
"""Seconds: the longest time for which a token may be held across requests."""


@dataclass(frozen=True)
class CredentialPurpose:
    """The purpose of one credential of a user: its scopes, and the time for which its tokens are held."""

    incoming: IncomingToken
    requested: RequestedScopes
    hold_for: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.hold_for <= LONGEST_HOLD:
            raise ScopeNotDeclaredError(
                f"hold_for is {self.hold_for:g} seconds, but tokens are held for 0 to {LONGEST_HOLD:g} seconds"
            )

    @property
    def hosts(self) -> ApiHosts:
        """Hosts to which a token of this credential may go."""
        return ApiHosts(self.requested.api.name, self.requested.api.hosts)

    def token_request(self, scopes: Sequence[str], options: TokenRequestOptions) -> TokenRequest:
        """Return the token request that a client's call means; refuse what the credential is not for."""
        self.requested.check(scopes)
        tenant = options.get("tenant_id")
        if tenant and tenant.lower() != self.incoming.tenant_id:
            raise ScopeNotDeclaredError("this credential gets tokens of the user's own tenant, not of another tenant")
        text, claims = options.get("claims"), ""
        if text:
            demanded = claims_object(text)
            if demanded is None:
                raise ConfigurationError("the API's claims challenge is not a JSON object of permitted size")
            claims = json.dumps(demanded, separators=(",", ":"))
        # A token that lives long because its API can revoke it is of use only if the client handles the challenge.
        continuous = options.get("enable_cae", False) and self.incoming.handles_claims
        return TokenRequest(incoming=self.incoming, requested=self.requested, continuous=continuous, claims=claims)


def options_of(claims: str | None, tenant_id: str | None, *, enable_cae: bool) -> TokenRequestOptions:
    """Return the arguments of azure-core's older `get_token` as the options of `get_token_info`."""
    options: TokenRequestOptions = {"enable_cae": enable_cae}
    if claims:
        options["claims"] = claims
    if tenant_id:
        options["tenant_id"] = tenant_id
    return options


def cache_key(request: TokenRequest) -> tuple[str, bytes, str, bool]:
    """Return the key of a token in memory: the user, the very token that came in, the scopes and the kind of token."""
    return request.incoming.user, request.incoming.fingerprint, request.requested.text, request.continuous

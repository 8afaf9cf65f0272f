"""The two parties of a token exchange: the agent's Entra application, and the user whose token came in."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from agent_network_runtime.challenge import AUTHORITY
from agent_network_runtime.secret import Secret


@dataclass(frozen=True, kw_only=True)
class Application:
    """The agent's Entra application, which exchanges users' tokens."""

    tenant_id: str
    client_id: str
    authority: str = AUTHORITY

    @property
    def token_url(self) -> str:
        """Address of the token endpoint of the agent's own tenant: with `common`, guests would get the wrong tenant."""
        return f"{self.authority.rstrip('/')}/{self.tenant_id}/oauth2/v2.0/token"


@dataclass(frozen=True, kw_only=True)
class IncomingToken:
    """A validated token of a user, with the claims that its exchange depends on."""

    token: Secret
    tenant_id: str
    object_id: str
    expires_on: float
    issued_at: float
    handles_claims: bool
    """The client handles claims challenges: its token's claim `xms_cc` holds `cp1`."""

    @property
    def user(self) -> str:
        """Name of the user in keys and logs: tenant and object id."""
        return f"{self.tenant_id}/{self.object_id}"

    @cached_property
    def fingerprint(self) -> bytes:
        """Digest of the token, different for every token, for keys in memory; it is neither logged nor sent."""
        return hashlib.sha256(self.token.reveal().encode()).digest()

"""The two parties of a token exchange: the agent's Entra application, and the user whose token came in."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from agent_network_runtime.challenge import AUTHORITY
from agent_network_runtime.errors import ConfigurationError
from agent_network_runtime.secret import Secret
from agent_network_runtime.settings import ActsForUsers, Settings


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


def application_for_users(settings: Settings) -> tuple[Application, ActsForUsers]:
    """Return the application with which an agent acts for users, and what the agent may do for them.

    Raises:
        ConfigurationError: the agent does not act for users.
    """
    acts, application = settings.acts_for_users, settings.application
    if acts is None or application is None:
        raise ConfigurationError(f"the agent {settings.agent} does not act for users; declare acts_for_users")
    found = Application(
        tenant_id=settings.tenant_id, client_id=application.client_id, authority=settings.authority_host
    )
    return found, acts


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

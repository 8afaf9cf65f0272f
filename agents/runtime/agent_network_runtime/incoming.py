"""The parties of a request after validation: the user that it is made for, or the application that calls.

Both have the claims that the library keeps, under the claims' own names. A user's context also holds the user's token,
for the on-behalf-of exchange alone: no text, copy or pickle of the context shows it, and it is gone when the context is
closed, also for every credential that was made from it.
"""

from typing import Final, NoReturn

from agent_network_runtime.claims import CLAIMS_CAPABILITY, CallerClaims, UserClaims
from agent_network_runtime.parties import IncomingToken
from agent_network_runtime.secret import Secret


class IncomingUser:
    """A validated user of one request; the asynchronous and the synchronous context add credentials."""

    __slots__ = ("__weakref__", "_token", "claims")

    def __init__(self, claims: UserClaims, token: Secret) -> None:
        self.claims: Final = claims
        self._token: Final = token

    def _incoming(self) -> IncomingToken:
        """Return the user's token for the on-behalf-of exchange."""
        return IncomingToken(
            token=self._token,
            tenant_id=self.tid,
            object_id=self.oid,
            expires_on=self.claims.times.expires_on,
            issued_at=self.claims.times.issued_at,
            handles_claims=self.handles_claims,
        )

    @property
    def tid(self) -> str:
        """Id of the user's tenant; with `oid`, the key of everything that belongs to the user."""
        return self.claims.tid

    @property
    def oid(self) -> str:
        """Object id of the user."""
        return self.claims.oid

    @property
    def azp(self) -> str:
        """Client id of the application that sent the token."""
        return self.claims.azp

    @property
    def uti(self) -> str:
        """Id of the token, by which Entra's sign-in logs name it; it is not a secret."""
        return self.claims.uti

    @property
    def xms_cc(self) -> tuple[str, ...]:
        """Capabilities of the client, in lower case."""
        return self.claims.xms_cc

    @property
    def handles_claims(self) -> bool:
        """True if the client can handle a claims challenge (capability `cp1`)."""
        return CLAIMS_CAPABILITY in self.claims.xms_cc

    @property
    def expires_on(self) -> int:
        """End of the user's token, in seconds since 1970."""
        return self.claims.times.expires_on

    def __repr__(self) -> str:
        return f"{type(self).__name__}(tid={self.tid!r}, oid={self.oid!r}, uti={self.uti!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a user's context is neither copied nor stored: it ends with the request")


CallerContext = CallerClaims
"""The application that calls, such as another agent; nothing is left of its token."""

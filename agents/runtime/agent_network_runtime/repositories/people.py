"""The authenticated user on whose behalf a repository is read, as far as repositories need to know the user."""

from typing import Protocol


class AuthenticatedUser(Protocol):
    """User of Entra ID whose token was validated: tenant and object id, never an address or a name."""

    @property
    def tid(self) -> str:
        """Id of the tenant of the user."""
        ...

    @property
    def oid(self) -> str:
        """Object id of the user."""
        ...

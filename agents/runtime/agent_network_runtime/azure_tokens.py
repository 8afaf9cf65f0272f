"""Tokens in the form in which Azure's clients take them, which show no text and end with the request.

Azure's own types are plain: their `repr` prints the token, and a client that outlives the request would keep using it.
These read the token at the moment of use, so that a client kept after the request gets an error instead of the token.
"""

from collections.abc import Iterator
from typing import Any, NoReturn, Self

from azure.core.credentials import AccessToken, AccessTokenInfo

from agent_network_runtime.secret import PLACEHOLDER, Secret


class UserAccessToken(AccessToken):
    """Result of `get_token`: a tuple of the token and its end, which reads the token when it is used."""

    _secret: Secret

    def __new__(cls, secret: Secret, expires_on: int) -> Self:
        """Make the tuple with a placeholder in the token's place."""
        made = super().__new__(cls, PLACEHOLDER, expires_on)
        made._secret = secret
        return made

    @property
    def token(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - read at the moment of use
        """The token's text; an error after the end of the request."""
        return self._secret.reveal()

    def __iter__(self) -> Iterator[Any]:
        return iter((self.token, self.expires_on))

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - the signature of a tuple, for numbers and slices
        values: tuple[Any, ...] = (self.token, self.expires_on)
        return values[index]

    def __repr__(self) -> str:
        return f"AccessToken(token={PLACEHOLDER!r}, expires_on={self.expires_on})"

    def __reduce__(self) -> NoReturn:
        self._secret.__reduce__()


class UserAccessTokenInfo(AccessTokenInfo):
    """Result of `get_token_info`, which reads the token when it is used."""

    def __init__(self, secret: Secret, expires_on: int) -> None:  # pyright: ignore[reportMissingSuperCall]
        self._secret = secret
        self.expires_on = expires_on
        self.token_type = "Bearer"  # noqa: S105 - the kind of token, not a token
        self.refresh_on = None

    @property
    def token(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - read at the moment of use
        """The token's text; an error after the end of the request."""
        return self._secret.reveal()

    def __repr__(self) -> str:
        return f"AccessTokenInfo(token={PLACEHOLDER!r}, expires_on={self.expires_on})"

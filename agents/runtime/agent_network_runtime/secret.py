"""A token that no text, log or copy shows: the form in which the runtime library keeps every token.

`repr`, `str` and `format` give a placeholder, so that a traceback with local variables, a log line or a debugger's list
shows no token; `pickle` and `copy` are refused, because a copy would outlive the request. The text itself is read with
`reveal()`, at the last moment before a token is sent.
"""

from typing import Final, NoReturn

from agent_network_runtime.errors import RuntimeLibraryError

PLACEHOLDER: Final = "<token withheld>"


class TokenDroppedError(RuntimeLibraryError):
    """A token was read after the request that it belonged to had ended."""


class Secret:
    """A token whose text is read with `reveal()` and is gone after `drop()`."""

    __slots__ = ("__weakref__", "_text")

    def __init__(self, text: str) -> None:
        self._text: str | None = text

    def reveal(self) -> str:
        """Return the token's text; raises `TokenDroppedError` after `drop()`."""
        if self._text is None:
            raise TokenDroppedError("the request that this token belonged to has ended; get a token in a new request")
        return self._text

    def drop(self) -> None:
        """Forget the token's text, for everyone who holds this object."""
        self._text = None

    @property
    def dropped(self) -> bool:
        """True after the secret was dropped."""
        return self._text is None

    def __repr__(self) -> str:
        return PLACEHOLDER

    def __format__(self, format_spec: str, /) -> str:
        return format(PLACEHOLDER, format_spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is neither copied nor stored")

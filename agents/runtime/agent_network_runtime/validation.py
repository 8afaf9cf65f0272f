"""Validation of incoming tokens without input and output: what the asynchronous and the synchronous runtime share.

`Validator.validate` returns its errors instead of raising them: an error that passed through it would keep its frame,
and with it the token, in a traceback. It returns `MissingKey` where only a download can go on; the runtime then waits,
with the token in a `Secret`, and calls it again.

A token that was validated is remembered by a keyed digest, with its claims and without the token, so that a repeat
costs no signature. Each use checks the times again. Changed or outdated keys empty the memory.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, Generic, Protocol, TypeVar

from agent_network_runtime.bearer import bearer_token, parse_token
from agent_network_runtime.claims import Times
from agent_network_runtime.errors import RuntimeLibraryError
from agent_network_runtime.secret import Secret
from agent_network_runtime.signing_keys import SigningKeys, verify

MEMORY: Final = 2_048
"""Validated tokens that are remembered; the one that was not used for the longest time goes first."""
_DIGEST: Final = 32
"""Bytes of a digest, and of the process's own key for it: outside the process, a digest leads to no token."""


class ValidClaims(Protocol):
    """The claims that a validator keeps of a token."""

    @property
    def times(self) -> Times:
        """Times at which the token is valid."""
        ...


C = TypeVar("C", bound=ValidClaims)


class MissingKey:
    """The result for a token whose key is not among the usable ones."""


MISSING_KEY: Final = MissingKey()


def read_header(header: str | Sequence[str] | None) -> Secret | RuntimeLibraryError:
    """Return the token of an `Authorization` header, or the error of a header that has none."""
    try:
        return Secret(bearer_token(header))
    except RuntimeLibraryError as error:
        return error.with_traceback(None)


def checked(read: Secret | RuntimeLibraryError) -> Secret:
    """Return the token that `read_header` found, or raise its error, from a frame without the header."""
    if isinstance(read, RuntimeLibraryError):
        raise read
    return read


class Validator(Generic[C]):
    """Validates one kind of token; safe to use from several threads."""

    def __init__(
        self,
        keys: SigningKeys,
        rules: Callable[[Mapping[str, Any], float], C],
        clock: Callable[[], float],
        size: int = MEMORY,
    ) -> None:
        self._keys = keys
        self._rules = rules
        self._clock = clock
        self._size = size
        self._lock = threading.Lock()
        self._digest_key = secrets.token_bytes(_DIGEST)
        self._generation = keys.generation
        self._validated: OrderedDict[bytes, C] = OrderedDict()

    def __len__(self) -> int:
        return len(self._validated)

    def validate(self, token: Secret) -> C | MissingKey | RuntimeLibraryError:
        """Return the claims of a valid token, `MISSING_KEY`, or the error of a token that is not valid."""
        try:
            return self._validate(token.reveal())
        except RuntimeLibraryError as error:
            return error.with_traceback(None)

    def _validate(self, token: str) -> C | MissingKey:
        digest = blake2b(token.encode(), digest_size=_DIGEST, key=self._digest_key).digest()
        now = self._clock()
        with self._lock:
            known = self._remembered(digest)
        if known is not None:
            known.times.check(now)
            return known
        parsed = parse_token(token)
        generation = self._keys.generation
        key = self._keys.find(parsed.key_id)
        if key is None:
            return MISSING_KEY
        verify(key, parsed.signed, parsed.signature)
        claims = self._rules(parsed.claims(), now)
        with self._lock:
            if generation == self._generation:
                self._validated[digest] = claims
                while len(self._validated) > self._size:
                    self._validated.popitem(last=False)
        return claims

    def _remembered(self, digest: bytes) -> C | None:
        """Return the claims of a token that was validated with the present keys."""
        if self._generation != self._keys.generation or not self._keys.usable:
            self._generation = self._keys.generation
            self._validated.clear()
            return None
        known = self._validated.get(digest)
        if known is not None:
            self._validated.move_to_end(digest)
        return known

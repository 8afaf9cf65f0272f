"""Cache of the tokens of one user's request, and the bounded cache across requests for which the code opts in.

By default a token ends with the request that got it. `hold_for` keeps it for the next request with the very same user's
token, for that many seconds at most, never beyond the end of the user's token, and in a cache of limited size. A
thread removes it at its end, so that an idle process does not keep it either.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final
from weakref import ReferenceType, WeakSet, ref

from agent_network_runtime.exchange import Granted
from agent_network_runtime.secret import Secret, TokenDroppedError
from agent_network_runtime.waits import Clock

LARGEST_REQUEST: Final = 32
"""Tokens that one request keeps; the oldest go first."""
LARGEST_HELD: Final = 1000
"""Tokens that all requests together hold with `hold_for`; the oldest go first."""

MOMENT: Final = 0.01
"""Seconds by which the removal of an ended token comes after its end, since timers and clocks differ."""


class TokenCache:
    """Tokens by key, of limited number and each with an end; `close` ends even those that are no longer in it."""

    def __init__(self, size: int, clock: Clock = time.time) -> None:
        self._size = size
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: OrderedDict[Hashable, Granted] = OrderedDict()
        self._replaced: WeakSet[Secret] = WeakSet()
        self._closed = False
        self._removal: threading.Timer | None = None
        self._removed_at = 0.0

    def __len__(self) -> int:
        return len(self._tokens)

    def get(self, key: Hashable) -> Granted | None:
        """Return the token with this key if it has not ended."""
        found = self._tokens.get(key)
        if found is not None and found.expires_on <= self._clock():
            return None
        return found

    def keep(self, key: Hashable, granted: Granted, seconds: float | None = None) -> Granted:
        """Keep a copy of a token, for these seconds at most, and return it; refused after `close()`."""
        now = self._clock()
        end = granted.expires_on if seconds is None else min(granted.expires_on, now + seconds)
        kept = Granted(Secret(granted.token.reveal()), end)
        with self._lock:
            if self._closed:
                kept.token.drop()
                raise TokenDroppedError("the request of this user has ended; get a token in a new request")
            before = self._tokens.pop(key, None)
            self._tokens[key] = kept
            if before is not None:
                self._replaced.add(before.token)
            while len(self._tokens) > self._size or self._oldest().expires_on <= now < kept.expires_on:
                self._replaced.add(self._tokens.popitem(last=False)[1].token)
            if seconds is not None:
                self._remove_at(end)
        return kept

    def _remove_at(self, end: float) -> None:
        """Remove ended tokens at a time, unless that happens earlier anyway; call it with the lock."""
        if self._removal is not None:
            if self._removed_at <= end:
                return
            self._removal.cancel()
        self._removed_at = end
        own = ref(self)  # the thread must not keep a cache that nobody uses
        self._removal = threading.Timer(max(end - self._clock(), 0.0) + MOMENT, _remove_ended, (own,))
        self._removal.daemon = True
        self._removal.name = "agent_network_runtime held tokens"
        self._removal.start()

    def remove_ended(self) -> None:
        """Remove the tokens that have ended."""
        with self._lock:
            self._removal = None
            now = self._clock()
            for key in [key for key, one in self._tokens.items() if one.expires_on <= now]:
                self._replaced.add(self._tokens.pop(key).token)
            if self._tokens and not self._closed:
                self._remove_at(min(one.expires_on for one in self._tokens.values()))

    def close(self) -> None:
        """End every token that this cache ever gave, and refuse further ones."""
        with self._lock:
            self._closed = True
            if self._removal is not None:
                self._removal.cancel()
            for granted in self._tokens.values():
                granted.token.drop()
            for token in self._replaced:
                token.drop()
            self._tokens.clear()

    def _oldest(self) -> Granted:
        return next(iter(self._tokens.values()))


def _remove_ended(cache: ReferenceType[TokenCache]) -> None:
    found = cache()
    if found is not None:
        found.remove_ended()

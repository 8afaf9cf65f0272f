"""Tests of the tokens that one request keeps, and of those that are held for further requests."""

import gc
import threading
import time
import weakref

import pytest
from agent_network_runtime.exchange import Granted
from agent_network_runtime.request_cache import LARGEST_HELD, TokenCache
from agent_network_runtime.secret import Secret, TokenDroppedError

from tests.runtime.wire import START, Time

HOLDS = {"first": 30.0, "second": 0.1, "third": 0.05}
"""Seconds for which tokens are held, in the order in which they are kept."""


def granted(text: str = "text", life: float = 3600.0) -> Granted:
    return Granted(Secret(text), START + life)


def test_kept_token_is_a_copy_that_ends_with_the_cache_alone() -> None:
    cache, given = TokenCache(8, Time()), granted()
    kept = cache.keep("key", given)
    cache.close()

    assert given.token.reveal() == "text"
    with pytest.raises(TokenDroppedError):
        kept.token.reveal()
    with pytest.raises(TokenDroppedError):
        cache.keep("key", given)
    assert cache.get("key") is None


def test_token_that_left_the_cache_ends_with_it_too() -> None:
    cache = TokenCache(2, Time())
    kept = [cache.keep(number, granted()) for number in (1, 1, 2, 3, 4)]

    assert len(cache) == 2
    assert not any(each.token.dropped for each in kept)
    cache.close()
    assert all(each.token.dropped for each in kept)


def test_token_that_nobody_uses_is_gone_when_it_leaves_the_cache() -> None:
    cache = TokenCache(1, Time())
    left = weakref.ref(cache.keep(1, granted()).token)
    cache.keep(2, granted())
    gc.collect()

    assert left() is None


@pytest.mark.parametrize(("life", "seconds", "end"), [(3600, 60, 60), (30, 60, 30), (3600, None, 3600)])
def test_token_is_held_to_the_first_of_its_ends(life: float, seconds: float | None, end: float) -> None:
    clock = Time()
    cache = TokenCache(8, clock)
    cache.keep("key", granted(life=life), seconds)

    clock.now = START + end - 1
    assert cache.get("key") is not None
    clock.now = START + end
    assert cache.get("key") is None


def test_held_tokens_of_many_users_are_bounded_and_ended_ones_make_room() -> None:
    clock = Time()
    cache = TokenCache(LARGEST_HELD, clock)
    for number in range(2 * LARGEST_HELD):
        cache.keep(number, granted(), 60)
    assert len(cache) == LARGEST_HELD

    clock.now += 60
    cache.keep("key", granted(), 60)
    assert len(cache) == 1


def test_held_token_is_gone_after_its_time_although_nothing_else_happens() -> None:
    cache = TokenCache(8)
    now = time.time()
    left = [weakref.ref(cache.keep(key, Granted(Secret("text"), now + 60), hold).token) for key, hold in HOLDS.items()]
    for _ in range(500):
        if len(cache) == 1:
            break
        time.sleep(0.01)
    gc.collect()

    assert [each() is None for each in left] == [hold < 1 for hold in HOLDS.values()]
    cache.close()
    assert len(cache) == 0


def test_cache_of_one_request_starts_no_thread() -> None:
    before = threading.active_count()
    TokenCache(8).keep("key", granted())

    assert threading.active_count() == before

"""Tests of cancelled requests for tokens: at every point of waiting, no task, no lock and no token is left."""

import asyncio
import gc
from collections.abc import Callable

import pytest
from agent_network_runtime.asyncio_client import AsyncPodProof, AsyncUserTokenClient, AsyncUserTokens
from agent_network_runtime.errors import TemporaryError
from agent_network_runtime.exchange import NoResponse, Post, Response
from agent_network_runtime.secret import Secret, TokenDroppedError
from agent_network_runtime.token_http import AsyncHttp

from tests.runtime.wire import APPLICATION, DECLARED, GRAPH, PROOF, Time, answer, incoming, issued, rules

SCOPE = f"{GRAPH}/User.Read"


class SlowHttp(AsyncHttp):
    """Token endpoint without sockets that waits some turns of the loop before each response."""

    def __init__(self) -> None:
        super().__init__()
        self.responses = [answer(503, b""), issued()]
        self.posts = 0

    async def post(self, post: Post) -> Response | NoResponse:
        assert post.form()
        self.posts += 1
        for _ in range(3):
            await asyncio.sleep(0)
        return self.responses[min(self.posts, len(self.responses)) - 1]

    async def close(self) -> None:
        """Close nothing."""


class SilentHttp(SlowHttp):
    """Token endpoint without sockets that never responds."""

    async def post(self, post: Post) -> Response | NoResponse:
        assert post.form()
        self.posts += 1
        return await asyncio.get_running_loop().create_future()


class SlowProof(AsyncPodProof):
    """Proof that needs some turns of the loop."""

    async def get(self) -> Secret:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return Secret(PROOF)


def slow_client(http: SlowHttp) -> AsyncUserTokenClient:
    return AsyncUserTokenClient(APPLICATION, DECLARED, SlowProof(), rules=rules(Time()), http=http)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda _seconds, result=None: sleep(0, result))


def secrets_alive() -> int:
    """Return the number of tokens of users that live objects still hold; the proofs belong to the agent."""
    gc.collect()
    found = [
        held
        for referrer in gc.get_objects()
        for held in gc.get_referents(referrer)
        if isinstance(held, Secret) and not held.dropped and held.reveal() != PROOF
    ]
    return len(set(map(id, found)))


async def get(tokens: AsyncUserTokens) -> str:
    return (await tokens.credential_for(SCOPE).get_token(SCOPE)).token


async def one_request(client: AsyncUserTokenClient, left: list[int]) -> str:
    """Get a token in one request, and note how many tasks and requests are left at its very end."""
    try:
        async with client.request(incoming()) as tokens:
            return await get(tokens)
    finally:
        left.append(len(asyncio.all_tasks()) - 2 + client.waiting_callers)


def cancelled_after(turns: int, http: SlowHttp) -> tuple[bool, list[int], int]:
    """Cancel a request after some turns of the loop; return if it had ended, and the tasks and tokens left."""

    async def run() -> tuple[bool, list[int], int]:
        client, left = slow_client(http), list[int]()
        task = asyncio.ensure_future(one_request(client, left))
        for _ in range(turns):
            await asyncio.sleep(0)
        ended = task.done()
        task.cancel()
        await asyncio.wait((task,))
        assert task.cancelled() or task.result()
        del task
        return ended, left, secrets_alive()

    return asyncio.run(run(), debug=True)


def test_cancellation_at_every_await_leaves_no_task_and_no_token() -> None:
    turns, ended = 0, False
    while not ended:
        ended, tasks, tokens = cancelled_after(turns, SlowHttp())
        turns += 1

        assert (tasks, tokens) == ([0] if turns > 1 else [], 0)
    assert turns > 10


@pytest.mark.parametrize("turns", range(1, 10))
def test_cancellation_ends_a_request_that_would_never_get_a_response(turns: int) -> None:
    http = SilentHttp()

    assert cancelled_after(turns, http) == (False, [0], 0)
    assert http.posts <= 1


def joined(turns: int, leave: Callable[[list[asyncio.Task[str]]], object]) -> tuple[list[str], int]:
    """Let three callers share one request for a token; some leave after some turns. Return results and requests."""

    async def run() -> tuple[list[str], int]:
        http = SlowHttp()
        client = slow_client(http)
        async with client.request(incoming()) as tokens:
            tasks = [asyncio.ensure_future(get(tokens)) for _ in range(3)]
            for _ in range(turns):
                await asyncio.sleep(0)
            leave(tasks)
            done = await asyncio.gather(*tasks, return_exceptions=True)
        assert client.waiting_callers == 0
        assert len(asyncio.all_tasks()) == 1
        return [each if isinstance(each, str) else type(each).__name__ for each in done], http.posts

    return asyncio.run(run())


@pytest.mark.parametrize("turns", range(14))
@pytest.mark.parametrize("who", [0, 1, 2])
def test_cancelled_caller_does_not_cancel_the_request_of_the_others(turns: int, who: int) -> None:
    results, posts = joined(turns, lambda tasks: tasks[who].cancel())

    del results[who]
    assert results == ["issued"] * 2
    assert posts == 2  # one refused for a moment, one good: never one for each caller


def test_request_that_ends_wakes_callers_that_outlive_it() -> None:
    async def run() -> list[str | BaseException]:
        client = slow_client(SilentHttp())
        async with client.request(incoming()) as tokens:
            tasks = [asyncio.ensure_future(get(tokens)) for _ in range(3)]
            for _ in range(6):
                await asyncio.sleep(0)
        assert client.waiting_callers == 0
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(each) for each in asyncio.run(run())] == [TokenDroppedError] * 3


def test_same_token_in_two_requests_survives_the_end_of_the_request_that_came_first() -> None:
    async def run() -> tuple[str, int]:
        http = SlowHttp()
        client = slow_client(http)
        first, second = client.request(incoming()), client.request(incoming())
        leaving = asyncio.ensure_future(get(first))
        await asyncio.sleep(0)
        staying = asyncio.ensure_future(get(second))
        await asyncio.sleep(0)
        await first.close()
        found = await staying
        with pytest.raises(TokenDroppedError):
            await leaving
        await second.close()
        return found, http.posts

    assert asyncio.run(run()) == ("issued", 2)


def test_runtime_that_closes_stops_requests_with_an_error_for_their_callers() -> None:
    async def run() -> BaseException | str:
        client = slow_client(SlowHttp())
        tokens = client.request(incoming())
        task = asyncio.ensure_future(get(tokens))
        for _ in range(5):
            await asyncio.sleep(0)
        await client.close()
        (result,) = await asyncio.gather(task, return_exceptions=True)
        await tokens.close()
        return result

    assert isinstance(asyncio.run(run()), TemporaryError)


def test_request_that_has_ended_gets_no_token() -> None:
    async def run() -> int:
        http = SlowHttp()
        tokens = slow_client(http).request(incoming())
        await tokens.close()
        with pytest.raises(TokenDroppedError):
            await get(tokens)
        return http.posts

    assert asyncio.run(run()) == 0

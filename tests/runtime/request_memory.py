"""Program of its own process: requests of users to an agent, then the objects that still hold a user's token.

The endpoints run in another process, so that only the agent's own objects are found. The first argument is the kind of
client, the second the port of the endpoints, the third the file of their certificate authority; the standard input has
a user's token on each line.
"""

import asyncio
import gc
import json
import sys
from pathlib import Path
from typing import Any
from weakref import WeakSet

import uvicorn
from agent_network_runtime import Runtime, SyncRuntime
from agent_network_runtime.secret import Secret

from localazure.endpoints.redirection import redirected
from tests.runtime.token_agents import USER_READ, holders_of_users_tokens, is_of_a_user

HOSTS = ("login.microsoftonline.com", "graph.microsoft.com")


def secrets() -> "WeakSet[Secret]":
    """Return the library's own objects with a token, which this set does not keep alive."""
    return WeakSet(held for held in gc.get_objects() if isinstance(held, Secret))


def users_tokens(made: "WeakSet[Secret]") -> int:
    """Return how many of the library's objects have the text of a user's token; the proof belongs to the agent."""
    return sum(not each.dropped and is_of_a_user(each.reveal()) for each in made)


async def by_task() -> tuple[list[str], list[str], int]:
    runtime = Runtime.from_environment()
    async with await runtime.user_context(f"Bearer {sys.stdin.readline().strip()}") as user:
        assert await user.credential_for(USER_READ).get_token(USER_READ)
        during, made = holders_of_users_tokens(), secrets()
    del user
    after, left = holders_of_users_tokens(), users_tokens(made)
    await runtime.close()
    return during, after, left


def by_thread() -> tuple[list[str], list[str], int]:
    runtime = SyncRuntime.from_environment()
    with runtime.user_context(f"Bearer {sys.stdin.readline().strip()}") as user:
        assert user.credential_for(USER_READ).get_token(USER_READ)
        during, made = holders_of_users_tokens(), secrets()
    del user
    after, left = holders_of_users_tokens(), users_tokens(made)
    runtime.close()
    return during, after, left


class WebAgent:
    """Agent of one route, on uvicorn; it notes the holders of a token while the server still answers."""

    def __init__(self) -> None:
        self.runtime = Runtime.from_environment()
        self.before: list[str] = []
        self.done = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, ARG002 - the interface ASGI
        """Serve one request of a user, and drop everything that the library made of it."""
        header = next(value for name, value in scope["headers"] if name == b"authorization").decode()
        async with await self.runtime.user_context(header) as user:
            assert await user.credential_for(USER_READ).get_token(USER_READ)
        del header, user
        self.before = holders_of_users_tokens()
        scope["headers"].clear()  # the server's own list, which is the only holder
        self.before += [f"{each} outside the headers" for each in holders_of_users_tokens()]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        self.done.set()


async def by_web_server() -> tuple[list[str], list[str], int]:
    """Serve one request; return the holders in the server while it answers, those afterwards, and the library's."""
    agent = WebAgent()
    server = uvicorn.Server(uvicorn.Config(agent, port=0, lifespan="off", log_level="error", http="h11"))
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server has no event for that
        await asyncio.sleep(0.01)
    sys.stdout.write(f"{server.servers[0].sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await agent.done.wait()
    server.should_exit = True
    await serving
    after, left = holders_of_users_tokens(), users_tokens(secrets())
    await agent.runtime.close()
    return agent.before, after, left


KINDS = {"task": by_task, "web": by_web_server}

if __name__ == "__main__":
    kind, port, authority = sys.argv[1:]
    with redirected(HOSTS, int(port), Path(authority)):
        found = asyncio.run(KINDS[kind]()) if kind in KINDS else by_thread()
    sys.stdout.write(json.dumps(found))

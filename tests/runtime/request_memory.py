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
from weakref import WeakSet

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


if __name__ == "__main__":
    kind, port, authority = sys.argv[1:]
    with redirected(HOSTS, int(port), Path(authority)):
        found = asyncio.run(by_task()) if kind == "task" else by_thread()
    sys.stdout.write(json.dumps(found))

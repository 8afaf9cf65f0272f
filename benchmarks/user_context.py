"""Prints the CPU time that the agents' runtime library needs for a user, next to what others need, in one run.

A validation is compared with the bare verification of an RSA-2048 signature, which every validation of a token has to
make once, and with PyJWT's own reading of the same token, which checks less. The measurements take turns, so that a
busy machine slows all of them; the smallest time of each counts. `token_exchange.py` has the comparisons of the tokens
that the library gets for the user.
"""

import asyncio
import base64
import json
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "agents" / "runtime"))

import jwt
from agent_network_runtime import Runtime
from agent_network_runtime.exchange import Response
from agent_network_runtime.settings import ActsForUsers, Application, ManagedIdentity, Settings
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from benchmarks.token_exchange import exchange
from localazure.endpoints.signed_tokens import signing_key

ROUNDS = 7
TOKENS = 400
"""Different tokens of a round: each is validated for the first time, and then once more."""
MOST_FIRST = 5.0
MOST_REPEAT = 0.5
"""Allowed ratios of a validation to a bare verification: the first one of a token, and a repeated one."""

AUTHORITY = "https://login.microsoftonline.com"
TENANT = "0b8f6a1c-7d52-4e0e-9a53-1c2d3e4f5a6b"
AGENT = "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
PORTAL = "2d3e4f5a-6b7c-4d8e-9f0a-1b2c3d4e5f60"
KEY = signing_key("tenant")
SETTINGS = Settings(
    agent="ingestion",
    host="container-app",
    tenant_id=TENANT,
    authority_host=AUTHORITY,
    identity=ManagedIdentity(),
    application=Application(AGENT, None),
    acts_for_users=ActsForUsers(
        scope="user_impersonation",
        callers=frozenset({PORTAL}),
        token_exchange_audience="api://AzureADTokenExchange",  # noqa: S106 (an audience)
        credential=ManagedIdentity("3e4f5a6b-7c8d-4e9f-8a0b-2c3d4e5f6071"),
        apis={},
    ),
)


def user_tokens(count: int) -> list[str]:
    """Return tokens of the size that Entra's have, each of another user."""
    now = int(time.time())
    claims = {
        "aud": AGENT,
        "iss": SETTINGS.issuer,
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "acct": 0,
        "aio": "A" * 120,
        "azp": PORTAL,
        "azpacr": "0",
        "name": "Ada Lovelace",
        "preferred_username": "ada@fabrikam.example",
        "rh": "1.A" + "A" * 60,
        "roles": ["User.Access"],
        "scp": "user_impersonation",
        "sub": "A" * 43,
        "tid": TENANT,
        "ver": "2.0",
        "xms_cc": ["CP1"],
    }
    return [KEY.sign({**claims, "oid": f"{PORTAL[:-8]}{at:08x}", "uti": f"token-{at:014d}"}) for at in range(count)]


async def document(address: str, _seconds: float) -> Response:
    """Return a document of the tenant without a network."""
    keys = {"keys": [KEY.public(SETTINGS.issuer)]}
    openid = {"issuer": SETTINGS.issuer, "jwks_uri": f"{AUTHORITY}/{TENANT}/discovery/v2.0/keys"}
    return Response(200, None, json.dumps(openid if address.endswith("configuration") else keys).encode())


def cpu_seconds(work: Callable[[str], object], tokens: Sequence[str]) -> float:
    """Return the CPU seconds of a function for one token."""
    start = time.process_time()
    for token in tokens:
        work(token)
    return (time.process_time() - start) / len(tokens)


async def cpu_seconds_of_tasks(work: Callable[[str], Coroutine[Any, Any, object]], tokens: Sequence[str]) -> float:
    """Return the CPU seconds of a coroutine function for one token."""
    start = time.process_time()
    for token in tokens:
        await work(f"Bearer {token}")
    return (time.process_time() - start) / len(tokens)


def bare_verification(tokens: Sequence[str]) -> Callable[[str], object]:
    """Return a function that verifies the signature of a token that is taken apart already."""
    parts: dict[str, tuple[bytes, bytes]] = {}
    for token in tokens:
        signed, _, last = token.rpartition(".")
        parts[token] = (base64.urlsafe_b64decode(f"{last}=="), signed.encode())
    public = KEY.private.public_key()

    def verify(token: str) -> None:
        signature, text = parts[token]
        public.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())

    return verify


def pyjwt(token: str) -> object:
    """Read a token with PyJWT."""
    return jwt.decode(token, KEY.private.public_key(), ["RS256"], audience=AGENT, issuer=SETTINGS.issuer)


async def validation() -> bool:
    """Print the time of a validation; return True if it is within its limits."""
    tokens = user_tokens(TOKENS)
    bare = bare_verification(tokens)
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        async with Runtime(SETTINGS, get=document) as runtime:
            await runtime.user_context(f"Bearer {user_tokens(1)[0]}")  # reads the keys
            times = {
                "bare RSA-2048 verification": cpu_seconds(bare, tokens),
                "PyJWT": cpu_seconds(pyjwt, tokens),
                "first validation": await cpu_seconds_of_tasks(runtime.user_context, tokens),
                "repeated validation": await cpu_seconds_of_tasks(runtime.user_context, tokens),
            }
        best = {name: min(seconds, best.get(name, seconds)) for name, seconds in times.items()}
    base = best["bare RSA-2048 verification"]
    limits = {"first validation": MOST_FIRST, "repeated validation": MOST_REPEAT}
    print(f"validation of a user's token of {len(tokens[0]):,} characters")
    print(f"{'':28}{'CPU':>10}  against bare")
    for name, seconds in best.items():
        allowed = f" (allowed {limits[name]}x)" if name in limits else ""
        print(f"{name:28}{seconds * 1e6:7.1f} µs  {seconds / base:11.2f}x{allowed}")
    return all(best[name] / base <= most for name, most in limits.items())


def main() -> int:
    """Print every comparison; return 1 if one is beyond its limit."""
    within = asyncio.run(validation())
    within = exchange() and within
    return int(not within)


if __name__ == "__main__":
    sys.exit(main())

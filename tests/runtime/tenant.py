"""A tenant for tests of incoming tokens: its keys, its documents, its clock and the tokens that it issues."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from agent_network_runtime.exchange import NoResponse, Response
from agent_network_runtime.settings import ActsForUsers, Application, ManagedIdentity, Settings
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt.algorithms import RSAAlgorithm

AUTHORITY = "https://login.microsoftonline.com"
TENANT = "0b8f6a1c-7d52-4e0e-9a53-1c2d3e4f5a6b"
OTHER_TENANT = "9f8e7d6c-5b4a-4c3d-8e2f-1a0b9c8d7e6f"
AGENT = "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
OTHER_AGENT = "5c6d7e8f-9a0b-4c1d-8e2f-3a4b5c6d7e8f"
PORTAL = "2d3e4f5a-6b7c-4d8e-9f0a-1b2c3d4e5f60"
USER = "3e4f5a6b-7c8d-4e9f-8a0b-2c3d4e5f6071"
CALLER = "4f5a6b7c-8d9e-4fa0-9b1c-3d4e5f607182"
CALLER_PRINCIPAL = "6a7b8c9d-0e1f-4a2b-8c3d-4e5f60718293"
ISSUER = f"{AUTHORITY}/{TENANT}/v2.0"
ANY_ISSUER = f"{AUTHORITY}/{{tenantid}}/v2.0"
SCOPE = "user_impersonation"
ROLE = "Agent.Call"
START = 1_800_000_000
KEY = "tenant-key"

SETTINGS = Settings(
    agent="ingestion",
    host="container-app",
    tenant_id=TENANT,
    authority_host=AUTHORITY,
    identity=ManagedIdentity(),
    application=Application(AGENT, ROLE),
    acts_for_users=ActsForUsers(
        scope=SCOPE,
        callers=frozenset({PORTAL}),
        token_exchange_audience="api://AzureADTokenExchange",  # noqa: S106 (an audience)
        credential=ManagedIdentity(CALLER),
        apis={},
    ),
)


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """Return the private key with a name, the same in every test of the process."""
    return rsa.generate_private_key(65537, 1024 if name == "short-key" else 2048)


def published(name: str, issuer: str | None = ANY_ISSUER, **changes: object) -> dict[str, Any]:
    """Return the entry of a key document for the key with a name."""
    entry = {**RSAAlgorithm.to_jwk(private_key(name).public_key(), as_dict=True), "kid": name, "use": "sig"}
    entry.pop("key_ops", None)
    return {**entry, **({} if issuer is None else {"issuer": issuer}), **changes}


@dataclass
class Clock:
    """A clock that moves when a test moves it."""

    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass
class Tenant:
    """The sign-in service of the tenant: its two documents, and how often each was read."""

    keys: list[dict[str, Any]] = field(default_factory=lambda: [published(KEY)])
    openid: dict[str, Any] = field(
        default_factory=lambda: {"issuer": ISSUER, "jwks_uri": f"{AUTHORITY}/{TENANT}/discovery/v2.0/keys"}
    )
    failing: bool = False
    read: list[str] = field(default_factory=list[str])

    def document(self, address: str, _seconds: float) -> Response | NoResponse:
        """Return the document at an address, and count the request."""
        self.read.append(address)
        if self.failing:
            return NoResponse("the connection failed")
        known = {
            f"{AUTHORITY}/{TENANT}/v2.0/.well-known/openid-configuration": self.openid,
            f"{AUTHORITY}/{TENANT}/discovery/v2.0/keys": {"keys": self.keys},
        }
        return Response(200, None, json.dumps(known[address]).encode())

    async def get(self, address: str, seconds: float) -> Response | NoResponse:
        """Return the document at an address, asynchronously."""
        return self.document(address, seconds)

    @property
    def downloads(self) -> int:
        """Number of downloads that were started."""
        return sum(address.endswith("openid-configuration") for address in self.read)


def user_claims(**changes: object) -> dict[str, Any]:
    """Return the claims of a valid token of a user, with changes; a change to `...` removes a claim."""
    whole = {
        "aud": AGENT,
        "iss": ISSUER,
        "iat": START - 10,
        "nbf": START - 10,
        "exp": START + 3600,
        "acct": 0,
        "aio": "ATQAy/8TAAAA",
        "azp": PORTAL,
        "azpacr": "0",
        "idtyp": "user",
        "name": "Zoë Müller",
        "oid": USER,
        "preferred_username": "zoe@fabrikam.example",
        "roles": ["User.Access"],
        "scp": f"profile {SCOPE}",
        "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
        "tid": TENANT,
        "uti": "fqiBqXLPj0eQa82S-IYFAA",
        "ver": "2.0",
        "xms_cc": ["CP1"],
    }
    return changed(whole, changes)


def caller_claims(**changes: object) -> dict[str, Any]:
    """Return the claims of a valid token of a calling agent, with changes; a change to `...` removes a claim."""
    whole = {
        "aud": AGENT,
        "iss": ISSUER,
        "iat": START - 10,
        "nbf": START - 10,
        "exp": START + 3600,
        "azp": CALLER,
        "azpacr": "2",
        "idtyp": "app",
        "oid": CALLER_PRINCIPAL,
        "roles": [ROLE],
        "sub": CALLER_PRINCIPAL,
        "tid": TENANT,
        "uti": "Zm9yLXRoZS1jYWxsZXI",
        "ver": "2.0",
    }
    return changed(whole, changes)


def changed(whole: Mapping[str, Any], changes: Mapping[str, object]) -> dict[str, Any]:
    """Return members with changes; a change to `...` removes a member."""
    return {name: value for name, value in {**whole, **changes}.items() if value is not ...}


def token_header(**changes: object) -> dict[str, Any]:
    """Return the header of a valid token, with changes; a change to `...` removes a member."""
    return changed({"typ": "JWT", "alg": "RS256", "kid": KEY}, changes)


def base64url(raw: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def json_bytes(value: object) -> bytes:
    """Return JSON as Entra writes it; bytes are returned as they are."""
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def signature(signed: str, key: str = KEY) -> bytes:
    """Return the RS256 signature of a text by the key with a name."""
    return private_key(key).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())


def signed_text(text: str, key: str = KEY) -> str:
    """Return a token of two segments that are taken as they are, and a signature."""
    return f"{text}.{base64url(signature(text, key))}"


def issue(claims: object | None = None, header: object | None = None, key: str = KEY) -> str:
    """Return a token with claims and a header, each a value or the bytes of a text."""
    parts = (token_header() if header is None else header, user_claims() if claims is None else claims)
    return signed_text(".".join(base64url(json_bytes(part)) for part in parts), key)


def bearer(token: str) -> str:
    """Return the `Authorization` header of a token."""
    return f"Bearer {token}"

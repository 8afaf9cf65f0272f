"""Tenant of local Azure that issues tokens: its keys, its clock, its rules that a test can change.

Owns the claims of access tokens ("Access token claims reference", Microsoft Learn, 2025) and their signatures. An
access token for Microsoft Graph has a `nonce` in its header, and its signature is over the header with the hash of the
nonce, so that only Graph can verify it ("Access tokens in the Microsoft identity platform", Microsoft Learn, 2025,
states that no other API can; the method is known from public reports).

Differences from Entra: a user's token lives 75 minutes where Entra draws 60 to 90; with client capability cp1, 24 hours
where Entra draws 20 to 28; the key set has no certificates (`x5c`).
"""

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from access.azure.clouds import CLOUDS, Cloud
from localazure.endpoints.entra.directory import Directory
from localazure.endpoints.entra.objects import Application, User
from localazure.endpoints.moving_clock import MovingClock
from localazure.endpoints.signed_tokens import MalformedToken, SigningKey, encoded, signing_key, unverified

__all__ = ["GRAPH", "AccessToken", "ConditionalAccess", "Recipient", "Tenant"]

GRAPH = "00000003-0000-0000-c000-000000000000"
"""Client id of Microsoft Graph."""

Claims = dict[str, Any]
_USER_LIFE, _APPLICATION_LIFE, _CONTINUOUS_LIFE = 4500, 86_399, 86_400


@dataclass(frozen=True, kw_only=True)
class ConditionalAccess:
    """Conditional Access policy that stops users until they sign in again as the policy requires."""

    policy: str
    """Id of the policy, which a claims challenge names; a token whose claim `acrs` has it is let through."""
    user: str = ""
    """Object id of the user concerned; empty for all users."""
    resource: str = ""
    """Client id of the API concerned; empty for all APIs."""
    code: int = 50076
    """AADSTS code of the refusal: 50076, 50079 or 53003."""
    challenges: bool = True
    """True if the refusal has a claims challenge; a policy that blocks has none."""

    @property
    def claims(self) -> Claims:
        """Return the claims challenge of the policy."""
        return {"access_token": {"capolids": {"essential": True, "values": [self.policy]}}}


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """API for which a token is issued, and the client that gets the token."""

    resource: Application
    client: str
    """Client id of the application or identity that requests the token."""
    proof: str = "0"
    """Way in which the client has proved its identity: 0 is a public client, 1 a secret, 2 a certificate."""
    audience: str = ""
    """Identifier under which the client requested the API."""


@dataclass(frozen=True)
class AccessToken:
    """Access token that the tenant issued, with its claims."""

    text: str
    claims: Claims

    @property
    def expires_in(self) -> int:
        """Return the number of seconds for which the token is valid from its beginning."""
        return int(self.claims["exp"] - self.claims["iat"])


@dataclass
class Tenant:
    """Tenant that issues tokens with its keys, and the rules that a test can change."""

    directory: Directory
    clock: MovingClock
    policies: list[ConditionalAccess] = field(default_factory=list[ConditionalAccess])
    """Conditional Access policies in force."""
    loop_limit: int | None = None
    """Number of equal requests within five minutes after which Entra detects a loop (50196); None for no limit."""
    federation_begins: float = 0.0
    """Time before which no federated credential is found yet (70021): new ones take some minutes in Entra."""
    revoked: dict[str, float] = field(default_factory=dict[str, float])
    """Time at which the tokens of a user were revoked, by object id."""

    def __post_init__(self) -> None:
        self._number = 0
        self._keys = [signing_key("tenant")]

    @property
    def id(self) -> str:
        """Return the tenant's id."""
        return self.directory.world.tenant_id

    @property
    def cloud(self) -> Cloud:
        """Return the cloud of the tenant, with its authority host and the audience of federated credentials."""
        return CLOUDS[self.directory.cloud]

    @property
    def authority_host(self) -> str:
        """Return the address of the cloud's sign-in service."""
        return self.cloud.authority_host

    @property
    def issuer(self) -> str:
        """Return the issuer of the tenant's tokens of version 2."""
        return f"{self.authority_host}/{self.id}/v2.0"

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """Return the keys of the published key set; the first one signs."""
        return tuple(self._keys)

    def rotate_keys(self, *, keeps_old: bool = True) -> None:
        """Sign with a new key from now on; the old keys stay published, or are withdrawn as after a breach."""
        self._number += 1
        self._keys = [signing_key("tenant", self._number), *(self._keys if keeps_old else ())]

    def revoke(self, user: str) -> None:
        """Revoke the tokens that a user has now, as a changed password does; the user is an object id.

        The clock goes on by a second, since times in tokens are whole seconds.
        """
        self.clock.advance(1)
        self.revoked[user] = int(self.clock.now())

    def delay_federation(self, seconds: float) -> None:
        """Let no federated credential be found for some seconds from now, as after their creation."""
        self.federation_begins = self.clock.now() + seconds

    def sign(self, claims: Claims, header: Claims | None = None) -> str:
        """Return a token with any claims, signed by the tenant's key: the raw material of a forgery in a test."""
        return self._keys[0].sign(claims, header)

    def verified(self, token: str) -> Claims | None:
        """Return the claims of a token that a key of this tenant signed; None if none did. Times are not checked."""
        try:
            header, claims = unverified(token)
        except MalformedToken:
            return None
        keys = [key for key in self._keys if key.id == header.get("kid")]
        return claims if header.get("alg") == "RS256" and any(key.verifies(token) for key in keys) else None

    def verified_by_graph(self, token: str) -> Claims | None:
        """Return the claims of a token for Microsoft Graph, which alone knows how to verify one; None if invalid."""
        try:
            header, _ = unverified(token)
        except MalformedToken:
            return None
        if isinstance(header.get("nonce"), str):
            header["nonce"] = _hashed(header["nonce"])
        _, _, rest = token.partition(".")
        return self.verified(f"{encoded(json.dumps(header, separators=(',', ':')).encode())}.{rest}")

    def user_token(
        self,
        user: User,
        recipient: Recipient,
        scopes: frozenset[str],
        *,
        capabilities: frozenset[str] = frozenset(),
        more: Claims | None = None,
    ) -> AccessToken:
        """Return an access token of a user for an API, as a client application gets it.

        Args:
            user: the user whose token it is.
            recipient: API for which, and client to which the token is issued.
            scopes: delegated permissions in the token.
            capabilities: client capabilities in the request, such as `cp1`.
            more: claims that replace or add to those of the token.
        """
        resource = recipient.resource
        wanted = resource.optional_claims
        continuous = "cp1" in capabilities and resource.client_id == GRAPH
        claims: Claims = {
            "scp": " ".join(sorted(scopes)),
            "oid": user.id,
            "sub": _pairwise(user.id, resource.client_id),
            "name": user.display_name or user.name,
            **({"preferred_username": user.name} if resource.token_version > 1 else {"upn": user.name}),
            **({"idtyp": "user"} if "idtyp:user" in wanted else {}),
            **({"acct": int(user.guest)} if "acct" in wanted else {}),
            **({"xms_cc": sorted(capabilities)} if capabilities and ("xms_cc" in wanted or continuous) else {}),
        }
        return self._issue(recipient, _CONTINUOUS_LIFE if continuous else _USER_LIFE, {**claims, **(more or {})})

    def application_token(
        self, principal: str, recipient: Recipient, roles: list[str], *, more: Claims | None = None
    ) -> AccessToken:
        """Return an access token of an application or a managed identity itself, for an API; `principal` is its id."""
        wanted = recipient.resource.optional_claims
        claims: Claims = {
            "oid": principal,
            "sub": principal,
            **({"roles": sorted(roles)} if roles else {}),
            **({"idtyp": "app"} if recipient.resource.is_microsoft or wanted & {"idtyp", "idtyp:user"} else {}),
        }
        return self._issue(recipient, _APPLICATION_LIFE, {**claims, **(more or {})})

    def _issue(self, recipient: Recipient, lifetime: int, claims: Claims) -> AccessToken:
        now, resource = int(self.clock.now()), recipient.resource
        common = {"iat": now, "nbf": now, "exp": now + lifetime, "tid": self.id, "uti": secrets.token_urlsafe(16)}
        opaque = {"aio": secrets.token_urlsafe(48), "rh": f"1.{secrets.token_urlsafe(36)}."}
        client, proof = recipient.client, recipient.proof
        if resource.token_version > 1:
            versioned = {"aud": resource.client_id, "iss": self.issuer, "azp": client, "azpacr": proof, "ver": "2.0"}
        else:
            versioned = {
                "aud": recipient.audience or next(iter(resource.identifier_uris), resource.client_id),
                "iss": f"https://sts.windows.net/{self.id}/",
                "appid": client,
                "appidacr": proof,
                "ver": "1.0",
            }
        whole = {**versioned, **common, **opaque, **claims}
        return AccessToken(self._graph_text(whole) if resource.client_id == GRAPH else self.sign(whole), whole)

    def _graph_text(self, claims: Claims) -> str:
        nonce = secrets.token_urlsafe(32)
        _, _, signed = self.sign(claims, {"nonce": _hashed(nonce)}).partition(".")
        header = {"typ": "JWT", "alg": "RS256", "kid": self._keys[0].id, "nonce": nonce}
        return f"{encoded(json.dumps(header, separators=(',', ':')).encode())}.{signed}"


def _hashed(nonce: str) -> str:
    return encoded(sha256(nonce.encode()).digest())


def _pairwise(user: str, client: str) -> str:
    """Return the subject of a user's tokens for one application, which differs between applications."""
    return encoded(sha256(f"{user} {client}".encode()).digest())

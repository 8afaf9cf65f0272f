"""Signed JSON web tokens (RS256) of local Azure's tenant and clusters, and the keys that sign them.

Owns the format: "JSON Web Signature", RFC 7515, and "JSON Web Key", RFC 7517. Making an RSA key takes long, so that the
keys of one process are made once and used by every server of that process, in the same order.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

__all__ = ["MalformedToken", "SigningKey", "decoded", "encoded", "signing_key", "unverified"]

Claims = dict[str, Any]
_PARTS = 3


class MalformedToken(ValueError):  # noqa: N818 - named like its message
    """Error of a text that is not a signed JSON web token."""


@dataclass(frozen=True)
class SigningKey:
    """An RSA key that signs tokens, with the id by which a verifier finds the public key."""

    id: str
    private: rsa.RSAPrivateKey

    def sign(self, claims: Claims, header: Claims | None = None) -> str:
        """Return a token with claims, signed with RS256; entries of `header` are added to the token's header."""
        whole = {"typ": "JWT", "alg": "RS256", "kid": self.id, **(header or {})}
        text = ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (whole, claims))
        return f"{text}.{encoded(self.signature(sha256(text.encode()).digest()))}"

    def signature(self, digest: bytes) -> bytes:
        """Return the RS256 signature of a SHA-256 digest."""
        return self.private.sign(digest, padding.PKCS1v15(), Prehashed(SHA256()))

    def verifies(self, token: str) -> bool:
        """Return True if this key signed a token with RS256."""
        text, _, signature = token.rpartition(".")
        try:
            self.private.public_key().verify(decoded(signature), text.encode(), padding.PKCS1v15(), SHA256())
        except (InvalidSignature, MalformedToken):
            return False
        return True

    def public(self, issuer: str = "") -> Claims:
        """Return the public key in the form of a key set; the keys of Entra name their issuer."""
        numbers = self.private.public_key().public_numbers()
        number = encoded(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big"))
        key = {"kty": "RSA", "use": "sig", "kid": self.id, "x5t": self.id, "n": number, "e": "AQAB"}
        return {**key, "issuer": issuer} if issuer else key


@cache
def signing_key(purpose: str, number: int = 0) -> SigningKey:
    """Return the numbered RSA key of this process for a purpose, such as `tenant`, and make it on first use."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = private.public_key().public_numbers()
    return SigningKey(encoded(sha256(f"{purpose} {number} {numbers.n}".encode()).digest()[:20]), private)


def encoded(data: bytes) -> str:
    """Return bytes in base64 for URLs, without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of a text in base64 for URLs.

    Raises:
        MalformedToken: the text is not base64.
    """
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise MalformedToken("a part of the token is not base64") from None


def unverified(token: str) -> tuple[Claims, Claims]:
    """Return the header and the claims of a token whose signature is not checked here.

    Raises:
        MalformedToken: the text is not a token of three parts with JSON objects.
    """
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise MalformedToken("the token has not three parts")
    try:
        found = [json.loads(decoded(part)) for part in parts[:2]]
    except (ValueError, RecursionError):
        raise MalformedToken("a part of the token is not JSON") from None
    if not all(isinstance(part, dict) for part in found):
        raise MalformedToken("a part of the token is not a JSON object")
    header, claims = cast("list[Claims]", found)
    return header, claims

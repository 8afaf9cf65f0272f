"""The tenant's signing keys without input and output: what is kept, how long, and when a download is due.

Entra publishes its keys and changes them without notice, so they are read again about daily and when a token names an
unknown key ("Access tokens in the Microsoft identity platform", Microsoft Learn, 2023-08-01). Anyone can send a token
with an invented key id, so downloads start at most once a minute. A failed download changes nothing: the keys of the
last good one stay usable until they are `LIFE` old. A good download replaces all keys, so a key that Entra has
withdrawn is refused from then on.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from agent_network_runtime.bearer import ALGORITHM
from agent_network_runtime.errors import InvalidTokenError, RuntimeLibraryError, TemporaryError
from agent_network_runtime.json_text import JsonTextError, parse_json

REFRESH: Final = 12 * 60 * 60
"""Seconds after a good download at which the next one is due; it runs in the background."""
LIFE: Final = 24 * 60 * 60
"""Seconds after a good download for which its keys are usable."""
PAUSE: Final = 60
"""Seconds between the starts of two downloads."""
SMALLEST_KEY: Final = 2048
_TENANT: Final = "{tenantid}"


class KeyDocumentError(Exception):
    """A document of the tenant's sign-in service is not what it must be; the message states why."""


@dataclass
class SigningKeys:
    """The usable signing keys of one tenant; safe to use from several threads."""

    tenant_id: str
    issuer: str
    clock: Callable[[], float]
    generation: int = 0
    """Number of changes of the keys so far; whatever was validated with earlier keys is to be validated again."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._downloaded = float("-inf")
        self._attempted = float("-inf")

    @property
    def usable(self) -> bool:
        """True until the keys are `LIFE` old; a clock that was set back makes them unusable as well."""
        return 0 <= self.clock() - self._downloaded < LIFE

    def find(self, key_id: str) -> RSAPublicKey | None:
        """Return the key with an id, None if there is no usable one."""
        return self._keys.get(key_id) if self.usable else None

    @property
    def due(self) -> bool:
        """True if the keys are usable and old enough for a download in the background."""
        return self.usable and self.clock() - self._downloaded >= REFRESH and self.pause() == 0

    def refusal(self) -> RuntimeLibraryError:
        """Return the error for a key that is still missing after the download, or between two downloads."""
        if self.usable:
            return InvalidTokenError("the token names a key that is not one of the tenant's signing keys")
        return TemporaryError("the tenant's signing keys cannot be read now", retry_after=self.pause() or 1)

    def pause(self) -> float:
        """Return the seconds until a download may start, 0 if one may start now."""
        age = self.clock() - self._attempted
        return PAUSE - age if 0 <= age < PAUSE else 0.0

    def attempt(self) -> bool:
        """Note the start of a download; False if another thread has just started one."""
        with self._lock:
            if self.pause() > 0:
                return False
            self._attempted = self.clock()
            return True

    def replace(self, document: bytes) -> None:
        """Take the keys of a downloaded document; raises `KeyDocumentError` and changes nothing if it has none."""
        keys = _keys(document, self.tenant_id, self.issuer)
        if not keys:
            raise KeyDocumentError("the key document has no RSA key of the tenant's issuer")
        with self._lock:
            changed = _numbers(keys) != _numbers(self._keys)
            self._keys, self._downloaded = keys, self.clock()
            # Last: a token that another thread validates with an old key at this moment belongs to the old generation.
            self.generation += changed


def key_address(document: bytes, *, issuer: str, authority_host: str) -> str:
    """Return the address of the keys from the tenant's OpenID document, which must be about this issuer and host."""
    found = _object(document, "OpenID")
    if found.get("issuer") != issuer:
        raise KeyDocumentError("the OpenID document is about another issuer")
    address = found.get("jwks_uri")
    hosts = (f"{authority_host}/", f"{issuer.partition('//')[0]}//{issuer.split('/')[2]}/")
    if not isinstance(address, str) or not address.startswith(hosts):
        raise KeyDocumentError("the address of the keys is not an address of the sign-in service")
    return address


def verify(key: RSAPublicKey, signed: bytes, signature: bytes) -> None:
    """Check an RS256 signature with PyJWT; raises `InvalidTokenError` if it is not the key's.

    PyJWT's own reading of the whole token is left out: it accepts what this library's parser refuses, and takes four
    times as long as the signature.
    """
    if not _RS256.verify(signed, key, signature):
        raise InvalidTokenError("the token's signature is not valid")


def _keys(document: bytes, tenant_id: str, issuer: str) -> dict[str, RSAPublicKey]:
    """Return the usable keys of the tenant's issuer by key id; a document may have others, for other tokens."""
    entries = _object(document, "key").get("keys")
    if not isinstance(entries, list):
        raise KeyDocumentError("the key document has no list of keys")
    found: dict[str, RSAPublicKey] = {}
    for entry in cast("list[object]", entries):
        members = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
        key_id = members.get("kid")
        key = _public_key(members) if _is_signing_key(members, tenant_id, issuer) else None
        if isinstance(key_id, str) and key is not None:
            if key_id in found:
                raise KeyDocumentError("the key document has two keys with one id")
            found[key_id] = key
    return found


def _is_signing_key(members: Mapping[str, object], tenant_id: str, issuer: str) -> bool:
    """Return True for an RSA key of the tenant's issuer; at `common`, the issuer has a placeholder for the tenant."""
    owner = members.get("issuer")
    return (
        members.get("kty") == "RSA"
        and members.get("use", "sig") == "sig"
        and members.get("alg", ALGORITHM) == ALGORITHM
        and isinstance(owner, str)
        and owner.replace(_TENANT, tenant_id) == issuer
    )


def _public_key(members: Mapping[str, object]) -> RSAPublicKey | None:
    """Return the key of a key document's entry, None if it cannot be read or is too short to be trusted."""
    try:
        key = RSAAlgorithm.from_jwk({"kty": "RSA", "n": str(members.get("n")), "e": str(members.get("e"))})
    except (InvalidKeyError, ValueError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_KEY else None


def _numbers(keys: Mapping[str, RSAPublicKey]) -> dict[str, tuple[int, int]]:
    return {key_id: (key.public_numbers().n, key.public_numbers().e) for key_id, key in keys.items()}


def _object(document: bytes, name: str) -> dict[str, Any]:
    try:
        value = parse_json(document)
    except JsonTextError as error:
        raise KeyDocumentError(f"the {name} document is not strict JSON: {error}") from None
    if not isinstance(value, dict):
        raise KeyDocumentError(f"the {name} document is not an object")
    return cast("dict[str, Any]", value)


_RS256: Final = RSAAlgorithm(RSAAlgorithm.SHA256)

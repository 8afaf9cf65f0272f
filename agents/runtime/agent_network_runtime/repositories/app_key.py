"""Token with which a GitHub app proves itself: signed by a key that never leaves Key Vault.

The token is valid for nine minutes at most and is signed once in that time. Key Vault gets only a digest and returns a
signature; the agent's role at the key allows signing and nothing else. Sources:
"Generating a JSON Web Token (JWT) for a GitHub App", GitHub Docs, 2026 (RS256, `iss` is the client id, `iat` a minute
in the past, `exp` at most ten minutes ahead); "Sign", REST reference of Key Vault, Microsoft Learn, 2026.
"""

import asyncio
import base64
import hashlib
import json
import threading
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, cast

from agent_network_runtime.errors import ConfigurationError, RuntimeLibraryError, TemporaryError
from agent_network_runtime.secret import Secret

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.credentials_async import AsyncTokenCredential

LIFE_SECONDS: Final = 9 * 60
"""Time for which an app's token is used: less than the ten minutes that GitHub allows."""
_SKEW_SECONDS = 60
_EARLY_SECONDS = 60

AsyncSign = Callable[[bytes], Awaitable[bytes]]
"""Signs a SHA-256 digest with RS256, asynchronously."""
Sign = Callable[[bytes], bytes]
"""Signs a SHA-256 digest with RS256, synchronously."""


class _Kept:
    """The last token and the time from which a new one is needed."""

    def __init__(self, client_id: str, clock: Callable[[], float]) -> None:
        self._client_id = client_id
        self._clock = clock
        self._token = Secret("")
        self._until = 0.0

    def current(self) -> Secret | None:
        return self._token if self._clock() < self._until else None

    def unsigned(self) -> tuple[str, float]:
        """Return header and payload of a new token, and the time at which it is no longer used."""
        now = self._clock()
        claims = {"iat": int(now) - _SKEW_SECONDS, "exp": int(now) + LIFE_SECONDS, "iss": self._client_id}
        return f"{_encoded({'alg': 'RS256', 'typ': 'JWT'})}.{_encoded(claims)}", now + LIFE_SECONDS - _EARLY_SECONDS

    def keep(self, text: str, signature: bytes, until: float) -> Secret:
        self._token = Secret(f"{text}.{_base64(signature)}")
        self._until = until
        return self._token


class GitHubApp:
    """GitHub app that signs its tokens asynchronously with a key in Key Vault."""

    def __init__(self, client_id: str, sign: AsyncSign, clock: Callable[[], float] = time.time) -> None:
        self._kept = _Kept(client_id, clock)
        self._sign = sign
        self._lock = asyncio.Lock()

    async def token(self) -> Secret:
        """Return a token of the app: the last one, or a new one shortly before that expires."""
        async with self._lock:
            kept = self._kept.current()
            if kept is None:
                text, until = self._kept.unsigned()
                kept = self._kept.keep(text, await self._sign(_digest(text)), until)
            return kept


class SyncGitHubApp:
    """GitHub app that signs its tokens synchronously with a key in Key Vault."""

    def __init__(self, client_id: str, sign: Sign, clock: Callable[[], float] = time.time) -> None:
        self._kept = _Kept(client_id, clock)
        self._sign = sign
        self._lock = threading.Lock()

    def token(self) -> Secret:
        """Return a token of the app: the last one, or a new one shortly before that expires."""
        with self._lock:
            kept = self._kept.current()
            if kept is None:
                text, until = self._kept.unsigned()
                kept = self._kept.keep(text, self._sign(_digest(text)), until)
            return kept


class KeyVaultSigner:
    """Signs asynchronously with a key in Key Vault; `async with` closes the client's connections."""

    def __init__(self, key_id: str, credential: "AsyncTokenCredential", **options: Any) -> None:  # noqa: ANN401 - options of the client
        from azure.keyvault.keys.crypto.aio import CryptographyClient  # noqa: PLC0415 - an optional package

        self._client = CryptographyClient(key_id, credential, **options)

    async def __call__(self, digest: bytes) -> bytes:
        """Return the signature of a SHA-256 digest with RS256."""
        from azure.core.exceptions import AzureError  # noqa: PLC0415 - an optional package
        from azure.keyvault.keys.crypto import SignatureAlgorithm  # noqa: PLC0415

        try:
            result = await self._client.sign(SignatureAlgorithm.rs256, digest)
        except AzureError as error:
            failure = _failure(error)
        else:
            return result.signature
        # Outside the handler, so that the error, whose request has the agent's token, is not attached to this one.
        raise failure

    async def close(self) -> None:
        """Close the client's connections; a transport of the caller's own stays open."""
        await self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class SyncKeyVaultSigner:
    """Signs synchronously with a key in Key Vault; `with` closes the client's connections."""

    def __init__(self, key_id: str, credential: "TokenCredential", **options: Any) -> None:  # noqa: ANN401 - options of the client
        from azure.keyvault.keys.crypto import CryptographyClient  # noqa: PLC0415 - an optional package

        self._client = CryptographyClient(key_id, credential, **options)

    def __call__(self, digest: bytes) -> bytes:
        """Return the signature of a SHA-256 digest with RS256."""
        from azure.core.exceptions import AzureError  # noqa: PLC0415 - an optional package
        from azure.keyvault.keys.crypto import SignatureAlgorithm  # noqa: PLC0415

        try:
            result = self._client.sign(SignatureAlgorithm.rs256, digest)
        except AzureError as error:
            failure = _failure(error)
        else:
            return result.signature
        raise failure

    def close(self) -> None:
        """Close the client's connections; a transport of the caller's own stays open."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def key_vault_signer(key_id: str, credential: "AsyncTokenCredential", **options: Any) -> KeyVaultSigner:  # noqa: ANN401 - options of the client
    """Return an asynchronous signer with a key in Key Vault; needs the extra `github` of this package.

    `key_id` has the form `https://VAULT.vault.azure.net/keys/NAME/VERSION`; `options` go to `CryptographyClient`.
    """
    return KeyVaultSigner(key_id, credential, **options)


def sync_key_vault_signer(key_id: str, credential: "TokenCredential", **options: Any) -> SyncKeyVaultSigner:  # noqa: ANN401 - options of the client
    """Return a synchronous signer with a key in Key Vault; needs the extra `github` of this package."""
    return SyncKeyVaultSigner(key_id, credential, **options)


def _failure(error: Exception) -> RuntimeLibraryError:
    """Return the error of this library for an error of the Key Vault client, without any text of it."""
    status = cast("object", getattr(error, "status_code", None))
    if status in {401, 403, 404}:
        return ConfigurationError(
            f"Key Vault refuses to sign with the GitHub app's key (status {status}): the agent needs the verb 'sign' on"
            " the key, and the key has to exist and to be enabled"
        )
    if isinstance(status, int) and 400 <= status < 500 and status != 429:  # noqa: PLR2004 - HTTP statuses
        return ConfigurationError(
            f"Key Vault cannot sign with the GitHub app's key (status {status}): is it an RSA key?"
        )
    return TemporaryError("Key Vault did not sign for the GitHub app now; try again")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("ascii")).digest()


def _encoded(members: dict[str, Any]) -> str:
    return _base64(json.dumps(members, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")

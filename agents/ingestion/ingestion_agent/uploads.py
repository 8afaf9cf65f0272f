"""Writes blobs as the agent itself, over the REST API of Blob Storage.

The user has no role at the container and needs none: the agent's own grant decides. Source: "Put Blob", REST reference
of Blob Storage, Microsoft Learn, 2026.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, cast
from urllib.parse import quote, urlsplit

import aiohttp
from agent_network_runtime import ConfigurationError, RuntimeLibraryError, SettingsError, TemporaryError
from azure.core.credentials_async import AsyncTokenCredential

SCOPE: Final = "https://storage.azure.com/.default"
_VERSION = "2025-07-05"
_CREATED = 201
_TOO_MANY, _SERVER_ERROR = 429, 500
_SECONDS = 30.0


@dataclass(frozen=True)
class UploadSettings:
    """Blob container that the agent writes, from the variables that its grant sets."""

    endpoint: str
    container: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Return the settings of the resource `code-uploads`; raise `SettingsError` if they are missing."""
        endpoint, container = (environment.get(f"CODE_UPLOADS_{end}", "") for end in ("ENDPOINT", "CONTAINER"))
        parts = urlsplit(endpoint)
        if parts.scheme != "https" or not parts.hostname or not container:
            raise SettingsError(
                "CODE_UPLOADS_ENDPOINT and CODE_UPLOADS_CONTAINER are missing or not valid; grant the agent 'write' on"
                " the blob container 'code-uploads' in network.yaml"
            )
        return cls(endpoint.rstrip("/"), container)


class Uploads:
    """Blobs of one container, written with the agent's own credential."""

    def __init__(
        self, settings: UploadSettings, credential: AsyncTokenCredential, session: aiohttp.ClientSession
    ) -> None:
        self._settings = settings
        self._credential = credential
        self._session = session

    async def principal_id(self) -> str:
        """Return the object id of the agent's identity, from its own token; empty if the token does not name one."""
        return _object_id((await self._credential.get_token(SCOPE)).token)

    async def write(self, path: str, content: bytes, correlation_id: str) -> None:
        """Write a blob; raise an error of the runtime library if Blob Storage refuses."""
        failure = await self._put(path, content, correlation_id)
        if failure is not None:
            # Outside the function that held the token.
            raise failure

    async def _put(self, path: str, content: bytes, correlation_id: str) -> RuntimeLibraryError | None:
        headers = {
            "Authorization": f"Bearer {(await self._credential.get_token(SCOPE)).token}",
            "x-ms-version": _VERSION,
            "x-ms-blob-type": "BlockBlob",
            "x-ms-client-request-id": correlation_id,
        }
        url = f"{self._settings.endpoint}/{quote(self._settings.container)}/{quote(path)}"
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with self._session.put(
                url, data=content, headers=headers, allow_redirects=False, timeout=timeout
            ) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return TemporaryError("Blob Storage did not answer in time; try again")
        finally:
            headers.clear()
        if status == _CREATED:
            return None
        if status == _TOO_MANY or status >= _SERVER_ERROR:
            return TemporaryError(f"Blob Storage cannot write now (status {status})", retry_after=5)
        return ConfigurationError(
            f"Blob Storage refuses the agent (status {status}): it needs 'write' on 'code-uploads', and a new role"
            " counts only after some minutes"
        )


def _object_id(token: str) -> str:
    """Return the object id in a token of the agent's own, which is not verified: Entra has just issued it."""
    try:
        payload = token.split(".")[1]
        members: object = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return ""
    return str(cast("dict[str, Any]", members).get("oid", "")) if isinstance(members, dict) else ""

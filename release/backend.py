"""Backend with the state of a stack: its locks, and the place in which statements are kept.

Owns what the address of a backend means. A self-managed backend locks a stack by a file that nothing renews and that
never expires; if somebody deletes it, two engines write at once. So a lock is reported, and never removed here. Source:
pulumi/pulumi, pkg/backend/diy/lock.go and backend.go, 2026.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError

from release.errors import ReleaseError

__all__ = ["Backend", "BlobBackend", "CloudBackend", "FolderBackend", "Lock", "backend_at"]

_LOCKS = ".pulumi/locks/organization"
_STATEMENTS = "releases"
_KEYS = ("AZURE_STORAGE_KEY", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_SAS_TOKEN")
"""Variables that the engine prefers to the sign-in with Entra ID (gocloud.dev/blob/azureblob, 2026)."""


@dataclass(frozen=True)
class Lock:
    """Lock of a stack: its file in the backend, and who made it."""

    name: str
    owner: str

    @classmethod
    def of(cls, name: str, text: str) -> "Lock":
        """Return the lock that a file of the backend is."""
        try:
            found: Any = json.loads(text)
            return cls(name, f"{found['username']} on {found['hostname']} at {found['timestamp']}")
        except (ValueError, KeyError, TypeError):
            return cls(name, "an unknown owner")


class Backend(Protocol):
    """Interface of a place with the state of a stack."""

    def locks(self, project: str, stack: str) -> tuple[Lock, ...]:
        """Return the locks of a stack."""
        ...

    def keep(self, name: str, content: bytes) -> str:
        """Keep a file next to the state, and return its address; a file of the same name is never replaced."""
        ...

    def kept(self, start: str) -> tuple[str, ...]:
        """Return the names of the files that are kept next to the state and begin with a text."""
        ...

    def content(self, name: str) -> bytes:
        """Return the content of a file that is kept next to the state."""
        ...


@dataclass(frozen=True)
class FolderBackend:
    """Backend in a folder of this machine."""

    folder: Path

    def locks(self, project: str, stack: str) -> tuple[Lock, ...]:
        """Return the locks of a stack."""
        files = sorted((self.folder / _LOCKS / project / stack).glob("*.json"))
        return tuple(Lock.of(each.name, each.read_text("utf-8", "replace")) for each in files)

    def keep(self, name: str, content: bytes) -> str:
        """Keep a file next to the state, and return its path.

        Raises:
            ReleaseError: the file exists, or cannot be written.
        """
        path = self.folder / _STATEMENTS / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(content)
        except OSError as error:
            raise ReleaseError(f"{path}: the statement cannot be kept: {error.strerror}") from None
        return str(path)

    def kept(self, start: str) -> tuple[str, ...]:
        """Return the names of the files that are kept next to the state and begin with a text."""
        place = self.folder / _STATEMENTS
        names = (path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
        return tuple(sorted(name for name in names if name.startswith(start)))

    def content(self, name: str) -> bytes:
        """Return the content of a file that is kept next to the state.

        Raises:
            ReleaseError: the file cannot be read.
        """
        path = self.folder / _STATEMENTS / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise ReleaseError(f"{path}: the statement cannot be read: {error.strerror}") from None


@dataclass(frozen=True)
class BlobBackend:
    """Backend in a container of Azure Blob Storage, which is read and written with a sign-in of Entra ID."""

    account: str
    """Address of the storage account."""
    container: str
    prefix: str
    credential: Callable[[], TokenCredential]

    def locks(self, project: str, stack: str) -> tuple[Lock, ...]:
        """Return the locks of a stack.

        Raises:
            ReleaseError: the container cannot be read.
        """
        start = f"{self.prefix}{_LOCKS}/{project}/{stack}/"
        try:
            with self._client() as client:
                names = [each.name for each in client.list_blobs(name_starts_with=start)]
                return tuple(Lock.of(each, client.download_blob(each).readall().decode()) for each in names)
        except AzureError as error:
            raise self._error("its locks cannot be read", error) from None

    def keep(self, name: str, content: bytes) -> str:
        """Keep a file next to the state, and return its address.

        Raises:
            ReleaseError: the file exists, or cannot be written.
        """
        try:
            with self._client() as client:
                return str(client.upload_blob(f"{self.prefix}{_STATEMENTS}/{name}", content, overwrite=False).url)
        except AzureError as error:
            raise self._error(f"the statement {name} cannot be kept", error) from None

    def kept(self, start: str) -> tuple[str, ...]:
        """Return the names of the files that are kept next to the state and begin with a text.

        Raises:
            ReleaseError: the container cannot be read.
        """
        place = f"{self.prefix}{_STATEMENTS}/"
        try:
            with self._client() as client:
                names = [str(each.name) for each in client.list_blobs(name_starts_with=place + start)]
        except AzureError as error:
            raise self._error("the statements cannot be listed", error) from None
        return tuple(sorted(name.removeprefix(place) for name in names))

    def content(self, name: str) -> bytes:
        """Return the content of a file that is kept next to the state.

        Raises:
            ReleaseError: the file cannot be read.
        """
        try:
            with self._client() as client:
                return bytes(client.download_blob(f"{self.prefix}{_STATEMENTS}/{name}").readall())
        except AzureError as error:
            raise self._error(f"the statement {name} cannot be read", error) from None

    def _client(self) -> Any:  # noqa: ANN401 (the SDK's types are partly unknown)
        from azure.storage.blob import ContainerClient  # noqa: PLC0415 (importing costs, and folders do without)

        return ContainerClient(self.account, self.container, credential=self.credential())

    def _error(self, what: str, error: AzureError) -> ReleaseError:
        reason = " ".join(str(error.message).split()).partition(" RequestId")[0]
        return ReleaseError(
            f"{self.account}/{self.container}: {what}: {reason}; the identity needs Storage Blob Data Contributor on"
            " the container"
        )


@dataclass(frozen=True)
class CloudBackend:
    """Backend of Pulumi Cloud, which has locks of its own; statements are kept in the evidence alone."""

    address: str

    def locks(self, project: str, stack: str) -> tuple[Lock, ...]:
        """Return no locks: Pulumi Cloud refuses a second update itself."""
        del project, stack
        return ()

    def keep(self, name: str, content: bytes) -> str:
        """Return the name alone: nothing is kept there."""
        del content
        return name

    def kept(self, start: str) -> tuple[str, ...]:
        """Return no names: nothing is kept there."""
        del start
        return ()

    def content(self, name: str) -> bytes:
        """Raise an error: nothing is kept there.

        Raises:
            ReleaseError: always.
        """
        raise ReleaseError(f"{name}: is not kept at {self.address}")


def backend_at(
    environment: Mapping[str, str], project_backend: str, credential: Callable[[], TokenCredential]
) -> Backend:
    """Return the backend of a project.

    Args:
        environment: environment variables with which the Pulumi CLI runs.
        project_backend: address in `Pulumi.yaml`; empty if there is none.
        credential: gives the credential for Azure Storage.

    Raises:
        ReleaseError: there is no address, it has another form, or a key in the environment would be used instead of
            the sign-in.
    """
    address = environment.get("PULUMI_BACKEND_URL") or project_backend
    parts = urlsplit(address)
    if parts.scheme == "file":
        return FolderBackend(Path(unquote(parts.path)))
    if parts.scheme == "https":
        return CloudBackend(address)
    if parts.scheme != "azblob":
        raise ReleaseError(
            f"the backend {address!r} is not one that a release uses; set PULUMI_BACKEND_URL to"
            " azblob://CONTAINER?storage_account=ACCOUNT"
        )
    problems = list(_problems(environment, parse_qs(parts.query)))
    account = next(iter(parse_qs(parts.query).get("storage_account", ())), environment.get("AZURE_STORAGE_ACCOUNT"))
    if not account:
        problems.append(f"{address}: the storage account is missing; add ?storage_account=ACCOUNT")
    if problems:
        raise ReleaseError("\n".join(problems))
    domain = next(iter(parse_qs(parts.query).get("domain", ())), "blob.core.windows.net")
    prefix = f"{parts.path.strip('/')}/" if parts.path.strip("/") else ""
    return BlobBackend(f"https://{account}.{domain}", parts.netloc, prefix, credential)


def _problems(environment: Mapping[str, str], query: Mapping[str, list[str]]) -> Iterator[str]:
    for name in _KEYS:
        if environment.get(name):
            yield f"{name} is set, and the engine would use it in place of the sign-in; remove it from the environment"
    if "localemu" in query:
        yield "localemu: the storage emulator knows no sign-in with Entra ID; use a storage account"

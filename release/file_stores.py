"""Stores of the files of releases next to the state of a stack: statements of results, and approvals."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError

from release.errors import ReleaseError

__all__ = ["BlobStore", "FileStore", "FolderStore", "NoStore"]


class FileStore(Protocol):
    """Interface of a store of files, none of which is ever replaced."""

    def add(self, name: str, content: bytes) -> str:
        """Add a file, and return its address."""
        ...

    def names(self, start: str) -> tuple[str, ...]:
        """Return the sorted names that begin with a text."""
        ...

    def content(self, name: str) -> bytes:
        """Return the content of a file."""
        ...


@dataclass(frozen=True)
class FolderStore:
    """Store in a folder of this machine."""

    folder: Path

    def add(self, name: str, content: bytes) -> str:
        """Add a file, and return its path.

        Raises:
            ReleaseError: the file exists, or cannot be written.
        """
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(content)
        except OSError as error:
            raise ReleaseError(f"{path}: the file cannot be kept: {error.strerror}") from None
        return str(path)

    def names(self, start: str) -> tuple[str, ...]:
        """Return the sorted names that begin with a text."""
        found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        return tuple(sorted(name for name in found if name.startswith(start)))

    def content(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            ReleaseError: the file cannot be read.
        """
        path = self.folder / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise ReleaseError(f"{path}: the file cannot be read: {error.strerror}") from None


@dataclass(frozen=True)
class BlobStore:
    """Store in a container of Azure Blob Storage, which is read and written with a sign-in of Entra ID."""

    account: str
    """Address of the storage account."""
    container: str
    prefix: str
    credential: Callable[[], TokenCredential]

    def add(self, name: str, content: bytes) -> str:
        """Add a file, and return its address.

        Raises:
            ReleaseError: the file exists, or cannot be written.
        """
        try:
            with self._client() as client:
                return str(client.upload_blob(f"{self.prefix}{name}", content, overwrite=False).url)
        except AzureError as error:
            raise self.error(f"the file {name} cannot be kept", error) from None

    def names(self, start: str) -> tuple[str, ...]:
        """Return the sorted names that begin with a text.

        Raises:
            ReleaseError: the container cannot be read.
        """
        try:
            with self._client() as client:
                found = [str(each.name) for each in client.list_blobs(name_starts_with=f"{self.prefix}{start}")]
        except AzureError as error:
            raise self.error("its files cannot be listed", error) from None
        return tuple(sorted(name.removeprefix(self.prefix) for name in found))

    def content(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            ReleaseError: the file cannot be read.
        """
        try:
            with self._client() as client:
                return bytes(client.download_blob(f"{self.prefix}{name}").readall())
        except AzureError as error:
            raise self.error(f"the file {name} cannot be read", error) from None

    def error(self, what: str, error: AzureError) -> ReleaseError:
        """Return the error for a request that Azure refused, with the role that is needed."""
        reason = " ".join(str(error.message).split()).partition(" RequestId")[0]
        return ReleaseError(
            f"{self.account}/{self.container}: {what}: {reason}; the identity needs Storage Blob Data Contributor on"
            " the container"
        )

    def _client(self) -> Any:  # noqa: ANN401 (the SDK's types are partly unknown)
        from azure.storage.blob import ContainerClient  # noqa: PLC0415 (importing costs, and folders do without)

        return ContainerClient(self.account, self.container, credential=self.credential())


@dataclass(frozen=True)
class NoStore:
    """Store of a backend that keeps no files: what is added stays in the folder of the evidence alone."""

    def add(self, name: str, content: bytes) -> str:
        """Return the name alone."""
        del content
        return name

    def names(self, start: str) -> tuple[str, ...]:
        """Return no names."""
        del start
        return ()

    def content(self, name: str) -> bytes:
        """Raise an error: there are no files.

        Raises:
            ReleaseError: always.
        """
        raise ReleaseError(f"{name}: is not kept, since the backend has no place for files of releases")

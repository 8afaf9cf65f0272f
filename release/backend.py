"""Backend with the state of a stack: its locks, and the stores of statements and approvals.

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

from release.errors import ReleaseError
from release.file_stores import BlobStore, FileStore, FolderStore, NoStore

__all__ = ["APPROVALS", "Backend", "BlobBackend", "CloudBackend", "FolderBackend", "Lock", "backend_at"]

APPROVALS = "approvals"
"""Name of the container of evidence and signed approvals, in the account of the state."""
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

    @property
    def releases(self) -> FileStore:
        """Return the store of statements, which only the deploying identity can write."""
        ...

    @property
    def approvals(self) -> FileStore:
        """Return the store of evidence and signed approvals, which approvers can write, too."""
        ...

    def locks(self, project: str, stack: str) -> tuple[Lock, ...]:
        """Return the locks of a stack."""
        ...


@dataclass(frozen=True)
class FolderBackend:
    """Backend in a folder of this machine."""

    folder: Path

    @property
    def releases(self) -> FileStore:
        """Return the store of statements."""
        return FolderStore(self.folder / _STATEMENTS)

    @property
    def approvals(self) -> FileStore:
        """Return the store of evidence and signed approvals."""
        return FolderStore(self.folder / APPROVALS)

    def locks(self, project: str, stack: str) -> tuple[Lock, ...]:
        """Return the locks of a stack."""
        files = sorted((self.folder / _LOCKS / project / stack).glob("*.json"))
        return tuple(Lock.of(each.name, each.read_text("utf-8", "replace")) for each in files)


@dataclass(frozen=True)
class BlobBackend:
    """Backend in a container of Azure Blob Storage, which is read and written with a sign-in of Entra ID."""

    account: str
    """Address of the storage account."""
    container: str
    prefix: str
    credential: Callable[[], TokenCredential]

    @property
    def releases(self) -> FileStore:
        """Return the store of statements, in the container of the state."""
        return BlobStore(self.account, self.container, f"{self.prefix}{_STATEMENTS}/", self.credential)

    @property
    def approvals(self) -> FileStore:
        """Return the store of evidence and signed approvals, in a container of its own: approvers write no state."""
        return BlobStore(self.account, APPROVALS, self.prefix, self.credential)

    def locks(self, project: str, stack: str) -> tuple[Lock, ...]:
        """Return the locks of a stack.

        Raises:
            ReleaseError: the container cannot be read.
        """
        store = BlobStore(self.account, self.container, self.prefix, self.credential)
        names = store.names(f"{_LOCKS}/{project}/{stack}/")
        return tuple(Lock.of(each, store.content(each).decode("utf-8", "replace")) for each in names)


@dataclass(frozen=True)
class CloudBackend:
    """Backend of Pulumi Cloud, which has locks of its own; statements are kept in the evidence alone."""

    address: str

    @property
    def releases(self) -> FileStore:
        """Return a store that keeps nothing."""
        return NoStore()

    @property
    def approvals(self) -> FileStore:
        """Return a store that keeps nothing."""
        return NoStore()

    def locks(self, project: str, stack: str) -> tuple[Lock, ...]:
        """Return no locks: Pulumi Cloud refuses a second update itself."""
        del project, stack
        return ()


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

"""Sources of a repository's files over any repository API, asynchronous and synchronous, with limits for all reads."""

from typing import Generic, TypeVar

from agent_network_runtime.repositories.errors import RepositoryTooLargeError
from agent_network_runtime.repositories.files import Limits, RepositoryApi, RepositoryFile, refuse_unlisted
from agent_network_runtime.repositories.transport import AsyncTransport, SyncTransport

_Transport = TypeVar("_Transport", AsyncTransport, SyncTransport)


class _Reads:
    """Files of the listing, and the number of bytes that were read; raises beyond the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.files: tuple[RepositoryFile, ...] | None = None
        self._bytes = 0

    def before(self, file: RepositoryFile) -> None:
        refuse_unlisted(file, frozenset(self.files or ()))
        if self._bytes + file.size > self.limits.total_bytes:
            raise RepositoryTooLargeError(
                f"{self._bytes} bytes of the commit were read already; at most {self.limits.total_bytes} are read"
            )
        self._bytes += file.size


class _Source(Generic[_Transport]):
    """Repository API and transport of one repository at one commit, with the limits for all reads."""

    def __init__(self, api: RepositoryApi, transport: _Transport, limits: Limits | None = None) -> None:
        self._api = api
        self._transport = transport
        self._reads = _Reads(limits or Limits())

    @property
    def commit(self) -> str:
        """Id of the commit whose files are read."""
        return self._api.commit


class ApiSource(_Source[AsyncTransport]):
    """Files of one repository at one commit, read asynchronously from a repository API."""

    async def list_files(self) -> tuple[RepositoryFile, ...]:
        """Return the regular files of the commit, by path."""
        if self._reads.files is None:
            self._reads.files = await self._transport.run(self._api.listing(self._reads.limits))
        return self._reads.files

    async def read_file(self, file: RepositoryFile) -> bytes:
        """Return the content of a file that `list_files` returned."""
        self._reads.before(file)
        return await self._transport.run(self._api.content(file, self._reads.limits))


class SyncApiSource(_Source[SyncTransport]):
    """Files of one repository at one commit, read synchronously from a repository API."""

    def list_files(self) -> tuple[RepositoryFile, ...]:
        """Return the regular files of the commit, by path."""
        if self._reads.files is None:
            self._reads.files = self._transport.run(self._api.listing(self._reads.limits))
        return self._reads.files

    def read_file(self, file: RepositoryFile) -> bytes:
        """Return the content of a file that `list_files` returned."""
        self._reads.before(file)
        return self._transport.run(self._api.content(file, self._reads.limits))

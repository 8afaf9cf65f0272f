"""State file of local Azure that several processes share.

Owns when the changes of other processes are read, when one's own are written, and the locks around both: the engine
calls a plugin from many threads, and starts one plugin a package on the same subscription. Both cost as much as the
changes, not as the state. Also the refusal of concurrent writes where Azure accepts one at a time. Knows nothing of the
world's content.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from localazure.arm.faults import NO_FAULTS, Faults
from localazure.arm.permissions import RequestCheck, allow_everything
from localazure.arm.persistence import Position, read_changes
from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.errors import AzureError, UnansweredRequest, UnfinishedRequest

_Stamp = tuple[int, int, int] | None
_POLL = 0.005  # seconds between two attempts to take the lock


class SharedWorld:
    """Local Azure with its state in the file `path`, which other processes may change at any time."""

    def __init__(self, path: Path, request_check: RequestCheck = allow_everything, faults: Faults = NO_FAULTS) -> None:
        """Use the state file at `path`; `request_check` may refuse requests, as for a caller without a permission."""
        self._path = path
        self._faults = faults
        self._request_check = request_check
        self._lock_path = path.with_name(f"{path.name}.lock")
        self._threads = threading.Lock()
        self._turns = threading.Lock()
        self._busy: set[str] = set()
        """Scopes in which a write that excludes others is in progress."""
        self._world = World()
        self._azure: LocalAzure | None = None
        self._position: Position | None = None
        self._stamp: _Stamp = None

    @contextmanager
    def reading(self) -> Generator[LocalAzure]:
        """Yield local Azure in the current state of its file, for reading; other threads wait until the block ends."""
        with self._threads:
            # no file lock: a change that is being written is a last line without an end, which is not read yet
            yield self._current()

    @contextmanager
    def writing(self) -> Generator[LocalAzure]:
        """Lock the state file against every other process, yield local Azure for writing, and save at the end.

        A refusal by Azure saves nothing, unless the change was made and only its answer or status is missing; a failure
        in the middle forgets what was changed in memory.
        """
        with self._threads, self._alone():
            azure = self._current()
            try:
                try:
                    yield azure
                except (UnansweredRequest, UnfinishedRequest):
                    self._save()
                    raise
                self._save()
            except BaseException:
                # A refused request has changed nothing, and what was read stays valid.
                if self._world.is_changed:
                    self._azure = None
                else:
                    self._save()  # an injected fault may have occurred, which is counted
                raise

    def _save(self) -> None:
        self._position = self._world.save_changes(self._path, self._position)
        self._stamp = _stamp(self._path)

    @contextmanager
    def exclusive_write(self, exclusive_scope: tuple[str, str] | None) -> Generator[None]:
        """Reserve a scope in which Azure accepts one write at a time; raise AzureError if a write is in progress.

        Raises:
            AzureError: as Azure would refuse the second.
        """
        if exclusive_scope is None:
            yield
            return
        scope, code = exclusive_scope
        with self._turns:
            if scope in self._busy:
                raise AzureError(code, f"another write in '{scope}' is in progress; send one write after another", 409)
            self._busy.add(scope)
        try:
            yield
        finally:
            with self._turns:
                self._busy.discard(scope)

    @contextmanager
    def _alone(self) -> Generator[None]:
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        # the operating system releases the lock when its process ends, whatever happens
        with FileLock(self._lock_path, poll_interval=_POLL):
            yield

    def _current(self) -> LocalAzure:
        stamp = _stamp(self._path)
        if self._azure is None or stamp != self._stamp:
            self._azure = self._with_new_changes() or self._loaded()
            self._stamp = stamp
        return self._azure

    def _with_new_changes(self) -> LocalAzure | None:
        """Return local Azure with what other processes appended since the last look; None if all must be read again."""
        if self._azure is None or self._position is None or self._world.is_changed:
            return None
        found = read_changes(self._path, self._position)
        if found is None:
            return None
        changes, self._position = found
        for change in changes:
            self._world.apply(change)
        return self._azure

    def _loaded(self) -> LocalAzure:
        self._world, self._position = World.load_with_position(self._path)
        self._world.faults = self._faults
        return LocalAzure(self._world, request_check=self._request_check)


def _stamp(path: Path) -> _Stamp:
    """Return a value that changes whenever the state file is written; None if the file is missing."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size

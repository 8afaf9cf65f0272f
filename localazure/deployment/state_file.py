"""State file of a stack: the simulated Azure resources and the stack's records, saved between two local runs.

Owns the lock of the file, and the check that it is of this stack. The world's form is `localazure.arm.world`'s; each
resource's record is `localazure.deployment.records`'.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from localazure.arm.world import World
from localazure.deployment.records import Record
from localazure.deployment.urns import Namespace, namespace_of
from localazure.errors import WorldFileError


def state_file_path(root: Path, stack: str) -> Path:
    """Return the path of a stack's state file in the project at `root`."""
    return root / ".localazure" / f"{stack}.json"


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Lock the state file at `path`, so that no other run can write it until the block ends.

    Raises:
        WorldFileError: another run has the lock, or the file cannot be written.
    """
    lock, holder = FileLock(path.with_suffix(".lock"), timeout=0), path.with_suffix(".lock.pid")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # the operating system releases the lock when its process ends, whatever happens
        lock.acquire()
        holder.write_text(str(os.getpid()), "utf-8")
    except Timeout:
        process = f" (process {number})" if (number := _content(holder)) else ""
        raise WorldFileError(
            f"{path}: another run is changing this stack{process}; wait until that run has ended"
        ) from None
    except OSError as error:
        lock.release()
        raise WorldFileError(f"{path}: the state file cannot be written ({error.strerror}: {error.filename})") from None
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return ""


def load(path: Path | None, namespace: Namespace) -> tuple[World, list[Record]]:
    """Load the simulated resources and the records of a stack; both are empty if the file is missing.

    Raises:
        WorldFileError: the file is of another stack; it is left as it is.
    """
    world = World() if path is None else World.load(path)
    try:
        records = [Record.from_json(written) for written in world.stack]
        owners = {namespace_of(record.urn) for record in records}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise WorldFileError(
            f"{path}: the stack's records in this state file cannot be read; move the file away to start again"
        ) from None
    for owner in owners - {namespace}:
        raise WorldFileError(
            f"{path}: holds stack {owner.stack!r} of project {owner.project!r}, not {namespace.stack!r} of "
            f"{namespace.project!r}; move the file away to start again, or rename the stack back"
        )
    return world, records


def save(path: Path, world: World, records: list[Record]) -> None:
    """Save the simulated resources and the records of a stack to its state file."""
    world.stack = [record.to_json() for record in records]
    world.save(path)

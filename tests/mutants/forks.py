"""Runs of pytest in forked processes, in copies of the checkout, several at a time.

A fork starts with the third-party packages imported and with no module of ours, so that a run costs little more than
its tests. It runs the most specific test file first and stops at the first failure. Each file has a time limit, which
the kernel enforces: a mutant that never returns from a loop of C code is stopped as well.
"""

import ast
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.mutants.copies import mutation
from tests.mutants.tracing import called, start

__all__ = ["KILLED", "SURVIVED", "TIMED_OUT", "Job", "Outcome", "run", "warm_up"]

KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"

_TIMED_OUT = 124
_MEMORY = 8 << 30
_ARGUMENTS = (
    *(
        "-x",
        "-q",
        "--tb=short",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:unraisableexception",
    ),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
_OURS = frozenset(
    {"access", "agent_network", "cli", "components", "localazure", "manifest", "policies", "release", "safe_text"}
    | {"tests"}
)


@dataclass(frozen=True)
class Job:
    """One run: a change, or none, and the test files to run with it."""

    name: str
    tests: Sequence[str]
    limits: Mapping[str, float]
    """Seconds for each file, its collection included."""
    path: str = ""
    text: str = ""
    trace: bool = False


@dataclass(frozen=True)
class Outcome:
    """The end of a run."""

    job: Job
    state: str
    by: str = ""
    """The first failing test."""
    seconds: float = 0
    """Time of the tests alone."""
    functions: Sequence[str] = ()
    """Functions of an instrumented checkout that were called."""
    log: str = ""


@dataclass(frozen=True)
class _Slot:
    """A copy of the checkout with a folder for everything else that a run writes."""

    checkout: Path
    scratch: Path


class _Watch:
    """A pytest plugin: limits each file's time, and records the first failure."""

    def __init__(self, job: Job, slot: _Slot, group: Sequence[str]) -> None:
        self._limits, self._group = job.limits, group
        self._out = slot.scratch / "outcome.json"
        self._file = ""
        self._by = ""
        self._trace = job.trace
        self._start = time.monotonic()
        self.status: int | None = None
        """The result of the tests, whatever fails afterwards, when pytest removes temporary files."""

    def pytest_sessionstart(self) -> None:
        """The limit of the imports, and the first call that counts."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, sum(self._limits[name] for name in self._group))
        if self._trace:
            start()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Each file's own limit."""
        name = nodeid.partition("::")[0]
        if name != self._file:
            self._file = name
            signal.setitimer(signal.ITIMER_REAL, self._limits[name])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The first failing test."""
        if report.failed and not self._by:
            self._by = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot even be imported."""
        if report.failed and not self._by:
            self._by = report.nodeid

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Writes what happened for the parent process."""
        self.status = int(exitstatus)
        signal.setitimer(signal.ITIMER_REAL, 0)
        functions = called() if self._trace else []
        found = {"by": self._by, "seconds": round(time.monotonic() - self._start, 2), "functions": functions}
        self._out.write_text(json.dumps(found), encoding="utf-8")


def warm_up(checkout: Path) -> None:
    """Import the third-party modules that the checkout's modules import."""
    names = set[str]()
    for folder in sorted(_OURS):
        for path in sorted((checkout / folder).rglob("*.py")):
            names.update(_imported(ast.parse(path.read_text("utf-8"))))
    for name in sorted(names):
        if name.partition(".")[0] not in _OURS:
            with suppress(ImportError):
                importlib.import_module(name)


def run(waiting: deque[Job], copies: Sequence[Path], done: Callable[[Outcome], None]) -> None:
    """Run jobs, one at a time in each copy; `done` gets each outcome as it arrives, and may add jobs."""
    running: dict[int, tuple[Job, _Slot, ExitStack]] = {}
    try:
        for copy in copies:
            _start_next(waiting, _Slot(copy, copy.with_name(f"{copy.name}.scratch")), running)
        while running:
            pid, status = os.wait()
            if pid not in running:
                continue
            job, slot, restore = running.pop(pid)
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            restore.close()
            done(_outcome(job, slot, os.waitstatus_to_exitcode(status)))
            _start_next(waiting, slot, running)
    finally:
        for pid, (_, _, restore) in running.items():
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            restore.close()


def _start_next(waiting: deque[Job], slot: _Slot, running: dict[int, tuple[Job, _Slot, ExitStack]]) -> None:
    if not waiting:
        return
    job = waiting.popleft()
    shutil.rmtree(slot.scratch, ignore_errors=True)
    (slot.scratch / "tmp").mkdir(parents=True)
    restore = ExitStack()
    if job.path:
        restore.enter_context(mutation(slot.checkout / job.path, job.text))
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            _isolate(slot, writes_compiled=not job.path)
            code = _in_groups(job, slot)
        except BaseException:  # noqa: BLE001 (a child must never return into the parent's loop)
            traceback.print_exc()
            code = os.EX_SOFTWARE
        os._exit(code)
    running[pid] = (job, slot, restore)


def _outcome(job: Job, slot: _Slot, code: int) -> Outcome:
    log = (slot.scratch / "log.txt").read_text("utf-8", errors="replace")
    written = slot.scratch / "outcome.json"
    found: dict[str, Any] = json.loads(written.read_text("utf-8")) if written.is_file() else {}
    if code in {pytest.ExitCode.NO_TESTS_COLLECTED, os.EX_SOFTWARE}:
        raise RuntimeError(f"the harness failed on {job.name}:\n{log[-2000:]}")
    by = found.get("by", "")
    # A process that ends without a failing test proves nothing.
    state = TIMED_OUT if code == _TIMED_OUT else KILLED if code and by else SURVIVED
    return Outcome(job, state, by, found.get("seconds", 0), found.get("functions", ()), log)


def _isolate(slot: _Slot, *, writes_compiled: bool) -> None:
    """Turn a fork of the harness into a process that knows the copy alone."""
    os.setsid()
    log = os.open(slot.scratch / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.chdir(slot.checkout)
    os.environ.update(
        PYTHONPATH=str(slot.checkout), TMPDIR=str(slot.scratch / "tmp"), XDG_CACHE_HOME=str(slot.scratch / "cache")
    )
    tempfile.tempdir = None
    if not writes_compiled:
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for name in [name for name in sys.modules if name.partition(".")[0] in _OURS]:
        del sys.modules[name]
    # an installation of this project for development adds its own checkout to the path
    sys.path[:] = [str(slot.checkout), *(path for path in sys.path if not _is_checkout(path))]
    importlib.invalidate_caches()


def _is_checkout(path: str) -> bool:
    """Report if an entry of `sys.path` is a checkout of this project; an empty entry is the current folder."""
    return not path or Path(path, "tests", "mutants").is_dir()


def _in_groups(job: Job, slot: _Slot) -> int:
    """Run the tests in growing groups, since pytest imports all files of a run before it runs the first."""
    rest, size = list(job.tests), 1
    while rest:
        group, rest, size = rest[:size], rest[size:], size * 2
        pid = os.fork()
        if pid == 0:
            os._exit(_pytest(job, slot, group))
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGALRM:
            return _TIMED_OUT
        if code:
            return max(code, 1)
    return 0


def _pytest(job: Job, slot: _Slot, group: Sequence[str]) -> int:
    settings.register_profile(
        "mutants",
        database=None,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=(HealthCheck.too_slow,),
    )
    settings.load_profile("mutants")
    watch = _Watch(job, slot, group)
    try:
        code = int(pytest.main([*_ARGUMENTS, *group], plugins=[watch]))
    except BaseException:
        if watch.status is None:
            raise
        code = watch.status
    sys.stdout.flush()
    sys.stderr.flush()
    return code if watch.status is None else watch.status


def _imported(module: ast.Module) -> Iterator[str]:
    """The modules that a module imports by name; of `from a import b` both `a` and `a.b`, which may be a module."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            if node.module.startswith("pulumi"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

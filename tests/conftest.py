"""Fixtures and hooks of all tests: an environment without credentials, protected user files, strict Pulumi outputs.

No test but one opens the network and stack files at the root, which are the user's (`tests/user_files.py`).
"""

import gc
import os
import re
import signal
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path

import hypothesis
import pytest

from safe_text.current_date import TODAY
from tests import user_files

_OF_THE_RUNNER = ("ARM_", "AZURE_", "PULUMI_")
_LONG = re.compile(r"^tests/(engine/|contracts/test_changed_network\.py|packaging/test_wheel_on_the_engine\.py)")
"""Ids of tests that take up to a minute each: they start the Pulumi CLI, or pytest on many files."""

user_files.watch()
# A shell ignores Ctrl-C for what it starts in the background, and `nohup` the end of the terminal; every child would
# inherit that, and tests send both signals to theirs.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
# A deployment makes many objects that live as long as it does, which the collector looks through again and again:
# at its usual threshold that is half of the time of a test.
gc.set_threshold(100_000, 20, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a second test of the shipped sample; in a copy with another network, select one test per file."""
    names = {item.nodeid for item in items if "shipped_sample" in getattr(item, "fixturenames", ())}
    if len(names) > 1:
        raise pytest.UsageError(f"only one test reads the files of the shipped sample, not {sorted(names)}")
    if user_files.IN_CHANGED_COPY in os.environ:
        items[:] = {item.path: item for item in reversed(items)}.values()
        items.reverse()
        for item in items:
            _with_one_example(item)
    _put_long_tests_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _put_long_tests_first(items: list[pytest.Item], workers: int) -> None:
    """Begin each worker's share with long tests, so that workers take short ones from each other at the end.

    `--dist worksteal` gives each worker one contiguous share of the tests, all of equal length. Files stay together.
    """
    files = [list(group) for _, group in groupby(items, lambda item: item.path)]
    long = [file for file in files if _LONG.match(file[0].nodeid)]
    short = iter([item for file in files if file not in long for item in file])
    share = len(items) // workers
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        ordered += [item for file in long[worker::workers] for item in file]
        ordered += islice(short, max(0, share * (worker + 1) - len(ordered)))
    items[:] = [*ordered, *short]


def pytest_collection_finish() -> None:
    """Leave what the modules made out of every later garbage collection."""
    gc.freeze()


def _with_one_example(item: pytest.Item) -> None:
    """Limit a Hypothesis test to one example by the settings on its function; there is no public API for this."""
    function = getattr(item, "obj", None)
    found = getattr(function, "_hypothesis_internal_use_settings", None)
    if isinstance(found, hypothesis.settings):
        vars(function)["_hypothesis_internal_use_settings"] = hypothesis.settings(found, max_examples=1)


@pytest.fixture(scope="session")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of the file in which every process of a test records that it opened one of the user's files."""
    return tmp_path_factory.mktemp("user-files") / "opened.txt"


@pytest.fixture(autouse=True)
def hermetic(monkeypatch: pytest.MonkeyPatch, journal: Path) -> Iterator[None]:
    """Hide environment variables of the developer, and the user's files, from the code under test."""
    for name in list(os.environ):
        if name.startswith(_OF_THE_RUNNER):
            monkeypatch.delenv(name)
    # A process of a test compiles no module that an earlier one has compiled.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    # No test reads, or leaves, anything in the cache of the person who runs it.
    monkeypatch.setenv("AGENT_NETWORK_NO_CACHE", "1")
    # No test reads the clock: models retire, and exceptions expire.
    monkeypatch.setenv(TODAY, "2026-11-29")
    # An output in an f-string is then an error, and not a text with a description of the output.
    monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", "1")
    monkeypatch.setenv("PYTHONPATH", str(user_files.STARTUP), prepend=os.pathsep)
    monkeypatch.setenv(user_files.JOURNAL, str(journal))
    yield
    opened = journal.read_text("utf-8") if journal.exists() else ""
    journal.unlink(missing_ok=True)
    assert not opened, f"the test opened files of the user: {opened}"


@pytest.fixture
def shipped_sample() -> Iterator[Path]:
    """Root of the repository with the shipped sample network, for the one test that reads the sample."""
    user_files.allowed.append("shipped_sample")
    yield user_files.ROOT
    user_files.allowed.remove("shipped_sample")

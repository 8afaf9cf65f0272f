"""Runs tests that open the user's network and stack files, to show that these tests fail in every process."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fabrikam import FABRIKAM, FILES, REPOSITORY
from tests.user_files import IN_CHANGED_COPY, is_users

READS = """
from pathlib import Path

import pytest


@pytest.mark.parametrize("name", {names})
def test_it(name: str) -> None:
    Path(name).read_text()
"""
IN_A_PROCESS = """
import subprocess, sys


def test_it() -> None:
    subprocess.run([sys.executable, "-c", "open('network.yaml')"], check={check})
"""
SWALLOWS = """
def test_it() -> None:
    try:
        open("network.yaml").close()
    except BaseException:
        pass
"""
TWICE = "def test_one(shipped_sample) -> None: ...\n\n\ndef test_other(shipped_sample) -> None: ...\n"

Run = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run one test file with this project's conftest, in the folder of the repository."""

    def on(text: str) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "test_canary.py"
        path.write_text(text, encoding="utf-8")
        settings = ["-c", str(REPOSITORY / "pyproject.toml"), "--rootdir", str(REPOSITORY), "-p", "tests.conftest"]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *settings, str(path)]
        # A run of every case, also where this test runs in a changed copy, which takes one case of each test function.
        env = {name: value for name, value in os.environ.items() if name != IN_CHANGED_COPY}
        return subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False)  # noqa: S603 (this interpreter)

    return on


def test_opening_the_users_network_or_stack_file_fails_the_test(run: Run) -> None:
    done = run(READS.format(names=FILES))

    assert (done.returncode, f"{len(FILES)} failed" in done.stdout) == (1, True), done.stdout
    for name in FILES:
        assert f"a test opens {name}, which is the user's" in done.stdout


def test_removing_a_temporary_network_yaml_is_not_reported_as_opening_the_users_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old" / "network.yaml").mkdir(parents=True)
    (tmp_path / "old in bytes" / "network.yaml").mkdir(parents=True)
    monkeypatch.chdir(REPOSITORY)

    shutil.rmtree(tmp_path / "old")
    shutil.rmtree(os.fsencode(tmp_path / "old in bytes"))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [SWALLOWS, IN_A_PROCESS.format(check=True), IN_A_PROCESS.format(check=False)])
def test_opening_a_users_file_fails_the_test_even_if_it_ignores_the_error_or_uses_a_subprocess(
    run: Run, text: str
) -> None:
    done = run(text)

    assert (done.returncode, "the test opened files of the user: network.yaml" in done.stdout) == (1, True), done.stdout


def test_second_test_that_uses_the_shipped_sample_is_refused(run: Run) -> None:
    done = run(TWICE)

    assert done.returncode == 4
    assert "only one test reads the files of the shipped sample" in done.stdout + done.stderr


def test_users_files_are_recognized_in_every_notation_of_their_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link.yaml").symlink_to(REPOSITORY / "network.yaml")
    (tmp_path / "network.yaml").symlink_to(REPOSITORY / "network.yaml")
    monkeypatch.chdir(REPOSITORY / "tests")

    mine = ["../network.yaml", REPOSITORY / "Pulumi.qa.yaml", os.fsencode(REPOSITORY / "Pulumi.yaml")]
    assert [path for path in [*mine, tmp_path / "network.yaml"] if not is_users(path)] == []
    others = [3, "network.yaml", REPOSITORY / "network.schema.json", *(FABRIKAM / name for name in FILES)]
    assert [path for path in others if is_users(path)] == []

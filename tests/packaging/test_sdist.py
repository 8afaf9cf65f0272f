"""Tests that the source distribution contains everything from which a wheel is built."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from tests.packaging.conftest import REPOSITORY, Installation


def contents(wheel: Path) -> dict[str, bytes]:
    """Return the names of all files in a wheel, with their contents."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def build(target: str, source: Path, folder: Path) -> Path:
    """Build a distribution of a source folder without network access."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)  # noqa: S603 (our own build)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.iterdir()
    return built


def test_wheel_built_from_the_source_distribution_equals_the_wheel_of_the_checkout(
    installation: Installation, tmp_path: Path
) -> None:
    with tarfile.open(build("sdist", REPOSITORY, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()

    assert contents(build("wheel", source, tmp_path / "wheel")) == contents(installation.wheel)

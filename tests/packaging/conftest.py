"""Builds a wheel of this repository once and installs it into a separate environment, without network access."""

import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Installation:
    """Environment with the installed wheel; other packages are read from the environment of the tests."""

    wheel: Path
    root: Path

    @property
    def scripts(self) -> Path:
        """Return the folder of the environment's console commands."""
        return self.root / ("Scripts" if sys.platform == "win32" else "bin")

    def run(
        self, command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a console command of the environment in a folder."""
        path = str(self.scripts / command[0])
        return subprocess.run(  # noqa: S603 (our own wheel)
            [path, *command[1:]], cwd=folder, env=variables, capture_output=True, text=True, check=False
        )


def installed(root: Path, wheel: Path, *requirements: str, packages: Path | None = None) -> Installation:
    """Install requirements into a new environment that also uses a folder of packages, by default the tests' own."""
    made = Installation(wheel, root)
    venv.create(root, with_pip=False, symlinks=sys.platform != "win32")
    # The line adds the folder alone: .pth files in it, such as that of an editable installation, are not read.
    (own,) = root.rglob("site-packages")
    (own / "dependencies.pth").write_text(f"{packages or sysconfig.get_path('purelib')}\n", encoding="utf-8")
    python = str(made.scripts / "python")
    options = ("--no-build-isolation", "--no-deps", "--no-index", "--no-compile", "--ignore-installed")
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, *requirements)
    return made


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Build the wheel and install it."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (wheel,) = folder.glob("*.whl")
    return installed(folder / "environment", wheel, str(wheel))


def run(*command: str, folder: Path = REPOSITORY) -> None:
    """Run a command in a folder, by default the root of the repository, and fail the test if the command fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 (see above)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create a user's folder with modules that have the same names as this project's packages."""
    for name in ("access", "components"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"OWNER = 'the user, in {name}'\n", encoding="utf-8")
    return tmp_path

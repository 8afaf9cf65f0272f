"""Tests of the editable installation by `make setup`: it uses the checkout and builds nothing."""

import re
import tomllib
from pathlib import Path

from agent_network import __version__
from tests.packaging.conftest import REPOSITORY, installed


def test_editable_installation_runs_the_modules_of_the_checkout(tmp_path: Path) -> None:
    made = installed(tmp_path / "environment", tmp_path, "--editable", str(REPOSITORY))

    version = made.run(["agent-network", "--version"], tmp_path)
    module = made.run(["python", "-c", "import cli, components; print(cli.__file__)"], tmp_path)

    assert (version.returncode, version.stdout) == (0, f"agent-network {__version__}\n")
    assert module.stdout == f"{REPOSITORY / 'cli' / '__init__.py'}\n"


def test_make_setup_installs_the_checkout_without_build_isolation() -> None:
    recipe = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (line,) = re.findall(r"^\t@\$\(VENV\)/bin/pip install .*--editable \.$", recipe, re.MULTILINE)

    assert {"--no-build-isolation", "--no-deps"} <= set(line.split())


def test_build_backend_version_equals_the_one_in_the_development_dependencies() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    (backend,) = project["build-system"]["requires"]

    assert backend in project["dependency-groups"]["dev"]

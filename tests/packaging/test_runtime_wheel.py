"""Tests of the runtime library's own package: it installs alone, without Pulumi, and imports only what it declares."""

import ast
import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.packaging.conftest import REPOSITORY, Installation, installed, run

PROJECT = REPOSITORY / "agents" / "runtime"
PACKAGE = "agent_network_runtime"

IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
package = importlib.import_module("agent_network_runtime")
for module in pkgutil.walk_packages(package.__path__, "agent_network_runtime."):
    importlib.import_module(module.name)
files = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
print(json.dumps([sorted(sys.modules), files]))
"""


def requirements(*extras: str) -> list[Requirement]:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [one for extra in extras for one in declared["optional-dependencies"][extra]]
    return [Requirement(one) for one in (*declared["dependencies"], *optional)]


def needed(requirement: Requirement, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """Add the installed package of a requirement, and everything that it needs here, to what was found already."""
    if requirement.name.lower() not in found:
        package = found[requirement.name.lower()] = distribution(requirement.name)
        extras = ("", *requirement.extras)
        for text in package.requires or ():
            other = Requirement(text)
            if other.marker is None or any(other.marker.evaluate({"extra": extra}) for extra in extras):
                needed(other, found)
    return found


def copied(packages: dict[str, Distribution], folder: Path) -> Path:
    """Copy the files of installed packages into a folder, which then has these packages alone."""
    for package in packages.values():
        for file in package.files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), target)
    return folder


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Build the library's wheel and install it with the packages that it declares, and no others."""
    folder = tmp_path_factory.mktemp("runtime")
    build = ("hatchling", "build", "--target", "wheel", "--directory", str(folder))
    run(sys.executable, "-m", *build, folder=PROJECT)
    (wheel,) = folder.glob("*.whl")
    packages: dict[str, Distribution] = {}
    for requirement in requirements():
        needed(requirement, packages)
    return installed(folder / "environment", wheel, str(wheel), packages=copied(packages, folder / "packages"))


def test_wheel_of_the_runtime_library_contains_its_package_and_the_marker_of_types(runtime: Installation) -> None:
    with zipfile.ZipFile(runtime.wheel) as wheel:
        names = wheel.namelist()

    sources = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / PACKAGE).rglob("*.py")}
    assert {name for name in names if not name.partition("/")[0].endswith(".dist-info")} == {
        *sources,
        f"{PACKAGE}/py.typed",
    }


def test_runtime_library_is_imported_in_an_environment_without_pulumi(runtime: Installation, tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 (our own environment)
        [str(runtime.scripts / "python"), "-I", "-c", IMPORT_EVERYTHING],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    modules, files = json.loads(done.stdout)
    assert f"{PACKAGE}.asyncio_runtime" in modules
    assert not [name for name in modules if name.partition(".")[0].startswith("pulumi")]
    own = str(runtime.root.parent)
    assert not [file for file in files if "site-packages" in file and not file.startswith(own)]


def imported() -> Iterator[tuple[str, str]]:
    """Yield every package outside the library that one of its modules imports, with the module."""
    for path in sorted((PROJECT / PACKAGE).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                if name.partition(".")[0] not in {*sys.stdlib_module_names, PACKAGE}:
                    yield path.name, name


def modules_of(package: Distribution) -> set[str]:
    """Return the names of a package's modules and folders, such as `azure.core.pipeline`."""
    files = [file for file in package.files or () if file.suffix == ".py"]
    return {".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in files}


def test_runtime_library_imports_no_package_that_it_does_not_declare() -> None:
    declared = set[str]().union(*(modules_of(distribution(one.name)) for one in requirements("github")))

    assert [(file, name) for file, name in imported() if name not in declared] == []


def test_runtime_library_pins_the_versions_that_the_tests_run_with() -> None:
    pins = {one.name: str(one.specifier) for one in requirements("github")}

    assert pins == {name: f"=={distribution(name).version}" for name in pins}

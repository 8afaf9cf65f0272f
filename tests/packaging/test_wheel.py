"""The installed package, in a folder whose own modules have the names of rooms."""

import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from agent_network import __version__
from hatch_build import PACKAGE, ROOMS
from tests.packaging.conftest import REPOSITORY, Installation

# Imports every module of the package, and prints where each loaded module with the name of a room is from.
EVERY_MODULE = """
import importlib, json, pkgutil, sys
import agent_network
import access, components
names = [m.name for m in pkgutil.walk_packages(agent_network.__path__, "agent_network.")]
for name in names:
    importlib.import_module(name)
rooms = {name: module.__file__ for name, module in sys.modules.items() if name.partition(".")[0] in %r}
print(json.dumps({"names": names, "rooms": rooms}))
"""

PAGE = (REPOSITORY / "docs" / "howto" / "use-from-your-own-program.md").read_text(encoding="utf-8")
COMPONENTS, QUESTIONS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
USER_MODULE = "\nimport components\n\npulumi.export('owner', components.OWNER)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a user whose program has modules of its own."""
    for name in ("access", "components"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"OWNER = 'the user, in {name}'\n", encoding="utf-8")
    return tmp_path


def test_the_wheel_holds_one_package_and_its_description(installation: Installation) -> None:
    with zipfile.ZipFile(installation.wheel) as wheel:
        names = wheel.namelist()
        (metadata,) = [wheel.read(name).decode() for name in names if name.endswith("/METADATA")]

    assert {name.partition("/")[0] for name in names} == {PACKAGE, f"{PACKAGE}-{__version__}.dist-info"}
    assert f"Version: {__version__}\n" in metadata
    assert [name for name in names if "__pycache__" in name] == []


def test_the_console_command_reports_the_version(installation: Installation, folder: Path) -> None:
    done = installation.run(["agent-network", "--version"], folder)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"agent-network {__version__}\n", "")


def test_every_installed_module_is_importable_next_to_modules_of_the_same_names(
    installation: Installation, folder: Path
) -> None:
    done = installation.run(["python", "-c", EVERY_MODULE % (ROOMS,)], folder)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])  # a module may print what it generates
    assert {name.split(".")[1] for name in found["names"]} >= set(ROOMS)
    assert found["rooms"] == {name: str(folder / name / "__init__.py") for name in ("access", "components")}
    assert str(REPOSITORY) not in done.stdout


def test_a_new_project_previews_and_a_renamed_one_does_too(installation: Installation, folder: Path) -> None:
    made = installation.run(["agent-network", "init", "contoso", "--path", "."], folder)
    assert made.returncode == 0, made.stderr
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace("contoso", "tailspin"), encoding="utf-8")

    done = installation.run(["agent-network", "preview", "--json"], folder)

    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert {one["urn"].split("::")[1] for one in document["resources"]} == {"tailspin"}
    assert {"assistant", "ingestion"} <= set(document["outputs"]["agents"])


def test_the_documented_program_runs_next_to_modules_of_the_same_names(
    installation: Installation, folder: Path
) -> None:
    installation.run(["agent-network", "init", "contoso", "--path", "."], folder)
    (folder / "__main__.py").write_text(COMPONENTS + USER_MODULE, encoding="utf-8")

    done = installation.run(["agent-network", "preview", "--json"], folder)

    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert document["outputs"]["owner"] == "the user, in components"
    assert {(one["agent"], one["verb"], one["resource"]) for one in document["access"]} == {
        ("writer", "pull", "images"),
        ("writer", "write", "notes"),
    }
    # The question of the page, about this run instead of a stack export.
    (folder / "stack.json").write_text(done.stdout, encoding="utf-8")
    answered = installation.run(["python", "-c", QUESTIONS.replace("export", "local")], folder)
    assert answered.returncode == 0, answered.stderr
    lines = answered.stdout.splitlines()
    assert (
        "writer × notes × Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write: conditional" in lines
    )


def test_the_policy_pack_runs_in_the_environment_of_the_package(
    installation: Installation, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = str(tmp_path_factory.mktemp("home"))
    variables = {"HOME": home, "XDG_CACHE_HOME": home, "LOCALAPPDATA": home}

    done = installation.run(["agent-network", "policy-pack"], folder, {**os.environ, **variables})

    assert done.returncode == 0, done.stderr
    described = (Path(done.stdout.strip()) / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    assert json.dumps(str(installation.root)) in described

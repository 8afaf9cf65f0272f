"""Tests of the installed package in a folder whose modules have the same names as the project's packages."""

import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from agent_network import __version__
from hatch_build import PACKAGE
from tests.packaging.conftest import REPOSITORY, Installation

PAGE = (REPOSITORY / "docs" / "howto" / "use-from-your-own-program.md").read_text(encoding="utf-8")
COMPONENTS, QUESTIONS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
USER_MODULE = "\nimport components\n\npulumi.export('owner', components.OWNER)\n"


def test_wheel_contains_one_package_and_its_metadata(installation: Installation) -> None:
    with zipfile.ZipFile(installation.wheel) as wheel:
        names = wheel.namelist()
        (metadata,) = [wheel.read(name).decode() for name in names if name.endswith("/METADATA")]

    assert {name.partition("/")[0] for name in names} == {PACKAGE, f"{PACKAGE}-{__version__}.dist-info"}
    assert f"Version: {__version__}\n" in metadata
    assert [name for name in names if "__pycache__" in name] == []


def test_installed_console_command_prints_the_version(installation: Installation, folder: Path) -> None:
    done = installation.run(["agent-network", "--version"], folder)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"agent-network {__version__}\n", "")


def test_project_created_by_the_installed_package_previews_after_its_name_is_changed(
    installation: Installation, folder: Path
) -> None:
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


def test_documented_program_runs_next_to_user_modules_with_the_same_names(
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


def test_policy_pack_written_by_the_installed_package_names_its_virtual_environment(
    installation: Installation, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = str(tmp_path_factory.mktemp("home"))
    variables = {"HOME": home, "XDG_CACHE_HOME": home, "LOCALAPPDATA": home}

    done = installation.run(["agent-network", "policy-pack"], folder, {**os.environ, **variables})

    assert done.returncode == 0, done.stderr
    described = (Path(done.stdout.strip()) / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    assert json.dumps(str(installation.root)) in described

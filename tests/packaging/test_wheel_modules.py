"""Tests that every module of the installed package can be imported next to user modules of the same names."""

import base64
import json
from pathlib import Path

import pytest

from hatch_build import ROOMS
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


def test_every_installed_module_is_importable_next_to_user_modules_with_the_same_names(
    installation: Installation, folder: Path
) -> None:
    done = installation.run(["python", "-c", EVERY_MODULE % (ROOMS,)], folder)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])  # a module may print what it generates
    assert {name.split(".")[1] for name in found["names"]} >= set(ROOMS)
    assert found["rooms"] == {name: str(folder / name / "__init__.py") for name in ("access", "components")}
    assert str(REPOSITORY) not in done.stdout


# Pulumi pickles a dynamic provider: the program writes it into the state, and a process of the engine loads it.
WRITE = """
from pulumi.dynamic.dynamic import serialize_provider
from agent_network.components.agents.foundry_identity import Provider
print(serialize_provider(Provider()))
"""
READ = """
import base64, dill, sys
provider = dill.loads(base64.b64decode(sys.argv[1]))
print(type(provider).__module__, type(provider).__name__, callable(provider.read))
"""


def test_dynamic_provider_pickled_in_a_state_loads_from_the_installed_package(
    installation: Installation, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = installation.run(["python", "-c", WRITE], folder)
    assert written.returncode == 0, written.stderr

    loaded = installation.run(["python", "-c", READ, written.stdout.strip()], tmp_path_factory.mktemp("elsewhere"))

    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout == "agent_network.components.agents.foundry_identity Provider True\n"
    # By reference: the state holds the name of the class, and not its code.
    assert len(base64.b64decode(written.stdout)) < 200

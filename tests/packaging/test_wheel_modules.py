"""Every module of the installed package, next to modules of the user with the names of rooms."""

import json
from pathlib import Path

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


def test_every_installed_module_is_importable_next_to_modules_of_the_same_names(
    installation: Installation, folder: Path
) -> None:
    done = installation.run(["python", "-c", EVERY_MODULE % (ROOMS,)], folder)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])  # a module may print what it generates
    assert {name.split(".")[1] for name in found["names"]} >= set(ROOMS)
    assert found["rooms"] == {name: str(folder / name / "__init__.py") for name in ("access", "components")}
    assert str(REPOSITORY) not in done.stdout

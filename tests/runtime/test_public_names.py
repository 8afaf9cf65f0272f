"""The public names of the runtime library, and what its README promises about them."""

import re
from pathlib import Path
from types import ModuleType

import agent_network_runtime
import pytest
from agent_network_runtime import RuntimeLibraryError, repositories

README = (Path(agent_network_runtime.__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_public_names_are_sorted_and_exist() -> None:
    names = agent_network_runtime.__all__

    assert names == sorted(names)
    assert all(hasattr(agent_network_runtime, name) for name in names)


@pytest.mark.parametrize("package", [agent_network_runtime, repositories], ids=lambda package: package.__name__)
def test_readme_has_the_status_of_every_public_error(package: ModuleType) -> None:
    rows = re.findall(r"^\| ([\d, ]+) \| (.+?) \|", README, re.MULTILINE)
    written = {name: statuses.split(", ") for statuses, names in rows for name in re.findall(r"`(\w+)`", names)}

    classes = [one for one in vars(package).values() if isinstance(one, type) and issubclass(one, RuntimeLibraryError)]
    missing = {one.__name__: one.status for one in classes if str(one.status) not in written.get(one.__name__, [])}
    assert classes
    assert missing in ({}, {RuntimeLibraryError.__name__: RuntimeLibraryError.status})

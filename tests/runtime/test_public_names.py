"""The public names of the runtime library, and what its README promises about them."""

import re
from pathlib import Path

import agent_network_runtime
from agent_network_runtime import RuntimeLibraryError

README = (Path(agent_network_runtime.__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_public_names_are_sorted_and_exist() -> None:
    names = agent_network_runtime.__all__

    assert names == sorted(names)
    assert all(hasattr(agent_network_runtime, name) for name in names)


def test_readme_has_the_status_of_every_public_error() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+?) \|", README, re.MULTILINE)
    written = {name: int(status) for status, names in rows for name in re.findall(r"`(\w+)`", names)}

    public = {name: getattr(agent_network_runtime, name) for name in agent_network_runtime.__all__}
    errors = {
        name: one for name, one in public.items() if isinstance(one, type) and issubclass(one, RuntimeLibraryError)
    }
    assert written == {name: one.status for name, one in errors.items() if one is not RuntimeLibraryError}

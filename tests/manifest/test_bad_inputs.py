"""Bad inputs: a folder each under tests/networks/bad, with the exact lines that it is answered with.

A case overlays tests/networks/base. `Pulumi.<stack>.yaml` in it says which stack is loaded, dev where there is none; a
file `<name>.absent` takes a file away.
"""

import shutil
from pathlib import Path

import pytest

from manifest import ManifestError, load
from manifest.stack_file import config_getter

NETWORKS = Path(__file__).parents[1] / "networks"
CASES = sorted(path for path in (NETWORKS / "bad").iterdir() if path.is_dir())


def complain(role: str, kind: str) -> str | None:
    """Stands for the role catalogue, which is another room's."""
    return f"'{role}' is privileged; no agent may hold it on a {kind}" if role == "Owner" else None


def lines_of(case: Path, root: Path) -> list[str]:
    """What loading a case is answered with."""
    for source in (NETWORKS / "base", case):
        shutil.copytree(source, root, dirs_exist_ok=True)
    for absent in root.glob("*.absent"):
        (root / absent.stem).unlink()
    stacks = [path.name.split(".")[1] for path in case.glob("Pulumi.*.yaml")]
    stack = stacks[0] if stacks else "dev"
    try:
        load(stack, config_getter(root, stack), root=root, role_refusal_reason=complain)
    except ManifestError as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_input_is_answered_with_exactly_these_lines(case: Path, tmp_path: Path) -> None:
    assert lines_of(case, tmp_path) == (case / "expected.txt").read_text().splitlines()


def test_the_base_that_the_cases_change_is_sound(tmp_path: Path) -> None:
    assert lines_of(NETWORKS / "base", tmp_path) == []

"""Tests of invalid files: each folder under tests/networks/bad has the files and their exact error messages.

The files of a case replace those of tests/networks/base. Its `Pulumi.<stack>.yaml` defines the stack that is loaded
(dev by default), and a file `<name>.absent` removes a file.
"""

import shutil
from pathlib import Path

import pytest

from manifest import ManifestError, load
from manifest.stack_file import config_getter

NETWORKS = Path(__file__).parents[1] / "networks"
CASES = sorted(path for path in (NETWORKS / "bad").iterdir() if path.is_dir())


def refuse_owner(role: str, kind: str) -> str | None:
    """Stub of the role catalogue, which is in the `access` package: refuses the role Owner."""
    return f"'{role}' is privileged; no agent may hold it on a {kind}" if role == "Owner" else None


def load_errors(case: Path, root: Path) -> list[str]:
    """Load the files of a case and return the error messages; none for valid files."""
    for source in (NETWORKS / "base", case):
        shutil.copytree(source, root, dirs_exist_ok=True)
    for absent in root.glob("*.absent"):
        (root / absent.stem).unlink()
    stacks = [path.name.split(".")[1] for path in case.glob("Pulumi.*.yaml")]
    stack = stacks[0] if stacks else "dev"
    try:
        load(stack, config_getter(root, stack), root=root, role_refusal_reason=refuse_owner)
    except ManifestError as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_loading_invalid_network_or_stack_files_reports_exactly_the_expected_errors(case: Path, tmp_path: Path) -> None:
    assert load_errors(case, tmp_path) == (case / "expected.txt").read_text().splitlines()


def test_base_network_of_the_invalid_file_cases_loads_without_errors(tmp_path: Path) -> None:
    assert load_errors(NETWORKS / "base", tmp_path) == []

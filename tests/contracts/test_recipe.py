"""Tests that the code blocks of the recipe for a new resource kind are sufficient, in a copy of the project."""

import json
import re
import subprocess
import sys
from pathlib import Path
from shutil import copy2, copytree, ignore_patterns
from typing import Any

import pytest

from localazure.reduce_api_types import sdk_version

REPOSITORY = Path(__file__).parents[2]
FABRIKAM = REPOSITORY / "tests/networks/fabrikam"
RECIPE = (REPOSITORY / "docs/howto/add-a-resource-kind.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n# (\S+?)(?:, at the end of (\w+))?\n(.*?)```", RECIPE, re.DOTALL)
(LINE,) = re.findall(r"```text\n(.*?)```", RECIPE, re.DOTALL)
CODE = ("access/", "components/", "localazure/", "manifest/")
TOKENS = ("azure-native:storage:Table", "azure-native:storage:TableServiceProperties")
TESTS = (
    "tests/contracts/test_types.py",
    "tests/contracts/test_kinds.py",
    "tests/contracts/test_kind_on_local_azure.py",
    "tests/localazure/core/test_contract.py",
    "tests/localazure/core/test_api_types.py",
    "tests/manifest/test_kinds.py",
    "tests/manifest/test_howto.py",
    "tests/manifest/test_schema.py::test_network_schema_file_equals_the_generated_schema",
)
ABOUT = "storage-table or Table or registered or deployer or manifest or sample or api_types_file or schema"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a copy of the project to which every step of the recipe was applied."""
    root = tmp_path_factory.mktemp("recipe") / "project"
    copytree(REPOSITORY, root, ignore=left_out)
    for own in FABRIKAM.iterdir():
        copy2(own, root)
    for path, name, text in BLOCKS:
        write(root / path, name, text)
    guide = root / "docs/howto/write-your-own-network.md"
    guide.write_text(
        guide.read_text("utf-8").replace("| `cosmos-container`", f"{LINE}| `cosmos-container`", 1), "utf-8"
    )
    run(root, "-m", "localazure.reduce_api_types", str(published(root.parent)), *TOKENS)
    run(root, "-m", "agent_network", "manifest", "schema")
    return root


def left_out(folder: str, names: list[str]) -> set[str]:
    """Return the names that the copy does not need, and the user's own files."""
    users = {"__main__.py", "network.yaml", *(name for name in names if name.startswith("Pulumi."))}
    users = users if Path(folder) == REPOSITORY else set[str]()
    return {*ignore_patterns(".*", "__pycache__", "golden")(folder, names), *users}


def write(path: Path, name: str, block: str) -> None:
    """Write a new file, or insert a block before the closing bracket of a named table."""
    if not name:
        path.write_text(block, "utf-8")
        return
    before, start, rest = re.split(
        rf"(^{name}\b[^\n]*[({{]\n)", path.read_text("utf-8"), maxsplit=1, flags=re.MULTILINE
    )
    inside, end, after = re.split(r"(^[)}])", rest, maxsplit=1, flags=re.MULTILINE)
    path.write_text(before + start + inside + block + end + after, "utf-8")


def published(folder: Path) -> Path:
    """Create the API types that the recipe's example needs, in the layout of bicep-types-az."""
    where = "Microsoft.Storage/storageAccounts/tableServices"
    entries: list[dict[str, Any]] = [{"$type": "StringType"}, {"$type": "AnyType"}]
    for name in (where, f"{where}/tables"):
        texts = ("id", "type", "apiVersion")
        properties: dict[str, Any] = {each: {"type": {"$ref": "#/0"}, "flags": 10} for each in texts}
        properties |= {
            "name": {"type": {"$ref": "#/0"}, "flags": 9},
            "properties": {"type": {"$ref": "#/1"}, "flags": 0},
        }
        entries.append({"$type": "ObjectType", "name": name, "properties": properties})
    path = folder / "generated/storage/microsoft.storage" / sdk_version(TOKENS[0]) / "types.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(entries), "utf-8")
    return folder


def run(root: Path, *arguments: str) -> None:
    done = subprocess.run([sys.executable, *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout + done.stderr


def test_how_to_for_a_new_resource_kind_changes_exactly_four_code_files() -> None:
    assert len({path for path, _, _ in BLOCKS if path.startswith(CODE)}) == 4


def test_resource_kind_added_by_the_how_to_passes_the_contract_tests_in_a_copy(project: Path) -> None:
    run(project, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *TESTS, "-k", ABOUT)


def test_code_added_by_the_how_to_passes_ruff_check_and_format(project: Path) -> None:
    code = sorted({path for path, _, _ in BLOCKS})

    run(project, "-m", "ruff", "check", "--no-cache", "-q", *code)
    run(project, "-m", "ruff", "format", "--no-cache", "--check", "-q", *code)

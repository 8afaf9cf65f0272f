"""Tests of the build hook, which moves the project's packages into one package and changes their imports."""

import ast
from pathlib import Path

import pytest

from hatch_build import PACKAGE, ROOMS, collect, prefixed

REPOSITORY = Path(__file__).parents[2]


def test_build_hook_prefixes_absolute_imports_of_project_packages() -> None:
    text = (
        "from access import roles\n"
        "from access.azure.roles import by_name as named\n"
        "import localazure.run as run, json\n"
        "if TYPE_CHECKING:\n    from components.grants import (\n        Grantee,\n    )\n"
        "def späte(): from manifest import load\n"
    )

    assert prefixed(text) == (
        "from agent_network.access import roles\n"
        "from agent_network.access.azure.roles import by_name as named\n"
        "import agent_network.localazure.run as run, json\n"
        "if TYPE_CHECKING:\n    from agent_network.components.grants import (\n        Grantee,\n    )\n"
        "def späte(): from agent_network.manifest import load\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "from . import access\n",
        "from .access import roles\n",
        "from accessible import roles\n",
        "from agent_network import access\n",
        "from json import access\n",
        "import json\n",
        "import json as access\n",
        "# from access import roles\n",
        '"""from access import roles"""\n',
        'text = """\nfrom access import roles\nimport access.azure as azure\n"""\n',
        'module = "access.azure"\n',
    ],
)
def test_build_hook_leaves_relative_imports_other_modules_strings_and_comments_unchanged(text: str) -> None:
    assert prefixed(text) == text


@pytest.mark.parametrize("text", ["import access\n", "import json, access.azure\n", "from \\\n  access import roles\n"])
def test_build_hook_refuses_an_import_it_cannot_prefix_and_names_the_line(text: str) -> None:
    with pytest.raises(ValueError, match="line 1: write `from"):
        prefixed(text)


def test_every_package_at_the_repository_root_except_tests_is_in_the_wheel() -> None:
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}

    assert set(ROOMS) == packages - {PACKAGE, "tests"}


def test_wheel_package_contains_every_file_of_the_project_packages(tmp_path: Path) -> None:
    collect(REPOSITORY, tmp_path)

    collected = {path.relative_to(tmp_path / PACKAGE) for path in tmp_path.rglob("*") if path.is_file()}
    written = {
        path.relative_to(REPOSITORY)
        for room in ROOMS
        for path in (REPOSITORY / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert [path.name for path in tmp_path.iterdir()] == [PACKAGE]
    assert {path for path in collected if path.parts[0] in ROOMS} == written
    assert Path("__init__.py") in collected


# A name that is removed from the end of a module's own name, whatever is before it.
OWN_NAME = {("cli/errors.py", "cli.errors")}


def texts(path: Path) -> set[str]:
    """Return the strings of a module, without the parts of f-strings."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    constants = (node for node in nodes if isinstance(node, ast.Constant) and id(node) not in parts)
    return {node.value for node in constants if isinstance(node.value, str)}


def test_no_string_literal_but_one_in_cli_errors_is_the_dotted_path_of_a_project_module() -> None:
    """The hook changes only imports, so a module found by a string would be found only in a checkout."""
    paths = [path for room in ROOMS for path in sorted((REPOSITORY / room).rglob("*.py"))]
    names = {".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__") for path in paths}
    dotted = {name for name in names if "." in name}

    found = {(path.relative_to(REPOSITORY).as_posix(), text) for path in paths for text in texts(path) & dotted}
    assert found == OWN_NAME, "use __name__ or __package__"

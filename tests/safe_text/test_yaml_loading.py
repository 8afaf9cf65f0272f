"""Tests of the bounds of YAML: aliases and depth, in the loader and in every file that a command reads."""

import ast
from pathlib import Path

import pytest
import yaml

from cli.main import run
from hatch_build import PACKAGE, ROOMS
from safe_text.yaml_loading import YamlBoundsError, load_yaml
from tests.fabrikam import copy_project

REPOSITORY = Path(__file__).parents[2]
UNBOUNDED = {"safe_load", "load", "full_load", "unsafe_load", "safe_load_all", "load_all"}


def bomb(first: str = "&a {x: y}") -> str:
    """Return a mapping whose aliases expand to ten thousand million values."""
    lines, before = [f"  one: {first}"], "a"
    for name in "bcdefghijk":
        lines.append(f"  {name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
        before = name
    return "\n".join(lines)


@pytest.mark.parametrize("text", ["", "a: 1", "- a\n- {b: [1, 2]}", "a: &x [1]\nb: *x", "a: 2026-11-28", "a: 'b"])
def test_yaml_within_the_bounds_is_loaded_as_by_safe_load(text: str) -> None:
    try:
        expected = yaml.safe_load(text)
    except yaml.YAMLError:
        with pytest.raises(yaml.YAMLError):
            load_yaml(text)
    else:
        assert load_yaml(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"config:\n{bomb()}",
        f"config:\n{bomb()}\n  last:\n    <<: [{', '.join(['*k'] * 10)}]",
        "a: &a [*a]",
        "[" * 500 + "]" * 500,
        "[" * 100_000,
    ],
    ids=["aliases", "merge keys", "cycle", "depth", "unclosed"],
)
def test_yaml_with_too_many_aliases_or_too_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(YamlBoundsError):
        load_yaml(text)


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("Pulumi.yaml", ["preview"]),
        ("Pulumi.yaml", ["access", "matrix"]),
        ("Pulumi.dev.yaml", ["manifest", "show"]),
        ("Pulumi.dev.yaml", ["preview"]),
        ("Pulumi.dev.yaml", ["access", "matrix"]),
        ("network.yaml", ["manifest", "show"]),
        ("network.yaml", ["access", "matrix"]),
    ],
)
def test_console_command_refuses_a_project_file_with_exponential_yaml_aliases(
    file: str, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_project(tmp_path)
    path = tmp_path / file
    path.write_text(f"{path.read_text()}\n{'template' if file == 'Pulumi.yaml' else 'more'}:\n{bomb()}\n")
    monkeypatch.chdir(tmp_path)

    assert run(command) != 0

    printed = capsys.readouterr()
    assert "alias" in printed.out + printed.err
    assert "Traceback" not in printed.out + printed.err


def test_no_product_module_calls_yaml_load_functions_without_bounds() -> None:
    found = [
        path.relative_to(REPOSITORY).as_posix()
        for room in (PACKAGE, *ROOMS)
        for path in (REPOSITORY / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in UNBOUNDED
        and isinstance(node.value, ast.Name)
        and node.value.id == "yaml"
    ]

    assert found == []

"""Tests of the command line: help, version, examples, suggestions, and finding the project."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from agent_network import __version__
from cli.app import application, global_options_first
from cli.commands import reference
from cli.environment import DEBUG, NO_CACHE, is_on
from cli.main import run
from tests.cli.projects import quick_project

Command = Any
"""Command class of Typer's bundled Click, whose classes are private."""


def commands(group: Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Return every command and group with its words on the command line."""
    yield words, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*words, name))


ROOT_COMMAND = typer.main.get_command(application())
ALL = dict(commands(ROOT_COMMAND))
LEAVES = {words: command for words, command in ALL.items() if not hasattr(command, "commands")}
OUTSIDE_PROJECT = pytest.mark.usefixtures("empty_folder")


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_version_option_prints_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"agent-network {__version__}\n"


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_prints_a_description_and_changes_no_files(
    empty_folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert run([*words, "--help"]) == 0

    out, err = capsys.readouterr()
    assert out.startswith(f"Usage: {' '.join(('agent-network', *words))} ")
    assert ALL[words].help
    assert err == ""
    assert list(empty_folder.iterdir()) == []


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_at_80_columns_cuts_no_description(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    assert run([*words, "--help"]) == 0
    _usage, *lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.endswith(("...", "…"))] == []


@pytest.mark.parametrize("words", sorted(set(ALL) - set(LEAVES)), ids=" ".join)
def test_help_of_every_command_group_has_examples_of_its_commands(words: tuple[str, ...]) -> None:
    lines = [line.strip() for line in (ALL[words].epilog or "").splitlines() if line.startswith("  ")]

    assert lines
    for line in lines:
        assert line.startswith(" ".join(("agent-network", *words)))
        assert any(line.split()[1 : len(leaf) + 1] == list(leaf) for leaf in LEAVES)


@pytest.mark.parametrize("option", ["--debug", "--no-cache"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_debug_and_no_cache_options_are_accepted_anywhere_on_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, option: str, at: int
) -> None:
    for name in (DEBUG, NO_CACHE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(reference, "reference", lambda: f"{is_on(DEBUG)} {is_on(NO_CACHE)}")
    words = ["reference", "exit-codes"]

    assert run([*words[:at], option, *words[at:]]) == 0
    assert capsys.readouterr().out == ("True False\n" if option == "--debug" else "False True\n")


@pytest.mark.parametrize(
    "arguments", [["engine", "--", "pulumi", "up", "--debug"], ["engine", "pulumi", "--debug"], ["up", "--", "--debug"]]
)
def test_options_for_another_program_are_not_read_as_global_options(arguments: list[str]) -> None:
    assert global_options_first(arguments) == arguments


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_help_of_every_command_has_examples_that_parse(words: tuple[str, ...]) -> None:
    lines = [line for line in (LEAVES[words].epilog or "").splitlines() if line.startswith("  ")]

    assert lines
    for line in lines:
        (called,) = re.findall(r"agent-network [^>)]+", line)
        parts = shlex.split(called)
        assert tuple(parts[1 : len(words) + 1]) == words
        LEAVES[words].make_context(parts[0], parts[len(words) + 1 :])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["acess"], "error: No such command 'acess'. Did you mean 'access'?"),
        (["access", "matrx"], "error: No such command 'matrx'. Did you mean 'matrix'?"),
        (["preview", "--stak", "dev"], "error: No such option: --stak (Possible options: --save, --stack)"),
        (["access", "why", "report"], "error: Missing argument 'RESOURCE'"),
        (["access", "matrix", "--format", "sarif"], "'sarif' is not one of"),
        (["access", "diff", "main", "--format", "sarif"], "'sarif' is not one of"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@OUTSIDE_PROJECT
def test_invalid_command_line_exits_with_2_and_prints_the_mistake_and_where_usage_is_described(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert run(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert expected in err
    assert err.splitlines()[-1].startswith("usage and examples: agent-network")


@pytest.mark.parametrize("words", [("access", "check"), ("access", "review")], ids=" ".join)
def test_sarif_format_is_accepted_by_commands_with_findings(words: tuple[str, ...]) -> None:
    LEAVES[words].make_context("", ["--format", "sarif"])


def test_console_command_finds_the_project_from_a_folder_inside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = quick_project(tmp_path / "project") / "docs" / "howto"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)

    assert run(["preview", "--save", "saved.json"]) == 0
    capsys.readouterr()
    assert run(["access", "report", "--of", "saved.json"]) == 0
    assert (inner / "saved.json").exists()
    assert (tmp_path / "project" / "report" / "dev.html").exists()
    assert capsys.readouterr().out == f"{tmp_path / 'project' / 'report' / 'dev.html'}\n"


@pytest.mark.parametrize(
    "arguments", [["preview"], ["up"], ["access", "matrix"], ["manifest", "show"], ["manifest", "schema"], ["engine"]]
)
@OUTSIDE_PROJECT
def test_console_command_outside_any_project_exits_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().err.startswith("error: no Pulumi.yaml here: ")


@OUTSIDE_PROJECT
def test_shell_completion_of_a_command_prefix_prints_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_AGENT_NETWORK_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "agent-network access w")
    monkeypatch.setenv("COMP_CWORD", "2")

    assert run([]) == 0
    assert capsys.readouterr().out.split() == ["why"]


def test_shell_completion_of_the_stack_option_lists_the_stacks_with_the_typed_prefix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(quick_project(tmp_path / "project"))
    monkeypatch.setenv("_AGENT_NETWORK_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "agent-network preview --stack p")
    monkeypatch.setenv("COMP_CWORD", "3")

    assert run([]) == 0
    assert capsys.readouterr().out.split() == ["prod"]

"""Tests of the text output of a local run."""

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis.strategies import dictionaries, sampled_from
from pulumi_azure_native import app

from access.questions.assignment_rows import AssignmentRow
from access.reports.terminal import Style, width
from cli.main import run as main
from localazure.arm.named_items import named_changes
from localazure.arm.property_paths import ABSENT
from localazure.arm.resource_type import UNKNOWN
from localazure.arm.secret_values import SECRET
from localazure.azure import LocalAzure
from localazure.output import text as show
from localazure.output.progress import Progress
from localazure.output.property_changes import property_changes
from localazure.output.resource_tree import resource_tree
from localazure.output.role_assignments import role_assignments
from tests.localazure.run.programs import GROUP_ID, grant, group, identity, nothing, preview, up

PLAIN = Style(coloured=False)
COLOURED = Style(coloured=True)


def small() -> None:
    agent = identity("agent", group(stage="one"))
    grant("agent-may-read-rg", agent.principal_id, GROUP_ID)


def test_text_of_a_first_local_preview_shows_every_resource_below_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert resource_tree(preview(small), PLAIN).splitlines() == [
        "+ tiny-dev  pulumi:pulumi:Stack",
        "├── + agent-may-read-rg  azure-native:authorization:RoleAssignment",
        "├── + agent  azure-native:managedidentity:UserAssignedIdentity",
        "└── + rg  azure-native:resources:ResourceGroup",
    ]

    monkeypatch.setenv("COLUMNS", "50")
    assert resource_tree(preview(small), PLAIN).splitlines() == [
        "+ tiny-dev  Stack",
        "├── + agent-may-read-rg  RoleAssignment",
        "├── + agent  UserAssignedIdentity",
        "└── + rg  ResourceGroup",
    ]


def test_text_of_a_local_preview_shows_unchanged_resources_only_as_parents_of_changed_ones(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    up(small, path)

    def changed() -> None:
        agent = identity("agent", group(stage="two"))
        grant("agent-may-read-rg", agent.principal_id, GROUP_ID)

    result = preview(changed, path)

    assert resource_tree(result, PLAIN).splitlines() == [
        "tiny-dev  pulumi:pulumi:Stack",
        "└── ~ rg  azure-native:resources:ResourceGroup  [diff: tags.stage]",
    ]
    assert property_changes(result, PLAIN).splitlines()[1:] == [" ~ rg", '     ~ tags.stage: "one" => "two"']
    assert show.summary(result, PLAIN).splitlines()[1:] == ["    ~  1 to update", "    3 unchanged"]


def test_text_of_a_local_run_is_the_same_with_and_without_colour() -> None:
    result = up(small)
    found = role_assignments(result.world, result.records)

    text = show.report(result, found, COLOURED)
    assert "\x1b[" in text
    assert re.sub(r"\x1b\[[\d;]*m", "", text) == show.report(result, found, PLAIN)


def with_variables(**variables: str) -> Callable[[], None]:
    """Return a program of one app with environment variables, in the given order."""

    def program() -> None:
        container = app.ContainerArgs(
            name="main",
            image="main:1",
            env=[app.EnvironmentVarArgs(name=name, value=value) for name, value in variables.items()],
        )
        environment = app.ManagedEnvironment("apps", environment_name="apps", resource_group_name=group().name)
        app.ContainerApp(
            "main",
            container_app_name="main",
            resource_group_name="rg",
            environment_id=environment.id,
            template=app.TemplateArgs(containers=[container]),
        )

    return program


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (
            {"B": "2", "D": "4"},
            {"A": "1", "B": "2", "C": "3", "D": "5"},
            ['+ A.value: "1"', '+ C.value: "3"', '~ D.value: "4" => "5"'],
        ),
        ({"A": "1", "B": "2"}, {"B": "2"}, ['- A.value: "1"']),
        ({"A": "1", "B": "2"}, {"B": "2", "A": "1"}, ['~ : ["A", "B"] => ["B", "A"]']),
        ({"A": "1", "B": "2"}, {"B": "1", "A": "2"}, ['~ B.value: "2" => "1"', '~ A.value: "1" => "2"']),
    ],
)
def test_text_of_a_local_preview_compares_environment_variables_of_a_container_by_name(
    before: dict[str, str], after: dict[str, str], lines: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "dev.json"
    assert up(with_variables(**before), path).ok

    text = property_changes(preview(with_variables(**after), path), PLAIN)

    found = [line.strip().replace("template.containers[main].env", "") for line in text.splitlines()[2:]]
    assert [re.sub(r"\[(\w)\]\.", r"\1.", line) for line in found] == lines


@given(
    before=dictionaries(sampled_from("ABCDE"), sampled_from("123"), min_size=1),
    after=dictionaries(sampled_from("ABCDE"), sampled_from("123"), min_size=1),
    secret=sampled_from("ABCDE"),
)
def test_changes_of_environment_variables_in_a_local_run_are_complete_and_show_no_secret(
    before: dict[str, str], after: dict[str, str], secret: str
) -> None:
    def both(of: dict[str, str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        items: list[dict[str, Any]] = [{"name": name, "value": value} for name, value in of.items()]
        return items, [one | {"value": SECRET} if one["name"] == secret else one for one in items]

    found = [change for change in named_changes(both(before), both(after)) if change.path]

    assert {change.path[0] for change in found} == {
        name for name in before | after if before.get(name) != after.get(name)
    }
    shown = [value for one in found if one.path[0] == secret for value in (one.old, one.new)]
    assert all(value in (SECRET, ABSENT) for value in shown)


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_text_of_a_local_run_fits_the_width_of_the_terminal(
    columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    path = tmp_path / "dev.json"
    first = up(with_variables(A="1"), path)
    then = preview(with_variables(A="https://example.com/" + "long/" * 40), path)

    for result in (first, then):
        text = show.report(result, role_assignments(result.world, result.records), PLAIN)
        assert max(map(len, text.splitlines())) <= columns


def test_terminal_width_for_local_run_text_is_80_columns_if_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", no_terminal)

    assert width() == 80


def no_terminal(_stream: int) -> os.terminal_size:
    """Raise the error of `os.get_terminal_size` for a pipe."""
    raise OSError


def test_short_text_of_a_local_run_counts_changed_resources_by_type() -> None:
    text = show.short_report(up(small), PLAIN, access_changes="+ a may read b", verdict="Proof holds")

    assert text.splitlines() == [
        "Type                                  created",
        "authorization:RoleAssignment                1",
        "managedidentity:UserAssignedIdentity        1",
        "pulumi:Stack                                1",
        "resources:ResourceGroup                     1",
        "",
        "Resources:",
        "    +  4 created",
        "",
        "+ a may read b",
        "",
        "Proof holds",
    ]


def test_access_matrix_of_a_local_run_becomes_a_list_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        AssignmentRow("ingestion", "code-uploads", "write", "role", "scope"),
        AssignmentRow("report", "reports", "write", "role", "scope", condition="under a path"),
        AssignmentRow("report", "code-uploads", "read", "role", "scope"),
    ]
    monkeypatch.setenv("COLUMNS", "80")
    assert show.matrix(found, PLAIN).splitlines()[2:] == [
        "             code-uploads  reports",
        "  ingestion  write         ·",
        "  report     read          write*",
        "  * under a condition, such as a path",
    ]

    monkeypatch.setenv("COLUMNS", "35")
    assert show.matrix(found, PLAIN).splitlines()[1:4] == [
        "  ingestion: write code-uploads",
        "  report: read code-uploads;",
        "    write* reports",
    ]


def test_local_run_shows_a_role_assignment_outside_the_network_with_azure_resource_names() -> None:
    result = up(small)

    (one,) = role_assignments(result.world, result.records)

    assert (one.agent, one.verb, one.resource) == ("agent", "Reader", "resourcegroups rg")


def test_local_run_shows_a_role_assignment_of_a_deleted_principal_as_held_by_nobody(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    result = up(small, path)
    LocalAzure(result.world).delete(
        "azure-native:managedidentity:UserAssignedIdentity",
        f"{GROUP_ID}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/agent",
    )

    (one,) = role_assignments(result.world, result.records)

    assert one.agent.startswith("nobody (")


def test_progress_line_of_a_local_run_is_shown_only_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    step = preview(small).steps[0]
    for stream, returned in ((Terminal(), True), (io.StringIO(), False)):
        with Progress(stream) as progress:
            progress(step)
        assert ("1 resources" in stream.getvalue()) is returned


def test_local_run_output_is_coloured_on_a_terminal_or_with_force_color_and_never_with_no_color(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert Style.of(Terminal()).paint("x", "red") == "\x1b[31mx\x1b[0m"
    assert Style.of(io.StringIO()).paint("x", "red") == "x"
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert Style.of(io.StringIO()).paint("x", "red") == "\x1b[31mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert Style.of(Terminal()).paint("x", "red") == "x"


def test_empty_access_and_difference_sections_are_omitted_from_local_run_text() -> None:
    assert "Resources:" in show.summary(up(small), PLAIN)
    assert show.matrix([], PLAIN) == ""
    assert property_changes(up(nothing), PLAIN) == ""


@pytest.mark.parametrize(
    ("arguments", "code"), [([], 2), (["preview", "--nothing"], 2), (["fly"], 2), (["preview", "--stack", "prd"], 2)]
)
def test_empty_command_line_or_unknown_command_option_or_stack_exits_with_2_without_traceback(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("Pulumi.yaml", "Pulumi.prod.yaml", "__main__.py"):
        (tmp_path / name).write_text("name: tiny\n" if name == "Pulumi.yaml" else "")

    assert main(arguments) == code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "text", "message_part"),
    [
        ("Pulumi.yaml", None, "no Pulumi.yaml here"),
        ("Pulumi.yaml", "runtime: python\n", "Pulumi.yaml name: missing"),
        ("Pulumi.yaml", "name: [\n", "Pulumi.yaml:2: not YAML"),
        ("Pulumi.yaml", "name: tiny\nmain: elsewhere\n", "does not exist; correct the path"),
        ("Pulumi.dev.yaml", "- one\n", "Pulumi.dev.yaml: expected a mapping, got list"),
        ("Pulumi.dev.yaml", "config: text\n", "Pulumi.dev.yaml config: expected a mapping, got str"),
        ("Pulumi.dev.yaml", "config:\n  tiny:key:\n    secure: v1:abc\n", "config.tiny:key: is a secret"),
    ],
)
def test_local_up_in_an_invalid_project_reports_the_file_and_exits_with_2(  # noqa: PLR0913, PLR0917 (pytest's way)
    file: str,
    text: str | None,
    message_part: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    files: dict[str, str | None] = {"Pulumi.yaml": "name: tiny\n", "Pulumi.dev.yaml": "", "__main__.py": "", file: text}
    for name, content in files.items():
        if content is not None:
            (tmp_path / name).write_text(content)

    assert main(["up"]) == 2
    assert message_part in capsys.readouterr().err
    assert not (tmp_path / ".localazure").exists()


def test_unknown_output_is_shown_as_unknown_after_a_local_preview() -> None:
    def program() -> None:
        pulumi.export("later", group("rg").name.apply(lambda _: UNKNOWN))

    assert "later  unknown" in show.report(preview(program), [], PLAIN)

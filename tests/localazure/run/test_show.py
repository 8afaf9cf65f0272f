"""Tests of the text output of a local run."""

import io
import re
from pathlib import Path

import pytest

from access.questions.assignment_rows import AssignmentRow
from access.reports.terminal import Style
from cli.main import run as main
from localazure.azure import LocalAzure
from localazure.output import text as show
from localazure.output.progress import Progress
from localazure.output.role_assignments import role_assignments
from tests.localazure.run.programs import GROUP_ID, grant, group, identity, nothing, preview, up

PLAIN = Style(coloured=False)
COLOURED = Style(coloured=True)


def small() -> None:
    agent = identity("agent", group(stage="one"))
    grant("agent-may-read-rg", agent.principal_id, GROUP_ID)


def test_text_of_a_first_local_preview_shows_every_resource_below_its_parent() -> None:
    assert show.tree(preview(small), PLAIN).splitlines() == [
        "     Type                                                  Name               Plan",
        " +   pulumi:pulumi:Stack                                   tiny-dev           create",
        " +   ├─ azure-native:authorization:RoleAssignment          agent-may-read-rg  create",
        " +   ├─ azure-native:managedidentity:UserAssignedIdentity  agent              create",
        " +   └─ azure-native:resources:ResourceGroup               rg                 create",
    ]


def test_text_of_a_local_preview_shows_unchanged_resources_only_as_parents_of_changed_ones(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    up(small, path)

    def changed() -> None:
        agent = identity("agent", group(stage="two"))
        grant("agent-may-read-rg", agent.principal_id, GROUP_ID)

    result = preview(changed, path)
    lines = show.tree(result, PLAIN).splitlines()

    assert [line.split() for line in lines[1:]] == [
        ["pulumi:pulumi:Stack", "tiny-dev"],
        ["~", "└─", "azure-native:resources:ResourceGroup", "rg", "update", "[diff:", "tags.stage]"],
    ]
    assert show.differences(result, PLAIN).splitlines()[1:] == [" ~ rg", '     ~ tags.stage: "one" => "two"']
    assert show.summary(result, PLAIN).splitlines()[1:] == ["    ~  1 to update", "    3 unchanged"]


def test_columns_in_the_text_of_a_local_run_are_aligned_with_and_without_colour() -> None:
    result = up(small)
    found = role_assignments(result.world, result.records)

    for style in (PLAIN, COLOURED):
        text = re.sub(r"\x1b\[\d+m", "", show.report(result, found, style))
        assert text == show.report(result, found, PLAIN)
    places = [line.index("created") for line in show.tree(result, PLAIN).splitlines()[1:]]
    assert len(set(places)) == 1


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

    monkeypatch.setenv("COLUMNS", "30")
    assert show.matrix(found, PLAIN).splitlines()[1:3] == [
        "  ingestion: write code-uploads",
        "  report: read code-uploads; write* reports",
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


def test_local_run_output_is_coloured_only_on_a_terminal_without_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert Style.of(Terminal()).paint("x", "red") == "\x1b[31mx\x1b[0m"
    assert Style.of(io.StringIO()).paint("x", "red") == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert Style.of(Terminal()).paint("x", "red") == "x"


def test_empty_access_and_difference_sections_are_omitted_from_local_run_text() -> None:
    assert "Resources:" in show.summary(up(small), PLAIN)
    assert show.matrix([], PLAIN) == ""
    assert show.differences(up(nothing), PLAIN) == ""


@pytest.mark.parametrize(
    ("arguments", "code"), [([], 2), (["preview", "--nothing"], 2), (["fly"], 2), (["preview", "--stack", "prd"], 2)]
)
def test_invalid_console_command_line_exits_with_2_without_traceback(
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

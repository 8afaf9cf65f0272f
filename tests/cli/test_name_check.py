"""Tests that mistyped names are refused before the program runs, and Azure names are accepted."""

from pathlib import Path

import pytest

from access.model.errors import NotAnAgentError, UnknownName
from cli.main import run
from cli.name_check import check_agent, check_question
from cli.working_tree import Project
from tests.access.fabrikam import declared, graph
from tests.cli.projects import quick_project
from tests.fabrikam import FABRIKAM


def check(agent: str = "report", resource: str = "reports", operation: str = "write") -> None:
    check_question(declared(), Project(FABRIKAM, "dev").values(), agent, resource, operation)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"agent": "reprt"}, "no agent 'reprt'; did you mean 'report'?"),
        ({"resource": "reprots"}, "no resource 'reprots'; did you mean 'reports'?"),
        ({"operation": "wriet"}, "a blob-container has no verb 'wriet'; did you mean 'write'?"),
        ({"operation": "use"}, "a blob-container has no verb 'use'; there are read, write"),
    ],
)
def test_access_question_with_a_mistyped_agent_resource_or_verb_is_refused_with_the_nearest_name(
    names: dict[str, str], expected: str
) -> None:
    with pytest.raises(UnknownName) as refused:
        check(**names)

    assert str(refused.value) == expected


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_azure_resource_ids_and_names_are_not_refused_as_mistyped(stack: str) -> None:
    found = graph(stack)
    for principal in found.principals:
        for name in (principal.name, principal.id, *principal.agents, principal.party or "fleet"):
            check_question(declared(stack), Project(FABRIKAM, stack).values(), name, "reports", "write")
    for resource in found.resources:
        # Names that a component or Azure gives the same everywhere are requested by id.
        names = {resource.name} - {"default", "to-the-network"}
        for name in (*names, resource.id):
            check_question(declared(stack), Project(FABRIKAM, stack).values(), "report", name, "*/read")


@pytest.mark.parametrize("name", ["acmestore", "acmestoredev7", "acmestore-dev7"])
def test_resource_name_that_is_a_value_in_a_project_file_is_not_refused_as_mistyped(name: str) -> None:
    check_question(declared(), {"acmestore", "dev7"}, "report", name, "*/read")
    with pytest.raises(UnknownName):
        check_question(declared(), set(), "report", name, "*/read")


@pytest.mark.parametrize("name", ["zzzzzz", "qqqqqqqq", "blob-container", "read", "access"])
def test_name_far_from_every_declared_name_is_refused_with_the_advice_to_give_an_azure_id(name: str) -> None:
    for names in ({"agent": name}, {"resource": name}):
        with pytest.raises(UnknownName, match="give the Azure id"):
            check(**names)


def test_name_check_reads_values_but_no_keys_or_comments_of_project_files(tmp_path: Path) -> None:
    root = quick_project(tmp_path / "project")
    with (root / "network.yaml").open("a", encoding="utf-8") as file:
        file.write("# zzzzzz\n")

    values = Project(root, "dev").values()

    assert "fabrikaminput" in values
    assert not {"zzzzzz", "# zzzzzz", "access", "resources"} & values


@pytest.mark.parametrize(
    ("name", "error"), [("fleet", NotAnAgentError), ("analisys", UnknownName), ("zzz", UnknownName)]
)
def test_name_check_refuses_a_mistyped_agent_name_and_the_name_of_a_host(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_agent(declared(), set(), name)
    check_agent(declared(), set(), "analysis")


@pytest.mark.parametrize(
    "arguments",
    [
        ["why", "reprt", "reports", "write"],
        ["why", "report", "reprots", "write"],
        ["why", "report", "reports", "wriet"],
        ["why", "zzzzzz", "reports", "read"],
        ["why", "report", "qqqqqqqq", "read"],
        ["blast-radius", "reprt"],
        ["blast-radius", "zzzzzz"],
        ["matrix", "--stack", "dve"],
    ],
    ids=" ".join,
)
def test_access_command_refuses_a_mistyped_name_without_running_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(FABRIKAM)

    assert run(["access", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "did you mean" in err or "; there are " in err
    assert "running the program" not in err

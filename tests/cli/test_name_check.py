"""Tests that mistyped names are refused before the program runs, and Azure names are accepted."""

import pytest

from access.model.errors import NotAnAgentError, UnknownName
from cli.main import run
from cli.name_check import check_agent, check_question
from cli.working_tree import Project
from tests.access.fabrikam import declared, graph
from tests.fabrikam import FABRIKAM


def check(agent: str = "report", resource: str = "reports", operation: str = "write") -> None:
    check_question(declared(), Project(FABRIKAM, "dev").files(), agent, resource, operation)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"agent": "reprt"}, "no agent 'reprt'; did you mean 'report'?"),
        ({"resource": "reprots"}, "no resource 'reprots'; did you mean 'reports'?"),
        ({"operation": "wriet"}, "no verb of a blob-container 'wriet'; did you mean 'write'?"),
        ({"operation": "use"}, "no verb of a blob-container 'use'; there are read, write"),
    ],
)
def test_mistyped_name_is_refused_with_the_nearest_name(names: dict[str, str], expected: str) -> None:
    with pytest.raises(UnknownName) as refused:
        check(**names)

    assert str(refused.value) == expected


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_azure_resource_ids_and_names_are_not_refused_as_mistyped(stack: str) -> None:
    found = graph(stack)
    for principal in found.principals:
        for name in (principal.name, principal.id, *principal.agents, principal.party or "fleet"):
            check_question(declared(stack), Project(FABRIKAM, stack).files(), name, "reports", "write")
    for resource in found.resources:
        for name in (resource.name, resource.id):
            check_question(declared(stack), Project(FABRIKAM, stack).files(), "report", name, "*/read")


def test_name_that_occurs_in_a_project_file_is_not_refused_as_mistyped() -> None:
    files = "deployments:\n  - name: report-1\n"

    check_question(declared(), files, "report", "report-1", "*/read")
    with pytest.raises(UnknownName):
        check_question(declared(), "", "report", "report-1", "*/read")


@pytest.mark.parametrize(("name", "error"), [("fleet", NotAnAgentError), ("analisys", UnknownName)])
def test_check_of_a_mistyped_agent_name_raises_an_error(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_agent(declared(), "", name)
    check_agent(declared(), "", "analysis")


@pytest.mark.parametrize(
    "arguments",
    [
        ["why", "reprt", "reports", "write"],
        ["why", "report", "reprots", "write"],
        ["why", "report", "reports", "wriet"],
        ["blast-radius", "reprt"],
        ["matrix", "--stack", "dve"],
    ],
    ids=" ".join,
)
def test_command_refuses_a_mistyped_name_without_running_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(FABRIKAM)

    assert run(["access", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "did you mean" in err
    assert "running the program" not in err

"""Why: the decision, the assignment and the line."""

from dataclasses import replace

import pytest

from access.model.declared import Declared, DeclaredAccess, DeclaredParty
from access.model.errors import UnknownName
from access.model.graph import Graph, Resource
from access.questions.why import reasons_text, why
from tests.access import fabrikam
from tests.fabrikam import FABRIKAM

GRAPH, DECLARED = fabrikam.graph(), fabrikam.declared()
READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"


def test_allowed_operation_is_explained_with_assignment_and_line() -> None:
    (reason,) = why(GRAPH, DECLARED, "analysis", "code-uploads", READ)

    lines = (FABRIKAM / "network.yaml").read_text().splitlines()
    (place,) = reason.locations
    assert reason.answer.decision == "allowed"
    assert [one.name for one in reason.answer.by] == ["analysis-may-read-code-uploads"]
    assert lines[int(place.partition(":")[2]) - 1].strip() == "code-uploads: read"


def test_denied_operation_is_explained_without_assignment() -> None:
    (reason,) = why(GRAPH, DECLARED, "report", "code-uploads", READ)

    assert (reason.answer.decision, reason.answer.by, reason.locations) == ("denied", (), ())


@pytest.mark.parametrize(("verb", "decision"), [("read", "allowed"), ("write", "denied")])
def test_verb_is_evaluated_as_its_operations(verb: str, decision: str) -> None:
    reasons = why(GRAPH, DECLARED, "compliance", "documents", verb)

    found = {reason.answer.decision.value for reason in reasons}
    assert decision in found
    assert (found == {"allowed"}) is (decision == "allowed")


def test_image_pull_is_explained_for_the_pull_identity() -> None:
    (reason,) = why(GRAPH, DECLARED, "report", "fabrikam", "Microsoft.ContainerRegistry/registries/pull/read")

    assert (reason.identity, reason.answer.decision) == ("pull", "allowed")
    assert reason.locations == (f"network.yaml:{DECLARED.agents['report'].line}",)


def test_pull_of_a_cluster_is_declared_by_its_agents() -> None:
    (reason,) = why(GRAPH, DECLARED, "fleet", "fabrikam", "Microsoft.ContainerRegistry/registries/pull/read")

    assert (reason.agent, reason.identity, reason.answer.decision) == ("fleet", "pull", "allowed")
    assert reason.locations == (f"network.yaml:{DECLARED.agents['notifier'].line}",)


def test_access_of_a_shared_identity_is_declared_by_either_agent() -> None:
    reasons = why(GRAPH, DECLARED, "market-analysis", "documents", "read")

    assert {(one.agent, one.answer.decision) for one in reasons} == {("market-analysis", "allowed")}
    (line,) = (one.line for one in DECLARED.agents["compliance"].access if one.resource == "documents")
    assert {one.locations for one in reasons} == {(f"network.yaml:{line}",)}
    assert {one.agents_sharing_identity for one in reasons} == {("compliance", "market-analysis")}
    assert "compliance and market-analysis act as one identity" in reasons_text(reasons)


def test_wildcard_role_is_explained_with_operation_names() -> None:
    items = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items"
    operations = {one.operation for one in why(GRAPH, DECLARED, "analysis", "findings", "write")}

    assert {f"{items}/create", f"{items}/read", f"{items}/upsert", f"{items}/delete"} <= operations
    assert not any("*" in one for one in operations)


def test_excluded_operations_are_not_part_of_a_verb() -> None:
    operations = {one.operation.rpartition("/OpenAI/")[2] for one in why(GRAPH, DECLARED, "analysis", "models", "use")}

    assert "deployments/chat/completions/action" in operations
    assert "stored-completions/read" not in operations


def test_verb_with_several_roles_means_the_least_of_them() -> None:
    """At an application 'Foundry User' calls, at an agent 'Foundry Agent Consumer' does, which writes nothing."""
    project = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a/projects/p"
    scopes = {"application": f"{project}/applications/report", "agent": f"{project}/agents/report"}
    called = [Resource(id=scope, name=name, kind="foundry-agent") for name, scope in scopes.items()]
    graph = Graph(principals=GRAPH.principals, resources=called)

    assert {
        name: {one.operation.rpartition("/AIServices/")[2] for one in why(graph, None, "report", name, "use")}
        for name in scopes
    } == {
        "application": {"applications/invoke/action"},
        "agent": {"endpoints/interact/action"},
    }


def test_operations_with_the_same_reasons_are_grouped() -> None:
    reasons = why(GRAPH, DECLARED, "analysis", "findings", "write")

    lines = reasons_text(reasons).splitlines()
    assert len(lines) == len(reasons) + len(reasons[0].because)
    assert lines[len(reasons) :] == [f"  {line}" for line in reasons[0].because]


WAITS = DeclaredAccess(resource="compliance", verb="use", waits="compliance is not published here", line=86)


def with_a_call_that_waits() -> Declared:
    notifier = DECLARED.agents["notifier"]
    people = DeclaredParty(name="analysts", kind="group", access=(WAITS,), line=88)
    agents = {**DECLARED.agents, "notifier": replace(notifier, access=(*notifier.access, WAITS))}
    return replace(DECLARED, agents=agents, parties={**DECLARED.parties, "analysts": people})


@pytest.mark.parametrize(("who", "identity"), [("notifier", "own"), ("analysts", "people")])
def test_waiting_call_is_denied_with_its_line(who: str, identity: str) -> None:
    (reason,) = why(GRAPH, with_a_call_that_waits(), who, "compliance", "use")

    assert (reason.agent, reason.identity, reason.answer.decision) == (who, identity, "denied")
    assert reason.answer.because == "it is declared, and waits: compliance is not published here"
    assert reason.locations == ("network.yaml:86",)


def test_undeclared_call_of_an_agent_without_endpoint_is_denied() -> None:
    (reason,) = why(GRAPH, with_a_call_that_waits(), "report", "compliance", "use")

    assert (reason.answer.decision, reason.locations) == ("denied", ())
    assert reason.answer.because.startswith("it is not declared, and compliance has nothing here on which a call could")


@pytest.mark.parametrize(
    ("agent", "resource", "operation", "said"),
    [
        ("reprot", "reports", "read", "no agent 'reprot'; did you mean 'report'?"),
        ("report", "repotrs", "read", "no resource 'repotrs'; did you mean 'reports'?"),
        ("report", "reports", "fly", "no verb of a blob-container 'fly'; there are read, write"),
    ],
)
def test_unknown_name_error_suggests_the_nearest(agent: str, resource: str, operation: str, said: str) -> None:
    with pytest.raises(UnknownName) as error:
        why(GRAPH, DECLARED, agent, resource, operation)

    assert str(error.value) == said

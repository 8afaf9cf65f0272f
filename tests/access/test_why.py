"""Tests of `why`: decision, role assignment and declaring line."""

from dataclasses import replace

import pytest

from access.model.declared import Declared, DeclaredAccess, DeclaredParty
from access.model.errors import UnknownName
from access.model.graph import Graph, Resource
from access.questions.why import reasons_text, why
from tests.access import fabrikam
from tests.fabrikam import LEGACY

GRAPH, DECLARED = fabrikam.graph(root=LEGACY), fabrikam.declared(root=LEGACY)
READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"


def test_access_why_explains_an_allowed_operation_with_assignment_and_line() -> None:
    (reason,) = why(GRAPH, DECLARED, "analysis", "code-uploads", READ)

    lines = (LEGACY / "network.yaml").read_text().splitlines()
    (place,) = reason.locations
    assert reason.answer.decision == "allowed"
    assert [one.name for one in reason.answer.by] == ["analysis-may-read-code-uploads"]
    assert lines[int(place.partition(":")[2]) - 1].strip() == "code-uploads: read"


def test_access_why_explains_a_denied_operation_without_assignment() -> None:
    (reason,) = why(GRAPH, DECLARED, "report", "code-uploads", READ)

    assert (reason.answer.decision, reason.answer.by, reason.locations) == ("denied", (), ())


@pytest.mark.parametrize(("verb", "decision"), [("read", "allowed"), ("write", "denied")])
def test_access_why_with_a_verb_returns_a_decision_for_each_operation_of_the_verb(verb: str, decision: str) -> None:
    reasons = why(GRAPH, DECLARED, "compliance", "documents", verb)

    found = {reason.answer.decision.value for reason in reasons}
    assert decision in found
    assert (found == {"allowed"}) is (decision == "allowed")


def test_access_why_explains_image_pulls_for_the_pull_identity() -> None:
    (reason,) = why(GRAPH, DECLARED, "report", "fabrikam", "Microsoft.ContainerRegistry/registries/pull/read")

    assert (reason.identity, reason.answer.decision) == ("pull", "allowed")
    assert reason.locations == (f"network.yaml:{DECLARED.agents['report'].line}",)


def test_access_why_explains_a_clusters_image_pull_with_the_lines_of_its_agents() -> None:
    (reason,) = why(GRAPH, DECLARED, "fleet", "fabrikam", "Microsoft.ContainerRegistry/registries/pull/read")

    assert (reason.agent, reason.identity, reason.answer.decision) == ("fleet", "pull", "allowed")
    assert reason.locations == (f"network.yaml:{DECLARED.agents['notifier'].line}",)


def test_access_why_explains_access_of_a_shared_identity_with_the_line_of_either_agent() -> None:
    reasons = why(GRAPH, DECLARED, "market-analysis", "documents", "read")

    assert {(one.agent, one.answer.decision) for one in reasons} == {("market-analysis", "allowed")}
    (line,) = (one.line for one in DECLARED.agents["compliance"].access if one.resource == "documents")
    assert {one.locations for one in reasons} == {(f"network.yaml:{line}",)}
    assert {one.agents_sharing_identity for one in reasons} == {("compliance", "market-analysis")}
    assert "compliance and market-analysis act as one identity" in reasons_text(reasons)


def test_access_why_explains_a_wildcard_role_with_full_operation_names() -> None:
    items = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items"
    operations = {one.operation for one in why(GRAPH, DECLARED, "analysis", "findings", "write")}

    assert {f"{items}/create", f"{items}/read", f"{items}/upsert", f"{items}/delete"} <= operations
    assert not any("*" in one for one in operations)


def test_access_why_with_a_verb_omits_operations_excluded_by_notactions_of_its_role() -> None:
    operations = {one.operation.rpartition("/OpenAI/")[2] for one in why(GRAPH, DECLARED, "analysis", "models", "use")}

    assert "deployments/chat/completions/action" in operations
    assert "stored-completions/read" not in operations


def test_access_why_with_a_verb_of_several_roles_checks_only_the_operations_of_the_least_role() -> None:
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


def test_access_why_groups_operations_that_have_the_same_reasons() -> None:
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
def test_access_why_denies_a_declared_call_of_an_agent_without_endpoint_and_names_the_line(
    who: str, identity: str
) -> None:
    (reason,) = why(GRAPH, with_a_call_that_waits(), who, "compliance", "use")

    assert (reason.agent, reason.identity, reason.answer.decision) == (who, identity, "denied")
    assert reason.answer.because == "it is declared, and waits: compliance is not published here"
    assert reason.locations == ("network.yaml:86",)


@pytest.mark.parametrize(
    ("operation", "waits"), [(READ, True), (READ.replace("/read", "/write"), False)], ids=["declared", "not declared"]
)
def test_access_why_explains_an_operation_whose_declared_access_waits_for_an_image(
    operation: str,
    waits: bool,  # noqa: FBT001 - of the table
) -> None:
    access = DeclaredAccess(resource="code-uploads", verb="read", waits="report is in 'placeholder_images'", line=61)
    agents = {**DECLARED.agents, "report": replace(DECLARED.agents["report"], access=(access,))}

    (reason,) = why(GRAPH, replace(DECLARED, agents=agents), "report", "code-uploads", operation)

    assert reason.answer.decision == "denied"
    assert (reason.answer.because == "it is declared, and waits: report is in 'placeholder_images'") is waits
    assert reason.locations == (("network.yaml:61",) if waits else ())


def test_access_why_denies_an_undeclared_call_of_an_agent_without_endpoint() -> None:
    (reason,) = why(GRAPH, with_a_call_that_waits(), "report", "compliance", "use")

    assert (reason.answer.decision, reason.locations) == ("denied", ())
    assert reason.answer.because.startswith("it is not declared, and compliance has nothing here on which a call could")


@pytest.mark.parametrize(
    ("agent", "resource", "operation", "message"),
    [
        ("reprot", "reports", "read", "no agent 'reprot'; did you mean 'report'?"),
        ("report", "repotrs", "read", "no resource 'repotrs'; did you mean 'reports'?"),
        ("report", "reports", "fly", "a blob-container has no verb 'fly'; there are read, write"),
    ],
)
def test_access_why_error_for_an_unknown_name_suggests_the_nearest_name(
    agent: str, resource: str, operation: str, message: str
) -> None:
    with pytest.raises(UnknownName) as error:
        why(GRAPH, DECLARED, agent, resource, operation)

    assert str(error.value) == message


def test_access_why_error_for_an_unknown_resource_lists_the_networks_resources_in_short_lines() -> None:
    with pytest.raises(UnknownName) as error:
        why(GRAPH, DECLARED, "report", "qqqqqqqq", "read")

    lines = str(error.value).splitlines()
    assert "code-uploads" in str(error.value)
    assert "to-the-network" not in str(error.value)
    assert max(map(len, lines)) <= 100

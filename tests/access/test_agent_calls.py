"""Tests of calls between agents: app roles of an agent's application as access, in every question about access."""

import pytest

from access.azure.roles import by_name
from access.evaluate.decisions import decide
from access.model.graph import Assignment, Graph
from access.questions.blast_radius import blast_radius
from access.questions.diff import difference
from access.questions.matrix import AccessMatrix
from access.questions.proof import prove
from access.questions.why import why
from tests.access.calling import AS_USER, CALLERS, NO_ROLE, PRINCIPAL, agent, declared, may_call, network
from tests.access.readers.programs import graph_of, row

INTAKE = ("intake", "ingestion")
ANOTHER = "0badc0de-0000-4000-8000-000000000001"
CALL_OPERATION = "Microsoft.Graph/servicePrincipals/call/action"


def calls(graph: Graph) -> dict[tuple[str, str], list[str]]:
    matrix = AccessMatrix(graph)
    return {cell: matrix.verbs(entry) for cell, entry in matrix.entries.items() if cell[1] in CALLERS}


def failures(graph: Graph, *declared_calls: tuple[str, str]) -> list[tuple[str, str, bool]]:
    return [(one.agent, one.resource, one.grows) for one in prove(graph, declared(*declared_calls)).failures]


@pytest.mark.parametrize("deployed", [True, False])
def test_app_role_for_calls_is_access_of_the_caller_to_the_agent_before_and_after_deployment(*, deployed: bool) -> None:
    graph = network(may_call("intake", deployed=deployed), deployed=deployed)

    assert calls(graph) == {INTAKE: ["use"]}
    assert graph.unread == ()
    assert failures(graph, INTAKE) == []


@pytest.mark.parametrize("deployed", [True, False])
def test_proof_fails_for_an_undeclared_call_and_for_a_declared_call_without_its_app_role(*, deployed: bool) -> None:
    graph = network(may_call("other", deployed=deployed), deployed=deployed)

    assert failures(graph, INTAKE) == [("intake", "ingestion", False), ("other", "ingestion", True)]
    assert failures(network(deployed=deployed)) == []


def test_proof_fails_for_an_app_role_of_an_agent_that_an_identity_outside_the_network_has() -> None:
    identity = "azure-native:managedidentity:UserAssignedIdentity"
    outside = row(
        "azure-native:app:ContainerApp",
        "stranger",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/containerApps/stranger",
        inputs={"identity": {"type": "SystemAssigned"}},
        outputs={"identity": {"type": "SystemAssigned", "principalId": "principal-of-stranger"}},
    )

    (failure,) = prove(network(outside, may_call("stranger", principal="principal-of-stranger")), declared()).failures
    assert "stranger is not in the network and has access to ingestion" in failure.what
    assert identity not in failure.what


@pytest.mark.parametrize(
    ("role", "roles"),
    [
        (ANOTHER, None),
        (NO_ROLE, None),
        (ANOTHER, {"Agent.Admin": ANOTHER}),
        (ANOTHER, {"agent.call": ANOTHER}),
    ],
    ids=["undefined role", "no role", "another role", "role of another spelling"],
)
def test_app_role_that_nobody_can_judge_is_reported_and_fails_the_proof(
    role: str, roles: dict[str, str] | None
) -> None:
    graph = network(may_call("intake", role=role), roles=roles)

    assert len(graph.unread) == 1
    assert "nothing shows if ingestion accepts calls with it" in graph.unread[0].what
    assert ("intake", "ingestion", True) in failures(graph)


def test_app_role_with_the_value_for_calls_is_a_call_whatever_its_id() -> None:
    graph = network(may_call("intake", role=ANOTHER), roles={"Agent.Call": ANOTHER})

    assert calls(graph) == {INTAKE: ["use"]}
    assert failures(graph, INTAKE) == []


def test_app_role_for_users_does_not_let_an_agent_call_as_itself() -> None:
    graph = network(may_call("intake", role=AS_USER))

    assert decide(graph, CALLERS["intake"], _scope(graph), CALL_OPERATION).decision.value == "denied"
    assert ("intake", "ingestion", False) in failures(graph, INTAKE)


@pytest.mark.parametrize("role", ["Owner", "Contributor", "Azure AI Account Owner"])
def test_role_of_azure_at_the_root_of_the_tenant_does_not_let_its_holder_call_an_agent(role: str) -> None:
    found = by_name(role)
    owner = Assignment(id="o", name="o", principal=CALLERS["other"], scope="/", role=found, role_id=found.id)
    base = network(may_call("intake"))
    graph = Graph(
        principals=base.principals, resources=base.resources, assignments=[*base.assignments, owner], source="x"
    )

    assert ("other", "ingestion") not in calls(graph)


def test_why_names_the_app_role_and_the_line_that_declares_the_call() -> None:
    graph = network(may_call("intake"))

    (allowed,) = why(graph, declared(INTAKE), "intake", "ingestion", "use")
    (denied,) = why(graph, declared(INTAKE), "other", "ingestion", "use")

    assert (allowed.answer.decision.value, allowed.locations) == ("allowed", ("network.yaml:10",))
    assert "Agent.Call" in allowed.because[1]
    assert denied.answer.decision.value == "denied"


def test_diff_shows_a_new_call_between_agents_as_more_access() -> None:
    before, after = network(deployed=False), network(may_call("intake"))

    assert difference(before, after).grows
    assert not difference(after, after).grows
    same = difference(network(may_call("intake", deployed=False), deployed=False), after)
    assert not same.grows


def test_blast_radius_of_a_caller_contains_the_influence_on_the_agent_that_it_calls() -> None:
    found = blast_radius(network(may_call("intake")), "intake")

    assert [(one.agent, one.how) for one in found.influences] == [("ingestion", "intake calls ingestion")]
    assert blast_radius(network(), "intake").influences == ()


def test_app_role_of_an_application_that_the_program_does_not_show_is_reported_for_the_holder_alone() -> None:
    (note,) = network(may_call("intake", "elsewhere", number=7)).unread

    assert note.about == (CALLERS["intake"],)
    assert network().unread == ()


def test_app_role_of_an_application_that_an_administrator_made_is_a_call_of_the_agent_with_that_application() -> None:
    existing = {"display_name": "ingestion", "existing": True, "service_principal_id": f"{PRINCIPAL}1"}
    component = row("agent-network:index:AgentApplication", "ingestion", inputs=existing)
    agents = [each for name in CALLERS for each in agent(name)]

    graph = graph_of(*agents, component, may_call("intake"))

    assert calls(graph) == {INTAKE: ["use"]}
    assert failures(graph, INTAKE) == []
    assert failures(graph_of(*agents, component, may_call("intake", role=ANOTHER))) != []


def _scope(graph: Graph) -> str:
    return next(one.id for one in graph.resources if one.name == "ingestion" and one.declared)

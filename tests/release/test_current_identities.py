"""Tests that an identity which Azure has with another principal than the state gets nothing in a release."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from access.model.graph import Graph, Principal, Unread
from release.access_review import Verdict
from release.apply import apply
from release.current_identities import identity_problems
from release.errors import ReleaseError
from release.plan import plan
from release.surroundings import Surroundings
from tests.release import deployed_network as network
from tests.release.planned_release import PREVIEW, PlannedRelease, RecordingStack

EVIL = "66666666-6666-4666-8666-666666666666"
NEW = "77777777-7777-4777-8777-777777777777"
WHERE = (
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers"
    "/Microsoft.ManagedIdentity/userAssignedIdentities/worker"
)
SENTENCE = f"worker: the state has principal {EVIL} for 'worker', and Azure has {NEW}"
UNRELATED: Mapping[str, Any] = {"steps": []}
_IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
_ROLE = "azure-native:authorization:RoleAssignment"


def changed(graph: Graph, principal: Callable[[Principal], Principal]) -> Graph:
    """Return a graph with other principals."""
    parts: Any = {name: getattr(graph, name) for name in ("resources", "assignments", "actors", "applications")}
    return Graph(**parts, principals=[principal(one) for one in graph.principals])


def with_id(agent: str, principal_id: str) -> Callable[[Principal], Principal]:
    return lambda one: replace(one, id=principal_id) if (one.agent, one.purpose) == (agent, "own") else one


def giving(principal: str, operation: str = "create") -> dict[str, Any]:
    """Return a preview with a role for a principal."""
    state = {"urn": f"urn:pulumi:dev::c::{_ROLE}::r", "type": _ROLE, "custom": True}
    return {"steps": [{"op": operation, "newState": {**state, "inputs": {"principalId": principal}}}]}


@pytest.mark.parametrize("agent", ["report", "notifier"])
def test_principal_of_an_edited_state_is_refused_by_the_name_of_its_agent(agent: str) -> None:
    edited = changed(network.deployed_graph(), with_id(agent, EVIL))

    (problem,) = identity_problems(edited, network.deployed_graph(), UNRELATED)

    assert problem.startswith(f"{agent}: the state has principal {EVIL} for 'contoso-{agent}-dev', and Azure has ")


def test_identity_that_was_made_again_outside_of_the_program_is_refused() -> None:
    live = changed(network.deployed_graph(), with_id("report", NEW))

    (problem,) = identity_problems(network.deployed_graph(), live, UNRELATED)

    assert f"and Azure has {NEW}" in problem


def test_issuer_of_an_edited_state_is_refused() -> None:
    graph = network.deployed_graph()
    other = {"oidcIssuerProfile": {"enabled": True, "issuerURL": "https://issuer.example.com/"}}
    resources = [
        replace(one, properties={**one.properties, **other}) if "managedclusters" in one.id.lower() else one
        for one in graph.resources
    ]
    parts: Any = {name: getattr(graph, name) for name in ("principals", "assignments", "actors", "applications")}

    problems = identity_problems(Graph(**parts, resources=resources), graph, UNRELATED)

    assert [each for each in problems if "the state has the issuer https://issuer.example.com/" in each], problems


def test_application_of_an_edited_state_is_refused() -> None:
    graph = network.deployed_graph()
    parts: Any = {name: getattr(graph, name) for name in ("principals", "assignments", "actors", "resources")}
    edited = Graph(**parts, applications=[replace(one, id=EVIL) for one in graph.applications])

    problems = identity_problems(edited, graph, UNRELATED)

    assert [each for each in problems if f"application of agent 'intake': the state has the client id {EVIL}" in each]


@pytest.mark.parametrize(
    ("preview", "refused"),
    [
        (UNRELATED, False),
        (giving(EVIL, "same"), False),
        (giving(EVIL), True),
        (giving(EVIL.upper(), "update"), True),
        (giving(NEW), False),
    ],
    ids=["gives nothing", "unchanged", "new role", "changed role", "role of the new identity"],
)
def test_foundry_agent_that_was_made_again_is_refused_only_if_the_old_identity_gets_something(
    preview: Mapping[str, Any], *, refused: bool
) -> None:
    project = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a/projects/p"
    agent = Principal(id=EVIL, name="review", agent="review", owner=f"{project}/agents/review")
    state, live = Graph(principals=[agent]), Graph(principals=[replace(agent, id=NEW)])

    assert bool(identity_problems(state, live, preview)) is refused


def test_identity_that_azure_does_not_return_is_refused_if_it_gets_something() -> None:
    state, live = Graph(principals=[Principal(id=EVIL, name="app", owner="/subscriptions/s/app")]), Graph()

    assert identity_problems(state, live, UNRELATED) == ()
    assert "Azure does not return it" in "".join(identity_problems(state, live, giving(EVIL)))


class RefreshedStack(RecordingStack):
    """Stack of which nothing differs in Azure as far as the engine shows."""

    def refresh_preview(self) -> Mapping[str, Any]:
        return {"steps": []}


@pytest.fixture
def release(tmp_path: Path) -> PlannedRelease:
    """Return a release of a stack whose state has another principal of an identity than Azure."""
    made = PlannedRelease(tmp_path)
    made.stack = RefreshedStack(made.root, variables=made.stack.variables)
    identity = {"urn": f"urn:pulumi:dev::tiny::{_IDENTITY}::worker", "type": _IDENTITY, "custom": True, "id": WHERE}
    outputs = {"principalId": EVIL, "name": "worker"}
    made.stack.state["deployment"]["resources"] = [{**identity, "inputs": {}, "outputs": outputs}]
    made.stack.shown = {"steps": [*PREVIEW["steps"], {"op": "same", "urn": identity["urn"], "newState": identity}]}
    made.evidence = made.plan()
    made.approve()
    return made


def around(release: PlannedRelease) -> Surroundings:
    note = Unread("Microsoft Graph", "groups are not known", about=())
    live = Graph(principals=[Principal(id=NEW, name="worker", owner=WHERE)], unread=[note])
    return replace(release.around(), live=lambda _state, _export: live)


def test_plan_is_refused_if_an_identity_has_another_principal_and_names_it_with_what_was_not_read(
    release: PlannedRelease,
) -> None:
    evidence, verdict = plan(around(release), release.folder)

    (found,) = evidence.document["live"]["undeclared"]
    assert (verdict, found.startswith(f"{SENTENCE}; ")) == (Verdict.REFUSED, True)
    assert evidence.document["live"]["unread"] == ["Microsoft Graph: groups are not known"]
    for text in (SENTENCE, "Not read in Azure", "groups are not known"):
        assert text in evidence.text("summary.md")


def test_deployment_stops_before_the_engine_runs_if_an_identity_has_another_principal(release: PlannedRelease) -> None:
    with pytest.raises(ReleaseError, match=SENTENCE):
        apply(around(release), release.folder, release.rule, release.records)

    assert release.stack.deployments == 0

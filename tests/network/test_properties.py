"""What holds for every network, whatever it says: each grant, principal and credential."""

import re
from typing import Any

from hypothesis import given

from components.resources.kinds import KINDS
from manifest.credentials import detect_credential
from tests.network.deploying import (
    APP,
    deploy,
    described,
    everything_said,
    granted,
)
from tests.network.few import Project, few
from tests.strategies import projects


def declared(network: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Agent, verb, resource, straight from the plain data."""
    found: set[tuple[str, str, str]] = set()
    for agent, entry in network["agents"].items():
        for resource, access in entry["access"].items():
            said = access["verbs"] if isinstance(access, dict) else access
            found |= {(agent, verb, resource) for verb in ([said] if isinstance(said, str) else said)}
    return found


@few
@given(projects())
def test_every_grant_is_one_assignment_at_its_narrowest_scope_and_there_is_no_other(project: Project) -> None:
    network, environment, stack = project

    result = deploy(*described(network, environment, stack))

    found = granted(result)
    pulls = {(agent, "pull", network["registry"]["name"]) for agent in network["agents"]}
    assert sorted((one.agent, one.verb, one.resource) for one in found) == sorted(declared(network) | pulls)
    scopes = {record.name: record.outputs["scope"] for record in result.records if "verbs" in record.outputs}
    for one in found:
        kind = network["resources"].get(one.resource, {}).get("kind")
        if kind == "service-bus-topic" and one.verb == "receive":
            assert one.scope.startswith(f"{scopes[one.resource]}/subscriptions/")
        else:
            assert one.scope == scopes[one.resource]
        if kind is not None:
            assert one.role == KINDS[kind].VERBS[one.verb].role


@few
@given(projects())
def test_no_two_agents_share_a_principal_and_every_identity_has_one_owner(project: Project) -> None:
    result = deploy(*described(*project))

    agents = [record.outputs for record in result.records if "principal_id" in record.outputs]
    principals = [agent[key] for agent in agents for key in ("principal_id", "pull_principal_id")]
    assert len(agents) == len(project[0]["agents"])
    assert len(set(principals)) == len(principals) == len(result.world.principals)


@few
@given(projects(hosts=True))
def test_no_output_state_or_variable_holds_a_credential(project: Project) -> None:
    result = deploy(*described(*project))

    for text in re.findall(r'"((?:[^"\\]|\\.)*)"', everything_said(result)):
        # Azure joins names to longer ones, of the nodes' group for one: words that are as odd as the names are.
        assert detect_credential(re.sub(r"\b(M[CE]|clusterUser)_[\w-]+", "", text)) is None, text
    for step in result.steps:
        if step.record.type == APP:
            assert "secrets" not in step.inputs["configuration"]
            for container in step.inputs["template"]["containers"]:
                assert all("secretRef" not in variable for variable in container.get("env", []))

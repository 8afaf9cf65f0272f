"""Property tests of role assignments, principals and credentials in any deployed network."""

import re
from typing import Any

from hypothesis import given

from components.resources.kinds import KINDS
from safe_text.credentials import detect_credential
from tests.network.deploying import (
    APP,
    all_text,
    deploy,
    described,
    granted,
)
from tests.network.few import Project, few
from tests.strategies import projects


def declared(network: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Return agent, verb and resource of all access in network.yaml, read from the plain data."""
    found: set[tuple[str, str, str]] = set()
    for agent, entry in network["agents"].items():
        for resource, access in entry["access"].items():
            verbs = access["verbs"] if isinstance(access, dict) else access
            found |= {(agent, verb, resource) for verb in ([verbs] if isinstance(verbs, str) else verbs)}
    return found


@few
@given(projects())
def test_any_network_gets_exactly_one_role_assignment_per_declared_verb_and_image_pull_at_the_resource(
    project: Project,
) -> None:
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
def test_every_container_app_agent_gets_its_own_principal_and_its_own_pull_principal(project: Project) -> None:
    result = deploy(*described(*project))

    agents = [record.outputs for record in result.records if "principal_id" in record.outputs]
    principals = [agent[key] for agent in agents for key in ("principal_id", "pull_principal_id")]
    assert len(agents) == len(project[0]["agents"])
    assert len(set(principals)) == len(principals) == len(result.world.principals)


@few
@given(projects(hosts=True))
def test_deployed_outputs_state_and_container_variables_contain_no_credentials(project: Project) -> None:
    result = deploy(*described(*project))

    for text in re.findall(r'"((?:[^"\\]|\\.)*)"', all_text(result)):
        # Azure builds longer names from names, such as the node resource group; they can look like credentials.
        assert detect_credential(re.sub(r"\b(M[CE]|clusterUser)_[\w-]+", "", text)) == "", text
    for step in result.steps:
        if step.record.type == APP:
            assert "secrets" not in step.inputs["configuration"]
            for container in step.inputs["template"]["containers"]:
                assert all("secretRef" not in variable for variable in container.get("env", []))

"""What holds for every network, whatever it says."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from components.resources.kinds import KINDS
from manifest.credentials import detect_credential
from tests.network.deploying import (
    APP,
    deploy,
    described,
    everything_said,
    family,
    granted,
    touched,
    verbs,
)
from tests.network.holding import what_they_may_do
from tests.strategies import networks, projects, reordered

# A network takes a second to deploy: few examples, always the same, and none made smaller where one fails.
few = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType] (iterating gives the checks)
)

Project = tuple[dict[str, Any], dict[str, Any], str]


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
@given(projects(), st.randoms(use_true_random=False))
def test_removing_an_agent_removes_exactly_what_is_its_own(project: Project, random: Any) -> None:  # noqa: ANN401 - hypothesis' own
    network, environment, stack = project
    if not network["agents"]:
        return
    gone = random.choice(sorted(network["agents"]))
    left = {**network, "agents": {name: agent for name, agent in network["agents"].items() if name != gone}}
    left["exceptions"] = [one for one in network.get("exceptions", ()) if one["on"].partition("/")[0] != gone]
    tags = {name: tag for name, tag in environment.get("image_tags", {}).items() if name != gone}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.json"
        before = deploy(*described(network, environment, stack), path)
        (component,) = (one.urn for one in before.records if one.name == gone and "principal_id" in one.outputs)
        own = family(before, component)

        after = deploy(*described(left, {**environment, "image_tags": tags}, stack), path)

        # its own subscriptions of topics are its own too, though they stand in the topic
        removed = {step.record.urn for step in after.steps if step.op == "delete"}
        assert own <= removed
        assert all("Subscription" in urn for urn in removed - own)
        assert {one.urn for one in after.records} == {one.urn for one in before.records} - removed
        assert set(touched(after)) <= {"delete", "update"}
        assert {one for one in verbs(before) if one[0] != gone} == verbs(after)
        fresh = deploy(*described(left, {**environment, "image_tags": tags}, stack))
        assert set(after.world.resources) == set(fresh.world.resources)


@few
@given(projects(hosts=True), st.data())
def test_the_order_in_the_file_means_nothing(project: Project, data: st.DataObject) -> None:
    network, environment, stack = project
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.json"
        deploy(*described(network, environment, stack), path)

        again = deploy(*described(data.draw(reordered(network)), environment, stack), path)

        assert touched(again) == {}


@few
@given(projects(hosts=True))
def test_a_second_run_changes_nothing(project: Project) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.json"
        deploy(*described(*project), path)
        written = path.read_bytes()

        assert touched(deploy(*described(*project), path)) == {}
        assert path.read_bytes() == written


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


@few
@given(networks(most_agents=3), st.sampled_from(["dev", "prod"]))
def test_access_does_not_depend_on_the_environment(network: dict[str, Any], stack: str) -> None:
    one = {"location": "westeurope", "resource_group": "one", "suffix": "aaa1", "image_tag": "1.0"}
    other = {"location": "eastus2", "resource_group": "other", "suffix": "zz", "production": False}

    assert verbs(deploy(*described(network, one, stack))) == verbs(deploy(*described(network, other, "test1")))


PROJECT, SHARING, CLUSTER = "the-own-identities", "the-published-agents", "the-cluster-host"
HOSTS: dict[str, Any] = {
    PROJECT: {"kind": "foundry-project", "account": "contoso-own-identities", "identities": "per-agent"},
    SHARING: {"kind": "foundry-project", "account": "contoso-published-agents"},
    CLUSTER: {"kind": "aks-cluster", "cluster": "contoso-the-cluster", "private": True},
}
OF_CONTAINERS = ("image", "cpu", "memory", "replicas", "scale", "ingress", "port", "probes", "environment")


def moved(agent: dict[str, Any], place: str) -> dict[str, Any]:
    """The same agent on another host, with the same access."""
    if place == CLUSTER:
        kept = {key: value for key, value in agent.items() if key not in {"scale", "ingress", "port", "probes"}}
        return {"host": "aks", "cluster": place, **kept}
    kept = {key: value for key, value in agent.items() if key not in OF_CONTAINERS}
    return {"host": "foundry", "project": place, "version": "1", **kept}


@few
@given(projects(), st.data())
def test_a_host_changes_where_an_agent_runs_and_never_what_it_may_do(project: Project, data: st.DataObject) -> None:
    network, environment, stack = project
    places = {name: data.draw(st.sampled_from(["", *HOSTS])) for name in network["agents"]}
    agents = {name: moved(one, places[name]) if places[name] else one for name, one in network["agents"].items()}
    on_foundry = [name for name, place in places.items() if place in {PROJECT, SHARING}]
    tags = {name: tag for name, tag in environment.get("image_tags", {}).items() if name not in on_foundry}
    elsewhere = {**environment, "image_tags": tags, "published": True}

    before = deploy(*described(network, environment, stack))
    after = deploy(*described({**network, "hosts": HOSTS, "agents": agents}, elsewhere, stack))

    assert what_they_may_do(after) == what_they_may_do(before)

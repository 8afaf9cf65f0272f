"""Property test that agents of any network have the same roles on every host."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.network.deploying import (
    deploy,
    described,
)
from tests.network.few import Project, few
from tests.network.holding import granted_access
from tests.strategies import projects

PROJECT, SHARING, CLUSTER = "the-own-identities", "the-published-agents", "the-cluster-host"
HOSTS: dict[str, Any] = {
    PROJECT: {"kind": "foundry-project", "account": "contoso-own-identities", "identities": "per-agent"},
    SHARING: {"kind": "foundry-project", "account": "contoso-published-agents", "identities": "shared"},
    CLUSTER: {"kind": "aks-cluster", "cluster": "contoso-the-cluster", "private": True},
}
OF_APPS = ("scale", "ingress", "port", "probes", "identity")
OF_CONTAINERS = ("image", "cpu", "memory", "replicas", "scale", "ingress", "port", "probes", "environment", "identity")


def moved(agent: dict[str, Any], place: str) -> dict[str, Any]:
    """Return the agent on another host, with the same access."""
    if place == CLUSTER:
        kept = {key: value for key, value in agent.items() if key not in OF_APPS}
        return {"host": "aks", "cluster": place, "egress": ["azure"], **kept}
    kept = {key: value for key, value in agent.items() if key not in OF_CONTAINERS}
    return {"host": "foundry", "project": place, "version": "1", **kept}


@few
@given(projects(), st.data())
def test_agents_get_the_same_roles_on_every_host(project: Project, data: st.DataObject) -> None:
    network, environment, stack = project
    places = {name: data.draw(st.sampled_from(["", *HOSTS])) for name in network["agents"]}
    agents = {name: moved(one, places[name]) if places[name] else one for name, one in network["agents"].items()}
    on_foundry = [name for name, place in places.items() if place in {PROJECT, SHARING}]
    tags = {name: tag for name, tag in environment.get("image_tags", {}).items() if name not in on_foundry}
    azure = {"destinations": {"azure": {"blocks": ["10.1.0.0/24"], "ports": [443, 5671]}}}
    elsewhere = {**environment, "image_tags": tags, "published": True, **(azure if CLUSTER in places.values() else {})}

    before = deploy(*described(network, environment, stack))
    after = deploy(*described({**network, "hosts": HOSTS, "agents": agents}, elsewhere, stack))

    assert granted_access(after) == granted_access(before)

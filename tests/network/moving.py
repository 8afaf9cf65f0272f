"""Moves an agent of a sample network from host to host, and checks its roles after each move."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from localazure.arm.world import World
from localazure.run import Operation, RunResult
from tests.network.deploying import deploy, described, touched
from tests.network.holding import granted_access, orphaned_assignments

SUBSCRIPTION = "azure-native:servicebus:Subscription"
GIVEN = "5c1d0000-0000-4000-8000-000000000001"
RESOURCES: dict[str, Any] = {
    "documents": {"kind": "blob-container", "account": "contosodocuments"},
    "tasks": {"kind": "storage-queue", "account": "contosodocuments"},
    "jobs": {"kind": "service-bus-queue", "namespace": "contoso-bus"},
    "news": {"kind": "service-bus-topic", "namespace": "contoso-bus"},
    "findings": {"kind": "cosmos-container", "account": "contoso-findings", "database": "main"},
    "models": {"kind": "model-account", "account": "contoso-openai", "existing": True},
    "signing": {"kind": "key-vault-secret", "vault": "contoso-vault"},
    "passages": {"kind": "search-index", "service": "contoso-search"},
    "settings": {"kind": "app-configuration", "store": "contoso-settings"},
}
ACCESS = {
    "documents": "write",
    "tasks": "send",
    "jobs": "receive",
    "news": "receive",
    "findings": "write",
    "models": "use",
    "signing": "read",
    "passages": "read",
    "settings": "read",
}
HOSTS: dict[str, Any] = {
    "studio": {"kind": "foundry-project", "account": "contoso-foundry", "identities": "shared"},
    "lab": {"kind": "foundry-project", "account": "contoso-foundry", "identities": "per-agent"},
    "fleet": {"kind": "aks-cluster", "cluster": "contoso-fleet", "private": True},
}
ENVIRONMENT = {"location": "westeurope", "resource_group": "agents", "suffix": "dev7", "production": False}

# Place -> the agent in network.yaml, and its settings in the stack file.
PLACES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "container-app": ({"image": "report"}, {}),
    "user-assigned": ({"image": "report", "identity": "user-assigned"}, {}),
    "aks": (
        {"host": "aks", "cluster": "fleet", "image": "report", "egress": ["azure"]},
        {"destinations": {"azure": {"blocks": ["10.1.0.0/24"], "ports": [443, 5671]}}},
    ),
    "shared": ({"host": "foundry", "project": "studio", "version": "1"}, {"shared_identity": "allowed"}),
    "application": ({"host": "foundry", "project": "studio", "version": "1"}, {"published": ["report"]}),
    "per-agent": ({"host": "foundry", "project": "lab", "version": "1"}, {}),
    "given": ({"host": "foundry", "project": "lab", "version": "1"}, {"agent_identities": {"report": GIVEN}}),
}


def at(place: str, path: Path, operation: Operation = Operation.UP) -> RunResult:
    """Deploy the network with its agent at a place, over the existing deployment."""
    agent, environment = PLACES[place]
    network = {
        "name": "contoso",
        "registry": {"name": "contosoimages"},
        "resources": RESOURCES,
        "hosts": HOSTS,
        "agents": {"report": {**agent, "access": ACCESS}},
    }
    return deploy(*described(network, ENVIRONMENT | environment, "dev"), path, operation)


def of(token: str, result: RunResult) -> set[str]:
    """Return the names of the changed resources of a type."""
    names = {step.record.name for step in result.steps if step.record.type == token}
    return names & {name for each in touched(result).values() for name in each}


def check_access_after_each_move(path: Path, way: tuple[str, ...]) -> None:
    """Move the agent from place to place and check that its roles stay; then destroy the network."""
    may = granted_access(at(way[0], path))
    assert len(may) == len(ACCESS)

    for before, place in pairwise(way):
        moved = at(place, path)

        assert granted_access(moved) == may
        assert orphaned_assignments(moved) == []
        if "shared" not in {before, place}:  # agents with a shared identity also share its subscription
            assert of(SUBSCRIPTION, moved) == set(), "the subscription may hold messages"
        assert touched(at(place, path)) == {}

    at(way[-1], path, Operation.DESTROY)
    assert World.load(path).resources == {}

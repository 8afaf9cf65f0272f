"""Tests of a network in which every resource and host exists already: nothing that nobody has seen is judged."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from access.findings import check
from access.model.graph import Graph
from access.questions.proof import prove
from access.readers import local
from tests.access.fabrikam import declared
from tests.access.readers.sources import printed
from tests.network.deploying import deploy
from tests.projects import load_project, write_project

_OTHER = "00000000-0000-0000-0000-00000000000{}"
ESTATE: dict[str, Any] = {
    "name": "estate",
    "registry": {"name": "estate", "existing": True},
    "resources": {
        "documents": {"kind": "blob-container", "account": "estatedocs", "existing": True},
        "models": {"kind": "model-account", "account": "estate-openai", "existing": True},
        "orders": {"kind": "cosmos-container", "account": "cosmos-hub", "database": "orders", "existing": True},
        "queue": {"kind": "service-bus-queue", "namespace": "estate-events", "existing": True},
        "work": {"kind": "storage-queue", "account": "estatework", "existing": True},
        "key": {"kind": "key-vault-secret", "vault": "estate-vault", "existing": True},
        "index": {"kind": "search-index", "service": "srch-hub-prod", "existing": True},
        "settings": {"kind": "app-configuration", "store": "estate-settings", "existing": True},
    },
    "hosts": {
        "research": {"kind": "foundry-project", "account": "estate-foundry", "existing": True},
        "fleet": {"kind": "aks-cluster", "cluster": "estate-fleet", "existing": True},
    },
    "agents": {
        "ingestion": {"image": "ingestion", "access": {"documents": "write", "work": "send"}},
        "runner": {
            "host": "aks",
            "cluster": "fleet",
            "image": "runner",
            "egress": ["azure"],
            "access": {"queue": "receive", "settings": "read"},
        },
        "assistant": {
            "image": "assistant",
            "access": {"documents": "read", "models": "use", "orders": "read", "key": "read", "index": "read"},
        },
    },
}
ENVIRONMENT: dict[str, Any] = {
    "location": "westeurope",
    "resource_group": "estate-prod",
    "suffix": "p1",
    "image_tag": "1.0",
    "destinations": {"azure": {"blocks": ["10.1.0.0/24"], "ports": [443, 5671]}},
    "existing": {
        "estate-openai": {"resource_group": "shared", "subscription": _OTHER.format(1)},
        "srch-hub-prod": {"resource_group": "shared", "subscription": _OTHER.format(2)},
    },
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("estate"), ESTATE, ENVIRONMENT, "prod")


@pytest.fixture(scope="module")
def graphs(root: Path) -> dict[str, Graph]:
    """Return the graph of a run's document, and that of local Azure after the run."""
    world = root / "world.json"
    result = deploy(*load_project(root, "prod"), path=world)
    return {"document": local.read(printed(result)), "world": local.read_world(world)}


@pytest.mark.parametrize("source", ["document", "world"])
def test_access_proof_of_a_network_of_existing_resources_holds_and_the_check_has_one_note_about_unseen_ones(
    root: Path, graphs: dict[str, Graph], source: str
) -> None:
    graph, network = graphs[source], declared("prod", root)
    found = check(graph, network, today=date(2026, 1, 1), production=True)

    assert prove(graph, network).failures == ()
    assert [(each.rule.id, each.rule.severity) for each in found] == [("not-seen-here", "note")]
    for name in ("estatedocs", "models", "cosmos-hub", "srch-hub-prod", "estate-vault", "estate-fleet"):
        assert repr(name) in found[0].what
    assert not any(each.local_auth or each.ignores_roles for each in graph.resources)


def test_apps_and_identities_created_next_to_existing_resources_are_not_marked_as_unseen_in_the_access_graph(
    graphs: dict[str, Graph],
) -> None:
    """Only what exists already is not judged: the identities and apps of the network are."""
    created = [each for each in graphs["world"].resources if not each.unseen and each.properties]

    assert {each.kind for each in created} >= {
        "microsoft.app/containerapps",
        "microsoft.managedidentity/userassignedidentities",
    }

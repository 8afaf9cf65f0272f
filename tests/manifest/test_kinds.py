"""Tests of resource kinds: verbs, parent and keys. A new kind fails until the table of this test has a row for it."""

from typing import Any

import pytest

from manifest.kinds import KINDS, RESOURCE_MODELS, VERBS
from manifest.network import Network

DEPLOYMENT = {"name": "gpt", "model": "gpt-5.6-sol", "version": "2026-07-09"}

# verbs; kind of parent; keys in network.yaml; settings of the loaded resource
TABLE: dict[str, tuple[tuple[str, ...], str, dict[str, Any], dict[str, Any]]] = {
    "blob-container": (("read", "write"), "storage-account", {"account": "held"}, {"container": "thing"}),
    "storage-queue": (("send", "receive"), "storage-account", {"account": "held"}, {"queue": "thing"}),
    "cosmos-container": (
        ("read", "write"),
        "cosmos-account",
        {"account": "held", "database": "main"},
        {"database": "main", "container": "thing", "partition_key": "/id"},
    ),
    "key-vault-key": (("sign",), "key-vault", {"vault": "held"}, {"key": "thing"}),
    "key-vault-secret": (("read",), "key-vault", {"vault": "held"}, {"secret": "thing"}),
    "model-account": (
        ("use",),
        "model-account",
        {"account": "held", "deployments": [DEPLOYMENT]},
        {"deployments": ({**DEPLOYMENT, "sku": "GlobalStandard", "capacity": 10},)},
    ),
    "service-bus-queue": (("send", "receive"), "service-bus-namespace", {"namespace": "held"}, {"queue": "thing"}),
    "service-bus-topic": (("send", "receive"), "service-bus-namespace", {"namespace": "held"}, {"topic": "thing"}),
    "search-index": (("read", "write"), "search-service", {"service": "held"}, {"index": "thing"}),
    "app-configuration": (("read",), "configuration-store", {"store": "held"}, {}),
}


def test_every_resource_kind_has_an_example_in_the_tests_of_the_manifest() -> None:
    assert TABLE.keys() == KINDS.keys() == RESOURCE_MODELS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_manifest_resource_of_each_kind_has_the_expected_verbs_parent_and_settings(kind: str) -> None:
    verbs, parent_kind, written, settings = TABLE[kind]
    network = Network.model_validate(
        {"name": "n", "registry": {"name": "images"}, "resources": {"thing": {"kind": kind, **written}}}
    )
    resource = network.resources["thing"]

    assert (resource.kind, resource.existing) == (kind, False)
    assert (resource.parent, resource.parent_kind) == ("held", parent_kind)
    assert resource.settings == settings
    assert KINDS[kind].verbs == verbs
    assert set(verbs) <= set(VERBS)


@pytest.mark.parametrize("kind", [name for name, one in KINDS.items() if one.child])
def test_manifest_resource_can_be_given_another_name_in_azure(kind: str) -> None:
    _, _, written, settings = TABLE[kind]
    child = KINDS[kind].child
    assert child is not None
    key = child[0]
    entry = {"kind": kind, **written, key: "other", "existing": True}
    network = Network.model_validate({"name": "n", "registry": {"name": "images"}, "resources": {"thing": entry}})

    assert network.resources["thing"].settings == {**settings, key: "other"}
    assert network.resources["thing"].existing

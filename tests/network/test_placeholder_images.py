"""Tests of agents whose image is not in the registry yet: one deployment without it, and one with it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from access.findings import check
from access.model.declared import Declared
from access.questions.proof import prove
from access.readers import local
from localazure.deployment.steps import Op
from localazure.run import RunResult
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.stack_file import config_getter
from tests.access.readers.sources import printed
from tests.network.deploying import APP, deploy, described, granted, verbs
from tests.network.holding import orphaned_assignments
from tests.projects import any_role, write_project

HOSTS = {"fleet": {"kind": "aks-cluster", "cluster": "contoso-fleet", "private": True}}
NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "hosts": HOSTS,
    "resources": {
        "reports": {"kind": "blob-container", "account": "contosoreports"},
        "findings": {"kind": "cosmos-container", "account": "contoso-findings", "database": "main"},
    },
    "agents": {
        "early": {"image": "early", "identity": "user-assigned", "access": {"reports": "read", "findings": "read"}},
        "late": {"image": "late", "access": {"reports": "write", "findings": "write"}},
        "pod": {"host": "aks", "cluster": "fleet", "image": "pod", "egress": ["azure"], "access": {"reports": "read"}},
        "ready": {"image": "ready", "access": {"reports": "read"}},
    },
}
ENVIRONMENT: dict[str, Any] = {
    "location": "westeurope",
    "resource_group": "agents",
    "suffix": "dev7",
    "production": False,
    "destinations": {"azure": {"blocks": ["10.1.0.0/24"]}},
}
ACCESS = {
    ("early", "read", "reports"),
    ("early", "read", "findings"),
    ("late", "write", "reports"),
    ("late", "write", "findings"),
    ("pod", "read", "reports"),
    ("ready", "read", "reports"),
}
WITHOUT_IMAGE = {"placeholder_images": ["early", "late", "pod"]}
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def up(path: Path, **settings: object) -> RunResult:
    return deploy(*described(NETWORK, ENVIRONMENT | settings, "dev"), path)


def images(result: RunResult) -> dict[str, str]:
    """Return the server of the image of each Container App, by agent."""
    apps = [one.outputs for one in result.world.resources.values() if one.token == APP]
    return {one["name"].split("-")[1]: one["template"]["containers"][0]["image"].split("/")[0] for one in apps}


def test_agents_get_their_access_in_the_deployment_that_replaces_the_placeholder_by_their_image(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"

    first = up(path, **WITHOUT_IMAGE)

    registry = "contosoimagesdev7.azurecr.io"
    assert verbs(first) == {("ready", "read", "reports")}
    assert images(first) == {"early": "mcr.microsoft.com", "late": "mcr.microsoft.com", "ready": registry}
    (pods,) = (one for one in first.world.resources.values() if one.token == DEPLOYMENT)
    assert pods.inputs["spec"]["replicas"] == 0

    second = up(path)

    assert verbs(second) == ACCESS
    assert set(images(second).values()) == {registry}
    assert orphaned_assignments(second) == []
    changed = {step.record.name for step in second.steps if step.op is not Op.SAME and step.record.type == APP}
    assert changed == {"early", "late"}
    assert {step.op for step in second.steps} <= {Op.SAME, Op.UPDATE, Op.CREATE}, "nothing is replaced or deleted"


def test_first_deployment_with_an_existing_registry_elsewhere_grants_every_access_and_needs_no_placeholder(
    tmp_path: Path,
) -> None:
    elsewhere = {"resource_group": "images", "subscription": "00000000-0000-4000-8000-000000000009"}
    network = {**NETWORK, "registry": {"name": "contosoimages", "existing": True}}
    environment = {**ENVIRONMENT, "existing": {"contosoimages": elsewhere}}

    result = deploy(*described(network, environment, "dev"), tmp_path / "dev.json")

    assert verbs(result) == ACCESS
    assert set(images(result).values()) == {"contosoimages.azurecr.io"}
    pulls = {each.agent for each in granted(result) if each.verb == "pull"}
    assert pulls == {"early", "late", "fleet", "ready"}


@pytest.mark.parametrize(("settings", "waiting"), [({"placeholder_images": True}, 6), (WITHOUT_IMAGE, 5), ({}, 0)])
def test_proof_holds_and_lists_the_access_that_waits_for_an_image(
    tmp_path: Path, settings: dict[str, Any], waiting: int
) -> None:
    root = write_project(tmp_path, NETWORK, ENVIRONMENT | settings, "dev")
    loaded = load_with_document("dev", config_getter(root, "dev"), root=root, role_refusal_reason=any_role)
    declared = Declared.from_json(json.loads(json.dumps(declared_document(*loaded))))
    graph = local.read(printed(up(tmp_path / "dev.json", **settings)))

    proof = prove(graph, declared)
    found = [one.rule.id for one in check(graph, declared, today=date(2026, 1, 1))]

    assert proof.holds
    assert len(proof.waiting) == waiting
    assert found == ["waiting-access"] * waiting

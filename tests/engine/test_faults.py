"""Tests of faults that local Azure injects into updates with the real Pulumi engine."""

import json
from pathlib import Path

import pytest

from localazure.arm.faults import VARIABLE
from tests.engine.projects import REASON, Project, cli_is_here

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

PROGRAM = """
from pulumi_azure_native import containerregistry, managedidentity, resources

group = resources.ResourceGroup("rg", resource_group_name="rg", location="westeurope")
managedidentity.UserAssignedIdentity("agent", resource_name_="agent", resource_group_name=group.name)
containerregistry.Registry(
    "images",
    registry_name="networkdev7",
    resource_group_name=group.name,
    sku=containerregistry.SkuArgs(name=containerregistry.SkuName.STANDARD),
)
"""
UP = "pulumi up --yes --skip-preview --non-interactive"


def types(project: Project) -> list[str]:
    return sorted(one["type"].rpartition(":")[2] for one in project.state("dev") if one["custom"])


def pending(project: Project) -> list[str]:
    exported = json.loads(project.pulumi("stack export --stack dev").out)
    listed = exported["deployment"].get("pending_operations") or []
    return [one["resource"]["type"].rpartition(":")[2] for one in listed]


def test_creation_without_answer_leaves_a_resource_that_the_pulumi_state_lacks(tmp_path: Path) -> None:
    project = Project.written(tmp_path, PROGRAM)
    faults = {VARIABLE: json.dumps({"unansweredCreates": ["*/userAssignedIdentities/agent"]})}

    first, second = project.run(UP, **faults), project.run(UP, **faults)

    assert (first.code, "the connection was lost before Azure answered" in first.out + first.err) == (1, True)
    assert (second.code, "cannot create already existing resource" in second.out + second.err) == (1, True)
    assert "UserAssignedIdentity" not in types(project)
    assert any(name.endswith("/userassignedidentities/agent") for name in project.world.resources)
    assert pending(project) == []


def test_update_after_a_refused_status_read_completes_without_changes_in_local_azure(tmp_path: Path) -> None:
    project = Project.written(tmp_path, PROGRAM)
    faults = {VARIABLE: json.dumps({"refusedStatusReads": ["*/registries/*"]})}

    first = project.run(UP, **faults)

    assert (first.code, "AuthorizationFailed" in first.out + first.err) == (1, True)
    assert "Registry" in types(project)
    project.pulumi("up --yes --skip-preview", **faults)
    project.pulumi("preview --expect-no-changes")


def test_invalid_faults_stop_an_update_with_the_reason(tmp_path: Path) -> None:
    project = Project.written(tmp_path, PROGRAM)

    outcome = project.run(UP, **{VARIABLE: '{"principalReplicaton": 1}'})

    assert outcome.code != 0
    assert "did you mean 'principalReplication'" in outcome.out + outcome.err

"""Tests of `pulumi preview --policy-pack` on the real engine and local Azure: output and exit code."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.engine.projects import REASON, REPOSITORY, Outcome, Project, cli_is_here
from tests.fabrikam import LEGACY

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

PREVIEW = "pulumi preview --non-interactive --policy-pack policies"

BAD = """
import pulumi
from access.azure.roles import by_name
from pulumi_azure_native import app, authorization, managedidentity, resources, storage

group = resources.ResourceGroup("group", resource_group_name="rg", location="westeurope")
storage.StorageAccount(
    "open",
    account_name="opentoeverybody",
    resource_group_name=group.name,
    location="westeurope",
    kind="StorageV2",
    sku={"name": "Standard_LRS"},
    allow_shared_key_access=True,
)
place = app.ManagedEnvironment("place", environment_name="place", resource_group_name=group.name, location="westeurope")
worker = app.ContainerApp(
    "worker",
    container_app_name="worker",
    resource_group_name=group.name,
    location="westeurope",
    managed_environment_id=place.id,
    identity={"type": "SystemAssigned"},
    template={"containers": [{"name": "worker", "image": "example.azurecr.io/worker:1"}]},
)
subscription = authorization.get_client_config_output().subscription_id
authorization.RoleAssignment(
    "everything",
    role_assignment_name="00000000-0000-4000-8000-000000000001",
    scope=group.id,
    principal_id=worker.identity.principal_id,
    principal_type="ServicePrincipal",
    role_definition_id=pulumi.Output.concat(
        "/subscriptions/", subscription, "/providers/Microsoft.Authorization/roleDefinitions/", by_name("Owner").id
    ),
)
"""


MANDATORY = {"local-auth-on", "privileged-role", "role-granting-role"}
SHOWN = re.compile(r"\[(mandatory|advisory)\].*?\s([a-z]+(?:-[a-z]+)+)\s+\(")


def violated(outcome: Outcome) -> dict[str, set[str]]:
    """Return the violated policies that the Pulumi CLI names, by enforcement level."""
    found: dict[str, set[str]] = {"mandatory": set(), "advisory": set()}
    for level, name in SHOWN.findall(outcome.out):
        found[level].add(name)
    return found


def test_production_stack_of_the_sample_network_violates_no_policy_on_the_pulumi_engine(tmp_path: Path) -> None:
    outcome = Project.of_fabrikam(tmp_path).pulumi("preview --stack prod --policy-pack policies")

    assert "agent-network@v" in outcome.out
    assert violated(outcome) == {"mandatory": set(), "advisory": set()}


def test_shared_identity_violates_a_mandatory_policy_that_is_only_advisory_with_the_shipped_configuration(
    tmp_path: Path,
) -> None:
    """The policy pack reads neither `network.yaml` nor the exceptions in a stack file."""
    page = (REPOSITORY / "docs" / "howto" / "use-the-policy-pack.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^agent-network engine -- (pulumi preview .*)$", page, re.MULTILINE)
    project = Project.of_fabrikam(tmp_path, LEGACY).keep("compliance", "market-analysis")
    shutil.copy(REPOSITORY / "policies.dev.json", tmp_path)

    refused = project.run(PREVIEW)
    passed = project.run(f"{command} --non-interactive")

    assert (refused.code != 0, passed.code) == (True, 0), passed.out + passed.err
    assert violated(refused) == {"mandatory": {"shared-identity"}, "advisory": set()}
    assert violated(passed) == {"mandatory": set(), "advisory": {"shared-identity"}}


def test_policy_violation_fails_pulumi_preview_before_and_after_a_deployment(tmp_path: Path) -> None:
    project = Project.written(tmp_path, BAD)

    before = project.run(PREVIEW)
    project.pulumi("up --yes --skip-preview")
    after = project.run(PREVIEW)

    for outcome in (before, after):
        assert outcome.code != 0, outcome.out
        assert violated(outcome) == {"mandatory": MANDATORY, "advisory": {"wide-grant"}}, outcome.out


def test_policy_exemptions_and_enforcement_levels_are_read_from_the_configuration_file(tmp_path: Path) -> None:
    project = Project.written(tmp_path, BAD)
    kept = {"urn": "urn:pulumi:dev::tiny::azure-native:storage:StorageAccount::open", "because": "a test"}
    config = {
        "local-auth-on": {"exempt": [kept]},
        "privileged-role": {"allowedRoles": ["Owner"]},
        "role-granting-role": "advisory",
        "wide-grant": "disabled",
    }
    (tmp_path / "config.json").write_text(json.dumps(config))

    outcome = project.run(f"{PREVIEW} --policy-pack-config config.json")

    assert outcome.code == 0, outcome.out + outcome.err
    assert violated(outcome) == {"mandatory": set(), "advisory": {"role-granting-role"}}
    config["local-auth-on"] = {"exempt": [{"urn": kept["urn"]}]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    refused = project.run(f"{PREVIEW} --policy-pack-config config.json")
    assert refused.code != 0
    assert "because" in refused.out + refused.err

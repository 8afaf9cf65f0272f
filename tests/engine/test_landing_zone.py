"""Tests of a network with every setting for landing zones on the real Pulumi engine, from preview to re-creation."""

import sys
from pathlib import Path

import pytest

from tests.engine.projects import REASON, Project, cli_is_here
from tests.fabrikam import PACKAGES, REPOSITORY
from tests.network.test_landing_zone import IDENTITY, KEY, NETWORK
from tests.network.test_recreating import ENVIRONMENT
from tests.projects import write_project

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

SETTINGS = {
    **ENVIRONMENT,
    "production": False,
    "resource_group": {"name": "contoso-landing-zone", "existing": True},
    "logs": "none",
    "redundancy": "zone",
    "customer_key": {"key": KEY, "identity": IDENTITY},
    "deleted": "recover",
    "purge_protection": False,
}
PROGRAM = "from agent_network.program import deploy\n\ndeploy()\n"


def test_network_in_a_landing_zone_is_deployed_destroyed_and_recovered_on_the_pulumi_engine(
    tmp_path: Path,
) -> None:
    write_project(tmp_path, NETWORK, SETTINGS)
    (tmp_path / "Pulumi.yaml").write_text(
        "name: agent-network\nruntime: {name: python, options: {toolchain: pip, virtualenv: .venv}}\n"
    )
    (tmp_path / "__main__.py").write_text(PROGRAM)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for package in PACKAGES:
        (tmp_path / package).symlink_to(REPOSITORY / package)
    project = Project(tmp_path)

    project.pulumi("preview")
    created = project.pulumi("up --yes --skip-preview --json").steps
    project.pulumi("up --yes --skip-preview --expect-no-changes")
    project.pulumi("destroy --yes --skip-preview")
    left = {one.token for one in project.world.resources.values()}
    again = project.pulumi("up --yes --skip-preview --json").steps

    group = "azure-native:resources:ResourceGroup"
    assert {urn.rpartition("::")[0].rpartition("$")[2] for urn in created["read"]} >= {group}
    assert not [urn for urn in created["create"] if group in urn]
    assert left == {group, "azure-native:managedidentity:UserAssignedIdentity"}
    assert again["create"] == created["create"]

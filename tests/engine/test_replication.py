"""Tests that the real Pulumi engine retries what Azure refuses because a new identity is not replicated yet."""

import json
from pathlib import Path

import pytest

from localazure.arm.faults import VARIABLE
from tests.engine.projects import REASON, Project, cli_is_here

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

PROGRAM = """
import pulumi
from pulumi_azure_native import cosmosdb, managedidentity, resources

from components.replication import retry_while_principal_is_new

group = resources.ResourceGroup("rg", resource_group_name="rg", location="westeurope")
account = cosmosdb.DatabaseAccount(
    "items",
    account_name="items-dev7",
    resource_group_name=group.name,
    location="westeurope",
    database_account_offer_type="Standard",
    locations=[cosmosdb.LocationArgs(location_name="westeurope", failover_priority=0)],
)
agent = managedidentity.UserAssignedIdentity("agent", resource_name_="agent", resource_group_name=group.name)
cosmosdb.SqlResourceSqlRoleAssignment(
    "agent-may-read-items",
    role_assignment_id="0b1f2c3d-0000-4000-8000-00000000000c",
    account_name=account.name,
    resource_group_name=group.name,
    scope=account.id,
    principal_id=agent.principal_id,
    role_definition_id=account.id.apply(
        lambda known: f"{known}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001"
    ),
    opts=pulumi.ResourceOptions(hooks=retry_while_principal_is_new("items")),
)
"""


def test_pulumi_engine_retries_a_role_assignment_in_cosmos_until_the_new_identity_is_found(tmp_path: Path) -> None:
    project = Project.written(tmp_path, PROGRAM)
    faults = {VARIABLE: json.dumps({"principalReplication": 2})}

    done = project.pulumi("up --yes --skip-preview", **faults)

    assert done.out.count("Azure has not replicated the new identity yet") >= 2
    assert [one["type"].rpartition(":")[2] for one in project.state("dev")].count("SqlResourceSqlRoleAssignment") == 1
    project.pulumi("up --yes --skip-preview --expect-no-changes")
    project.pulumi("destroy --yes --skip-preview")
    assert project.world.resources == {}

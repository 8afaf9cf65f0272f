"""Tests of the attributes that the condition of a role assignment can test in local Azure."""

import pytest

from access.azure.catalogue import every_role
from localazure.azure import LocalAzure
from tests.localazure.samples import ROLE_ASSIGNMENT, make
from tests.localazure.services.refusals import refusal

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers"
ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
ACCEPTED = (
    "@Resource[Microsoft.Storage/storageAccounts:isHnsEnabled] BoolEquals true",
    f"@Resource[{BLOBS}:name] StringEquals 'blobs'",
    f"@Resource[{BLOBS}/blobs:path] StringLike 'a/*'",
    f"@Resource[{BLOBS}/blobs/tags:Project<$key_case_sensitive$>] StringEquals 'x'",
    f"@Request[{BLOBS}/blobs/tags&$keys$&] ForAllOfAnyValues:StringEquals {{'Project'}}",
    f"@Request[{BLOBS}/blobs:prefix] StringLike 'a/*'",
    f"NOT Exists @Request[{BLOBS}/blobs:snapshot]",
    "SubOperationMatches{'Blob.List'}",
    "@Resource[Microsoft.Storage/storageAccounts/queueServices/queues:name] StringEquals 'q'",
    f"@Request[{ASSIGNMENTS}:RoleDefinitionId] GuidEquals acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "@Resource[Microsoft.Authorization/roleAssignments:PrincipalType] StringEqualsIgnoreCase 'User'",
    "@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEquals 'report'",
    "@Environment[isPrivateLink] BoolEquals true",
    "@Environment[Microsoft.Network/virtualNetworks/subnets] StringEqualsIgnoreCase '/subscriptions/s'",
    "@Environment[UtcNow] DateTimeGreaterThan '2026-01-01T00:00:00Z'",
    "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringEquals 'x'",
)
REFUSED = (
    "@Resource[Microsoft.ServiceBus/namespaces/queues:Name] StringEquals 'work'",
    "@Resource[Microsoft.KeyVault/vaults:name] StringEquals 'v'",
    f"@Resource[{BLOBS}:path] StringEquals 'x'",
    f"@Request[{BLOBS}:name] StringEquals 'x'",
    "@Environment[Region] StringEquals 'x'",
    "@Principal[Department] StringEquals 'x'",
    f"@Resource[{BLOBS}:name] StringEquals 'x' AND @Resource[Microsoft.Compute/virtualMachines:name] StringEquals 'y'",
)


@pytest.mark.parametrize("condition", ACCEPTED)
def test_condition_on_a_documented_attribute_is_accepted_by_local_azure(azure: LocalAzure, condition: str) -> None:
    _, outputs = make(azure, ROLE_ASSIGNMENT, condition=condition, conditionVersion="2.0")

    assert outputs["condition"] == condition


@pytest.mark.parametrize("condition", REFUSED)
def test_condition_on_an_attribute_that_no_condition_can_test_is_refused_by_local_azure(
    azure: LocalAzure, condition: str
) -> None:
    refused = refusal(azure, ROLE_ASSIGNMENT, condition=condition, conditionVersion="2.0")

    assert refused.status == 400
    assert refused.message.startswith(
        "The given role assignment condition is invalid. No condition can test the attribute"
    )


def test_conditions_inside_built_in_roles_are_accepted_by_local_azure(azure: LocalAzure) -> None:
    conditions = {block.condition for role in every_role() for block in role.permissions if block.condition}
    # Only Azure's own services can set this one.
    conditions = {each for each in conditions if "hasobotoken" not in each.lower()}

    assert conditions
    for number, condition in enumerate(sorted(conditions)):
        name = f"0b1f2c3d-0000-4000-8000-{number:012}"
        who = f"5c1d0000-0000-4000-8000-{number:012}"
        make(
            azure,
            ROLE_ASSIGNMENT,
            roleAssignmentName=name,
            principalId=who,
            condition=condition,
            conditionVersion="2.0",
        )

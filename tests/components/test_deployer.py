"""Tests of the deploying identity's custom role and condition: they permit what the components need, and no more."""

import json
import re

import pytest

from access.azure.actions import covered, covers
from access.azure.operations import listed
from access.azure.planes import every
from access.azure.principal_types import AGENT_IDENTITY_TYPES
from access.azure.roles import by_name, every_role
from access.azure.types.cognitiveservices import PROJECT_ROLE
from access.azure.types.keyvault import SIGNER
from access.evaluate.conditions.attributes import attribute_key
from access.evaluate.conditions.parser import parse
from access.evaluate.operation_sets import operation_set_of
from access.evaluate.verdicts import LONGEST_CONDITION, condition_verdict
from cli.main import run
from components.deployer import ACTIONS, DATA_ACTIONS, WILDCARDS, Callers, assignable_roles, calling_roles, document
from components.resources.image_registry import ImageRegistry
from components.resources.kinds import KINDS
from localazure.services import catalogue
from tests.contracts.networks import of_hosts, of_kind, of_project
from tests.fabrikam import FABRIKAM, REPOSITORY

ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
WRITE, DELETE, OTHER = f"{ASSIGNMENTS}/write", f"{ASSIGNMENTS}/delete", "Microsoft.KeyVault/vaults/write"
SELF, OTHER_PRINCIPAL = "00000000-0000-4000-8000-00000000abcd", "00000000-0000-4000-8000-00000000ef01"
ZERO = "00000000-0000-0000-0000-000000000000"
WORKSPACE = "/subscriptions/t/resourceGroups/security/providers/Microsoft.OperationalInsights/workspaces/audit"
OPERATIONS = operation_set_of((WRITE, DELETE, OTHER), data=False)
# Source of an operation's attributes in a condition: the request, or the existing resource.
SOURCE = {WRITE: "Request", DELETE: "Resource"}
CONDITION = document("s", "g", object_id=SELF)["condition"]
ARM_TYPES = {kind.token: kind.arm_type for kind in catalogue()}
# Azure writes resource groups in a path differently than in the name of an operation.
SPELLED = {"microsoft.resources/resourcegroups": "microsoft.resources/subscriptions/resourcegroups"}
# The only operations that are needed in addition to read, write and delete of types.
ALSO = {
    "Microsoft.Authorization/permissions/read",
    "Microsoft.App/managedEnvironments/join/action",
    "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
    "Microsoft.OperationalInsights/workspaces/sharedkeys/read",
}

# Reads of the status or the result of asynchronous requests, which Azure checks as operations of their own.
STATUS_READS = {
    "Microsoft.App/locations/containerappoperationresults/read",
    "Microsoft.App/locations/containerappoperationstatuses/read",
    "Microsoft.App/locations/managedenvironmentoperationresults/read",
    "Microsoft.App/locations/managedenvironmentoperationstatuses/read",
    "Microsoft.AppConfiguration/locations/operationsStatus/read",
    "Microsoft.CognitiveServices/locations/operationresults/read",
    "Microsoft.ContainerRegistry/locations/operationResults/read",
    "Microsoft.ContainerRegistry/registries/operationStatuses/read",
    "Microsoft.ContainerService/locations/operationresults/read",
    "Microsoft.ContainerService/locations/operations/read",
    "Microsoft.DocumentDB/databaseAccounts/operationResults/read",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/operationResults/read",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/operationResults/read",
    "Microsoft.DocumentDB/locations/operationsStatus/read",
    "Microsoft.KeyVault/locations/operationResults/read",
    "Microsoft.OperationalInsights/locations/operationstatuses/read",
    "Microsoft.Resources/subscriptions/operationresults/read",
    "Microsoft.Search/locations/operationResults/read",
    "Microsoft.ServiceBus/namespaces/operationresults/read",
}

# Wildcards, each for an operation that Azure checks and does not publish.
WILD = {"Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/*", "Microsoft.Storage/locations/*/read"}

# Objects that pulumi-kubernetes watches while it waits for another one ("provider/pkg/await" of its sources, 2026-07),
# in addition to the events of every object.
WATCHED = {
    "apps/deployments": {"apps/deployments", "apps/replicasets", "persistentvolumeclaims", "pods"},
    "services": {"endpoints", "services"},
}

VERBS = {row.role for kind in KINDS.values() for row in kind.VERBS.values()}
PULLS = {row.role for rows in (ImageRegistry.VERBS, ImageRegistry.REPOSITORY_VERBS) for row in rows.values()}
AZURE_ROLES = sorted(name for name in VERBS | PULLS if by_name(name).system == "azure")


def types_of(tokens: set[str]) -> set[str]:
    found = {ARM_TYPES[token].lower() for token in tokens}
    return {SPELLED.get(each, each) for each in found}


def tokens_of_fabrikam(package: str = "azure-native") -> set[str]:
    made = (one.type for stack in ("dev", "prod") for one in of_project(FABRIKAM, stack).resources if one.custom)
    return {token for token in made if token.startswith(f"{package}:")}


def tokens_of_every_kind() -> set[str]:
    found = (*(one for kind in KINDS for one in of_kind(kind).resources), *of_hosts().resources)
    return {one.type for one in found if one.type.startswith("azure-native:")}


def allowed(
    operation: str,
    role_id: str,
    principal_type: str,
    condition: str = CONDITION,
    principal_id: str = OTHER_PRINCIPAL,
) -> bool | None:
    values = {"RoleDefinitionId": role_id, "PrincipalType": principal_type, "PrincipalId": principal_id}
    source = SOURCE.get(operation, "Request")
    keys = {attribute_key(f"{source}[{ASSIGNMENTS}:{name}]"): value for name, value in values.items()}
    verdict = condition_verdict(condition, OPERATIONS, {key: value for key, value in keys.items() if key is not None})
    bit = OPERATIONS.bits([operation])
    return True if verdict.true & bit else False if verdict.false & bit else None


def test_deployer_role_allows_read_write_and_any_existing_delete_of_every_type_that_programs_create() -> None:
    published = {name.lower() for name in listed(data=False)}

    for each in types_of(tokens_of_fabrikam() | tokens_of_every_kind()):
        assert covered(ACTIONS, f"{each}/read")
        assert covered(ACTIONS, f"{each}/write")
        assert covered(ACTIONS, f"{each}/delete") is (f"{each}/delete" in published)


def test_deployer_role_has_only_operations_on_used_resource_types_and_a_fixed_list_of_others() -> None:
    used = types_of(tokens_of_fabrikam() | tokens_of_every_kind())

    others = {*ALSO, *STATUS_READS, *WILD}
    plain = {action for action in ACTIONS if action.rpartition("/")[2] in {"read", "write", "delete"}} - others
    by_wildcard = {each.removesuffix("/*").lower() for each in WILD if each.removesuffix("/*").lower() in used}
    assert {action.rpartition("/")[0].lower() for action in plain} | by_wildcard == used
    assert set(ACTIONS) - plain == others


def test_each_wildcard_of_the_deployer_role_covers_its_unpublished_operation_and_a_published_one() -> None:
    """Azure refuses a wildcard that covers no published operation, and no wildcard is needed for a published one."""
    published = [name.lower() for name in listed(data=False)]

    assert {each.pattern for each in WILDCARDS} == WILD == {each for each in ACTIONS if "*" in each}
    for each in WILDCARDS:
        assert covers(each.pattern, each.unpublished)
        assert each.unpublished.lower() not in published
        assert any(covers(each.pattern, name) for name in published)


def test_wildcards_of_the_deployer_role_allow_only_reads_and_what_the_type_itself_needs() -> None:
    covered_names = {name for each in WILD for name in listed(data=False) if covers(each, name)}
    own = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments"

    assert {name for name in covered_names if not name.endswith("/read")} == {f"{own}/write", f"{own}/delete"}


def test_deployer_document_explains_each_wildcard_and_where_roles_for_calling_agents_are_assignable() -> None:
    without = document("s", "g", object_id=SELF)["notes"]
    with_callers = document("s", "g", callers=["people"], object_id=SELF)["notes"]

    assert [each.pattern for each in WILDCARDS] == [note.partition(" ")[0] for note in without[:-1]]
    assert without[-1].startswith("'Foundry User' becomes assignable to every ServicePrincipal at every resource in")
    assert "the identity of each Foundry project needs it at the account" in without[-1]
    (calling,) = with_callers[len(without) :]
    assert "'Foundry User' become assignable to every Group and User at every resource in" in calling
    assert "/subscriptions/s/resourceGroups/g" in calling


def test_deployer_role_writes_only_agents_kubernetes_objects_and_reads_what_pulumi_watches() -> None:
    """The type `kubernetes:apps/v1:Deployment` is `apps/deployments` in the name of an operation."""
    in_clusters = "Microsoft.ContainerService/managedClusters/"
    inside = {one.removeprefix(in_clusters) for one in DATA_ACTIONS if one.startswith(in_clusters)}
    tokens = tokens_of_fabrikam("kubernetes") | {one.type for one in of_hosts().resources}
    made: set[str] = set()
    for token in (one for one in tokens if one.startswith("kubernetes:")):
        group, _, kind = token.removeprefix("kubernetes:").rpartition(":")
        api = group.partition("/")[0]
        plural = f"{kind.lower().removesuffix('y')}ies" if kind.endswith("y") else f"{kind.lower()}s"
        made.add(plural if api == "core" else f"{api}/{plural}")

    assert len(made) == 5
    assert {one for one in inside if not one.endswith("/read")} == {
        f"{one}/{do}" for one in made for do in ("write", "delete")
    }
    watched = made | {"events"} | {each for one in made for each in WATCHED.get(one, ())}
    assert {one for one in inside if one.endswith("/read")} == {f"{one}/read" for one in watched}
    assert not [one for one in inside if "secret" in one or "exec" in one or "configmap" in one]


def test_deployer_role_only_reads_foundry_agents_in_the_data_plane() -> None:
    assert [one for one in DATA_ACTIONS if "CognitiveServices" in one] == [
        "Microsoft.CognitiveServices/accounts/AIServices/agents/read"
    ]


@pytest.mark.parametrize(
    ("callers", "types"),
    [([], set()), (["agents"], {*AGENT_IDENTITY_TYPES}), (["people"], {"Group", "User"})],
    ids=["nobody", "agents", "people"],
)
def test_deployer_condition_allows_roles_for_calling_foundry_agents_only_for_the_given_caller_types(
    callers: list[Callers], types: set[str]
) -> None:
    condition = document("s", "g", callers=callers, object_id=SELF)["condition"]

    for role in calling_roles():
        for principal_type in (*AGENT_IDENTITY_TYPES, "Group", "User", "ForeignGroup", "Device"):
            for operation in (WRITE, DELETE):
                # The identity of a Foundry project needs one of them, too.
                of_project = role.name == PROJECT_ROLE and principal_type == "ServicePrincipal"
                expected = principal_type in types or of_project
                assert allowed(operation, role.id, principal_type, condition) is expected
    assert allowed(WRITE, by_name("Storage Blob Data Reader").id, "Group", condition) is False
    assert not parse(condition).ambiguous


def test_every_operation_of_the_deployer_role_is_in_azures_published_operations() -> None:
    published = {name.lower() for name in listed(data=False)}
    on_data = {name.lower() for name in every(data=True)}

    assert {action for action in DATA_ACTIONS if action.lower() not in on_data} == set()
    assert {action for action in ACTIONS if action.lower() not in published} == WILD


@pytest.mark.parametrize("word", ["listKeys", "purge", "roleDefinitions", "elevateAccess", "sqlRoleDefinitions"])
def test_deployer_role_has_no_operation_that_escalates_privileges(word: str) -> None:
    assert not [action for action in (*ACTIONS, *DATA_ACTIONS) if word.lower() in action.lower()]


def test_deployer_role_has_only_role_assignments_of_microsoft_authorization() -> None:
    assert {action for action in ACTIONS if action.startswith("Microsoft.Authorization/")} == {
        "Microsoft.Authorization/permissions/read",
        *(f"{ASSIGNMENTS}/{verb}" for verb in ("read", "write", "delete")),
    }


def test_deployer_role_has_the_format_of_az_role_definition_create() -> None:
    role = document("s", "g", object_id=SELF)["role"]

    assert role["Actions"] == list(ACTIONS)
    assert role["DataActions"] == list(DATA_ACTIONS)
    assert role["NotActions"] == role["NotDataActions"] == []
    assert role["AssignableScopes"] == ["/subscriptions/s/resourceGroups/g"]
    assert document("s", object_id=SELF)["role"]["AssignableScopes"] == ["/subscriptions/s"]
    assert document("s", "one", object_id=SELF)["role"]["Name"] != document("s", "two", object_id=SELF)["role"]["Name"]


def test_deployer_condition_is_unambiguous_and_within_azures_length_limit() -> None:
    assert not parse(CONDITION).ambiguous
    assert len(CONDITION) <= LONGEST_CONDITION


def test_roles_the_deployer_may_assign_are_exactly_those_of_the_verbs_and_image_pulls() -> None:
    assert [role.name for role in assignable_roles()] == AZURE_ROLES


@pytest.mark.parametrize("role", AZURE_ROLES)
@pytest.mark.parametrize("operation", [WRITE, DELETE])
def test_deployer_condition_allows_verb_roles_for_identities_of_workloads_only(operation: str, role: str) -> None:
    for principal_type in AGENT_IDENTITY_TYPES:
        assert allowed(operation, by_name(role).id, principal_type) is True
    for principal_type in ("User", "Group", "ForeignGroup", "Device"):
        assert allowed(operation, by_name(role).id, principal_type) is False


@pytest.mark.parametrize("operation", [WRITE, DELETE])
def test_deployer_condition_denies_assigning_or_removing_roles_that_no_verb_or_image_pull_uses(operation: str) -> None:
    others = [role for role in every_role() if role.system == "azure" and role.name not in {*AZURE_ROLES, PROJECT_ROLE}]

    assert "Owner" in {role.name for role in others}
    assert not [role.name for role in others if allowed(operation, role.id, "ServicePrincipal") is not False]


@pytest.mark.parametrize("principal_type", ["ServicePrincipal", "User", "Group"])
@pytest.mark.parametrize("principal_id", [SELF, SELF.upper()])
@pytest.mark.parametrize("operation", [WRITE, DELETE])
def test_deployer_condition_denies_every_role_assignment_of_the_deployer_itself(
    operation: str, principal_id: str, principal_type: str
) -> None:
    condition = document("s", "g", callers=["agents", "people"], object_id=SELF)["condition"]
    azure_roles = [role for role in every_role() if role.system == "azure"]

    assert [
        role.name
        for role in azure_roles
        if allowed(operation, role.id, principal_type, condition, principal_id) is not False
    ] == []


@pytest.mark.parametrize("object_id", ["", "deployer", "00000000-0000-4000-8000-00000000abcd} OR {"])
def test_deployer_command_refuses_an_object_id_that_is_not_a_guid(
    object_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["deployer", "--subscription", "s", "--object-id", object_id]) == 2
    assert "object id" in capsys.readouterr().err


def test_deployer_command_requires_the_object_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deployer", "--subscription", "s"]) == 2
    assert "--object-id" in capsys.readouterr().err


def test_deployer_can_send_logs_to_a_given_workspace_and_neither_change_query_nor_purge_it() -> None:
    found = document("s", "g", object_id=SELF, workspace=WORKSPACE)

    assert [each for each in found["role"]["Actions"] if "OperationalInsights" in each] == []
    assert found["workspace_scope"] == WORKSPACE
    assert found["workspace_role"]["AssignableScopes"] == ["/subscriptions/t/resourceGroups/security"]
    assert found["workspace_role"]["DataActions"] == []
    assert found["workspace_role"]["Actions"] == [
        "Microsoft.OperationalInsights/workspaces/read",
        "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
        "Microsoft.OperationalInsights/workspaces/sharedkeys/read",
    ]


def test_deployer_command_refuses_a_workspace_option_that_is_not_a_workspace(
    capsys: pytest.CaptureFixture[str],
) -> None:
    vault = WORKSPACE.replace("OperationalInsights/workspaces", "KeyVault/vaults")

    assert run(["deployer", "--subscription", "s", "--object-id", SELF, "--workspace", vault]) == 2
    assert "is not the id of a Log Analytics workspace" in capsys.readouterr().err


def test_deploy_to_azure_how_to_lists_the_deployer_operations_that_no_condition_can_restrict() -> None:
    page = (REPOSITORY / "docs/howto/deploy-to-azure.md").read_text(encoding="utf-8")
    section = page.partition("### What no condition can stop")[2].partition("\n### ")[0]
    listed = set(re.findall(r"\| `(Microsoft\.[^`]+)` \|", section))

    assert {each for each in listed if not covered((*ACTIONS, *DATA_ACTIONS), each)} == set()
    assert listed == {
        "Microsoft.App/containerApps/write",
        "Microsoft.ContainerService/managedClusters/apps/deployments/write",
        "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write",
        "Microsoft.Insights/diagnosticSettings/delete",
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
        "Microsoft.ManagedIdentity/userAssignedIdentities/write",
        "Microsoft.Storage/storageAccounts/blobServices/containers/write",
    }


def test_decision_record_states_the_number_and_subjects_of_the_data_actions_that_the_command_prints() -> None:
    record = (REPOSITORY / "docs/decisions/0007-the-program-has-no-secret-values.md").read_text(encoding="utf-8")
    printed = document("s", "g", object_id=SELF)["role"]["DataActions"]
    clusters, agents = "Microsoft.ContainerService/managedClusters/", "Microsoft.CognitiveServices/"

    assert f"none of the {len(printed)} data actions that `make deployer` prints is about a vault or a secret" in record
    assert [each for each in printed if not each.startswith((clusters, agents))] == []
    assert [each for each in printed if re.search("vault|secret", each, re.IGNORECASE)] == []


def test_deployer_condition_allows_operations_other_than_role_assignments() -> None:
    assert allowed(OTHER, by_name("Owner").id, "User") is True


def test_deployer_condition_allows_assigning_an_additionally_given_role_but_not_owner() -> None:
    condition = document("s", "g", ["Storage Blob Delegator"], object_id=SELF)["condition"]

    assert allowed(WRITE, by_name("Storage Blob Delegator").id, "ServicePrincipal", condition) is True
    assert allowed(WRITE, by_name("Owner").id, "ServicePrincipal", condition) is False


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Owner", "'Owner' is privileged and cannot be assigned to an agent"),
        ("Storage Blob Data Raeder", "did you mean 'Storage Blob Data Reader'"),
        ("Cosmos DB Built-in Data Reader", "is a Cosmos DB role"),
    ],
)
def test_deployer_command_refuses_a_role_option_that_no_agent_can_be_given(
    name: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["deployer", "--subscription", "s", "--object-id", SELF, "--role", name]) == 2
    assert why in capsys.readouterr().err


def test_deployer_command_refuses_an_empty_subscription(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deployer", "--subscription", "", "--object-id", SELF]) == 2
    assert "--subscription is empty" in capsys.readouterr().err


def test_deployer_command_prints_role_and_condition_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deployer", "--subscription", "s", "--object-id", SELF, "--group", "g"]) == 0
    assert json.loads(capsys.readouterr().out) == document("s", "g", object_id=SELF)


def test_deploy_to_azure_how_to_matches_the_output_of_the_deployer_command() -> None:
    page = (REPOSITORY / "docs/howto/deploy-to-azure.md").read_text(encoding="utf-8")
    printed = document(ZERO, "fabrikam-agents-dev", object_id=ZERO)

    with_workspace = document(ZERO, "fabrikam-agents-dev", object_id=ZERO, workspace=WORKSPACE)
    assert set(re.findall(r"jq (?:-r )?\.(\w+) deployer\.json", page)) <= set(with_workspace)
    assert f"--role '{with_workspace['workspace_role']['Name']}'" in page
    assert f"--role '{printed['role']['Name']}'" in page
    assert {action for action in ALSO if f"| `{action}` |" in page} == ALSO
    assert assignable_roles(re.findall(r"agent-network deployer .*--role '([^']+)'", page)) != assignable_roles()


def test_deployer_document_lists_graph_permissions_and_keeps_tenant_wide_grants_from_permanent_identities() -> None:
    found = document("s", "g", object_id=SELF)

    assert [one["permission"] for one in found["graph_permissions"]] == ["Application.ReadWrite.OwnedBy"]
    assert {one["permission"] for one in found["graph_permissions_never_permanent"]} == {
        "AppRoleAssignment.ReadWrite.All",
        "DelegatedPermissionGrant.ReadWrite.All",
    }
    every = [*found["graph_permissions"], *found["graph_permissions_never_permanent"]]
    assert all(one["if_stolen"] for one in every)
    assert {one["needed_with"] for one in every} == {"deployer_rights: applications", "deployer_rights: all"}


def test_role_for_an_existing_group_lacks_only_the_rights_to_write_and_delete_groups() -> None:
    usual, landed = (document("s", "g", object_id=SELF, existing_group=one)["role"]["Actions"] for one in (False, True))

    groups = "Microsoft.Resources/subscriptions/resourceGroups"
    status = "Microsoft.Resources/subscriptions/operationresults/read"
    assert set(usual) - set(landed) == {f"{groups}/write", f"{groups}/delete", status}
    assert set(landed) <= set(usual)


def test_role_that_signs_is_printed_with_its_fixed_id_and_only_signs_and_only_its_assignment_is_allowed() -> None:
    printed = document("s", "g", object_id=SELF)
    role = printed["signing_role"]
    keys = "Microsoft.KeyVault/vaults/keys"

    assert role["id"].rpartition("/")[2] == by_name(SIGNER).id
    assert by_name(SIGNER).id in printed["condition"]
    (block,) = role["properties"]["permissions"]
    assert {name: names for name, names in block.items() if names} == {
        "dataActions": [f"{keys}/read", f"{keys}/sign/action"]
    }
    assert role["properties"]["assignableScopes"] == ["/subscriptions/s"]
    allowed = {*printed["role"]["Actions"], *printed["role"]["DataActions"]}
    assert not [each for each in allowed if "roleDefinitions/write" in each or "vaults/keys" in each]

"""What the deploying identity is given: what the components take, and not a step more."""

import json
import re

import pytest

from access.azure.operations import complete_for, known
from access.azure.roles import by_name, every_role
from access.azure.type_operations import every
from access.evaluate.conditions.attributes import attribute_key
from access.evaluate.conditions.parser import parse
from access.evaluate.operation_sets import operation_set_of
from access.evaluate.verdicts import LONGEST_CONDITION, condition_verdict
from cli.main import run
from components.deployer import ACTIONS, DATA_ACTIONS, Callers, assignable_roles, calling_roles, document
from components.resources.image_registry import ImageRegistry
from components.resources.kinds import KINDS
from localazure.services import catalogue
from tests.contracts.networks import of_hosts, of_kind, of_project
from tests.fabrikam import FABRIKAM, REPOSITORY

ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
WRITE, DELETE, OTHER = f"{ASSIGNMENTS}/write", f"{ASSIGNMENTS}/delete", "Microsoft.KeyVault/vaults/write"
OPERATIONS = operation_set_of((WRITE, DELETE, OTHER), data=False)
# Where an operation's attributes come from: what is asked for, or what is there.
SOURCE = {WRITE: "Request", DELETE: "Resource"}
CONDITION = document("s", "g")["condition"]
ARM_TYPES = {kind.token: kind.arm_type for kind in catalogue()}
# What Azure calls a resource group in a path, and in the name of an operation.
SPELLED = {"microsoft.resources/resourcegroups": "microsoft.resources/subscriptions/resourcegroups"}
# The only types of which an operation is needed although it makes, reads and removes nothing.
ALSO = {
    "Microsoft.App/managedEnvironments/join/action",
    "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
    "Microsoft.OperationalInsights/workspaces/sharedkeys/read",
}

# What pulumi-kubernetes watches while it waits for an object: "provider/pkg/await" of its sources, 2026-07, and of
# every object the events.
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


def allowed(operation: str, role_id: str, principal_type: str, condition: str = CONDITION) -> bool | None:
    values = {"RoleDefinitionId": role_id, "PrincipalType": principal_type}
    source = SOURCE.get(operation, "Request")
    keys = {attribute_key(f"{source}[{ASSIGNMENTS}:{name}]"): value for name, value in values.items()}
    verdict = condition_verdict(condition, OPERATIONS, {key: value for key, value in keys.items() if key is not None})
    bit = OPERATIONS.bits([operation])
    return True if verdict.true & bit else False if verdict.false & bit else None


def test_everything_that_the_networks_are_made_of_can_be_made_read_and_removed() -> None:
    actions = {action.lower() for action in ACTIONS}
    published = {name.lower() for name in known(data=False)}

    for each in types_of(tokens_of_fabrikam() | tokens_of_every_kind()):
        assert {f"{each}/read", f"{each}/write"} <= actions
        removable = f"{each}/delete" in published or not complete_for(each.partition("/")[0])
        assert (f"{each}/delete" in actions) is removable


def test_no_operation_is_on_a_type_that_nothing_is_made_of() -> None:
    used = types_of(tokens_of_fabrikam() | tokens_of_every_kind())

    plain = {action for action in ACTIONS if action.rpartition("/")[2] in {"read", "write", "delete"}} - ALSO
    assert {action.rpartition("/")[0].lower() for action in plain} == used
    assert set(ACTIONS) - plain == ALSO


def test_in_a_cluster_it_makes_what_agents_are_made_of_and_looks_at_what_comes_of_it() -> None:
    """`kubernetes:apps/v1:Deployment` is `apps/deployments` in the name of an operation."""
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


def test_of_agents_of_foundry_it_reads_who_they_are() -> None:
    assert [one for one in DATA_ACTIONS if "CognitiveServices" in one] == [
        "Microsoft.CognitiveServices/accounts/AIServices/agents/read"
    ]


@pytest.mark.parametrize(
    ("callers", "types"),
    [([], set()), (["agents"], {"ServicePrincipal"}), (["people"], {"Group", "User"})],
    ids=["nobody", "agents", "people"],
)
def test_a_call_can_be_granted_to_those_who_are_said_alone(callers: list[Callers], types: set[str]) -> None:
    condition = document("s", "g", callers=callers)["condition"]

    for role in calling_roles():
        for principal_type in ("ServicePrincipal", "Group", "User", "ForeignGroup", "Device"):
            for operation in (WRITE, DELETE):
                assert allowed(operation, role.id, principal_type, condition) is (principal_type in types)
    assert allowed(WRITE, by_name("Storage Blob Data Reader").id, "Group", condition) is False
    assert not parse(condition).ambiguous


def test_every_operation_is_one_that_azure_has() -> None:
    published = {name.lower() for name in known(data=False)}
    on_data = {name.lower() for name in every(data=True)}

    assert {action for action in DATA_ACTIONS if action.lower() not in on_data} == set()
    unknown = {action for action in ACTIONS if action.lower() not in published}
    assert not {action for action in unknown if complete_for(action.partition("/")[0])}


@pytest.mark.parametrize("word", ["*", "listKeys", "purge", "roleDefinitions", "elevateAccess", "sqlRoleDefinitions"])
def test_nothing_leads_beyond_the_network(word: str) -> None:
    assert not [action for action in (*ACTIONS, *DATA_ACTIONS) if word.lower() in action.lower()]


def test_of_authorization_only_assignments_can_be_written() -> None:
    assert {action for action in ACTIONS if action.startswith("Microsoft.Authorization/")} == {
        f"{ASSIGNMENTS}/{verb}" for verb in ("read", "write", "delete")
    }


def test_the_role_is_as_the_command_line_takes_it() -> None:
    role = document("s", "g")["role"]

    assert role["Actions"] == list(ACTIONS)
    assert role["DataActions"] == list(DATA_ACTIONS)
    assert role["NotActions"] == role["NotDataActions"] == []
    assert role["AssignableScopes"] == ["/subscriptions/s/resourceGroups/g"]
    assert document("s")["role"]["AssignableScopes"] == ["/subscriptions/s"]
    assert document("s", "one")["role"]["Name"] != document("s", "two")["role"]["Name"]


def test_the_condition_can_be_read_and_azure_takes_it() -> None:
    assert not parse(CONDITION).ambiguous
    assert len(CONDITION) <= LONGEST_CONDITION


def test_the_assignable_roles_are_those_of_the_verbs() -> None:
    assert [role.name for role in assignable_roles()] == AZURE_ROLES


@pytest.mark.parametrize("role", AZURE_ROLES)
@pytest.mark.parametrize("operation", [WRITE, DELETE])
def test_a_verbs_role_can_be_given_to_a_managed_identity_and_to_nobody_else(operation: str, role: str) -> None:
    assert allowed(operation, by_name(role).id, "ServicePrincipal") is True
    for principal_type in ("User", "Group", "ForeignGroup", "Device"):
        assert allowed(operation, by_name(role).id, principal_type) is False


@pytest.mark.parametrize("operation", [WRITE, DELETE])
def test_no_other_role_can_be_given_or_taken_away(operation: str) -> None:
    others = [role for role in every_role() if role.system == "azure" and role.name not in AZURE_ROLES]

    assert "Owner" in {role.name for role in others}
    assert not [role.name for role in others if allowed(operation, role.id, "ServicePrincipal") is not False]


def test_what_assigns_nothing_is_left_alone() -> None:
    assert allowed(OTHER, by_name("Owner").id, "User") is True


def test_a_role_that_a_network_names_itself_can_be_added() -> None:
    condition = document("s", "g", ["Storage Blob Delegator"])["condition"]

    assert allowed(WRITE, by_name("Storage Blob Delegator").id, "ServicePrincipal", condition) is True
    assert allowed(WRITE, by_name("Owner").id, "ServicePrincipal", condition) is False


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Owner", "'Owner' is privileged and never an agent's"),
        ("Storage Blob Data Raeder", "did you mean 'Storage Blob Data Reader'"),
        ("Cosmos DB Built-in Data Reader", "is Cosmos DB's own"),
    ],
)
def test_a_role_that_no_agent_can_be_given_is_refused(name: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deployer", "--subscription", "s", "--role", name]) == 2
    assert why in capsys.readouterr().err


def test_no_subscription_is_no_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deployer", "--subscription", ""]) == 2
    assert "--subscription is empty" in capsys.readouterr().err


def test_the_command_prints_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deployer", "--subscription", "s", "--group", "g"]) == 0
    assert json.loads(capsys.readouterr().out) == document("s", "g")


def test_the_page_about_it_reads_what_is_printed() -> None:
    page = (REPOSITORY / "docs/howto/deploy-to-azure.md").read_text(encoding="utf-8")
    printed = document("00000000-0000-0000-0000-000000000000", "fabrikam-agents-dev")

    assert set(re.findall(r"jq (?:-r )?\.(\w+) deployer\.json", page)) <= set(printed)
    assert f"--role '{printed['role']['Name']}'" in page
    assert {action for action in ALSO if f"| `{action}` |" in page} == ALSO
    assert assignable_roles(re.findall(r"agent-network deployer .*--role '([^']+)'", page)) != assignable_roles()

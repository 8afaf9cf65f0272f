"""Tests of the bootstrap of a release pipeline: its state, its two identities, and what a thief of each could do."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from access.azure.roles import by_name
from access.evaluate.decisions import all_access, decide
from access.model.graph import Graph
from access.model.results import Decision
from access.readers import local
from agent_network.bootstrap import deploy
from components.preflight import PLANNING
from localazure.arm.permissions import RequestedOperation, caller_check
from localazure.arm.world import SUBSCRIPTION_ID, World
from localazure.azure import LocalAzure
from localazure.errors import AzureError
from localazure.run import Operation, RunResult, run
from tests import fabrikam
from tests.network.deployer import Deployer, as_principal, permit, without_action
from tests.network.deploying import described

PROJECT = "agent-network-bootstrap"
GROUP = "fabrikam-agents-prod"
GITHUB = {"owner": "fabrikam", "owner_id": 1011, "repository": "agents", "repository_id": 2022, "environment": "prod"}
TENANT = "https://login.microsoftonline.com/7c1e1d5e-0000-4000-8000-00000000000a/v2.0"
SUBJECT = (
    "/eid1/c/pub/t/PwFflyR_6Een06vEdSvzRg/a/9ExAW52n_ky4ZiS_jhpJIQ/sc/7c1e1d5e-0000-4000-8000-00000000000b"
    "/7c1e1d5e-0000-4000-8000-00000000000"
)
AZURE_PIPELINES = {"issuer": TENANT, "plan_subject": f"{SUBJECT}1", "apply_subject": f"{SUBJECT}2"}
STORE = {"state_account": "fabrikamstate", "vault": "fabrikam-state"}
OWN_GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{GROUP}-deployer"
NETWORK = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{GROUP}"
ACCOUNT = f"{OWN_GROUP}/providers/Microsoft.Storage/storageAccounts/fabrikamstate"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/state"
APPROVALS = f"{ACCOUNT}/blobServices/default/containers/approvals"
APPROVERS = "7c1e1d5e-0000-4000-8000-00000000000c"
KEY = f"{OWN_GROUP}/providers/Microsoft.KeyVault/vaults/fabrikam-state/keys/state"
ELSEWHERE = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/others"
CLUSTERS = "Microsoft.ContainerService/managedClusters"
KUBECONFIG = "azure-native:containerservice:listManagedClusterUserCredentials"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"


def bootstrap(
    pipeline: object, path: Path | None = None, operation: Operation = Operation.UP, **settings: str
) -> RunResult:
    config = {"location": "westeurope", "resource_group": GROUP, "pipeline": json.dumps(pipeline), **settings}
    full = {f"{PROJECT}:{key}": value for key, value in config.items()}
    return run(deploy, project=PROJECT, stack="prod", config=full, operation=operation, path=path)


def inputs_of(result: RunResult, kind: str, name: str) -> Mapping[str, Any]:
    (found,) = [
        each.inputs for each in result.steps if (each.record.type.rpartition(":")[2], each.record.name) == (kind, name)
    ]
    return found


def trusted(result: RunResult) -> dict[str, tuple[str, str, list[str]]]:
    """Return issuer, subject and audiences of every federated credential, by the name of its identity."""
    made = [each.inputs for each in result.steps if each.record.type.endswith(":FederatedIdentityCredential")]
    return {each["resourceName"]: (each["issuer"], each["subject"], each["audiences"]) for each in made}


def test_state_of_a_pipeline_is_kept_in_versions_and_opened_by_entra_id_alone() -> None:
    result = bootstrap({**STORE, "github": GITHUB})
    account = inputs_of(result, "StorageAccount", "state")
    blobs = inputs_of(result, "BlobServiceProperties", "state")
    vault = inputs_of(result, "Vault", "state")["properties"]

    assert result.ok, [failure.message for failure in result.failures]
    assert (account["allowSharedKeyAccess"], account["allowBlobPublicAccess"]) == (False, False)
    assert (account["minimumTlsVersion"], account["isLocalUserEnabled"]) == ("TLS1_2", False)
    assert blobs["isVersioningEnabled"] is True
    assert blobs["deleteRetentionPolicy"]["enabled"] is True
    assert blobs["containerDeleteRetentionPolicy"]["enabled"] is True
    assert (vault["enableRbacAuthorization"], vault["enablePurgeProtection"]) == (True, True)
    assert result.outputs["backend_url"] == "azblob://state?storage_account=fabrikamstate"
    address = "azurekeyvault://fabrikam-state[.]vault[.]azure[.]net/keys/state/[0-9a-f]{32}"
    assert re.fullmatch(address, str(result.outputs["secrets_provider"]))


def test_second_bootstrap_of_a_pipeline_keeps_the_version_of_the_key_and_destroy_deletes_no_state(
    tmp_path: Path,
) -> None:
    path = tmp_path / "world.json"
    first = bootstrap({**STORE, "github": GITHUB}, path)
    again = bootstrap({**STORE, "github": GITHUB}, path)
    refused = bootstrap({**STORE, "github": GITHUB}, path, Operation.DESTROY)

    assert [step.record.name for step in again.steps if step.op.value != "same"] == []
    assert again.outputs["secrets_provider"] == first.outputs["secrets_provider"]
    assert any("protected" in failure.message for failure in refused.failures)
    assert all(World.load(path).get(each) is not None for each in (ACCOUNT, CONTAINER, KEY, OWN_GROUP, NETWORK))


@pytest.mark.parametrize(
    ("settings", "plan", "apply"),
    [
        (
            {"github": GITHUB},
            "repo:fabrikam@1011/agents@2022:environment:prod-plan",
            "repo:fabrikam@1011/agents@2022:environment:prod",
        ),
        (
            {"github": {**GITHUB, "owner_id": None, "repository_id": None, "subject": "names"}},
            "repo:fabrikam/agents:environment:prod-plan",
            "repo:fabrikam/agents:environment:prod",
        ),
        ({"azure_pipelines": AZURE_PIPELINES}, f"{SUBJECT}1", f"{SUBJECT}2"),
    ],
    ids=["github", "github-names", "azure-pipelines"],
)
def test_each_identity_of_a_pipeline_trusts_one_job(settings: dict[str, object], plan: str, apply: str) -> None:
    result = bootstrap({**STORE, **settings})
    issuer = "https://token.actions.githubusercontent.com" if "github" in settings else TENANT

    assert result.ok, [failure.message for failure in result.failures]
    assert trusted(result) == {
        "planner": (issuer, plan, ["api://AzureADTokenExchange"]),
        "deployer": (issuer, apply, ["api://AzureADTokenExchange"]),
    }


@pytest.mark.parametrize(
    ("settings", "reasons"),
    [
        (
            {},
            ["pipeline.state_account: is missing", "pipeline.vault: is missing", "set exactly one of github and azure"],
        ),
        ({**STORE, "github": GITHUB, "azure_pipelines": AZURE_PIPELINES}, ["pipeline.set exactly one of"]),
        ({**STORE, "github": "fabrikam/agents"}, ["pipeline.github: is not a mapping"]),
        ({**STORE, "github": {}}, [f"github.{key}: is missing" for key in GITHUB]),
        ({**STORE, "github": {**GITHUB, "owner": "*"}}, ["github.owner: '*' is not the name"]),
        ({**STORE, "github": {**GITHUB, "repository": "agents*"}}, ["github.repository: 'agents*' is not the name"]),
        ({**STORE, "github": {**GITHUB, "repository": "a/b"}}, ["github.repository: 'a/b' is not the name"]),
        ({**STORE, "github": {**GITHUB, "owner_id": "fabrikam"}}, ["github.owner_id: 'fabrikam' is not a number"]),
        ({**STORE, "github": {**GITHUB, "environment": "prod*"}}, ["github.environment: 'prod*' is not the name"]),
        ({**STORE, "github": {**GITHUB, "environment": "a:ref:refs/heads/main"}}, ["github.environment: 'a:ref"]),
        ({**STORE, "github": {**GITHUB, "environment": "prod-plan"}}, ["ends with '-plan'"]),
        ({**STORE, "github": {**GITHUB, "subject": "pull_request"}}, ["'pull_request' is not a form of subject"]),
        ({**STORE, "github": {**GITHUB, "subject": "names"}}, ["subject: is names, and ids are given"]),
        ({**STORE, "github": {**GITHUB, "ref": "refs/heads/main"}}, ["github.ref: is not a setting"]),
        ({**STORE, "github": GITHUB, "state": "x"}, ["pipeline.state: is not a setting"]),
        (
            {**STORE, "github": GITHUB, "approvers": "reviewers"},
            ["approvers: 'reviewers' is not the object id of a group"],
        ),
        (
            {**STORE, "azure_pipelines": {**AZURE_PIPELINES, "issuer": "https://vstoken.dev.azure.com/1"}},
            ["ends on 1 July 2027"],
        ),
        (
            {**STORE, "azure_pipelines": {**AZURE_PIPELINES, "apply_subject": "sc://fabrikam/agents/prod"}},
            ["apply_subject: 'sc://fabrikam/agents/prod' is not a subject such as"],
        ),
        (
            {**STORE, "azure_pipelines": {**AZURE_PIPELINES, "apply_subject": f"{SUBJECT}1"}},
            ["apply_subject: is the same as plan_subject"],
        ),
        ({**STORE, "azure_pipelines": {}}, [f"azure_pipelines.{key}: is missing" for key in AZURE_PIPELINES]),
    ],
)
def test_bootstrap_reports_every_mistake_in_the_settings_of_a_pipeline(
    settings: dict[str, object], reasons: list[str]
) -> None:
    result = bootstrap(settings)

    (failure,) = result.failures
    assert [reason for reason in reasons if reason not in failure.message] == []
    assert (failure.traceback, result.world.resources) == ("", {})


def test_no_identity_of_a_pipeline_has_a_role_that_administers() -> None:
    result = bootstrap({**STORE, "github": GITHUB, "approvers": APPROVERS.upper()})
    built_in = {
        (each.inputs["principalType"], each.inputs["roleDefinitionId"].rpartition("/")[2], each.inputs["scope"])
        for each in result.steps
        if each.record.type.endswith(":RoleAssignment")
    }
    custom = {
        each.record.id.rpartition("/")[2] for each in result.steps if each.record.type.endswith(":RoleDefinition")
    }

    reader, contributor = by_name("Storage Blob Data Reader").id, by_name("Storage Blob Data Contributor").id
    assert {each for each in built_in if each[1] not in custom} == {
        ("ServicePrincipal", reader, CONTAINER),
        ("ServicePrincipal", contributor, CONTAINER),
        ("ServicePrincipal", contributor, APPROVALS),
        ("Group", contributor, APPROVALS),
    }


def test_bootstrap_lists_the_providers_to_register_and_the_graph_permissions_of_each_identity() -> None:
    result = bootstrap({**STORE, "github": GITHUB})
    commands = result.outputs["provider_registrations"]

    assert "az provider register --wait --namespace Microsoft.App" in commands
    assert [each for each in commands if each.endswith(("Microsoft.Authorization", "Microsoft.Resources"))] == []
    reads = ["Application.Read.All", "DelegatedPermissionGrant.Read.All", "GroupMember.Read.All"]
    assert [each["permission"] for each in result.outputs["plan_graph_permissions"]] == reads
    assert [each["permission"] for each in result.outputs["graph_permissions"]] == [
        "Application.ReadWrite.OwnedBy",
        *reads,
    ]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, Graph, World]:
    """Return a bootstrap with a deployed network, its access graph, and its state in local Azure."""
    folder = tmp_path_factory.mktemp("deployed")
    result = bootstrap({**STORE, "github": GITHUB})
    deployer = as_principal(folder / "prod.json", result.world, str(result.outputs["principal_id"]))
    environment = fabrikam.environment("prod") | {"resource_group": {"name": GROUP, "existing": True}}
    made = deployer.run(*described(fabrikam.network(), environment, "prod"))
    assert made.ok, [failure.message for failure in made.failures]
    return result, local.read_world(folder / "prod.json"), made.world


THEFTS: Mapping[str, tuple[str, str]] = {
    "reads the settings of the network": (NETWORK, "Microsoft.Resources/subscriptions/resourceGroups/read"),
    "reads who has access": (NETWORK, "Microsoft.Authorization/roleAssignments/read"),
    "reads settings of the whole subscription": (ELSEWHERE, "Microsoft.Storage/storageAccounts/read"),
    "reads who has access to the whole subscription": (ELSEWHERE, "Microsoft.Authorization/roleAssignments/read"),
    "reads which agents a Foundry project has": (
        NETWORK,
        "Microsoft.CognitiveServices/accounts/AIServices/agents/read",
    ),
    "reads pods and their settings": (NETWORK, f"{CLUSTERS}/pods/read"),
    "reads the address of a cluster": (NETWORK, f"{CLUSTERS}/listClusterUserCredential/action"),
    "reads the key of a cluster's administrator": (NETWORK, f"{CLUSTERS}/listClusterAdminCredential/action"),
    "reads secrets in a cluster": (NETWORK, f"{CLUSTERS}/secrets/read"),
    "runs commands in pods": (NETWORK, f"{CLUSTERS}/pods/exec/action"),
    "changes objects in a cluster": (NETWORK, f"{CLUSTERS}/apps/deployments/write"),
    "calls agents": (NETWORK, "Microsoft.CognitiveServices/accounts/AIServices/endpoints/invoke/action"),
    "reads secrets of a connection": (
        NETWORK,
        "Microsoft.CognitiveServices/accounts/AIServices/connections/listSecrets/action",
    ),
    "changes agents of a Foundry project": (NETWORK, "Microsoft.CognitiveServices/accounts/AIServices/agents/write"),
    "reads agents' logs": (NETWORK, "Microsoft.OperationalInsights/workspaces/query/read"),
    "pulls agents' images": (NETWORK, "Microsoft.ContainerRegistry/registries/pull/read"),
    "reads keys of Cosmos DB": (NETWORK, "Microsoft.DocumentDB/databaseAccounts/readonlykeys/read"),
    "reads keys of the logs": (NETWORK, "Microsoft.OperationalInsights/workspaces/sharedKeys/read"),
    "reads the state": (CONTAINER, f"{BLOBS}/read"),
    "decrypts secrets of the state": (KEY, "Microsoft.KeyVault/vaults/keys/decrypt/action"),
    "replaces the state": (CONTAINER, f"{BLOBS}/write"),
    "deletes the state": (CONTAINER, f"{BLOBS}/delete"),
    "writes approvals, which count with a signature alone": (APPROVALS, f"{BLOBS}/write"),
    "switches off versions of the state": (ACCOUNT, "Microsoft.Storage/storageAccounts/blobServices/write"),
    "changes the key of the state": (KEY, "Microsoft.KeyVault/vaults/keys/update/action"),
    "adds a credential to a pipeline's identity": (
        f"{OWN_GROUP}/providers/{IDENTITIES}/deployer",
        f"{IDENTITIES}/federatedIdentityCredentials/write",
    ),
    "changes agents": (NETWORK, "Microsoft.App/containerApps/write"),
    "assigns the roles of agents": (NETWORK, "Microsoft.Authorization/roleAssignments/write"),
    "assigns roles of Cosmos DB": (NETWORK, "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write"),
    "adds a credential to an agent's identity": (NETWORK, f"{IDENTITIES}/federatedIdentityCredentials/write"),
    "attaches an agent's identity elsewhere": (NETWORK, f"{IDENTITIES}/assign/action"),
    "defines roles": (NETWORK, "Microsoft.Authorization/roleDefinitions/write"),
    "reads agents' blobs directly": (NETWORK, f"{BLOBS}/read"),
    "reads agents' secrets directly": (NETWORK, "Microsoft.KeyVault/vaults/secrets/getSecret/action"),
}
READS = (
    "reads the settings of the network",
    "reads who has access",
    "reads settings of the whole subscription",
    "reads who has access to the whole subscription",
    "reads which agents a Foundry project has",
    "reads pods and their settings",
    "reads the address of a cluster",
)
PLANNER = (
    *READS,
    "reads the state",
    "decrypts secrets of the state",
)
DEPLOYER = (
    *READS,
    "changes objects in a cluster",
    "reads keys of the logs",
    "reads the state",
    "decrypts secrets of the state",
    "replaces the state",
    "deletes the state",
    "writes approvals, which count with a signature alone",
    "changes agents",
    "assigns the roles of agents",
    "assigns roles of Cosmos DB",
    "adds a credential to an agent's identity",
    "attaches an agent's identity elsewhere",
)


def test_thief_of_each_identity_of_a_pipeline_can_do_what_the_table_states(
    deployed: tuple[RunResult, Graph, World],
) -> None:
    result, graph, _ = deployed
    thieves = {"planner": str(result.outputs["plan_principal_id"]), "deployer": str(result.outputs["principal_id"])}

    table = {
        who: [
            act
            for act, (place, operation) in THEFTS.items()
            if decide(graph, principal, place, operation).decision is not Decision.DENIED
        ]
        for who, principal in thieves.items()
    }

    assert table == {"planner": list(PLANNER), "deployer": list(DEPLOYER)}
    assigns = decide(graph, thieves["deployer"], *THEFTS["assigns the roles of agents"])
    assert assigns.decision is Decision.CONDITIONAL


@pytest.fixture
def planner(deployed: tuple[RunResult, Graph, World], tmp_path: Path) -> Deployer:
    """Return the planning identity of a pipeline, with the permissions of Microsoft Graph that it needs."""
    result, _, world = deployed
    found = Deployer(tmp_path / "prod.json", str(result.outputs["plan_principal_id"]), "", world=world.copy())
    for each in result.outputs["plan_graph_permissions"]:
        permit(LocalAzure(found.world), each["permission"], found.principal)
    found.world.save(found.path)
    return found


def test_planning_identity_may_preview_and_refresh_a_network_with_foundry_agents_and_a_cluster(
    planner: Deployer, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = fabrikam.environment("prod") | {"resource_group": {"name": GROUP, "existing": True}}
    monkeypatch.setenv(PLANNING, "1")

    previewed = planner.run(*described(fabrikam.network(), environment, "prod"), Operation.PREVIEW)
    azure = LocalAzure(planner.world, request_check=planner.check)
    azure.invoke(KUBECONFIG, {"resourceGroupName": GROUP, "resourceName": "fabrikam-fleet-prd7", "format": "exec"})
    read = [azure.read(each.type, each.id) for each in previewed.records if each.custom and each.id]

    assert previewed.ok, [failure.message for failure in previewed.failures]
    assert [each for each in read if each is None] == []
    used = {each.operation for each in planner.requests.values()}
    assert {
        "Microsoft.CognitiveServices/accounts/AIServices/agents/read",
        f"{CLUSTERS}/apps/deployments/read",
        f"{CLUSTERS}/listClusterUserCredential/action",
    } <= used


@pytest.mark.parametrize(
    "action", ["Microsoft.CognitiveServices/accounts/AIServices/agents/read", f"{CLUSTERS}/apps/deployments/read"]
)
def test_refresh_of_a_network_needs_each_data_action_of_the_planning_identity(planner: Deployer, action: str) -> None:
    (role,) = (one.id for one in planner.world.resources.values() if "planner" in str(one.inputs.get("roleName")))
    azure = LocalAzure(without_action(planner.world, role, action), request_check=planner.check)
    kind = "AgentIdentity" if "agents" in action else "apps/v1:Deployment"

    one = next(each for each in planner.world.resources.values() if each.token.endswith(kind))

    with pytest.raises(AzureError, match="AuthorizationFailed"):
        azure.read(one.token, one.id)


def test_approvers_can_write_approvals_and_nothing_else(tmp_path: Path) -> None:
    result = bootstrap({**STORE, "github": GITHUB, "approvers": APPROVERS}, tmp_path / "world.json")
    assert result.ok, [failure.message for failure in result.failures]
    graph = local.read_world(tmp_path / "world.json")

    possible = [
        act for act, where in THEFTS.items() if decide(graph, APPROVERS, *where).decision is not Decision.DENIED
    ]
    assert possible == ["writes approvals, which count with a signature alone"]
    places = {place for principal, place, _ in all_access(graph) if principal == APPROVERS}
    assert places == {APPROVALS}


def test_planning_identity_can_perform_no_operation_that_changes_anything(
    deployed: tuple[RunResult, Graph, World],
) -> None:
    result, graph, world = deployed
    planner = str(result.outputs["plan_principal_id"])
    held = [access for principal, _, access in all_access(graph) if principal == planner]
    performed = {operation for access in held for kind in access.sets for operation in kind}

    assert f"{BLOBS}/read" in performed
    assert {each for each in performed if not each.lower().endswith("/read")} == {
        "Microsoft.KeyVault/vaults/keys/decrypt/action",
        f"{CLUSTERS}/listClusterUserCredential/action",
    }
    check = caller_check(planner)
    for place, operation in THEFTS.values():
        if operation.endswith(("/write", "/delete", "/assign/action", "/update/action")):
            with pytest.raises(AzureError, match="AuthorizationFailed"):
                check(world, RequestedOperation(operation=operation, data="/blobs/" in operation, place=place))

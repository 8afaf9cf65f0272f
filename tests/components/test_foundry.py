"""Tests of the Foundry account and project components: models, connections, network and existing ones."""

from typing import Any, cast

import pytest

from access.azure.foundry_endpoints import ENDPOINT, project_endpoint
from access.azure.roles import by_name
from components.hosts.foundry_account import FoundryAccount, FoundryAccountArgs
from components.hosts.foundry_project import FoundryProject, FoundryProjectArgs
from components.resources.base import Connection
from components.resources.key_vault import KeyVault
from components.resources.key_vault_secret import KeyVaultSecret
from components.resources.model_account import DeploymentArgs
from tests.components.places import PLACEMENT, placed
from tests.components.recorder import SUBSCRIPTION, Recorded, identity_of, principal_of, record

SMALL: DeploymentArgs = {"name": "small", "model": "m", "version": "1", "sku": "Standard", "capacity": 10}
LARGE: DeploymentArgs = {"name": "large", "model": "n", "version": "2", "sku": "Standard", "capacity": 20}
SEARCH = {"findings": Connection("CognitiveSearch", "https://findings.search.test", "/the/search")}
BLOBS = {"uploads": Connection("AzureBlob", "https://uploads.blob.test", "/the/account")}
SECRETS = ("key", "secret", "password", "token", "sas", "credential")


def account(*, existing: bool = False, **more: Any) -> FoundryAccount:  # noqa: ANN401 - any argument
    args: dict[str, Any] = {**placed("contoso-ai-dev7", existing=existing), **more}
    return FoundryAccount("contoso-ai", cast("FoundryAccountArgs", args))


def project(*, existing: bool = False, **more: Any) -> FoundryProject:  # noqa: ANN401 - any argument
    own = {key: more.pop(key) for key in ("connections",) if key in more}
    args: dict[str, Any] = {
        "account": account(existing=existing, **more),
        "project_name": "agents",
        "location": "westeurope",
        "existing": existing,
        **own,
    }
    return FoundryProject("agents", cast("FoundryProjectArgs", args))


def words(value: object) -> set[str]:
    """Every key of a nested value, in lower case."""
    if isinstance(value, dict):
        return {str(key).lower() for key in value} | {word for each in value.values() for word in words(each)}
    return {word for each in value for word in words(each)} if isinstance(value, list) else set()


def waits(recorded: Recorded) -> dict[str, set[str]]:
    """Logical name of each resource → names of the resources that it depends on, without components."""
    named = {one.urn: one.name for one in recorded.resources if one.custom}
    return {one.name: {named[each] for each in one.dependencies if each in named} for one in recorded.resources}


def test_foundry_account_component_registers_an_account_with_exactly_the_expected_inputs() -> None:
    recorded = record(project)

    assert recorded.one("Account").inputs == {
        "accountName": "contoso-ai-dev7",
        "resourceGroupName": "group",
        "location": "westeurope",
        "tags": {"team": "agents"},
        "kind": "AIServices",
        "sku": {"name": "S0"},
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "customSubDomainName": "contoso-ai-dev7",
            "disableLocalAuth": True,
            "allowProjectManagement": True,
            "publicNetworkAccess": "Enabled",
        },
    }


def test_foundry_project_has_a_system_assigned_identity() -> None:
    recorded = record(project)

    inputs = recorded.one("Project").inputs
    assert (inputs["projectName"], inputs["accountName"]) == ("agents", "contoso-ai-dev7")
    assert inputs["identity"] == {"type": "SystemAssigned"}


def test_audit_and_request_logs_of_foundry_account_go_to_the_workspace() -> None:
    recorded = record(project)

    setting = recorded.one("DiagnosticSetting", "contoso-ai-is-logged").inputs
    assert setting["resourceUri"] == identity_of("Account", "contoso-ai")
    assert setting["workspaceId"] == PLACEMENT["workspace_id"]
    assert {(one["category"], one["enabled"]) for one in setting["logs"]} == {
        ("Audit", True),
        ("RequestResponse", True),
    }


def test_writes_to_a_foundry_account_depend_on_each_other_in_turn() -> None:
    recorded = record(lambda: project(deployments=[SMALL, LARGE], connections={**SEARCH, **BLOBS}))

    order = [
        "contoso-ai",
        "contoso-ai-has-small",
        "contoso-ai-has-large",
        "agents",
        "agents-connects-to-findings",
        "agents-connects-to-uploads",
    ]
    before = waits(recorded)
    assert [order[at] in before[order[at + 1]] for at in range(len(order) - 1)] == [True] * 5


def test_model_deployment_of_a_foundry_account_has_no_automatic_version_upgrade() -> None:
    recorded = record(lambda: project(deployments=[SMALL]))

    assert recorded.one("Deployment").inputs["properties"] == {
        "model": {"format": "OpenAI", "name": "m", "version": "1"},
        "versionUpgradeOption": "NoAutoUpgrade",
    }


def test_foundry_project_connections_authenticate_with_entra_id() -> None:
    recorded = record(lambda: project(connections=SEARCH))

    assert recorded.one("ProjectConnection").inputs == {
        "connectionName": "findings",
        "projectName": "agents",
        "accountName": "contoso-ai-dev7",
        "resourceGroupName": "group",
        "properties": {
            "authType": "AAD",
            "category": "CognitiveSearch",
            "target": "https://findings.search.test",
            "metadata": {"ApiType": "Azure", "ResourceId": "/the/search"},
            "isSharedToAll": False,
        },
    }


def test_foundry_resources_have_no_key_in_their_inputs() -> None:
    recorded = record(lambda: project(deployments=[SMALL], connections={**SEARCH, **BLOBS}))

    given = {word for one in recorded.resources for word in words(one.inputs)}
    assert {word for word in given if any(each in word for each in SECRETS)} == set()


def test_foundry_account_firewall_allows_only_listed_addresses() -> None:
    recorded = record(lambda: project(allow=["203.0.113.0/24"]))

    acls = recorded.one("Account").inputs["properties"]["networkAcls"]
    assert acls == {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.0/24"}]}


def test_foundry_account_injects_agents_into_the_given_subnet() -> None:
    recorded = record(lambda: project(agent_subnet_id="/the/subnet"))

    assert recorded.one("Account").inputs["properties"]["networkInjections"] == [
        {"scenario": "agent", "subnetArmId": "/the/subnet", "useMicrosoftManagedNetwork": False}
    ]


def test_foundry_project_outputs_are_id_endpoint_and_principal() -> None:
    recorded = record(project)

    assert recorded.one("FoundryAccount").outputs == {"resource_id": identity_of("Account", "contoso-ai")}
    assert recorded.one("FoundryProject").outputs == {
        "project_id": identity_of("Project", "agents"),
        "project_endpoint": "https://agents.foundry.test/api/projects/agents",
        "identity_principal_id": principal_of("agents"),
    }


def test_foundry_resources_have_account_or_project_as_parent() -> None:
    recorded = record(lambda: project(deployments=[SMALL], connections=SEARCH))

    owners = {recorded.one(kind).urn: kind for kind in ("FoundryAccount", "FoundryProject")}
    assert {(one.kind, owners[one.parent]) for one in recorded.resources if one.custom} == {
        ("Account", "FoundryAccount"),
        ("Deployment", "FoundryAccount"),
        ("DiagnosticSetting", "FoundryAccount"),
        ("Project", "FoundryProject"),
        ("ProjectConnection", "FoundryProject"),
        ("RoleAssignment", "FoundryProject"),
    }


def test_identity_of_a_foundry_project_gets_foundry_user_at_its_account() -> None:
    recorded = record(lambda: project(deployments=[SMALL]))

    grant = recorded.one("RoleAssignment", "agents-project-may-use-contoso-ai")
    assert grant.inputs["principalId"] == principal_of("agents")
    assert grant.inputs["scope"] == identity_of("Account", "contoso-ai")
    assert grant.inputs["roleDefinitionId"].endswith(by_name("Foundry User").id)
    assert grant.inputs["principalType"] == "ServicePrincipal"


def test_existing_foundry_project_gets_no_role() -> None:
    assert record(lambda: project(existing=True)).all("RoleAssignment") == []


def test_projects_of_one_foundry_account_depend_on_each_other_in_turn() -> None:
    def program() -> None:
        whole = account()
        for name in ("agents", "others"):
            FoundryProject(name, {"account": whole, "project_name": name, "location": "westeurope"})

    recorded = record(program)

    assert "agents" in waits(recorded)["others"]
    assert {one.inputs["accountName"] for one in recorded.all("Project")} == {"contoso-ai-dev7"}


def test_role_of_a_foundry_project_on_a_resource_is_assigned_to_the_projects_identity() -> None:
    def program() -> None:
        vault = KeyVault("contoso-vault", placed("contoso-vault-dev7"))
        KeyVaultSecret("signing", {"vault": vault, "secret": "signing"}).allow(project().identity, "read")

    recorded = record(program)

    grant = recorded.one("RoleAssignment", "agents-project-may-read-signing")
    assert grant.inputs["principalId"] == principal_of("agents")
    assert grant.parent == recorded.one("FoundryProject").urn


def test_existing_foundry_account_and_project_are_read_and_nothing_is_created() -> None:
    recorded = record(lambda: project(existing=True))

    provider = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/group/providers/Microsoft.CognitiveServices"
    where = f"{provider}/accounts/contoso-ai-dev7"
    read = {one.kind: one.read for one in recorded.resources if one.custom}
    assert read.keys() == {"Account", "Project"}
    assert read["Account"] == where
    assert (read["Project"] or "").endswith("/projects/agents")


def test_foundry_account_component_refuses_deployments_and_allow_with_existing() -> None:
    with pytest.raises(ValueError, match="exists already, and is not changed; leave out deployments, allow"):
        record(lambda: account(existing=True, deployments=[SMALL], allow=["203.0.113.0/24"]))


def test_connections_for_an_existing_foundry_project_are_refused() -> None:
    with pytest.raises(ValueError, match="exists already, and is not changed; leave out connections"):
        record(lambda: project(existing=True, connections=SEARCH))


def test_preview_of_a_foundry_project_registers_its_connections() -> None:
    recorded = record(lambda: project(deployments=[SMALL], connections=SEARCH), preview=True)

    assert recorded.one("ProjectConnection").name == "agents-connects-to-findings"


BUILT = "https://contoso-ai-dev7.services.ai.azure.com/api/projects/Agents"


@pytest.mark.parametrize(
    ("subdomain", "listed", "url", "is_reported"),
    [
        ("contoso-ai-dev7", BUILT, BUILT, False),
        ("Contoso-AI-dev7", f"{BUILT.lower()}/", BUILT, False),
        ("contoso-ai-dev7", "https://gone.services.ai.azure.com/api/projects/Agents", BUILT, True),
        ("contoso-ai-dev7", None, BUILT, False),
        ("", "https://gone.example/api/projects/Agents/", "https://gone.example/api/projects/Agents", False),
        ("", None, "", False),
    ],
)
def test_foundry_project_endpoint_is_built_from_the_subdomain_and_compared_with_the_endpoints_of_the_project(
    subdomain: str, listed: str | None, url: str, *, is_reported: bool
) -> None:
    found = project_endpoint(subdomain, "Agents", {} if listed is None else {ENDPOINT: listed})

    assert found.url == url
    assert bool(found.disagreement) is is_reported
    assert (listed or "") in found.disagreement or not is_reported

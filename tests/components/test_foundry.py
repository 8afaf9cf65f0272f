"""A Foundry project: its account, its models, and what it may use."""

from typing import Any

import pytest

from components.foundry import ConnectionArgs, FoundryProject, FoundryProjectArgs
from components.resources.key_vault import KeyVault
from components.resources.key_vault_secret import KeyVaultSecret
from components.resources.model_account import DeploymentArgs
from tests.components.places import PLACEMENT, placed
from tests.components.recorder import SUBSCRIPTION, Recorded, identity_of, principal_of, record

SMALL: DeploymentArgs = {"name": "small", "model": "m", "version": "1", "sku": "Standard", "capacity": 10}
LARGE: DeploymentArgs = {"name": "large", "model": "n", "version": "2", "sku": "Standard", "capacity": 20}
SEARCH: ConnectionArgs = {
    "name": "findings",
    "category": "CognitiveSearch",
    "target": "https://findings.search.test",
    "resource_id": "/the/search",
}
BLOBS: ConnectionArgs = {
    "name": "uploads",
    "category": "AzureBlob",
    "target": "https://uploads.blob.test",
    "resource_id": "/the/account",
}
SECRETS = ("key", "secret", "password", "token", "sas", "credential")


def project(*, existing: bool = False, **more: Any) -> FoundryProject:  # noqa: ANN401 - any argument
    args: FoundryProjectArgs = {**placed("contoso-ai-dev7", existing=existing), "project_name": "agents", **more}
    return FoundryProject("contoso-ai", args)


def words(value: object) -> set[str]:
    """Every key in a structure, in lower case."""
    if isinstance(value, dict):
        return {str(key).lower() for key in value} | {word for each in value.values() for word in words(each)}
    return {word for each in value for word in words(each)} if isinstance(value, list) else set()


def waits(recorded: Recorded) -> dict[str, set[str]]:
    """Name → names of the resources that it waits for; a component counts for nothing."""
    named = {one.urn: one.name for one in recorded.resources if one.custom}
    return {one.name: {named[each] for each in one.dependencies if each in named} for one in recorded.resources}


def test_the_whole_account() -> None:
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


def test_the_project_has_an_identity() -> None:
    recorded = record(project)

    inputs = recorded.one("Project").inputs
    assert (inputs["projectName"], inputs["accountName"]) == ("agents", "contoso-ai-dev7")
    assert inputs["identity"] == {"type": "SystemAssigned"}


def test_who_asked_what_is_logged() -> None:
    recorded = record(project)

    setting = recorded.one("DiagnosticSetting", "contoso-ai-is-logged").inputs
    assert setting["resourceUri"] == identity_of("Account", "contoso-ai")
    assert setting["workspaceId"] == PLACEMENT["workspace_id"]
    assert {(one["category"], one["enabled"]) for one in setting["logs"]} == {
        ("Audit", True),
        ("RequestResponse", True),
    }


def test_the_account_is_written_to_one_thing_at_a_time() -> None:
    recorded = record(lambda: project(deployments=[SMALL, LARGE], connections=[SEARCH, BLOBS]))

    order = [
        "contoso-ai",
        "contoso-ai-has-small",
        "contoso-ai-has-large",
        "contoso-ai-project",
        "contoso-ai-connects-to-findings",
        "contoso-ai-connects-to-uploads",
    ]
    before = waits(recorded)
    assert [order[at] in before[order[at + 1]] for at in range(len(order) - 1)] == [True] * 5


def test_models_do_not_change_by_themselves() -> None:
    recorded = record(lambda: project(deployments=[SMALL]))

    assert recorded.one("Deployment").inputs["properties"] == {
        "model": {"format": "OpenAI", "name": "m", "version": "1"},
        "versionUpgradeOption": "NoAutoUpgrade",
    }


def test_the_project_connects_by_who_it_is() -> None:
    recorded = record(lambda: project(connections=[SEARCH]))

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


def test_nothing_of_it_carries_a_key() -> None:
    recorded = record(lambda: project(deployments=[SMALL], connections=[SEARCH, BLOBS]))

    given = {word for one in recorded.resources for word in words(one.inputs)}
    assert {word for word in given if any(each in word for each in SECRETS)} == set()


def test_addresses_that_may_call_are_listed() -> None:
    recorded = record(lambda: project(allow=["203.0.113.0/24"]))

    acls = recorded.one("Account").inputs["properties"]["networkAcls"]
    assert acls == {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.0/24"}]}


def test_agents_reach_out_through_the_subnet() -> None:
    recorded = record(lambda: project(agent_subnet_id="/the/subnet"))

    assert recorded.one("Account").inputs["properties"]["networkInjections"] == [
        {"scenario": "agent", "subnetArmId": "/the/subnet", "useMicrosoftManagedNetwork": False}
    ]


def test_its_outputs() -> None:
    recorded = record(project)

    assert recorded.one("FoundryProject").outputs == {
        "resource_id": identity_of("Account", "contoso-ai"),
        "project_id": identity_of("Project", "contoso-ai-project"),
        "project_endpoint": "https://contoso-ai-project.foundry.test/api/projects/contoso-ai-project",
    }


def test_everything_belongs_to_it() -> None:
    recorded = record(lambda: project(deployments=[SMALL], connections=[SEARCH]))

    whole = recorded.one("FoundryProject").urn
    assert {one.parent for one in recorded.resources if one.custom} == {whole}


def test_what_it_connects_to_is_granted_to_the_project() -> None:
    def program() -> None:
        vault = KeyVault("contoso-vault", placed("contoso-vault-dev7"))
        KeyVaultSecret("signing", {"vault": vault, "secret": "signing"}).allow(project().identity, "read")

    recorded = record(program)

    grant = recorded.one("RoleAssignment", "contoso-ai-project-may-read-signing")
    assert grant.inputs["principalId"] == principal_of("contoso-ai-project")
    assert grant.parent == recorded.one("FoundryProject").urn


def test_an_existing_one_is_read_and_nothing_is_made() -> None:
    recorded = record(lambda: project(existing=True))

    provider = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/group/providers/Microsoft.CognitiveServices"
    account = f"{provider}/accounts/contoso-ai-dev7"
    assert {(one.kind, one.read) for one in recorded.resources if one.custom} == {
        ("Account", account),
        ("Project", f"{account}/projects/agents"),
    }


def test_an_existing_one_is_not_changed() -> None:
    with pytest.raises(ValueError, match="exists already, and is not changed; leave out deployments, connections"):
        record(lambda: project(existing=True, deployments=[SMALL], connections=[SEARCH]))


def test_in_a_preview_what_foundry_adds_is_unknown() -> None:
    recorded = record(lambda: project(deployments=[SMALL], connections=[SEARCH]), preview=True)

    assert recorded.one("ProjectConnection").name == "contoso-ai-connects-to-findings"

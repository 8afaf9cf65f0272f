"""Tests that access which somebody changed in Azure is found and named: what nobody declared, and what is missing."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from access.azure.application_permissions import graph_app_roles
from access.model.graph import Graph
from access.model.memberships import Memberships
from components.deployer import document
from components.release_roles import release_permissions
from localazure.arm.world import SUBSCRIPTION_ID, World
from release.live_access import live_access
from tests.release import deployed_network as network
from tests.release.deployed_network import (
    GROUP,
    NAME,
    STRANGER,
    SUBSCRIPTION,
    TODAY,
    assign,
    assign_in_cosmos,
    changed_inputs,
    compared,
    create,
    declared,
    graph_object,
    group_id,
    one_of,
    other_group,
    outside_app,
    principal_of,
)

Change = Callable[[World], object]
GITHUB = "https://token.actions.githubusercontent.com"
FOREIGN = "repo:evil/evil:ref:refs/heads/main"
EXCHANGE = ["api://AzureADTokenExchange"]
READER = "Storage Blob Data Reader"


def uploads(azure: World) -> str:
    return one_of(azure, "BlobContainer", "uploads").id


def report(azure: World) -> str:
    return principal_of(azure, "report")


def identity(azure: World, name: str) -> str:
    return one_of(azure, "UserAssignedIdentity", name).id.rpartition("/")[2]


def credential(name: str) -> Change:
    """Return a change that lets a workflow of somebody else act as an identity."""

    def change(azure: World) -> None:
        create(
            azure,
            "managedidentity:FederatedIdentityCredential",
            resourceGroupName=GROUP,
            resourceName=identity(azure, name),
            federatedIdentityCredentialResourceName="intruder",
            issuer=GITHUB,
            subject=FOREIGN,
            audiences=EXCHANGE,
        )

    return change


def attached(name: str) -> Change:
    """Return a change that attaches an identity of the network to an app of somebody else."""

    def change(azure: World) -> None:
        found = one_of(azure, "UserAssignedIdentity", name).id
        outside_app(azure, {"type": "UserAssigned", "userAssignedIdentities": [found]})

    return change


def policy(who: Callable[[World], str]) -> Change:
    """Return a change by which the network's vault decides by an access policy."""

    def change(azure: World) -> None:
        vault = one_of(azure, "Vault")
        entry = {"objectId": who(azure), "tenantId": azure.tenant_id, "permissions": {"secrets": ["get"]}}
        values = {**vault.outputs["properties"], "enableRbacAuthorization": False, "accessPolicies": [entry]}
        changed_inputs(azure, vault, properties=values)

    return change


def policy_of_another_vault(azure: World) -> None:
    entry = {"objectId": report(azure), "tenantId": azure.tenant_id, "permissions": {"secrets": ["get"]}}
    settings: dict[str, Any] = {
        "tenantId": azure.tenant_id,
        "sku": {"family": "A", "name": "standard"},
        "accessPolicies": [entry],
    }
    settings["enableRbacAuthorization"] = False
    create(
        azure,
        "keyvault:Vault",
        resourceGroupName=other_group(azure).rpartition("/")[2],
        vaultName="others-vault",
        location="westeurope",
        properties=settings,
    )


def application_credential(azure: World) -> None:
    create(
        azure,
        "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
        applicationId=one_of(azure, "Application").id,
        displayName="intruder",
        issuer=GITHUB,
        subject=FOREIGN,
        audiences=EXCHANGE,
    )


def app_role(who: str) -> Change:
    return lambda azure: create(
        azure,
        "azuread:index/appRoleAssignment:AppRoleAssignment",
        **{**one_of(azure, "AppRoleAssignment").inputs, "principalObjectId": who},
    )


def graph_permission(azure: World) -> None:
    create(
        azure,
        "azuread:index/appRoleAssignment:AppRoleAssignment",
        appRoleId=graph_app_roles()["Mail.Read"],
        principalObjectId=report(azure),
        resourceObjectId=graph_object(azure),
    )


def consent(azure: World) -> None:
    create(
        azure,
        "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant",
        servicePrincipalObjectId=one_of(azure, "ServicePrincipal").id.rpartition("/")[2],
        resourceServicePrincipalObjectId=graph_object(azure),
        claimValues=["Mail.Read"],
        userObjectId=STRANGER,
    )


UNDECLARED: Mapping[str, tuple[Change, str]] = {
    "role of an agent": (
        lambda a: assign(a, READER, uploads(a), report(a)),
        f"report has role '{READER}' at 'uploads'",
    ),
    "role of an agent that adds nothing": (
        lambda a: assign(a, READER, uploads(a), principal_of(a, "intake")),
        "intake has role 'Storage Blob Data Reader' at 'uploads', which is not in the state",
    ),
    "role of an agent outside of the network": (
        lambda a: assign(a, READER, other_group(a), report(a)),
        f"report has role '{READER}' at resource group 'others'",
    ),
    "role of an agent at the subscription": (
        lambda a: assign(a, READER, SUBSCRIPTION, report(a)),
        f"report has role '{READER}' at subscription",
    ),
    "role of an app": (lambda a: assign(a, READER, uploads(a), outside_app(a)), "intruder is not in the network"),
    "role of a service principal": (
        lambda a: assign(a, READER, uploads(a), STRANGER),
        f"principal {STRANGER} has role '{READER}' at 'uploads', and so has access to uploads ({NAME})",
    ),
    "role of a person": (
        lambda a: assign(a, READER, uploads(a), STRANGER, "User"),
        f"user {STRANGER} has role '{READER}' at 'uploads'",
    ),
    "role of a group": (
        lambda a: assign(a, READER, uploads(a), STRANGER, "Group"),
        f"group {STRANGER} has role '{READER}' at 'uploads'",
    ),
    "role that is inherited from the group": (
        lambda a: assign(a, READER, group_id(), STRANGER),
        f"principal {STRANGER} has role '{READER}' at resource group '{GROUP}', and so has access to archive, uploads",
    ),
    "role that is inherited from the subscription": (
        lambda a: assign(a, "Contributor", SUBSCRIPTION, STRANGER, "User"),
        f"user {STRANGER} has role 'Contributor' at subscription",
    ),
    "role of Cosmos DB of an agent": (
        lambda a: assign_in_cosmos(a, principal_of(a, "intake")),
        "intake has role 'Cosmos DB Built-in Data Contributor' at 'contoso-findings-live'",
    ),
    "role of Cosmos DB of a service principal": (
        lambda a: assign_in_cosmos(a, STRANGER),
        f"principal {STRANGER} has role 'Cosmos DB Built-in Data Contributor' at 'contoso-findings-live'",
    ),
    "app role of an agent's application": (app_role(STRANGER), f"agent 'intake' acts for '{STRANGER}'"),
    "app role of Microsoft Graph": (graph_permission, "report has the app role '"),
    "consent": (consent, "agent 'intake' has the consent of"),
    "credential of an agent's identity": (credential("notifier"), f"{FOREIGN} can act as notifier"),
    "credential of a pulling identity": (
        credential("report-dev-pull"),
        f"{FOREIGN} can act as the identity that pulls",
    ),
    "credential of an application's identity": (credential("intake-dev-credential"), f"{FOREIGN} can act as intake"),
    "credential of an application": (application_credential, f"the application of agent 'intake' trusts '{FOREIGN}'"),
    "attached identity": (attached("notifier"), "'intruder' (Microsoft.App/containerApps) can act as notifier"),
    "access policy of an agent": (policy(report), "report has access policy (secrets: get) at 'contoso-vault-live'"),
    "access policy of a stranger": (policy(lambda _: STRANGER), f"principal {STRANGER} has access policy"),
    "access policy of another vault": (policy_of_another_vault, "report has access policy (secrets: get) at 'others-"),
}
"""Access that nobody declared, in each form that Azure has, and a part of the sentence that names it."""


@pytest.mark.parametrize("form", UNDECLARED)
def test_access_in_azure_that_nobody_declared_is_named(form: str) -> None:
    change, text = UNDECLARED[form]

    found = compared(change)

    assert [each for each in found.undeclared if text in each], found.undeclared
    assert not found.is_equal


def test_role_of_a_group_counts_as_the_role_of_an_agent_in_the_group() -> None:
    azure = network.world()
    assign(azure, READER, uploads(azure), STRANGER, "Group")
    live = network.graph_of(azure)
    parts: Any = {name: getattr(live, name) for name in ("principals", "resources", "assignments", "actors")}
    member = Memberships.of([(STRANGER, report(azure))], [one.id for one in live.principals])

    found = live_access(
        network.deployed_graph(),
        Graph(**parts, applications=live.applications, memberships=member),
        declared(),
        TODAY,
    )

    assert [each for each in found.undeclared if each.startswith("report may read")], found.undeclared


def test_azure_without_a_change_equals_the_state() -> None:
    found = compared(lambda _azure: None)

    assert (found.undeclared, found.missing, found.is_equal) == ((), (), True)


def someone_elses_resources(azure: World) -> None:
    other_group(azure)
    create(
        azure,
        "storage:StorageAccount",
        resourceGroupName="others",
        accountName="othersdata",
        location="westeurope",
        kind="StorageV2",
        sku={"name": "Standard_LRS"},
        allowBlobPublicAccess=True,
        allowSharedKeyAccess=True,
    )
    assign(azure, "Owner", group_id("others"), STRANGER)


@pytest.mark.parametrize(
    "change",
    [someone_elses_resources, lambda a: assign(a, "Reader", SUBSCRIPTION, STRANGER, "Group")],
    ids=["resources of others", "settings read by others"],
)
def test_what_happens_outside_of_the_network_is_not_access_to_the_network(change: Change) -> None:
    assert compared(change).undeclared == ()


def test_finding_that_network_yaml_explains_is_not_access_that_nobody_declared() -> None:
    """An agent's library checks tokens, which only network.yaml shows if Azure returns no application of the agent."""
    found = compared(without("Application"))

    assert [each for each in found.missing if "the Entra application of agent 'intake'" in each], found.missing
    assert [each for each in found.undeclared if "without a token" in each] == []


@pytest.mark.parametrize(
    ("exception", "accepts"),
    [
        ({"finding": "stranger", "on": STRANGER}, True),
        ({"finding": "privileged-stranger", "on": STRANGER.upper()}, True),
        ({"finding": "stranger", "on": "uploads"}, False),
        ({"finding": "stranger", "on": STRANGER, "expires": "2026-11-28"}, False),
        ({"finding": "wide-grant", "on": STRANGER}, False),
    ],
)
def test_exception_for_a_stranger_accepts_the_assignments_of_this_principal_until_it_expires(
    exception: dict[str, str], *, accepts: bool
) -> None:
    written = {"because": "the operators restore data", "expires": "2027-01-31", **exception}

    found = compared(lambda a: assign(a, READER, group_id(), STRANGER), declared(exceptions=[written]))

    assert (found.undeclared == ()) is accepts, found.undeclared


@pytest.mark.parametrize(
    ("who", "change", "accepted"),
    [
        ("apply", {}, True),
        ("plan", {}, False),
        ("apply", {"condition": None, "conditionVersion": None}, False),
        ("apply", {"more": "Microsoft.KeyVault/vaults/secrets/getSecret/action"}, False),
    ],
    ids=["its own", "of the other identity", "without its condition", "with one operation more"],
)
def test_identity_of_the_release_may_have_its_known_role_with_a_condition_and_nothing_else(
    who: str, change: dict[str, Any], *, accepted: bool
) -> None:
    printed = document(SUBSCRIPTION_ID, GROUP, object_id=STRANGER, existing_group=True)
    more = [change.pop("more")] if "more" in change else []

    def assign_deployer(azure: World) -> None:
        role, _ = create(
            azure,
            "authorization:RoleDefinition",
            roleDefinitionId="99999999-0000-4000-8000-000000000009",
            scope=group_id(),
            roleName="deployer",
            permissions=[{"actions": printed["role"]["Actions"], "dataActions": printed["role"]["DataActions"] + more}],
            assignableScopes=[group_id()],
        )
        given = {"condition": printed["condition"], "conditionVersion": "2.0", **change}
        create(
            azure,
            "authorization:RoleAssignment",
            scope=group_id(),
            roleDefinitionId=role,
            principalId=STRANGER,
            principalType="ServicePrincipal",
            roleAssignmentName=NAME,
            **{name: value for name, value in given.items() if value},
        )

    found = compared(assign_deployer, release={STRANGER: release_permissions()[who]})

    assert (found.undeclared == ()) is accepted, found.undeclared


def without(kind: str, text: str = "") -> Change:
    return lambda azure: azure.remove(one_of(azure, kind, text).id)


def with_another_subject(azure: World) -> None:
    changed_inputs(azure, one_of(azure, "FederatedIdentityCredential", "notifier"), subject=FOREIGN)


MISSING: Mapping[str, tuple[Change, str]] = {
    "role of Azure": (
        without("RoleAssignment", "intake may write"),
        "Azure does not return role 'Storage Blob Data Contributor' at 'uploads'",
    ),
    "role of Cosmos DB": (
        without("SqlResourceSqlRoleAssignment"),
        "Azure does not return role 'Cosmos DB Built-in Data Contributor' at 'findings'",
    ),
    "app role": (without("AppRoleAssignment"), "the assignment of 5f0e1a00-0000-4000-8000-0000000000b1"),
    "consent": (without("ServicePrincipalDelegatedPermissionGrant"), "the consent to 'User.Read' for agent 'intake'"),
    "credential of an identity": (
        without("FederatedIdentityCredential", "notifier"),
        "notifier: Azure does not return",
    ),
    "credential of an application": (
        without("ApplicationFederatedIdentityCredential"),
        "intake: Azure does not return the federated credential",
    ),
    "credential with another subject": (
        with_another_subject,
        "notifier: Azure does not return the federated credential",
    ),
}
"""Access of the stack that somebody removed in Azure, and a part of the sentence that names it."""


@pytest.mark.parametrize("form", MISSING)
def test_access_of_the_stack_that_azure_does_not_return_is_named(form: str) -> None:
    change, text = MISSING[form]

    found = compared(change)

    assert [each for each in found.missing if text in each], found.missing
    assert not found.is_equal

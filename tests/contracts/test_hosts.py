"""Contract tests of every agent host: key access is disabled, logs are sent, and access is exactly as declared."""

from typing import Any

import pytest

from access.azure.privileges import privileged
from access.azure.roles import by_name
from access.azure.types.row import VerbRole
from components.agents.foundry import FoundryAgent
from tests.components.recorder import TENANT, Recorded, Registered, identity_of
from tests.contracts.networks import CONTROL_PLANE, EVERY_HOST, SUBNET, WORKSPACE, of_hosts
from tests.contracts.test_kinds import assert_closed, assert_logged, opened_by_keys

APPLICATIONS = "microsoft.cognitiveservices/accounts/projects/applications"
AGENTS = "microsoft.cognitiveservices/accounts/projects/agents"
CALLED_AT = {"application": APPLICATIONS, "per-agent": AGENTS}
RUNS = {"FoundryAgent", "AksAgent", "ContainerAppAgent"}


def calls() -> list[tuple[str, VerbRole]]:
    return [(identity, row) for identity, rows in FoundryAgent.VERBS.items() for row in rows.values()]


def azures(recorded: Recorded) -> list[Registered]:
    return [one for one in recorded.resources if one.type.startswith("azure-native:")]


def grants() -> set[str]:
    return {one.name for one in of_hosts().all("RoleAssignment")}


def test_resources_of_a_network_with_every_host_disable_key_access() -> None:
    opened = opened_by_keys(of_hosts())

    assert {"Account", "ManagedCluster", "Vault"} <= {one.kind for one in opened}
    for resource in opened:
        assert_closed(resource)


def test_resources_of_a_network_with_every_host_send_logs_to_the_workspace() -> None:
    assert_logged(of_hosts())


def test_every_agent_is_a_child_component_of_the_network() -> None:
    recorded = of_hosts()
    root = recorded.one("AgentNetwork").urn

    agents = {one.name for one in recorded.resources if one.kind in RUNS and not one.custom and one.parent == root}
    assert agents == set(EVERY_HOST["agents"])


def test_network_with_every_host_creates_exactly_the_expected_role_assignments() -> None:
    """Agents that share an identity get each role assignment only once."""
    assert grants() == {
        "clerk-may-read-signing",
        "clerk-may-use-report",
        "porter-may-read-signing",
        "report-may-read-signing",
        "review-may-read-signing",
        "other-may-read-signing",
        "unpublished-in-studio-may-read-signing",
        "unpublished-in-studio-may-read-documents",
        "studio-project-may-read-documents",
        "studio-project-may-use-contoso-ai",
        "lab-project-may-use-contoso-ai",
        "analysts-may-use-report",
        "analysts-may-use-review",
        "desk-may-pull-contosoimages",
        "fleet-kubelet-may-pull-contosoimages",
    }


def test_role_assignments_are_registered_with_delete_before_replace_off() -> None:
    """Otherwise, an agent that is being published would be without access for a while."""
    assert {one.delete_before_replace for one in of_hosts().all("RoleAssignment")} == {False}


@pytest.mark.parametrize(("identity", "row"), calls())
def test_role_for_calling_a_foundry_agent_is_not_privileged_and_cites_microsoft_learn(
    identity: str, row: VerbRole
) -> None:
    role = by_name(row.role)

    assert role.name == row.role, "the name is a former one"
    assert privileged(role, CALLED_AT[identity]) is None
    assert "Microsoft Learn, 20" in row.source


def test_role_for_calling_a_foundry_agent_is_assigned_at_that_agent_only() -> None:
    recorded = of_hosts()

    scopes = {one.name: one.inputs["scope"] for one in recorded.all("RoleAssignment") if "-may-use-" in one.name}
    account = identity_of("Account", "contoso-ai")
    of_projects = {f"{name}-project-may-use-contoso-ai" for name in ("studio", "lab")}
    assert {name: scopes.pop(name) for name in of_projects} == dict.fromkeys(of_projects, account)
    assert scopes == {
        "clerk-may-use-report": identity_of("AgentApplication", "report"),
        "analysts-may-use-report": identity_of("AgentApplication", "report"),
        "analysts-may-use-review": f"{identity_of('Project', 'lab')}/agents/review",
    }


def test_aks_network_policies_allow_traffic_from_a_declared_caller_to_the_called_agent() -> None:
    policies = {one.name: one.inputs["spec"] for one in of_hosts().all("NetworkPolicy")}

    spaces = [
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for rule in policies["porter-reaches-what-is-listed"]["egress"]
        for peer in rule["to"]
        if peer.keys() == {"namespaceSelector"}
    ]
    assert spaces == ["contoso-clerk-dev"]
    assert policies["clerk-reaches-what-is-listed"]["ingress"][0]["from"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "contoso-porter-dev"}}}
    ]


def blocks(policy: dict[str, Any]) -> set[tuple[str, int]]:
    """Return the address blocks and ports that a network policy allows its pods to reach."""
    return {
        (peer["ipBlock"]["cidr"], port["port"])
        for rule in policy["egress"]
        for peer in rule["to"]
        for port in rule["ports"]
        if "ipBlock" in peer
    }


def test_aks_network_policy_allows_only_the_egress_destinations_of_the_agent() -> None:
    policies = {one.name: one.inputs["spec"] for one in of_hosts().all("NetworkPolicy")}

    azure = {(block, port) for block in ("10.1.0.0/24", "10.2.0.0/24") for port in (443, 5671)}
    assert blocks(policies["clerk-reaches-what-is-listed"]) == azure
    assert blocks(policies["porter-reaches-what-is-listed"]) == {("10.3.0.0/24", 443)}


def pods() -> dict[str, dict[str, Any]]:
    """Return the pod specification of each agent in a cluster."""
    deployments = of_hosts().all("kubernetes:apps/v1:Deployment")
    return {one.name: one.inputs["spec"]["template"]["spec"] for one in deployments}


def test_aks_agent_runs_as_the_configured_user_id() -> None:
    users = {name: pod["securityContext"].get("runAsUser") for name, pod in pods().items()}
    assert users == {"clerk": 10001, "porter": None}


def test_aks_agent_has_the_configured_readiness_probe() -> None:
    probed = {
        name: {key: value for key, value in pod["containers"][0].items() if key.endswith("Probe")}
        for name, pod in pods().items()
    }
    assert probed == {
        "clerk": {"readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 7}},
        "porter": {},
    }


def test_aks_cluster_is_created_with_the_cluster_settings_of_the_stack_file() -> None:
    made = of_hosts().one("ManagedCluster").inputs

    (pool,) = made["agentPoolProfiles"]
    assert (pool["count"], pool["vmSize"], pool["vnetSubnetID"]) == (3, "Standard_D8ds_v5", SUBNET)
    assert made["identity"]["userAssignedIdentities"] == [CONTROL_PLANE]
    assert made["aadProfile"]["adminGroupObjectIDs"] == [TENANT]
    assert made["securityProfile"]["defender"]["logAnalyticsWorkspaceResourceId"] == WORKSPACE

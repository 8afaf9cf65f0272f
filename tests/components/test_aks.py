"""Tests of the AKS cluster component: access to the API, logs, and checks of existing clusters."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any, cast

import pytest

from components.hosts.aks_cluster import AksCluster, AksClusterArgs
from components.hosts.kubeconfig import without_credentials
from components.resources.image_registry import ImageRegistry, Permissions
from tests.components import recorder
from tests.components.places import placed
from tests.components.recorder import SUBSCRIPTION, TENANT, identity_of, principal_of, record


def cluster(*, existing: bool = False, **more: Any) -> AksCluster:  # noqa: ANN401 - any argument
    args: dict[str, Any] = {**placed("contoso-dev7", existing=existing), **more}
    return AksCluster("contoso", cast("AksClusterArgs", args))


def created(**more: Any) -> AksCluster:  # noqa: ANN401 - any argument
    size: dict[str, Any] = {"vm_size": "Standard_D4ds_v5", "node_count": 3, "private": True}
    return cluster(**size | more)


def test_aks_cluster_component_registers_a_new_cluster_with_exactly_the_expected_inputs() -> None:
    recorded = record(created)

    assert recorded.one("ManagedCluster").inputs == {
        "resourceName": "contoso-dev7",
        "resourceGroupName": "group",
        "location": "westeurope",
        "tags": {"team": "agents"},
        "sku": {"name": "Base", "tier": "Standard"},
        "dnsPrefix": "contoso-dev7",
        "identity": {"type": "SystemAssigned"},
        "agentPoolProfiles": [
            {
                "name": "system",
                "mode": "System",
                "count": 3,
                "vmSize": "Standard_D4ds_v5",
                "osSKU": "AzureLinux",
                "enableNodePublicIP": False,
            }
        ],
        "disableLocalAccounts": True,
        "enableRBAC": True,
        "aadProfile": {"managed": True, "enableAzureRBAC": True, "tenantID": TENANT},
        "oidcIssuerProfile": {"enabled": True},
        "securityProfile": {"workloadIdentity": {"enabled": True}},
        "apiServerAccessProfile": {
            "enablePrivateCluster": True,
            "enablePrivateClusterPublicFQDN": False,
            "disableRunCommand": True,
        },
        "networkProfile": {
            "networkPlugin": "azure",
            "networkPluginMode": "overlay",
            "networkDataplane": "cilium",
            "networkPolicy": "cilium",
            "loadBalancerSku": "standard",
            # Defaults of the SDK.
            "outboundType": "loadBalancer",
            "podCidr": "10.244.0.0/16",
            "serviceCidr": "10.0.0.0/16",
            "dnsServiceIP": "10.0.0.10",
        },
        "nodeResourceGroupProfile": {"restrictionLevel": "ReadOnly"},
        "autoUpgradeProfile": {"upgradeChannel": "patch", "nodeOSUpgradeChannel": "NodeImage"},
    }


def test_public_aks_cluster_component_limits_the_api_server_to_the_given_ip_ranges() -> None:
    recorded = record(lambda: created(private=False, authorized_ip_ranges=["203.0.113.0/24"]))

    assert recorded.one("ManagedCluster").inputs["apiServerAccessProfile"] == {
        "enablePrivateCluster": False,
        "authorizedIPRanges": ["203.0.113.0/24"],
        "disableRunCommand": True,
    }


def test_aks_cluster_component_with_a_subnet_uses_the_given_user_assigned_identity() -> None:
    recorded = record(lambda: created(subnet_id="/the/subnet", identity_id="/the/identity"))

    inputs = recorded.one("ManagedCluster").inputs
    assert inputs["identity"] == {"type": "UserAssigned", "userAssignedIdentities": ["/the/identity"]}
    assert [pool["vnetSubnetID"] for pool in inputs["agentPoolProfiles"]] == ["/the/subnet"]


def test_aks_cluster_component_has_defender_only_with_a_workspace_of_its_own() -> None:
    recorded = record(lambda: created(defender_workspace_id="/for/defender"))

    security = recorded.one("ManagedCluster").inputs["securityProfile"]
    monitored = {"logAnalyticsWorkspaceResourceId": "/for/defender", "securityMonitoring": {"enabled": True}}
    assert security["defender"] == monitored
    assert recorded.one("DiagnosticSetting", "contoso-is-logged").inputs["workspaceId"] == "/the/workspace"


def test_aks_cluster_component_sends_audit_and_guard_logs_to_the_workspace() -> None:
    recorded = record(created)

    setting = recorded.one("DiagnosticSetting", "contoso-is-logged").inputs
    assert setting["resourceUri"] == identity_of("ManagedCluster", "contoso")
    assert setting["logAnalyticsDestinationType"] == "Dedicated"
    assert {one["category"] for one in setting["logs"] if one["enabled"]} == {"guard", "kube-audit-admin"}


def test_aks_cluster_component_outputs_are_id_issuer_name_and_kubelet_principal() -> None:
    recorded = record(created)

    assert recorded.one("AksCluster").outputs == {
        "resource_id": identity_of("ManagedCluster", "contoso"),
        "issuer_url": "https://contoso.issuer.test/",
        "cluster_name": "contoso-dev7",
        "kubelet_principal_id": principal_of("contoso-kubelet"),
    }


@pytest.mark.parametrize("by_repository", [False, True])
def test_kubelet_gets_one_pull_role_with_a_repository_condition_only_in_repository_mode(*, by_repository: bool) -> None:
    mode = Permissions.REPOSITORY if by_repository else Permissions.REGISTRY

    def program() -> None:
        registry = ImageRegistry("images", {**placed("contosodev7", existing=True), "permissions": mode})
        created().let_pull(registry, "agents/report", "agents/clerk")

    recorded = record(program)

    pull = recorded.one("RoleAssignment", "contoso-kubelet-may-pull-images")
    assert pull.inputs["principalId"] == principal_of("contoso-kubelet")
    assert pull.parent == recorded.one("AksCluster").urn
    condition = pull.inputs.get("condition", "")
    assert [name in condition for name in ("'agents/report'", "'agents/clerk'")] == [by_repository] * 2


def test_aks_cluster_components_kubeconfig_signs_in_with_the_azure_cli_instead_of_a_device_code() -> None:
    recorded = record(created)

    config = json.loads(recorded.one("kubernetes").inputs["kubeconfig"])
    assert config["clusters"] == [{"name": "a-cluster", "cluster": {"server": "https://a-cluster.test:443"}}]
    ((name, user),) = [(one["name"], one["user"]) for one in config["users"]]
    assert (name, user["exec"]["command"]) == ("somebody", "kubelogin")
    assert user["exec"]["args"] == [
        *("get-token", "--environment", "Azure", "--server-id", "a-server", "--login", "azurecli")
    ], "without the device code and its application"


@pytest.mark.parametrize("key", ["token", "client-key-data", "password", "auth-provider"])
def test_aks_kubeconfig_with_a_credential_is_refused_by_the_cluster_component(key: str) -> None:
    config = {"users": [{"name": "somebody", "user": {key: "of an administrator"}}]}

    with pytest.raises(RuntimeError, match="--disable-local-accounts"):
        without_credentials("contoso", [b64encode(json.dumps(config).encode()).decode()])


def test_aks_cluster_without_a_kubeconfig_is_refused_by_the_cluster_component() -> None:
    with pytest.raises(RuntimeError, match="returned 0 kubeconfigs for cluster 'contoso'"):
        without_credentials("contoso", [])


def test_existing_aks_cluster_is_read_and_nothing_is_created() -> None:
    recorded = record(lambda: cluster(existing=True))

    place = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/group/providers/Microsoft.ContainerService"
    read = {(one.kind, one.read) for one in recorded.resources if one.custom and one.kind != "kubernetes"}
    assert read == {("ManagedCluster", f"{place}/managedClusters/contoso-dev7")}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"private": False}, "'contoso' would be reachable from every address; set 'private', or list"),
        (
            {"authorized_ip_ranges": ["203.0.113.0/24"]},
            "is private and cannot authorize addresses; remove 'authorized_ip_ranges'",
        ),
        ({"private": False, "authorized_ip_ranges": ["0.0.0.0/0"]}, "by '0.0.0.0/0'; list a narrower block"),
        ({"vm_size": ""}, "to be created, and arguments are missing; set vm_size"),
        (
            {"subnet_id": "/the/subnet"},
            "set 'identity_id' to an identity with the role Network Contributor on the subnet",
        ),
    ],
)
def test_aks_cluster_component_refuses_arguments_for_an_open_or_undeployable_cluster(
    given: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        record(lambda: created(**given))


NONE: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("properties", "why", "option"),
    [
        ({"oidcIssuerProfile": NONE}, "has no OIDC issuer", "--enable-oidc-issuer"),
        ({"securityProfile": NONE}, "workload identity is off", "--enable-workload-identity"),
        (
            {"securityProfile": {"workloadIdentity": {"enabled": False}}},
            "workload identity is off",
            "--enable-workload-identity",
        ),
        ({"aadProfile": NONE}, "Azure RBAC for Kubernetes is off", "--enable-aad --enable-azure-rbac"),
        ({"aadProfile": {"managed": True}}, "Azure RBAC for Kubernetes is off", "--enable-aad --enable-azure-rbac"),
        ({"disableLocalAccounts": False}, "local accounts of the cluster are on", "--disable-local-accounts"),
        ({"networkProfile": NONE}, "does not enforce network policies", "--network-policy azure"),
        ({"networkProfile": {"networkPolicy": "none"}}, "does not enforce network policies", "--network-policy azure"),
        ({"apiServerAccessProfile": NONE}, "every address", "--api-server-authorized-ip-ranges …"),
        (
            {"apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.7/32", "0.0.0.0/0"]}},
            "every address",
            "--api-server-authorized-ip-ranges …",
        ),
    ],
)
def test_aks_cluster_component_refuses_an_insecure_existing_cluster_with_the_az_command_to_fix_it(
    monkeypatch: pytest.MonkeyPatch, properties: dict[str, Any], why: str, option: str
) -> None:
    program = program_with_existing_cluster(monkeypatch, properties)

    with pytest.raises(RuntimeError, match=f"'contoso' cannot run agents: .*{why}.*; run `az aks update {option}`"):
        record(program)


def test_aks_cluster_component_lists_all_missing_settings_of_an_existing_cluster_in_one_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profiles = ("oidcIssuerProfile", "securityProfile", "aadProfile", "networkProfile", "apiServerAccessProfile")
    missing = dict.fromkeys(profiles, NONE) | {"disableLocalAccounts": False}

    with pytest.raises(RuntimeError) as refused:
        record(program_with_existing_cluster(monkeypatch, missing))

    assert str(refused.value).count("; ") == 6
    assert str(refused.value).count(" --") == 7


def test_existing_public_aks_cluster_with_authorized_ip_ranges_is_accepted_by_the_component(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    properties = {"apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.7/32"]}}

    assert record(program_with_existing_cluster(monkeypatch, properties)).one("AksCluster").outputs


def test_existing_aks_cluster_without_a_kubelet_identity_is_refused_by_the_component(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(RuntimeError, match="no 'kubeletidentity', with which nodes pull"):
        record(program_with_existing_cluster(monkeypatch, {"identityProfile": NONE}))


CLUSTER = "azure-native:containerservice:ManagedCluster"


def program_with_existing_cluster(monkeypatch: pytest.MonkeyPatch, properties: dict[str, Any]) -> Callable[[], None]:
    """Program with an existing cluster that meets all requirements except for the given properties."""
    answers = vars(recorder)["_ANSWERS"]
    valid = answers[CLUSTER]
    monkeypatch.setitem(answers, CLUSTER, lambda name: valid(name) | properties)

    def program() -> None:
        cluster(existing=True).let_pull(ImageRegistry("images", {**placed("contosodev7")}), "agents/report")

    return program

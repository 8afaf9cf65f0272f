"""A cluster for agents: who gets in, what is logged, what it trusts."""

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


def test_the_whole_cluster() -> None:
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
        "securityProfile": {
            "workloadIdentity": {"enabled": True},
            "defender": {"logAnalyticsWorkspaceResourceId": "/the/workspace", "securityMonitoring": {"enabled": True}},
        },
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
            # What the SDK fills in.
            "outboundType": "loadBalancer",
            "podCidr": "10.244.0.0/16",
            "serviceCidr": "10.0.0.0/16",
            "dnsServiceIP": "10.0.0.10",
        },
        "nodeResourceGroupProfile": {"restrictionLevel": "ReadOnly"},
        "autoUpgradeProfile": {"upgradeChannel": "patch", "nodeOSUpgradeChannel": "NodeImage"},
    }


def test_its_api_is_open_to_the_addresses_that_are_listed() -> None:
    recorded = record(lambda: created(private=False, authorized_ip_ranges=["203.0.113.0/24"]))

    assert recorded.one("ManagedCluster").inputs["apiServerAccessProfile"] == {
        "enablePrivateCluster": False,
        "authorizedIPRanges": ["203.0.113.0/24"],
        "disableRunCommand": True,
    }


def test_its_nodes_join_a_subnet_as_an_identity_that_may() -> None:
    recorded = record(lambda: created(subnet_id="/the/subnet", identity_id="/the/identity"))

    inputs = recorded.one("ManagedCluster").inputs
    assert inputs["identity"] == {"type": "UserAssigned", "userAssignedIdentities": ["/the/identity"]}
    assert [pool["vnetSubnetID"] for pool in inputs["agentPoolProfiles"]] == ["/the/subnet"]


def test_defender_sends_to_a_workspace_of_its_own_where_it_is_given_one() -> None:
    recorded = record(lambda: created(defender_workspace_id="/for/defender"))

    security = recorded.one("ManagedCluster").inputs["securityProfile"]
    assert security["defender"]["logAnalyticsWorkspaceResourceId"] == "/for/defender"
    assert recorded.one("DiagnosticSetting", "contoso-is-logged").inputs["workspaceId"] == "/the/workspace"


def test_who_changed_what_and_who_signed_in_is_logged() -> None:
    recorded = record(created)

    setting = recorded.one("DiagnosticSetting", "contoso-is-logged").inputs
    assert setting["resourceUri"] == identity_of("ManagedCluster", "contoso")
    assert setting["logAnalyticsDestinationType"] == "Dedicated"
    assert {one["category"] for one in setting["logs"] if one["enabled"]} == {"guard", "kube-audit-admin"}


def test_its_outputs() -> None:
    recorded = record(created)

    assert recorded.one("AksCluster").outputs == {
        "resource_id": identity_of("ManagedCluster", "contoso"),
        "issuer_url": "https://contoso.issuer.test/",
        "cluster_name": "contoso-dev7",
        "kubelet_principal_id": principal_of("contoso-kubelet"),
    }


@pytest.mark.parametrize("by_repository", [False, True])
def test_the_kubelet_pulls_what_the_agents_run_and_nothing_else(*, by_repository: bool) -> None:
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


def test_whoever_deploys_gets_in_as_who_they_are() -> None:
    recorded = record(created)

    config = json.loads(recorded.one("kubernetes").inputs["kubeconfig"])
    assert config["clusters"] == [{"name": "a-cluster", "cluster": {"server": "https://a-cluster.test:443"}}]
    ((name, user),) = [(one["name"], one["user"]) for one in config["users"]]
    assert (name, user["exec"]["command"]) == ("somebody", "kubelogin")
    assert user["exec"]["args"] == [
        *("get-token", "--environment", "Azure", "--server-id", "a-server", "--login", "azurecli")
    ], "and not as the application by which people type codes"


@pytest.mark.parametrize("key", ["token", "client-key-data", "password", "auth-provider"])
def test_a_way_in_with_a_key_is_refused(key: str) -> None:
    config = {"users": [{"name": "somebody", "user": {key: "of an administrator"}}]}

    with pytest.raises(RuntimeError, match="--disable-local-accounts"):
        without_credentials("contoso", [b64encode(json.dumps(config).encode()).decode()])


def test_there_is_one_way_in() -> None:
    with pytest.raises(RuntimeError, match="told 0 ways into cluster 'contoso'"):
        without_credentials("contoso", [])


def test_an_existing_one_is_read_and_nothing_is_made() -> None:
    recorded = record(lambda: cluster(existing=True))

    place = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/group/providers/Microsoft.ContainerService"
    read = {(one.kind, one.read) for one in recorded.resources if one.custom and one.kind != "kubernetes"}
    assert read == {("ManagedCluster", f"{place}/managedClusters/contoso-dev7")}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"private": False}, "'contoso' would be open to every address; make it 'private', or list"),
        ({"authorized_ip_ranges": ["203.0.113.0/24"]}, "nobody to list in 'authorized_ip_ranges'"),
        ({"private": False, "authorized_ip_ranges": ["0.0.0.0/0"]}, "by '0.0.0.0/0'; be narrower"),
        ({"vm_size": ""}, "to be created, and so needs vm_size"),
        ({"subnet_id": "/the/subnet"}, "give one with the role Network Contributor on the subnet as 'identity_id'"),
    ],
)
def test_what_would_leave_it_open_or_fail_late_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        record(lambda: created(**given))


NONE: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("told", "why", "option"),
    [
        ({"oidcIssuerProfile": NONE}, "issues no tokens", "--enable-oidc-issuer"),
        ({"securityProfile": NONE}, "get no tokens", "--enable-workload-identity"),
        ({"securityProfile": {"workloadIdentity": {"enabled": False}}}, "get no tokens", "--enable-workload-identity"),
        ({"aadProfile": NONE}, "not Azure's role assignments", "--enable-aad --enable-azure-rbac"),
        ({"aadProfile": {"managed": True}}, "not Azure's role assignments", "--enable-aad --enable-azure-rbac"),
        ({"disableLocalAccounts": False}, "whoever has a key", "--disable-local-accounts"),
        ({"networkProfile": NONE}, "keeps to network policies", "--network-policy azure"),
        ({"networkProfile": {"networkPolicy": "none"}}, "keeps to network policies", "--network-policy azure"),
        ({"apiServerAccessProfile": NONE}, "every address", "--api-server-authorized-ip-ranges …"),
        (
            {"apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.7/32", "0.0.0.0/0"]}},
            "every address",
            "--api-server-authorized-ip-ranges …",
        ),
    ],
)
def test_an_existing_one_that_is_not_fit_is_refused_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, Any], why: str, option: str
) -> None:
    program = told_of_clusters(monkeypatch, told)

    with pytest.raises(RuntimeError, match=f"'contoso' is not fit for agents: .*{why}.*; run `az aks update {option}`"):
        record(program)


def test_everything_that_an_existing_one_lacks_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = dict.fromkeys(("oidcIssuerProfile", "securityProfile", "aadProfile", "networkProfile"), NONE)

    with pytest.raises(RuntimeError) as refused:
        record(told_of_clusters(monkeypatch, lacking | {"disableLocalAccounts": False, "apiServerAccessProfile": NONE}))

    assert str(refused.value).count("; ") == 6
    assert str(refused.value).count(" --") == 7


def test_an_existing_one_that_lists_who_reaches_it_need_not_be_private(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.7/32"]}}

    assert record(told_of_clusters(monkeypatch, told)).one("AksCluster").outputs


def test_an_existing_one_whose_nodes_pull_as_nobody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="no 'kubeletidentity', by which its nodes pull"):
        record(told_of_clusters(monkeypatch, {"identityProfile": NONE}))


CLUSTER = "azure-native:containerservice:ManagedCluster"


def told_of_clusters(monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]) -> Callable[[], None]:
    """A program with an existing cluster, of which Azure tells this and otherwise what is fit."""
    answers = vars(recorder)["_ANSWERS"]
    fit = answers[CLUSTER]
    monkeypatch.setitem(answers, CLUSTER, lambda name: fit(name) | told)

    def program() -> None:
        cluster(existing=True).let_pull(ImageRegistry("images", {**placed("contosodev7")}), "agents/report")

    return program

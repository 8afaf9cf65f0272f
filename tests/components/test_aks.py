"""A cluster for agents: who gets in, what is logged, what it trusts."""

import json
from base64 import b64encode
from typing import Any

import pytest

from components.aks import AksCluster, AksClusterArgs
from components.kubeconfig import without_credentials
from components.resources.image_registry import ImageRegistry, Permissions
from tests.components import recorder
from tests.components.places import placed
from tests.components.recorder import SUBSCRIPTION, TENANT, identity_of, principal_of, record


def cluster(*, existing: bool = False, **more: Any) -> AksCluster:  # noqa: ANN401 - any argument
    args: AksClusterArgs = {**placed("contoso-dev7", existing=existing), **more}
    return AksCluster("contoso", args)


def created(**more: Any) -> AksCluster:  # noqa: ANN401 - any argument
    return cluster(**{"vm_size": "Standard_D4ds_v5", "node_count": 3, "private": True, **more})


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
    assert user["exec"]["args"][-2:] == ["--login", "azurecli"]


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


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"identityProfile": {"kubeletidentity": {"objectId": "k"}}}, "az aks update --enable-oidc-issuer"),
        ({"oidcIssuerProfile": {"issuerURL": "https://issuer.test/"}}, "no 'kubeletidentity', by which its nodes pull"),
    ],
)
def test_an_existing_one_that_agents_could_not_run_in_is_refused(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], why: str
) -> None:
    monkeypatch.setitem(vars(recorder)["_ANSWERS"], "ManagedCluster", lambda _: answer)

    def program() -> None:
        cluster(existing=True).let_pull(ImageRegistry("images", placed("contosodev7")), "agents/report")

    with pytest.raises(RuntimeError, match=why):
        record(program)

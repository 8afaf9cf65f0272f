"""Tests of AKS clusters in local Azure, their identities and their OIDC issuers."""

import json
from base64 import b64decode
from typing import Any

import pytest

from localazure.azure import LocalAzure
from localazure.errors import AzureError
from tests.localazure.samples import (
    CLUSTER,
    CLUSTER_ID,
    CREDENTIAL,
    GROUP,
    IDENTITY,
    IDENTITY_ID,
    SAMPLES,
    SETTING,
    make,
)
from tests.localazure.services.refusals import refusal, update_refusal

_INPUTS: dict[str, Any] = SAMPLES[CLUSTER].inputs
_POOL: dict[str, Any] = _INPUTS["agentPoolProfiles"][0]


def test_aks_cluster_outputs_contain_fqdn_and_version_in_local_azure(azure: LocalAzure) -> None:
    cluster, outputs = make(azure, CLUSTER, kubernetesVersion="1.34")

    assert cluster == CLUSTER_ID
    assert outputs["fqdn"].startswith("network-dev-")
    assert outputs["fqdn"].endswith(".hcp.westeurope.azmk8s.io")
    assert outputs["privateFQDN"] == ""
    assert outputs["nodeResourceGroup"] == "MC_rg_network-dev_westeurope"
    assert (outputs["kubernetesVersion"], outputs["currentKubernetesVersion"]) == ("1.34", "1.34.0")
    assert (outputs["provisioningState"], outputs["powerState"]) == ("Succeeded", {"code": "Running"})
    assert azure.world.find_principal(outputs["identity"]["principalId"]) is not None


def test_private_aks_cluster_has_a_private_fqdn_in_local_azure(azure: LocalAzure) -> None:
    _, outputs = make(azure, CLUSTER, apiServerAccessProfile={"enablePrivateCluster": True})

    assert outputs["privateFQDN"].endswith(".privatelink.westeurope.azmk8s.io")


def test_aks_cluster_has_an_issuer_url_only_if_oidc_issuer_is_enabled_in_local_azure(azure: LocalAzure) -> None:
    _, outputs = make(azure, CLUSTER)
    _, mute = make(azure, CLUSTER, resourceName="mute", oidcIssuerProfile=None, securityProfile=None)

    issuer = outputs["oidcIssuerProfile"]["issuerURL"]
    assert issuer.startswith(f"https://westeurope.oic.prod-aks.azure.com/{azure.world.tenant_id}/")
    assert mute["oidcIssuerProfile"] == {"enabled": False}


def test_federated_credential_accepts_issuer_url_of_aks_cluster_in_local_azure(azure: LocalAzure) -> None:
    issuers = [make(azure, CLUSTER, resourceName=name)[1]["oidcIssuerProfile"]["issuerURL"] for name in ("one", "two")]
    for name, issuer in zip(("one", "two"), issuers, strict=True):
        make(azure, CREDENTIAL, federatedIdentityCredentialResourceName=f"in-{name}", issuer=issuer)

    assert len(set(issuers)) == 2
    again = refusal(azure, CREDENTIAL, federatedIdentityCredentialResourceName="again", issuer=issuers[0])
    assert again.code == "FederatedIdentityCredentialAlreadyExists"


def test_kubelet_identity_is_deleted_with_its_aks_cluster_in_local_azure(azure: LocalAzure) -> None:
    cluster, outputs = make(azure, CLUSTER)
    kubelet = outputs["identityProfile"]["kubeletidentity"]
    known = azure.world.find_principal(kubelet["objectId"])

    azure.delete(CLUSTER, cluster)

    assert known is not None
    assert known.client_id == kubelet["clientId"]
    assert kubelet["objectId"] != outputs["identity"]["principalId"]
    assert kubelet["resourceId"].endswith("/userAssignedIdentities/network-dev-agentpool")
    assert azure.world.principals == {}


def test_aks_cluster_accepts_a_given_kubelet_identity_in_local_azure(azure: LocalAzure) -> None:
    _, identity = make(azure, IDENTITY)
    given = {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY_ID]},
        "identityProfile": {"kubeletidentity": {"resourceId": IDENTITY_ID}},
    }

    _, outputs = make(azure, CLUSTER, **given)

    assert outputs["identityProfile"]["kubeletidentity"]["objectId"] == identity["principalId"]
    assert list(azure.world.principals) == [identity["principalId"]]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"resourceName": "network-"}, "InvalidResourceName"),
        ({"identity": None}, "IdentityRequired"),
        ({"identity": {"type": "None"}}, "IdentityRequired"),
        ({"dnsPrefix": None}, "DnsPrefixRequired"),
        ({"agentPoolProfiles": []}, "InvalidAgentPools"),
        ({"agentPoolProfiles": [{**_POOL, "mode": "User"}]}, "InvalidAgentPools"),
        ({"agentPoolProfiles": [_POOL, _POOL]}, "InvalidAgentPools"),
        ({"agentPoolProfiles": [{**_POOL, "vnetSubnetID": f"{GROUP}/nothing/there"}]}, "ResourceNotFound"),
        ({"oidcIssuerProfile": None}, "WorkloadIdentityNeedsIssuer"),
        ({"aadProfile": None}, "LocalAccountsNeedEntra"),
        ({"aadProfile": {"enableAzureRBAC": True}, "disableLocalAccounts": False}, "AzureRbacNeedsEntra"),
        ({"identityProfile": {"kubeletidentity": {"resourceId": IDENTITY_ID}}}, "KubeletIdentityNotFound"),
    ],
)
def test_invalid_aks_cluster_is_refused_by_local_azure(azure: LocalAzure, inputs: dict[str, object], code: str) -> None:
    assert refusal(azure, CLUSTER, **inputs).code == code


def test_disabling_oidc_issuer_of_aks_cluster_is_refused_by_local_azure(azure: LocalAzure) -> None:
    cluster, before = make(azure, CLUSTER)

    refused = update_refusal(azure, CLUSTER, cluster, oidcIssuerProfile={"enabled": False}, securityProfile=None)
    after = azure.update(CLUSTER, cluster, {**_INPUTS, "tags": {"owner": "platform"}})

    assert refused.code == "OIDCIssuerFeatureCannotBeDisabled"
    assert after["oidcIssuerProfile"] == before["oidcIssuerProfile"]
    assert after["eTag"] != before["eTag"]


def test_update_of_immutable_aks_cluster_property_is_refused_by_local_azure(azure: LocalAzure) -> None:
    cluster, _ = make(azure, CLUSTER)

    with pytest.raises(AzureError) as refused:
        azure.update(CLUSTER, cluster, {**_INPUTS, "dnsPrefix": "other"})

    assert (refused.value.code, refused.value.status) == ("PropertyChangeNotAllowed", 409)


def test_aks_cluster_log_categories_are_accepted_in_diagnostic_settings_in_local_azure(azure: LocalAzure) -> None:
    make(azure, CLUSTER)
    logs = [{"category": name, "enabled": True} for name in ("kube-audit-admin", "guard")]

    assert len(make(azure, SETTING, resourceUri=CLUSTER_ID, logs=logs)[1]["logs"]) == 2
    unknown = refusal(azure, SETTING, name="other", resourceUri=CLUSTER_ID, logs=[{"category": "x", "enabled": True}])
    assert "'x'" in unknown.message


def ways_in(azure: LocalAzure, **changed: object) -> list[dict[str, Any]]:
    """Return the users in the kubeconfig of a cluster."""
    make(azure, CLUSTER, **changed)
    args = {"resourceGroupName": "rg", "resourceName": SAMPLES[CLUSTER].inputs["resourceName"], "format": "exec"}
    (returned,) = azure.invoke("azure-native:containerservice:listManagedClusterUserCredentials", args)["kubeconfigs"]
    return [one["user"] for one in json.loads(b64decode(returned["value"]))["users"]]


def test_kubeconfig_of_aks_cluster_with_entra_uses_kubelogin_in_local_azure(azure: LocalAzure) -> None:
    (user,) = ways_in(azure, aadProfile={"managed": True, "enableAzureRBAC": True})

    assert user.keys() == {"exec"}
    assert (user["exec"]["command"], user["exec"]["args"][0]) == ("kubelogin", "get-token")


def test_kubeconfig_of_aks_cluster_without_entra_has_a_static_token_in_local_azure(azure: LocalAzure) -> None:
    (user,) = ways_in(azure, aadProfile=None, disableLocalAccounts=False)

    assert user.keys() == {"token"}


def test_listing_user_credentials_of_a_missing_aks_cluster_is_refused_by_local_azure(azure: LocalAzure) -> None:
    with pytest.raises(AzureError, match="'other' was not found in 'rg'"):
        azure.invoke(
            "azure-native:containerservice:listManagedClusterUserCredentials",
            {"resourceGroupName": "rg", "resourceName": "other"},
        )

"""Azure Kubernetes Service: clusters, and the identities that are created with a cluster.

Objects in a cluster are in `kubernetes.py`. Facts: "Use a managed identity in AKS", "Use Microsoft Entra
Workload ID with AKS", "Manage local accounts with AKS-managed Microsoft Entra integration" and "Create an OpenID
Connect provider on AKS" (an issuer cannot be turned off again; so Azure/AKS-Construction#531), Microsoft Learn, 2025;
names from the published type; log categories from "Supported logs for Microsoft.ContainerService/managedClusters",
Microsoft Learn; what only a replacement changes, from azure-native 3.29.0 (`forceNew` of ManagedCluster). Words as
reported in cilium/cilium#48265 (local accounts need Entra ID) and Azure/terraform-azurerm-aks#377 (workload identity
needs an issuer).

Differences from Azure: nothing runs, there are no nodes, and neither the nodes' resource group nor what is in it
exists, but for the identity of the kubelet; domains and issuers are made up, under the real suffixes, and a user's
credentials have no certificate. An existing cluster is assumed to be fit for agents. Every version,
size and region exists; a version that is given without its patch has patch 0, one that is left out is 1.33.0. The
issuer has to be requested, as before Kubernetes 1.34. Subnets are looked for where local Azure has them. The codes
InvalidAgentPools, IdentityRequired, DnsPrefixRequired, OIDCIssuerFeatureCannotBeDisabled, WorkloadIdentityNeedsIssuer,
LocalAccountsNeedEntra, AzureRbacNeedsEntra and KubeletIdentityNotFound are ours.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import cast

from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls, regional
from localazure.arm.common_rules import all_of, constant, kept_from_creation, off, on, system_data
from localazure.arm.permissions import RequestedOperation
from localazure.arm.required_operations import linked_operation
from localazure.arm.resource_type import ComputedOutput, InvokeFunction, NameCheck, Request, ResourceType
from localazure.arm.world import Principal, Resource, Values, World
from localazure.errors import AzureError
from manifest import azure_naming_rules

_CLUSTER = (
    "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.ContainerService/managedClusters/{resourceName}"
)

# Types and names
_CLUSTER_NAME = NameCheck(azure_naming_rules.PARENTS["kubernetes-cluster"].rule)
_DEFAULT_VERSION = "1.33.0"
# The same in every tenant: "Using kubelogin with AKS", azure.github.io/kubelogin, 2025.
_AKS_SERVER, _AKS_CLIENT = "6dae42f8-4368-4678-94ff-3960e28e3630", "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
_LONGEST_GROUP_NAME = 80


# Reasons to refuse
def _identity_is_set(request: Request) -> Iterator[AzureError]:
    kind = request.input("identity.type") or "None"
    if kind == "None" and not request.input("servicePrincipalProfile.clientId"):
        yield AzureError(
            "IdentityRequired",
            f"the cluster '{request.name}' has no identity; set identity.type to SystemAssigned or UserAssigned",
        )


def _dns_prefix_is_set(request: Request) -> Iterator[AzureError]:
    if not request.input("dnsPrefix") and not request.input("fqdnSubdomain"):
        yield AzureError("DnsPrefixRequired", f"the cluster '{request.name}' has no dnsPrefix; give a dnsPrefix")


def _agent_pools_are_valid(request: Request) -> Iterator[AzureError]:
    pools = _pools(request)
    if not any(each.get("mode") == "System" for each in pools):
        yield AzureError(
            "InvalidAgentPools", f"the cluster '{request.name}' has no agent pool of mode System; add a system pool"
        )
    names = [str(each.get("name")) for each in pools]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield AzureError("InvalidAgentPools", f"agentPoolProfiles: two pools have the name '{name}'; rename one")
    for each in pools:
        subnet = each.get("vnetSubnetID")
        if subnet and not request.exists(str(subnet)):
            yield AzureError("ResourceNotFound", f"the subnet '{subnet}' was not found", 404)


def _issuer_is_enabled(request: Request) -> Iterator[AzureError]:
    issues = request.input("oidcIssuerProfile.enabled") is True
    if request.input("securityProfile.workloadIdentity.enabled") is True and not issues:
        yield AzureError(
            "WorkloadIdentityNeedsIssuer",
            "securityProfile.workloadIdentity is enabled and oidcIssuerProfile is not; enable the OIDC issuer,"
            " which workload identity needs",
        )
    if request.previous_output("oidcIssuerProfile.issuerURL") and not issues:
        yield AzureError(
            "OIDCIssuerFeatureCannotBeDisabled", "the OIDC issuer of a cluster cannot be disabled once it is enabled"
        )


def _entra_integration_is_enabled(request: Request) -> Iterator[AzureError]:
    if request.input("aadProfile.managed") is True:
        return
    if request.input("disableLocalAccounts") is True:
        yield AzureError(
            "LocalAccountsNeedEntra",
            "disableLocalAccounts can only be set on a cluster with Microsoft Entra integration; set"
            " aadProfile.managed",
        )
    if request.input("aadProfile.enableAzureRBAC") is True:
        yield AzureError(
            "AzureRbacNeedsEntra",
            "aadProfile.enableAzureRBAC needs Microsoft Entra integration; set aadProfile.managed",
        )


def _kubelet_identity_exists(request: Request) -> Iterator[AzureError]:
    named = _given_kubelet_identity(request)
    if named and request.world.find_owned_principal(named) is None:
        yield AzureError("KubeletIdentityNotFound", f"the identity '{named}' of the kubelet was not found")
    if named and request.input("identity.type") != "UserAssigned":
        yield AzureError(
            "IdentityRequired",
            "a kubelet identity can be given only if the cluster's identity.type is UserAssigned",
        )


def _pools(request: Request) -> list[Values]:
    return cast("list[Values]", request.input("agentPoolProfiles") or [])


# What is immutable
_IMMUTABLE = (
    *("diskEncryptionSetID", "dnsPrefix", "fqdnSubdomain", "linuxProfile", "windowsProfile", "nodeResourceGroup"),
    *(
        f"networkProfile.{name}"
        for name in (
            *("serviceCidr", "serviceCidrs", "dnsServiceIP", "podCidr", "outboundType"),
            *("networkMode", "networkPlugin", "networkPluginMode", "networkDataplane", "networkPolicy"),
        )
    ),
)


# Outputs
def _host(request: Request) -> str:
    prefix = request.input("fqdnSubdomain") or f"{request.input('dnsPrefix')}-{request.guid('address')[:8]}"
    return f"{prefix}.hcp.{request.location}.azmk8s.io"


def _private_host(request: Request) -> str:
    if request.input("apiServerAccessProfile.enablePrivateCluster") is not True:
        return ""
    prefix = request.input("fqdnSubdomain") or f"{request.input('dnsPrefix')}-{request.guid('address')[:8]}"
    return f"{prefix}.{request.guid('zone')}.privatelink.{request.location}.azmk8s.io"


def _issuer(request: Request) -> str | None:
    if request.input("oidcIssuerProfile.enabled") is not True:
        return None
    tenant, issuer = request.world.tenant_id, request.guid("issuer")
    return f"https://{request.location}.oic.prod-aks.azure.com/{tenant}/{issuer}/"


def _version(request: Request) -> str:
    version = str(
        request.input("kubernetesVersion") or request.previous_output("kubernetesVersion") or _DEFAULT_VERSION
    )
    return version if version.count(".") > 1 else f"{version}.0"


def _node_resource_group(request: Request) -> str:
    return f"MC_{request.inputs['resourceGroupName']}_{request.name}_{request.location}"[:_LONGEST_GROUP_NAME]


def _kubelet(request: Request) -> Values:
    """Return the output for the kubelet identity, which pulls images: created with the cluster, or given as input."""
    named = _given_kubelet_identity(request)
    place = named or (
        f"/subscriptions/{request.world.subscription_id}/resourceGroups"
        f"/{request.input('nodeResourceGroup') or _node_resource_group(request)}"
        f"/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{request.name}-agentpool"
    )
    principal = (
        request.world.find_owned_principal(named)
        if named
        else request.world.get_or_create_principal(_kubelet_identity_owner(request.id))
    )
    return _identity(place, principal)


def _identity(place: str, principal: Principal | None) -> Values:
    if principal is None:
        return {"resourceId": place}
    return {"resourceId": place, "clientId": principal.client_id, "objectId": principal.id}


def _given_kubelet_identity(request: Request) -> str:
    return str(request.input("identityProfile.kubeletidentity.resourceId") or "")


def _kubelet_identity_owner(cluster: str) -> str:
    return f"{cluster}/kubeletidentity"


def _delete_kubelet_identity(world: World, cluster: Resource) -> None:
    world.remove_principal(_kubelet_identity_owner(cluster.id))


_OUTPUTS: Mapping[str, ComputedOutput] = {
    "provisioningState": constant("Succeeded"),
    "powerState": constant({"code": "Running"}),
    "fqdn": _host,
    "privateFQDN": _private_host,
    "azurePortalFQDN": lambda request: _host(request).replace(".hcp.", ".portal.hcp.", 1),
    "kubernetesVersion": _version,
    "currentKubernetesVersion": _version,
    "nodeResourceGroup": _node_resource_group,
    "identityProfile": lambda request: {"kubeletidentity": _kubelet(request)},
    "oidcIssuerProfile": constant({"enabled": False}),
    "oidcIssuerProfile.issuerURL": _issuer,
    "servicePrincipalProfile": constant({"clientId": "msi"}),
    "disableLocalAccounts": off,
    "enableRBAC": on,
    "maxAgentPools": constant(100),
    "publicNetworkAccess": constant("Enabled"),
    "supportPlan": constant("KubernetesOfficial"),
    "sku": constant({"name": "Base", "tier": "Free"}),
    "agentPoolProfiles[*].count": constant(1),
    "agentPoolProfiles[*].osType": constant("Linux"),
    "agentPoolProfiles[*].type": constant("VirtualMachineScaleSets"),
    "agentPoolProfiles[*].provisioningState": constant("Succeeded"),
    "agentPoolProfiles[*].powerState": constant({"code": "Running"}),
    "agentPoolProfiles[*].currentOrchestratorVersion": _version,
    "resourceUID": kept_from_creation(
        "resourceUID", lambda request: request.guid(f"made {request.now}").replace("-", "")
    ),
    "eTag": lambda request: request.guid(str(sorted(request.inputs.items(), key=str))),
    "systemData": system_data,
}


# Functions
def _cluster_id(world: World, args: Values) -> str:
    group, name = str(args.get("resourceGroupName")), str(args.get("resourceName"))
    return f"/{_CLUSTER}".format(subscriptionId=world.subscription_id, resourceGroupName=group, resourceName=name)


def _user_credentials(world: World, args: Values) -> Values:
    """Return the user kubeconfig of a simulated cluster without calling Azure.

    With Entra ID, the user signs in for the server application that all AKS clusters share; otherwise the kubeconfig
    has a key. Source: "Access Kubernetes clusters using kubelogin", Microsoft Learn, 2025.
    """
    group, name = str(args.get("resourceGroupName")), str(args.get("resourceName"))
    cluster = world.get(_cluster_id(world, args))
    if cluster is None:
        raise AzureError("ResourceNotFound", f"the cluster '{name}' was not found in '{group}'", 404)
    outputs = cluster.outputs
    by_entra = cluster.adopted or bool(cast("Values", outputs.get("aadProfile") or {}).get("managed"))
    signing_in = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "kubelogin",
        "args": [
            *("get-token", "--environment", "AzurePublicCloud", "--server-id", _AKS_SERVER, "--client-id", _AKS_CLIENT),
            *("--tenant-id", world.tenant_id, "--login", "devicecode"),
        ],
        "provideClusterInfo": False,
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": f"https://{outputs.get('fqdn')}:443"}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": f"clusterUser_{group}_{name}"}}],
        "current-context": name,
        "users": [
            {
                "name": f"clusterUser_{group}_{name}",
                "user": {"exec": signing_in} if by_entra else {"token": world.guid(f"token {cluster.id}")},
            }
        ],
    }
    return {"kubeconfigs": [{"name": "clusterUser", "value": b64encode(json.dumps(config).encode()).decode()}]}


def _reading_credentials(world: World, args: Values) -> tuple[RequestedOperation, ...]:
    """Return the operation of getting the kubeconfig of a cluster: "Azure permissions for Containers", 2026-04-09."""
    return (
        RequestedOperation(
            operation="Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
            data=False,
            place=_cluster_id(world, args),
        ),
    )


def _linked_operations(request: Request) -> Iterator[RequestedOperation]:
    """Return the operations of joining nodes to subnets, and of sending Defender's findings to a workspace.

    Facts: "Azure permissions for Networking", Microsoft Learn, 2026-04-09, for the subnets. For the keys of a
    workspace: Azure/azure-cli#22232, and the built-in role Kubernetes Agent Operator, which turns on Defender.
    """
    pools = cast("list[Values]", request.input("agentPoolProfiles") or [])
    for subnet in sorted({str(each["vnetSubnetID"]) for each in pools if each.get("vnetSubnetID")}):
        yield linked_operation("Microsoft.Network/virtualNetworks/subnets/join/action", subnet)
    workspace = request.input("securityProfile.defender.logAnalyticsWorkspaceResourceId")
    if workspace:
        for operation in ("sharedKeys/action", "sharedkeys/read"):
            yield linked_operation(f"Microsoft.OperationalInsights/workspaces/{operation}", str(workspace))


# "Azure permissions for Containers", Microsoft Learn, 2026-04-09, has the two reads.
_STATUS, _RESULT = (regional("Microsoft.ContainerService", each) for each in ("operations", "operationresults"))

FUNCTIONS: Mapping[str, InvokeFunction] = {
    "azure-native:containerservice:listManagedClusterUserCredentials": _user_credentials
}

FUNCTION_OPERATIONS = {"azure-native:containerservice:listManagedClusterUserCredentials": _reading_credentials}

TYPES = (
    ResourceType(
        "azure-native:containerservice:ManagedCluster",
        _CLUSTER,
        name_check=_CLUSTER_NAME,
        rules=all_of(
            _identity_is_set,
            _dns_prefix_is_set,
            _agent_pools_are_valid,
            _issuer_is_enabled,
            _entra_integration_is_enabled,
            _kubelet_identity_exists,
        ),
        asynchronous=AsynchronousRequests(write=StatusUrls(_STATUS), delete=StatusUrls(_STATUS, _RESULT)),
        linked_operations=_linked_operations,
        immutable=_IMMUTABLE,
        outputs=_OUTPUTS,
        volatile=(
            "privateFQDN",
            "kubernetesVersion",
            "currentKubernetesVersion",
            "identityProfile",
            "oidcIssuerProfile",
            "agentPoolProfiles[*].currentOrchestratorVersion",
            "eTag",
            "systemData",
        ),
        rewrites={"identityProfile.kubeletidentity": _kubelet},
        write_only=("servicePrincipalProfile.secret", "aadProfile.serverAppSecret"),
        on_deleted=_delete_kubelet_identity,
        # "Supported logs for Microsoft.ContainerService/managedClusters", Microsoft Learn, read 2026-11.
        log_categories=(
            "cloud-controller-manager",
            "cluster-autoscaler",
            "csi-azuredisk-controller",
            "csi-azurefile-controller",
            "csi-snapshot-controller",
            "fleet-mcs-controller-manager",
            "fleet-member-agent",
            "fleet-member-net-controller-manager",
            "guard",
            "karpenter-events",
            "kube-apiserver",
            "kube-audit",
            "kube-audit-admin",
            "kube-controller-manager",
            "kube-scheduler",
        ),
        category_groups=("allLogs", "audit"),
        adopted_inputs={
            "location": "westeurope",
            "dnsPrefix": "existing",
            "oidcIssuerProfile": {"enabled": True},
            "securityProfile": {"workloadIdentity": {"enabled": True}},
            "aadProfile": {"managed": True, "enableAzureRBAC": True},
            "disableLocalAccounts": True,
            "networkProfile": {"networkPolicy": "cilium"},
            "apiServerAccessProfile": {"enablePrivateCluster": True},
        },
    ),
)

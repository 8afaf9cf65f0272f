"""Whether a cluster that is there already is fit for agents: somebody else made it, and this program changes nothing.

Owns what such a cluster must have, and the command that gives it. Sources: "Enable AKS-managed Microsoft Entra
integration", "Use Azure RBAC for Kubernetes authorization", "Manage local accounts", "Deploy and configure Microsoft
Entra Workload ID on AKS", "Secure traffic between pods by using network policies" and "Secure access to the API server
using authorized IP address ranges", Microsoft Learn, 2025.
"""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import containerservice

__all__ = ["fit_for_agents"]

# What is wrong without it, and the options of `az aks update` that mend it.
_NEEDS: Mapping[str, tuple[str, str]] = {
    "issuer": ("it issues no tokens that Entra ID could trust", "--enable-oidc-issuer"),
    "workload identity": ("its pods get no tokens to act as their identities", "--enable-workload-identity"),
    "azure rbac": ("who may do what in it is not Azure's role assignments", "--enable-aad --enable-azure-rbac"),
    "no local accounts": ("its local accounts let in whoever has a key", "--disable-local-accounts"),
    "network policy": ("nothing in it keeps to network policies", "--network-policy azure"),
    "closed": ("every address reaches its API", "--api-server-authorized-ip-ranges …"),
}


def fit_for_agents(name: str, cluster: "containerservice.ManagedCluster") -> pulumi.Output[str]:
    """The cluster's name in Azure; it fails, with everything that the cluster lacks, where it lacks any.

    Args:
        name: what messages call it.
        cluster: as Azure tells it.
    """

    def judged(known: dict[str, bool]) -> pulumi.Output[str]:
        lacks = [_NEEDS[need] for need in _NEEDS if not known[need]]
        if lacks:
            why, options = "; ".join(each for each, _ in lacks), " ".join(each for _, each in lacks)
            raise RuntimeError(f"cluster {name!r} is not fit for agents: {why}; run `az aks update {options}` on it")
        return cluster.name

    return pulumi.Output.all(**_seen(cluster)).apply(judged)


def _seen(cluster: "containerservice.ManagedCluster") -> dict[str, pulumi.Output[bool]]:
    return {
        "issuer": cluster.oidc_issuer_profile.apply(lambda told: bool(told and told.issuer_url)),
        "workload identity": cluster.security_profile.apply(
            lambda told: bool(told and told.workload_identity and told.workload_identity.enabled)
        ),
        "azure rbac": cluster.aad_profile.apply(lambda told: bool(told and told.managed and told.enable_azure_rbac)),
        "no local accounts": cluster.disable_local_accounts.apply(bool),
        "network policy": cluster.network_profile.apply(
            lambda told: (told and told.network_policy) not in {None, "", "none"}
        ),
        "closed": cluster.api_server_access_profile.apply(_closed),
    }


def _closed(told: "containerservice.outputs.ManagedClusterAPIServerAccessProfileResponse | None") -> bool:
    if told is None:
        return False
    listed = told.authorized_ip_ranges or ()
    return bool(told.enable_private_cluster) or (bool(listed) and not any(one.endswith("/0") for one in listed))

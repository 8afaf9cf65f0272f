"""Whether a cluster that is there already is fit for agents: somebody else made it, and this program changes nothing.

Owns what such a cluster must have, and the command that gives it. Sources: "Enable AKS-managed Microsoft Entra
integration", "Use Azure RBAC for Kubernetes authorization", "Manage local accounts", "Deploy and configure Microsoft
Entra Workload ID on AKS", "Secure traffic between pods by using network policies" and "Secure access to the API server
using authorized IP address ranges", Microsoft Learn, 2025.
"""

from typing import NamedTuple

import pulumi
from pulumi_azure_native import containerservice

__all__ = ["fit_for_agents"]


class _Need(NamedTuple):
    met: pulumi.Output[bool]
    otherwise: str
    """What is wrong without it."""
    options: str
    """Of `az aks update`, to mend that."""


def fit_for_agents(name: str, cluster: "containerservice.ManagedCluster") -> pulumi.Output[str]:
    """The cluster's name in Azure; it fails, with everything that the cluster lacks, where it lacks any.

    Args:
        name: what messages call it.
        cluster: as Azure tells it.
    """
    needs = _needs(cluster)

    def judged(met: list[bool]) -> pulumi.Output[str]:
        lacks = [need for need, is_met in zip(needs, met, strict=True) if not is_met]
        if lacks:
            why, options = "; ".join(each.otherwise for each in lacks), " ".join(each.options for each in lacks)
            raise RuntimeError(f"cluster {name!r} is not fit for agents: {why}; run `az aks update {options}` on it")
        return cluster.name

    return pulumi.Output.all(*(need.met for need in needs)).apply(judged)


def _needs(cluster: "containerservice.ManagedCluster") -> list[_Need]:
    return [
        _Need(
            cluster.oidc_issuer_profile.apply(lambda told: bool(told and told.issuer_url)),
            "it issues no tokens that Entra ID could trust",
            "--enable-oidc-issuer",
        ),
        _Need(
            cluster.security_profile.apply(
                lambda told: bool(told and told.workload_identity and told.workload_identity.enabled)
            ),
            "its pods get no tokens to act as their identities",
            "--enable-workload-identity",
        ),
        _Need(
            cluster.aad_profile.apply(lambda told: bool(told and told.managed and told.enable_azure_rbac)),
            "who may do what in it is not Azure's role assignments",
            "--enable-aad --enable-azure-rbac",
        ),
        _Need(
            cluster.disable_local_accounts.apply(bool),
            "its local accounts let in whoever has a key",
            "--disable-local-accounts",
        ),
        _Need(
            cluster.network_profile.apply(lambda told: (told and told.network_policy) not in {None, "", "none"}),
            "nothing in it keeps to network policies",
            "--network-policy azure",
        ),
        _Need(
            cluster.api_server_access_profile.apply(_closed),
            "every address reaches its API",
            "--api-server-authorized-ip-ranges …",
        ),
    ]


def _closed(told: "containerservice.outputs.ManagedClusterAPIServerAccessProfileResponse | None") -> bool:
    if told is None:
        return False
    listed = told.authorized_ip_ranges or ()
    return bool(told.enable_private_cluster) or (bool(listed) and not any(one.endswith("/0") for one in listed))

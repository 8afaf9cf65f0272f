"""Checks that an existing AKS cluster has the security settings that agents need; the cluster is never changed.

Owns the list of required settings, and the `az aks update` command that sets them. Sources: "Enable AKS-managed
Microsoft Entra integration", "Use Azure RBAC for Kubernetes authorization", "Manage local accounts", "Deploy and
configure Microsoft Entra Workload ID on AKS", "Secure traffic between pods by using network policies" and "Secure
access to the API server using authorized IP address ranges", Microsoft Learn, 2025.
"""

from typing import NamedTuple

import pulumi
from pulumi_azure_native import containerservice

__all__ = ["fit_for_agents"]


class _Requirement(NamedTuple):
    met: pulumi.Output[bool]
    problem: str
    """Part of the error message for a cluster without the setting."""
    options: str
    """Options of `az aks update` that fix it."""


def fit_for_agents(name: str, cluster: "containerservice.ManagedCluster") -> pulumi.Output[str]:
    """Return an existing cluster's name in Azure; raise with a list of all required settings that it lacks.

    Args:
        name: name of the cluster in messages.
        cluster: cluster as Azure returns it.
    """
    requirements = _requirements(cluster)

    def name_or_error(met: list[bool]) -> pulumi.Output[str]:
        missing = [one for one, is_met in zip(requirements, met, strict=True) if not is_met]
        if missing:
            why, options = "; ".join(each.problem for each in missing), " ".join(each.options for each in missing)
            raise RuntimeError(f"cluster {name!r} cannot run agents: {why}; run `az aks update {options}` on it")
        return cluster.name

    return pulumi.Output.all(*(one.met for one in requirements)).apply(name_or_error)


def _requirements(cluster: "containerservice.ManagedCluster") -> list[_Requirement]:
    return [
        _Requirement(
            cluster.oidc_issuer_profile.apply(lambda profile: bool(profile and profile.issuer_url)),
            "the cluster has no OIDC issuer",
            "--enable-oidc-issuer",
        ),
        _Requirement(
            cluster.security_profile.apply(
                lambda profile: bool(profile and profile.workload_identity and profile.workload_identity.enabled)
            ),
            "workload identity is off in the cluster",
            "--enable-workload-identity",
        ),
        _Requirement(
            cluster.aad_profile.apply(lambda profile: bool(profile and profile.managed and profile.enable_azure_rbac)),
            "Azure RBAC for Kubernetes is off in the cluster",
            "--enable-aad --enable-azure-rbac",
        ),
        _Requirement(
            cluster.disable_local_accounts.apply(bool),
            "the local accounts of the cluster are on, so that a key gives access",
            "--disable-local-accounts",
        ),
        _Requirement(
            cluster.network_profile.apply(
                lambda profile: (profile and profile.network_policy) not in {None, "", "none"}
            ),
            "the cluster does not enforce network policies",
            "--network-policy azure",
        ),
        _Requirement(
            cluster.api_server_access_profile.apply(_is_access_restricted),
            "the API server of the cluster is reachable from every address",
            "--api-server-authorized-ip-ranges …",
        ),
    ]


def _is_access_restricted(
    profile: "containerservice.outputs.ManagedClusterAPIServerAccessProfileResponse | None",
) -> bool:
    if profile is None:
        return False
    listed = profile.authorized_ip_ranges or ()
    return bool(profile.enable_private_cluster) or (bool(listed) and not any(one.endswith("/0") for one in listed))

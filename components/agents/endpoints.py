"""Addresses of agents in containers, which follow from names: of Container Apps, and of Services in a cluster."""

import pulumi

__all__ = ["container_app_endpoint", "service_endpoint", "service_host"]


def container_app_endpoint(app_name: str, default_domain: pulumi.Input[str], *, external: bool) -> pulumi.Output[str]:
    """Return the URL of a Container App with ingress, from its name and the default domain of its environment.

    "Connect applications in Azure Container Apps", Microsoft Learn, 2025: an app with internal ingress has `internal`
    between the two.
    """
    return pulumi.Output.concat(f"https://{app_name}{'' if external else '.internal'}.", default_domain)


def service_host(name: str, namespace: str) -> str:
    """Return the host of a Kubernetes Service inside its cluster ("DNS for Services and Pods", kubernetes.io, 1.33)."""
    return f"{name}.{namespace}.svc.cluster.local"


def service_endpoint(name: str, namespace: str, port: int) -> str:
    """Return the URL of a Kubernetes Service inside its cluster."""
    return f"http://{service_host(name, namespace)}:{port}"

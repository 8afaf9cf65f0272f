"""What the pods of an agent in a cluster reach, and what reaches them: the rules of its network policy.

Owns how a rule is written, and which addresses no agent may reach whatever its list says.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network
from typing import TypedDict

from pulumi_kubernetes import meta, networking

__all__ = ["CalleeArgs", "EgressArgs", "check_egress", "from_namespaces", "to_blocks", "to_callees", "to_dns"]

# A pod that reaches them gets tokens of the node's identities, and the node's secrets. "Azure Instance Metadata
# Service" and "What is IP address 168.63.129.16?", Microsoft Learn, 2025.
_PLATFORM = (ip_address("169.254.169.254"), ip_address("168.63.129.16"))
_NAMESPACE = "kubernetes.io/metadata.name"
_DNS = 53
_HIGHEST_PORT = 65535


class EgressArgs(TypedDict):
    """Addresses that an agent may reach."""

    cidr: str
    """Block of addresses; the platform's own may not be among them."""
    ports: Sequence[int]
    """Ports of TCP."""


class CalleeArgs(TypedDict):
    """Pods of the same cluster that an agent may call; they let it in themselves besides."""

    namespace: str
    """Their namespace."""
    port: int
    """The port on which they listen."""


def check_egress(name: str, egress: Sequence[EgressArgs]) -> None:
    """Refuse what no agent may reach.

    Raises:
        ValueError: a block has one of the platform's addresses in it, or no ports that there are.
    """
    for allowed in egress:
        block = ip_network(allowed["cidr"])
        reached = [str(address) for address in _PLATFORM if address in block]
        if reached:
            why = f"agent {name!r} would reach {reached[0]}, and by it the node's identities"
            raise ValueError(f"{why}, in {allowed['cidr']}; list narrower blocks")
        ports = [port for port in allowed["ports"] if not 0 < port <= _HIGHEST_PORT]
        if ports or not allowed["ports"]:
            raise ValueError(
                f"agent {name!r} has ports {ports} for {allowed['cidr']}; list some from 1 to {_HIGHEST_PORT}"
            )


def from_namespaces(port: int, namespaces: Sequence[str]) -> "networking.v1.NetworkPolicyIngressRuleArgs":
    """Pods of these namespaces may call this port."""
    return networking.v1.NetworkPolicyIngressRuleArgs(
        from_=[_pods_of(one) for one in namespaces],
        ports=[networking.v1.NetworkPolicyPortArgs(port=port, protocol="TCP")],
    )


def to_callees(callees: Sequence[CalleeArgs]) -> "Iterator[networking.v1.NetworkPolicyEgressRuleArgs]":
    """Pods of other namespaces may be called, each on its port."""
    for each in callees:
        yield networking.v1.NetworkPolicyEgressRuleArgs(
            to=[_pods_of(each["namespace"])],
            ports=[networking.v1.NetworkPolicyPortArgs(port=each["port"], protocol="TCP")],
        )


def _pods_of(namespace: str) -> "networking.v1.NetworkPolicyPeerArgs":
    # The label is Kubernetes' own, on every namespace: nobody takes it for another's.
    return networking.v1.NetworkPolicyPeerArgs(
        namespace_selector=meta.v1.LabelSelectorArgs(match_labels={_NAMESPACE: namespace})
    )


def to_dns() -> "networking.v1.NetworkPolicyEgressRuleArgs":
    """Names may be asked for, of the cluster's own DNS alone."""
    return networking.v1.NetworkPolicyEgressRuleArgs(
        to=[
            networking.v1.NetworkPolicyPeerArgs(
                namespace_selector=meta.v1.LabelSelectorArgs(match_labels={_NAMESPACE: "kube-system"}),
                pod_selector=meta.v1.LabelSelectorArgs(match_labels={"k8s-app": "kube-dns"}),
            )
        ],
        ports=[networking.v1.NetworkPolicyPortArgs(port=_DNS, protocol=protocol) for protocol in ("UDP", "TCP")],
    )


def to_blocks(blocks: Sequence[EgressArgs]) -> "Iterator[networking.v1.NetworkPolicyEgressRuleArgs]":
    """Blocks of addresses may be reached, each on its ports."""
    for each in blocks:
        block = networking.v1.IPBlockArgs(cidr=each["cidr"])
        yield networking.v1.NetworkPolicyEgressRuleArgs(
            to=[networking.v1.NetworkPolicyPeerArgs(ip_block=block)],
            ports=[networking.v1.NetworkPolicyPortArgs(port=port, protocol="TCP") for port in each["ports"]],
        )

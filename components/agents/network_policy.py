"""Builds the rules of an AKS agent's network policy: the traffic that its pods may send and receive.

Owns the form of a rule, and the addresses that no agent may reach even if its list contains them.
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
    """Block of IP addresses that an AKS agent's pods may connect to, with the ports."""

    cidr: str
    """Block of addresses, in CIDR notation, without the platform's own addresses."""
    ports: Sequence[int]
    """TCP ports."""


class CalleeArgs(TypedDict):
    """Pods of the same cluster that an agent may call; their own network policy must admit the agent too."""

    namespace: str
    """Namespace of the pods."""
    port: int
    """Port on which the pods listen."""


def check_egress(name: str, egress: Sequence[EgressArgs]) -> None:
    """Raise for egress rules with a platform address (169.254.169.254, 168.63.129.16) or an invalid port.

    Raises:
        ValueError: a block contains a platform address, or a port is missing or invalid.
    """
    for allowed in egress:
        block = ip_network(allowed["cidr"])
        reached = [str(address) for address in _PLATFORM if address in block]
        if reached:
            raise ValueError(
                f"agent {name!r} could reach {reached[0]}, and so get tokens of the node's identities, by 'egress'"
                f" {allowed['cidr']}; list narrower blocks"
            )
        ports = [port for port in allowed["ports"] if not 0 < port <= _HIGHEST_PORT]
        if ports or not allowed["ports"]:
            raise ValueError(
                f"agent {name!r} has the invalid egress ports {ports} for {allowed['cidr']}; list ports from 1 to"
                f" {_HIGHEST_PORT}"
            )


def from_namespaces(port: int, namespaces: Sequence[str]) -> "networking.v1.NetworkPolicyIngressRuleArgs":
    """Return the ingress rule of a network policy that lets the pods of some namespaces call a port."""
    return networking.v1.NetworkPolicyIngressRuleArgs(
        from_=[_pods_of(one) for one in namespaces],
        ports=[networking.v1.NetworkPolicyPortArgs(port=port, protocol="TCP")],
    )


def to_callees(callees: Sequence[CalleeArgs]) -> "Iterator[networking.v1.NetworkPolicyEgressRuleArgs]":
    """Yield the egress rules that let an agent's pods call pods of other namespaces, each on its port."""
    for each in callees:
        yield networking.v1.NetworkPolicyEgressRuleArgs(
            to=[_pods_of(each["namespace"])],
            ports=[networking.v1.NetworkPolicyPortArgs(port=each["port"], protocol="TCP")],
        )


def _pods_of(namespace: str) -> "networking.v1.NetworkPolicyPeerArgs":
    # Kubernetes sets this label on every namespace to its name, so that no namespace can claim another's.
    return networking.v1.NetworkPolicyPeerArgs(
        namespace_selector=meta.v1.LabelSelectorArgs(match_labels={_NAMESPACE: namespace})
    )


def to_dns() -> "networking.v1.NetworkPolicyEgressRuleArgs":
    """Return the egress rule that lets an agent's pods send DNS queries to the cluster's own DNS only."""
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
    """Yield the egress rules that let an agent's pods connect to blocks of addresses, each on its ports."""
    for each in blocks:
        block = networking.v1.IPBlockArgs(cidr=each["cidr"])
        yield networking.v1.NetworkPolicyEgressRuleArgs(
            to=[networking.v1.NetworkPolicyPeerArgs(ip_block=block)],
            ports=[networking.v1.NetworkPolicyPortArgs(port=port, protocol="TCP") for port in each["ports"]],
        )

"""Addresses in a network and its environment that are reserved for documentation, and that no machine has.

They are right in an example, and wrong in a deployment: nobody could call a cluster that admits only such callers.
"""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Literal, NamedTuple

from manifest.environment import Environment
from manifest.errors import KeyPath
from manifest.hosts import AksCluster
from manifest.message_formatting import quote_value
from manifest.network import Network

__all__ = ["ReservedBlock", "reserved_blocks"]

_RESERVED = {
    ip_network("192.0.2.0/24"): "RFC 5737",
    ip_network("198.51.100.0/24"): "RFC 5737",
    ip_network("203.0.113.0/24"): "RFC 5737",
    ip_network("2001:db8::/32"): "RFC 3849",
}


class ReservedBlock(NamedTuple):
    """Block of addresses for documentation: its file and path, and the message for the user."""

    file: Literal["network", "environment"]
    path: KeyPath
    message: str


def reserved_blocks(network: Network, environment: Environment) -> Iterator[ReservedBlock]:
    """Yield the blocks in a network and its environment that overlap with addresses for documentation."""
    for file, path, block in _blocks(network, environment):
        given = ip_network(block)
        for reserved, document in _RESERVED.items():
            if given.version == reserved.version and given.overlaps(reserved):
                message = (
                    f"{quote_value(block)} has addresses that are reserved for documentation ({document}), which no"
                    " machine has, and only local Azure accepts them; write the addresses of your own machines"
                )
                yield ReservedBlock(file, path, message)


def _blocks(
    network: Network, environment: Environment
) -> Iterator[tuple[Literal["network", "environment"], KeyPath, str]]:
    for name, host in network.hosts.items():
        for block in host.allow if isinstance(host, AksCluster) else ():
            yield "network", ("hosts", name, "allow"), block
    for name, agent in network.agents.items():
        for block in agent.ingress.allow:
            yield "network", ("agents", name, "ingress", "allow"), block
    for name, destination in environment.destinations.items():
        for block in destination.blocks:
            yield "environment", ("destinations", name, "blocks"), block

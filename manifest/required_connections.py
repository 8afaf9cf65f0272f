"""Connections that an agent in a cluster needs for its access: hosts and ports of resources, and the sign-in.

Pure. A network policy knows addresses and no hosts, so a destination in the environment can name the hosts at its
addresses; one that names none may have any host.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network

from manifest.agents import Agent
from manifest.apis import CloudName
from manifest.environment import Destination, Environment
from manifest.hosts import FoundryProject
from manifest.network import Network

__all__ = ["SIGN_IN", "SIGN_IN_HOSTS", "Connection", "doubtful_connections", "is_admitted", "required_connections"]

SIGN_IN = "login.microsoftonline.com"
"""Host at which a pod exchanges its token: "Use Microsoft Entra Workload ID on AKS", Microsoft Learn, 2025."""
SIGN_IN_HOSTS: dict[CloudName, str] = {
    "public": SIGN_IN,
    "us-government": "login.microsoftonline.us",
    "china": "login.partner.microsoftonline.cn",
}
"""Azure cloud → host at which its identities sign in: "National clouds", Microsoft Learn, 2025."""

# "Azure Private Endpoint private DNS zone values", Microsoft Learn, 2026: the public zones, by kind of resource.
_ZONES = {
    "blob-container": "blob.core.windows.net",
    "storage-queue": "queue.core.windows.net",
    "cosmos-container": "documents.azure.com",
    "key-vault-key": "vault.azure.net",
    "key-vault-secret": "vault.azure.net",
    "model-account": "openai.azure.com",
    "service-bus-queue": "servicebus.windows.net",
    "service-bus-topic": "servicebus.windows.net",
    "search-index": "search.windows.net",
    "app-configuration": "azconfig.io",
}
_FOUNDRY_ZONE = "services.ai.azure.com"
_HTTPS = 443
# "What ports do I need to open on the firewall?", Microsoft Learn, 2025: AMQP at 5671, and 443 for operations over
# HTTPS and for AMQP over WebSockets. The code of the agent selects the latter, with which 443 is enough.
_AMQP = 5671


@dataclass(frozen=True, slots=True, order=True)
class Connection:
    """Connection that an agent needs: host, port, and the entry of its access that needs it."""

    host: str
    port: int
    needed_by: str
    """Name of the resource or agent in the network, or of the API; empty for the sign-in."""

    @property
    def replaceable(self) -> bool:
        """Return True for AMQP, which can run over WebSockets at the port of HTTPS."""
        return self.port == _AMQP

    def __str__(self) -> str:
        return f"{self.host}:{self.port} ({self.needed_by or 'to sign in'})"


def required_connections(agent: Agent, network: Network, environment: Environment) -> Iterator[Connection]:
    """Yield the connections that the access of an agent in a cluster needs, for every resource that is declared."""
    for name in dict.fromkeys(grant.resource for grant in agent.access):
        if (resource := network.resources.get(name)) is not None:
            host = f"{environment.parent_name(resource)}.{_ZONES[resource.kind]}"
            yield Connection(host, _HTTPS, name)
            if resource.kind.startswith("service-bus"):
                yield Connection(host, _AMQP, name)
        elif (callee := network.agents.get(name)) is not None:
            project = network.hosts.get(callee.project)
            if isinstance(project, FoundryProject):
                yield Connection(f"{environment.parent_name(project)}.{_FOUNDRY_ZONE}", _HTTPS, name)
    acts = agent.acts_for_users
    for name in acts.apis if acts is not None else ():
        if environment.knows_api(name):
            hosts = environment.api(name).hosts.get(environment.cloud, ())
            yield from (Connection(host, _HTTPS, name) for host in hosts)
    if agent.access or agent.has_application:
        yield Connection(SIGN_IN_HOSTS[environment.cloud], _HTTPS, "")


def is_admitted(connection: Connection, destination: Destination) -> bool:
    """Return True if a destination has the port and, as far as it names hosts, the host of a connection.

    A destination that names the host of a Service Bus namespace, and has the port of HTTPS alone, is meant for AMQP
    over WebSockets.
    """
    named = any(_matches(connection.host, pattern) for pattern in destination.hosts)
    if named and connection.replaceable and _HTTPS in destination.ports:
        return True
    return connection.port in destination.ports and (named or not destination.hosts)


def doubtful_connections(network: Network, environment: Environment) -> Iterator[tuple[str, Connection]]:
    """Yield each agent with a connection to a public host that its egress admits at private addresses alone.

    Entra ID has no private endpoint, and a Service Bus namespace has one with the tier Premium only ("Allow access to
    Azure Service Bus namespaces via private endpoints", Microsoft Learn, 2025); the stack creates it as Standard. A
    proxy may have the host: a destination that names it is not doubtful.
    """
    for name, agent in sorted(network.agents.items()):
        reached = [environment.destinations[one] for one in agent.egress]
        for connection in required_connections(agent, network, environment) if agent.host == "aks" else ():
            resource = network.resources.get(connection.needed_by)
            is_bus = resource is not None and resource.kind.startswith("service-bus") and not resource.existing
            ways = [one for one in reached if is_admitted(connection, one)]
            if (is_bus or not connection.needed_by) and not any(one.hosts or _has_public_block(one) for one in ways):
                yield name, connection


def _has_public_block(destination: Destination) -> bool:
    return any(not ip_network(block).is_private for block in destination.blocks)


def _matches(host: str, pattern: str) -> bool:
    """Return True if a host has a destination's name; the first label of a name may be `*`, for any one label."""
    first, _, rest = pattern.lower().partition(".")
    return host.lower() == pattern.lower() or (first == "*" and host.lower().partition(".")[2] == rest)

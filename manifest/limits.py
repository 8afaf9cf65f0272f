"""Limits and quotas of Azure that a network needs a part of: the needed amount, the documented limit and its source.

Pure, and from the declared network alone: what other networks of the subscription use is not known here. A quota, which
Microsoft sets for each subscription, has no number here; the command to read it is part of the row.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from manifest.declared_models import declared_models
from manifest.environment import Environment
from manifest.errors import KeyPath
from manifest.hosts import AksCluster, FoundryProject
from manifest.network import Network

__all__ = ["Limit", "limits"]

_MODELS = '"Microsoft Foundry Models quotas and limits", Microsoft Learn, 2026-05'
_OPENAI = '"Azure OpenAI in Microsoft Foundry Models quotas and limits", Microsoft Learn, 2026'
_ROLES = '"Azure subscription and service limits, quotas, and constraints", Microsoft Learn, 2026'
_COSMOS = '"Azure Cosmos DB service quotas", Microsoft Learn, 2025-06'
_APPS = '"Quotas for Azure Container Apps", Microsoft Learn, 2025'
_FEDERATION = '"Important considerations and restrictions for federated identity credentials", Microsoft Learn, 2025'
_BLUEPRINTS = '"Agent identity deletion", Microsoft Learn, 2026-04-27'
_MACHINES = '"Check vCPU quotas", Microsoft Learn, 2025'
_NODES = '"Quotas, virtual machine size restrictions, and region availability in AKS", Microsoft Learn, 2025'

_READ_TOKENS = "az cognitiveservices usage list --location {}"
_READ_MACHINES = "az vm list-usage --location {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Limit or quota of Azure: what is limited, the amount that a network needs, and the documented limit."""

    what: str
    needed: int
    limit: int | None = None
    """Documented limit; None for a quota of the subscription, and for what has no limit."""
    fixed: bool = False
    """True for a limit that Microsoft does not raise, so that a network over it cannot be deployed."""
    command: str = ""
    """Command that prints the quota of the subscription."""
    path: KeyPath = ()
    """Path in network.yaml of the declarations that count."""
    source: str

    @property
    def is_exceeded(self) -> bool:
        """Return True if the network needs more than Azure ever gives."""
        return self.fixed and self.limit is not None and self.needed > self.limit


def limits(network: Network, environment: Environment) -> Iterator[Limit]:
    """Yield the limits and quotas that a network in an environment needs a part of."""
    yield from _models(network, environment)
    yield from _nodes(network, environment)
    yield from _apps(network, environment)
    yield from _assignments(network)
    yield from _identities(network)


def _models(network: Network, environment: Environment) -> Iterator[Limit]:
    declared = tuple(declared_models(network, environment))
    tokens = Counter[tuple[str, str, str]]()
    for one in declared:
        tokens[one.deployment.model, one.deployment.sku, one.region] += 1000 * one.deployment.capacity
    for (model, sku, region), needed in sorted(tokens.items()):
        what = f"tokens per minute: {model} {sku} {region}"
        yield Limit(what=what, needed=needed, command=_READ_TOKENS.format(region), source=_OPENAI)
    counts = Counter(one.account for one in declared)
    places = {one.account: (one.section, one.owner, "deployments") for one in declared}
    for account, needed in sorted(counts.items()):
        what, place = f"model deployments of {account}", places[account]
        yield Limit(what=what, needed=needed, limit=32, fixed=True, path=place, source=_MODELS)
    accounts = {(one.section, one.account): one.region for one in declared}
    for region, needed in sorted(Counter(accounts.values()).items()):
        # 30 for accounts of the kind OpenAI, and 100 for those of Foundry: the smaller one counts for both.
        yield Limit(what=f"accounts of models in {region}", needed=needed, limit=30, source=_OPENAI)
    projects = Counter(one.parent for one in network.hosts.values() if isinstance(one, FoundryProject))
    for account, needed in sorted(projects.items()):
        what = f"Foundry projects of {account}"
        yield Limit(what=what, needed=needed, limit=250, fixed=True, path=("hosts",), source=_MODELS)


def _nodes(network: Network, environment: Environment) -> Iterator[Limit]:
    for name, host in sorted(network.hosts.items()):
        if isinstance(host, AksCluster) and not host.existing:
            size = environment.cluster(name)
            region = environment.location
            yield Limit(
                what=f"vCPUs of {size.node_size} in {region}",
                needed=size.node_count * _cores(size.node_size),
                command=_READ_MACHINES.format(region),
                source=_MACHINES,
            )
            yield Limit(
                what=f"nodes of {name}", needed=size.node_count, limit=5000, path=("hosts", name), source=_NODES
            )


def _cores(size: str) -> int:
    """Return the number of vCPUs in the name of a size of virtual machines: 4 for `Standard_D4ds_v5`."""
    found = re.search(r"_[A-Z]+?(\d+)", size)
    return int(found[1]) if found else 1


def _apps(network: Network, environment: Environment) -> Iterator[Limit]:
    agents = [one for one in network.agents.values() if one.host == "container-app"]
    if agents:
        cores = sum(environment.limit_replicas(one.replicas).max * one.cpu for one in agents)
        yield Limit(what="apps of the Container Apps environment", needed=len(agents), source=_APPS)
        yield Limit(what="cores of the apps, with all replicas", needed=-int(-cores // 1), limit=100, source=_APPS)
        what = f"Container Apps environments in {environment.location}"
        yield Limit(what=what, needed=1, limit=15, source=_APPS)


def _assignments(network: Network) -> Iterator[Limit]:
    """Yield the limits of role assignments; agents that share an identity may need fewer, and none needs more."""
    cosmos, roles = Counter[str](), 0
    pairs = [access.resource for agent in network.agents.values() for access in agent.access]
    pairs += [access.resource for people in network.people.values() for access in people.access]
    for host in network.hosts.values():
        if isinstance(host, FoundryProject):
            pairs += host.connections
            # The project's own identity may use the models of its account.
            roles += not host.existing
    for name in pairs:
        resource = network.resources.get(name)
        if resource is not None and resource.parent_kind == "cosmos-account":
            cosmos[resource.parent] += 1
        else:
            roles += 1
    roles += sum(agent.host == "container-app" for agent in network.agents.values())
    roles += len({agent.cluster for agent in network.agents.values() if agent.host == "aks"})
    # 4,000 in documents until 2024: with more, it depends on the subscription.
    what = "role assignments in the subscription"
    yield Limit(what=what, needed=roles, limit=5000, fixed=True, path=("agents",), source=_ROLES)
    for account, needed in sorted(cosmos.items()):
        what = f"role assignments of {account}"
        yield Limit(what=what, needed=needed, limit=2000, fixed=True, path=("agents",), source=_COSMOS)
    # The role of the deployer; roles for its options are further ones.
    yield Limit(what="custom roles in the tenant", needed=1, limit=5000, source=_ROLES)


def _identities(network: Network) -> Iterator[Limit]:
    if any(one.host == "aks" for one in network.agents.values()):
        what = "federated credentials of an identity"
        yield Limit(what=what, needed=1, limit=20, fixed=True, path=("agents",), source=_FEDERATION)
    projects = Counter(one.project for one in network.agents.values() if one.host == "foundry")
    for project, needed in sorted(projects.items()):
        # An agent has a blueprint of its own, or shares the one of its project: which, is not documented for all.
        yield Limit(what=f"agent identities in {project}, per blueprint", needed=needed, limit=250, source=_BLUEPRINTS)

"""Sample networks for contract tests: one resource of each kind, and agents on each host, recorded on Pulumi mocks."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from components.network import AgentNetwork
from components.resources.base import NetworkResource, ParentResource
from manifest.kinds import KINDS
from tests.components.recorder import SUBSCRIPTION, TENANT, Recorded, Registered, record
from tests.fabrikam import FABRIKAM
from tests.projects import load_project, write_project

__all__ = [
    "ENVIRONMENT",
    "HOST_SETTINGS",
    "PARENT",
    "RESOURCE",
    "component",
    "described",
    "of_hosts",
    "of_kind",
    "of_project",
    "within",
]

RESOURCE = "thing"
"""Name of the only resource in a sample network."""
PARENT = "contosothing"
"""Name of the resource that contains the sample's resource, such as a storage account."""

_SETTINGS: dict[str, dict[str, Any]] = {
    "cosmos-container": {"database": "main"},
    "model-account": {"deployments": [{"name": "small", "model": "gpt-5.6-luna", "version": "2026-07-09"}]},
}
ENVIRONMENT = {"location": "westeurope", "resource_group": "contoso", "suffix": "dev7", "production": False}


def described(kind: str, *, existing: bool = False) -> dict[str, Any]:
    """Return the manifest of a network with one resource of a kind and an agent with every verb on this resource."""
    settings = {} if existing and kind == "model-account" else _SETTINGS.get(kind, {})
    entry = {"kind": kind, KINDS[kind].parent[0]: PARENT, "existing": existing, **settings}
    agent = {"image": "worker", "access": {RESOURCE: list(KINDS[kind].verbs)}}
    return {
        "name": "contoso",
        "registry": {"name": "contosoimages"},
        "resources": {RESOURCE: entry},
        "agents": {"worker": agent},
    }


@cache
def of_kind(kind: str, *, existing: bool = False) -> Recorded:
    """Return the registrations of a network with one resource of a kind."""
    with TemporaryDirectory() as root:
        return of_project(write_project(Path(root), described(kind, existing=existing), ENVIRONMENT))


FOR_USERS: dict[str, Any] = {
    "apis": {"microsoft-graph": ["User.Read"], "azure-devops": ["vso.code"]},
    "callers": ["portal"],
    "groups": ["analysts"],
}
"""Settings of an agent that acts for users."""
EVERY_HOST: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "resources": {
        "signing": {"kind": "key-vault-secret", "vault": "contosovault"},
        "documents": {"kind": "blob-container", "account": "contosodocs"},
    },
    "hosts": {
        "studio": {
            "kind": "foundry-project",
            "account": "contoso-ai",
            "identities": "shared",
            "deployments": [{"name": "small", "model": "gpt-5.6-luna", "version": "2026-07-09"}],
            "connections": {"documents": "read"},
        },
        "lab": {"kind": "foundry-project", "account": "contoso-ai", "identities": "per-agent"},
        "fleet": {"kind": "aks-cluster", "cluster": "contoso-fleet", "allow": ["203.0.113.0/24"]},
    },
    "people": {"analysts": {"kind": "group", "access": {"report": "use", "review": "use"}}},
    "agents": {
        "clerk": {
            "host": "aks",
            "cluster": "fleet",
            "image": "clerk",
            "user_id": 10001,
            "port": 8080,
            "probes": {"readiness": {"path": "/ready", "period_seconds": 7}},
            "ingress": {"kind": "internal", "callers": ["porter"]},
            "egress": ["azure"],
            "acts_for_users": FOR_USERS,
            "access": {"signing": "read", "report": "use"},
        },
        "desk": {
            "image": "desk",
            "port": 8080,
            "ingress": "internal",
            "platform_authentication": True,
            "acts_for_users": {**FOR_USERS, "consent": "admin"},
        },
        "porter": {
            "host": "aks",
            "cluster": "fleet",
            "image": "porter",
            "egress": ["vault"],
            "access": {"signing": "read"},
        },
        "draft": {"host": "foundry", "project": "studio", "version": "1", "access": {"signing": "read"}},
        "sketch": {"host": "foundry", "project": "studio", "version": "1", "access": {"documents": "read"}},
        "report": {"host": "foundry", "project": "studio", "version": "7", "access": {"signing": "read"}},
        "review": {"host": "foundry", "project": "lab", "version": "1", "access": {"signing": "read"}},
        "other": {"host": "foundry", "project": "lab", "version": "1", "access": {"signing": "read"}},
    },
}
"""Manifest of a network with an agent of every identity type on every host."""
WORKSPACE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/defender/providers/Microsoft.OperationalInsights/workspaces/all"
)
SUBNET = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub/subnets/fleet"
)
CONTROL_PLANE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.ManagedIdentity/userAssignedIdentities/fleet"
)
HOST_SETTINGS: dict[str, Any] = {
    **ENVIRONMENT,
    "shared_identity": "allowed",
    "published": ["report"],
    "agent_identities": {"other": TENANT},
    "clusters": {
        "fleet": {
            "node_size": "Standard_D8ds_v5",
            "node_count": 3,
            "defender_workspace": WORKSPACE,
            "subnet": SUBNET,
            "identity": CONTROL_PLANE,
            "admins": [TENANT],
        }
    },
    "destinations": {
        "azure": {"blocks": ["10.1.0.0/24", "10.2.0.0/24"], "ports": [443, 5671]},
        "vault": {"blocks": ["10.3.0.0/24"]},
    },
    "people": {"analysts": SUBSCRIPTION},
    "entra": {
        "deployer_rights": "all",
        "owners": [TENANT],
        "callers": {"portal": SUBSCRIPTION},
        "groups": {"analysts": TENANT},
    },
}


@cache
def of_hosts() -> Recorded:
    """Return the registrations of a network with agents on every host, and people who call these agents."""
    with TemporaryDirectory() as root:
        return of_project(write_project(Path(root), EVERY_HOST, HOST_SETTINGS))


@cache
def of_project(root: Path = FABRIKAM, stack: str = "dev") -> Recorded:
    """Return the registrations of the network in a project folder; by default Fabrikam's."""
    network, environment = load_project(root, stack)
    return record(lambda: AgentNetwork(network.name, {"network": network, "environment": environment}))


def component(recorded: Recorded, kind: type[NetworkResource] | type[ParentResource]) -> Registered:
    """Return the only registered component of a class."""
    (found,) = recorded.all(kind.TOKEN)
    return found


def within(recorded: Recorded, name: str) -> list[Registered]:
    """Return the component with a logical name, and every resource below this component."""
    family = {one.urn for one in recorded.resources if one.name == name and not one.custom}
    for one in recorded.resources:
        # A parent is registered before its children.
        if one.parent in family:
            family.add(one.urn)
    return [one for one in recorded.resources if one.urn in family]

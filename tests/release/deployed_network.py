"""A small network that is deployed to local Azure, and Azure after somebody has changed access outside of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from access.azure.delegated_permissions import APPLICATION_IDS
from access.azure.roles import by_name
from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.additional_grants import ReleaseRoles
from access.readers import local
from access.readers.network_names import named_like
from localazure.arm.graph_access import outside_object_id
from localazure.arm.world import SUBSCRIPTION_ID, Resource, World
from localazure.azure import LocalAzure
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.stack_file import config_getter
from release.live_access import LiveAccess, live_access
from tests.network.deploying import deploy, described
from tests.projects import any_role, write_project

TODAY = date(2026, 11, 29)
SUBSCRIPTION = f"/subscriptions/{SUBSCRIPTION_ID}"
GROUP = "contoso-dev"
NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "resources": {
        "uploads": {"kind": "blob-container", "account": "contosodata"},
        "archive": {"kind": "blob-container", "account": "contosodata"},
        "findings": {"kind": "cosmos-container", "account": "contoso-findings", "database": "findings"},
        "hook-key": {"kind": "key-vault-secret", "vault": "contoso-vault"},
    },
    "hosts": {"fleet": {"kind": "aks-cluster", "cluster": "contoso-fleet", "private": True}},
    "agents": {
        "intake": {
            "image": "intake",
            "port": 8080,
            "ingress": "internal",
            "acts_for_users": {
                "apis": {"microsoft-graph": ["User.Read"]},
                "callers": ["portal"],
                "groups": ["reviewers"],
                "consent": "admin",
            },
            "access": {"uploads": "write"},
        },
        "report": {"image": "report", "access": {"findings": "write"}},
        "notifier": {
            "host": "aks",
            "cluster": "fleet",
            "image": "notifier",
            "egress": ["sign-in", "secrets"],
            "access": {"hook-key": "read"},
        },
    },
}
ENVIRONMENT: dict[str, Any] = {
    "location": "westeurope",
    "resource_group": GROUP,
    "suffix": "live",
    "production": False,
    "image_tag": "1.0",
    "destinations": {
        "sign-in": {"hosts": ["login.microsoftonline.com"], "blocks": ["20.190.128.0/18"]},
        "secrets": {"hosts": ["*.vault.azure.net"], "blocks": ["13.69.64.72/30"]},
    },
    "entra": {
        "deployer_rights": "all",
        "owners": ["5f0e1a00-0000-4000-8000-0000000000a1"],
        "callers": {"portal": "5f0e1a00-0000-4000-8000-0000000000c1"},
        "groups": {"reviewers": "5f0e1a00-0000-4000-8000-0000000000b1"},
    },
}
STRANGER = "99999999-1111-4000-8000-000000000001"
NAME = "99999999-0000-4000-8000-000000000000"
"""Name of a foreign role assignment."""


@cache
def _deployed() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dev.json"
        deploy(*described(NETWORK, ENVIRONMENT, "dev"), path)
        return path.read_bytes()


def world() -> World:
    """Return local Azure with the deployed network."""
    return _loaded(_deployed())


def declared(**changed: object) -> Declared:
    """Return the network that network.yaml declares, with changed keys."""
    with TemporaryDirectory() as folder:
        root = write_project(Path(folder), {**NETWORK, **changed}, ENVIRONMENT, "dev")
        found = load_with_document("dev", config_getter(root, "dev"), root=root, role_refusal_reason=any_role)
    return Declared.from_json(json.loads(json.dumps(declared_document(*found))))


_declared = cache(declared)


@cache
def deployed_graph() -> Graph:
    """Return the access graph of the stack's state."""
    return graph_of(world())


def graph_of(changed: World) -> Graph:
    """Return the access graph of a state of local Azure."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "azure.json"
        changed.save(path)
        return local.read_world(path)


def compared(
    change: Callable[[World], object], against: Declared | None = None, release: ReleaseRoles | None = None
) -> LiveAccess:
    """Return how Azure differs from the state of the stack after a change that no program made."""
    changed = world()
    change(changed)
    live = named_like(graph_of(changed), deployed_graph())
    return live_access(deployed_graph(), live, against or _declared(), TODAY, release)


def create(azure: World, kind: str, /, **inputs: object) -> tuple[str, Mapping[str, Any]]:
    """Create a resource in local Azure as somebody outside of the program."""
    front = LocalAzure(azure)
    token = kind if kind.startswith("azuread:") else f"azure-native:{kind}"
    return front.create(token, front.check(token, inputs, name="foreign"))


def one_of(azure: World, kind: str, text: str = "") -> Resource:
    """Return the only resource of a type whose id or description contains a text."""
    (found,) = (
        each
        for each in azure.resources.values()
        if each.token.endswith(f":{kind}") and text in f"{each.id} {each.inputs.get('description')}"
    )
    return found


def changed_inputs(azure: World, one: Resource, **values: object) -> None:
    """Change values of a resource in local Azure, inputs and outputs alike."""
    azure.put(replace(one, inputs={**one.inputs, **values}, outputs={**one.outputs, **values}))


def principal_of(azure: World, agent: str) -> str:
    """Return the principal id of an agent in a Container App."""
    return next(one.id for one in azure.principals.values() if one.owner.endswith(f"/contoso-{agent}-dev"))


def group_id(name: str = GROUP) -> str:
    return f"{SUBSCRIPTION}/resourceGroups/{name}"


def other_group(azure: World) -> str:
    """Create a resource group outside of the network, and return its id."""
    return create(azure, "resources:ResourceGroup", resourceGroupName="others", location="westeurope")[0]


def assign(azure: World, role: str, scope: str, who: str, kind: str = "ServicePrincipal", **more: object) -> None:
    """Assign a role of Azure."""
    create(
        azure,
        "authorization:RoleAssignment",
        scope=scope,
        roleDefinitionId=f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{by_name(role).id}",
        principalId=who,
        principalType=kind,
        roleAssignmentName=NAME,
        **more,
    )


def assign_in_cosmos(azure: World, who: str) -> None:
    """Assign the role of Cosmos DB that reads and writes everything in an account."""
    account = one_of(azure, "DatabaseAccount")
    create(
        azure,
        "cosmosdb:SqlResourceSqlRoleAssignment",
        resourceGroupName=GROUP,
        accountName=account.id.rpartition("/")[2],
        roleAssignmentId=NAME,
        principalId=who,
        roleDefinitionId=f"{account.id}/sqlRoleDefinitions/{by_name('Cosmos DB Built-in Data Contributor').id}",
        scope=account.id,
    )


def outside_app(azure: World, identity: object = None) -> str:
    """Create an app of somebody else; return the principal id of its own identity, if it has one."""
    other_group(azure)
    _, made = create(
        azure,
        "app:ContainerApp",
        resourceGroupName="others",
        containerAppName="intruder",
        location="westeurope",
        managedEnvironmentId=one_of(azure, "ManagedEnvironment").id,
        identity=identity or {"type": "SystemAssigned"},
        template={"containers": [{"name": "app", "image": "mcr.microsoft.com/app:1"}]},
    )
    return str(made["identity"].get("principalId"))


def graph_object(azure: World) -> str:
    """Return the object id of Microsoft Graph in the tenant."""
    return outside_object_id(azure, APPLICATION_IDS["microsoft-graph"])


def _loaded(content: bytes) -> World:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "azure.json"
        path.write_bytes(content)
        return World.load(path)

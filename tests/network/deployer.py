"""Deploying identities in local Azure, with the role and the condition that the deployer command prints."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from access.azure.actions import covers
from access.azure.application_permissions import graph_app_roles
from access.azure.delegated_permissions import APPLICATION_IDS
from components.deployer import document
from components.graph_permissions import graph_permissions
from components.network import AgentNetwork
from localazure.arm.graph_access import outside_object_id
from localazure.arm.permissions import CUSTOM_ROLE, RequestCheck, RequestedOperation, caller_check
from localazure.arm.world import DEPLOYER_OBJECT_ID, SUBSCRIPTION_ID, World
from localazure.azure import LocalAzure
from localazure.errors import AzureError
from localazure.run import Operation, RunResult, run
from manifest import Environment, Network
from tests import fabrikam
from tests.network.deploying import described
from tests.projects import NAMESPACE

SUBSCRIPTION = f"/subscriptions/{SUBSCRIPTION_ID}"
GROUP = "fabrikam-agents"
"""Resource group that exists before a deployer's first run."""
GUID = "0b1f2c3d-0000-4000-8000-0000000000d0"


@dataclass
class Deployer:
    """Deploying identity in a state file of local Azure, which records the requests of its runs."""

    path: Path
    principal: str
    role: str
    """Id of the custom role."""
    requests: dict[tuple[object, ...], RequestedOperation] = field(default_factory=dict[Any, RequestedOperation])
    world: World = field(default_factory=World)
    """State of local Azure before the first run."""

    def check(self, world: World, act: RequestedOperation) -> None:
        """Allow or refuse a request of the deployer, and record it."""
        attributes = sorted(map(str, act.attributes.items()))
        self.requests.setdefault((act.operation, act.data, act.place, act.purpose, *attributes), act)
        caller_check(self.principal)(world, act)

    def run(self, network: Network, environment: Environment, operation: Operation = Operation.UP) -> RunResult:
        """Run a network's program as the deployer, who creates applications, and neither assignments nor consent."""
        site = environment
        if environment.entra is not None:
            # The SDK's identity is another one in a local run, and both have to own what they create.
            owners = (self.principal, DEPLOYER_OBJECT_ID)
            entra = environment.entra.model_copy(update={"deployer_rights": "applications", "owners": owners})
            site = environment.model_copy(update={"entra": entra})

        def program() -> None:
            AgentNetwork(network.name, {"network": network, "environment": site})

        return run(
            program,
            project=NAMESPACE,
            stack=environment.stack,
            config={},
            operation=operation,
            path=self.path,
            request_check=self.check,
        )

    def without(self, action: str) -> World:
        """Return the state before the first run with one action or data action less in the deployer's role."""
        return without_action(self.world, self.role, action)

    def refused(self, action: str) -> set[str]:
        """Return the recorded operations that Azure refuses without one action of the role, by Azure's own words."""
        world, check = self.without(action), caller_check(self.principal)
        possible = [act for act in self.requests.values() if covers(action, act.operation)]
        return {act.operation for act in possible if _refusal(check, world, act).endswith(f"'{act.operation}'")}


def _refusal(check: RequestCheck, world: World, act: RequestedOperation) -> str:
    """Return Azure's error of a refused request up to the name of the operation; empty for an allowed request."""
    try:
        check(world, act)
    except AzureError as error:
        found = re.match(r"(?:Linked)?AuthorizationFailed: .*? action '[^']*'", str(error))
        return found.group() if found else ""
    return ""


def of_fabrikam(stack: str, **changed: object) -> tuple[Network, Environment]:
    """Return Fabrikam's network and an environment in the existing group, with changed settings."""
    group = {"resource_group": {"name": GROUP, "existing": True}}
    return described(fabrikam.network(), fabrikam.environment(stack) | group | changed, stack)


def as_principal(path: Path, world: World, principal: str) -> Deployer:
    """Return a deployer with a principal of a state of local Azure, which is written to a state file of its own.

    An administrator has assigned the permissions of Microsoft Graph, which no Azure role has.
    """
    for each in graph_permissions()["graph_permissions"]:
        permit(LocalAzure(world), each["permission"], principal)
    world.stack = []
    world.save(path)
    return Deployer(path, principal, "", world=world)


def bootstrapped(path: Path, *, group: str | None, **options: Any) -> Deployer:  # noqa: ANN401 (options of `document`)
    """Write a state file with a deploying identity, as an owner of the subscription makes it; nothing is deployed.

    With a `group`, the deployer has its role in that group, which exists; otherwise in the subscription.
    """
    world = World()
    azure = LocalAzure(world)
    for name in {"operations", group or "operations"}:
        azure.create("azure-native:resources:ResourceGroup", {"resourceGroupName": name, "location": "westeurope"})
    identity = {"resourceGroupName": "operations", "resourceName": "deployer", "location": "westeurope"}
    token = "azure-native:managedidentity:UserAssignedIdentity"  # noqa: S105 (a type token)
    principal = str(azure.create(token, azure.check(token, identity, name="deployer"))[1]["principalId"])
    printed = document(SUBSCRIPTION_ID, group, object_id=principal, existing_group=group is not None, **options)
    role = _assign(azure, printed["role"], printed["scope"], principal, printed["condition"], number=0)
    _assign(azure, printed["deleted_role"], printed["deleted_scope"], principal, None, number=2)
    if "workspace_role" in printed:
        azure.adopt("azure-native:operationalinsights:Workspace", printed["workspace_scope"])
        _assign(azure, printed["workspace_role"], printed["workspace_scope"], principal, None, number=1)
    for each in printed["graph_permissions"]:
        permit(azure, each["permission"], principal)
    world.save(path)
    return Deployer(path, principal, role, world=world)


def permit(azure: LocalAzure, permission: str, principal: str) -> None:
    """Assign a permission of Microsoft Graph to the deployer."""
    token = "azuread:index/appRoleAssignment:AppRoleAssignment"  # noqa: S105 (a type token)
    inputs = {
        "appRoleId": graph_app_roles()[permission],
        "principalObjectId": principal,
        "resourceObjectId": outside_object_id(azure.world, APPLICATION_IDS["microsoft-graph"]),
    }
    azure.create(token, azure.check(token, inputs, name=permission))


def _assign(  # noqa: PLR0913, PLR0917 (the parts of an assignment)
    azure: LocalAzure, role: dict[str, Any], scope: str, principal: str, condition: str | None, number: int
) -> str:
    name = f"{GUID[:-1]}{number}"
    definition = {
        "roleDefinitionId": name,
        "scope": SUBSCRIPTION,
        "roleName": role["Name"],
        "permissions": [{"actions": role["Actions"], "dataActions": role["DataActions"]}],
        "assignableScopes": role["AssignableScopes"],
    }
    definition_id, _ = azure.create(CUSTOM_ROLE, azure.check(CUSTOM_ROLE, definition, name="role"))
    assignment = {
        "roleAssignmentName": name,
        "scope": scope,
        "principalId": principal,
        "principalType": "ServicePrincipal",
        "roleDefinitionId": definition_id,
        **({} if condition is None else {"condition": condition, "conditionVersion": "2.0"}),
    }
    token = "azure-native:authorization:RoleAssignment"  # noqa: S105 (a type token)
    azure.create(token, azure.check(token, assignment, name="assignment"))
    return definition_id


def without_action(world: World, role: str, action: str) -> World:
    """Return a copy of a state of local Azure with one action or data action less in a custom role."""
    changed = world.copy()
    found = changed.get(role)
    assert found is not None
    (block,) = found.inputs["permissions"]
    less = {key: [each for each in values if each != action] for key, values in block.items()}
    changed.put(replace(found, inputs={**found.inputs, "permissions": [less]}))
    return changed

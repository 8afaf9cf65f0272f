"""Small Pulumi programs, and functions that run them on local Azure."""

from collections.abc import Callable
from pathlib import Path

import pulumi
from pulumi_azure_native import authorization, managedidentity, resources

from access.azure.roles import by_name, definition_id
from localazure.arm.world import SUBSCRIPTION_ID
from localazure.deployment.steps import Op
from localazure.run import Operation, RunResult, run

Program = Callable[[], None]

GROUP_ID = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg"


def up(program: Program, path: Path | None = None, **config: str) -> RunResult:
    """Deploy a program to local Azure, whose state is loaded from and saved to the file `path`."""
    return run(program, project="tiny", stack="dev", config=_keys(config), operation=Operation.UP, path=path)


def preview(program: Program, path: Path | None = None, **config: str) -> RunResult:
    """Preview a program on local Azure, whose state is loaded from the file `path`."""
    return run(program, project="tiny", stack="dev", config=_keys(config), operation=Operation.PREVIEW, path=path)


def _keys(config: dict[str, str]) -> dict[str, str]:
    """Return settings of azure-native by their full keys."""
    return {f"azure-native:{name}": value for name, value in config.items()}


def destroy(path: Path) -> RunResult:
    """Destroy a program's stack on local Azure, whose state is in the file `path`."""
    return run(nothing, project="tiny", stack="dev", config={}, operation=Operation.DESTROY, path=path)


def nothing() -> None:
    """Register nothing: the empty Pulumi program."""


def changes(result: RunResult) -> dict[str, set[str]]:
    """Return the names of changed resources by operation, without unchanged resources."""
    assert result.ok, result.failures
    found: dict[str, set[str]] = {}
    for step in result.steps:
        if step.op is not Op.SAME:
            found.setdefault(step.op.value, set()).add(step.record.name)
    return found


def group(name: str = "rg", location: str = "westeurope", **tags: str) -> resources.ResourceGroup:
    """Register a resource group."""
    return resources.ResourceGroup(name, resource_group_name=name, location=location, tags=tags or None)


def identity(
    name: str, of: resources.ResourceGroup, opts: pulumi.ResourceOptions | None = None
) -> managedidentity.UserAssignedIdentity:
    """Register a user-assigned identity in a resource group."""
    return managedidentity.UserAssignedIdentity(name, resource_name_=name, resource_group_name=of.name, opts=opts)


def grant(
    name: str, who: pulumi.Input[str], where: pulumi.Input[str], role: str = "Reader"
) -> authorization.RoleAssignment:
    """Register a role assignment for a principal at a scope, under a fixed GUID."""
    return authorization.RoleAssignment(
        name,
        scope=where,
        principal_id=who,
        principal_type="ServicePrincipal",
        role_definition_id=definition_id(by_name(role), SUBSCRIPTION_ID),
    )

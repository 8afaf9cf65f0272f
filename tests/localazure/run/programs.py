"""Small programs, and one call to run them on local Azure."""

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


def up(program: Program, path: Path | None = None) -> RunResult:
    """Deploy; the world in `path` is the one before and after."""
    return run(program, project="tiny", stack="dev", config={}, operation=Operation.UP, path=path)


def preview(program: Program, path: Path | None = None) -> RunResult:
    """Show what a deployment would do."""
    return run(program, project="tiny", stack="dev", config={}, operation=Operation.PREVIEW, path=path)


def destroy(path: Path) -> RunResult:
    """Remove everything."""
    return run(nothing, project="tiny", stack="dev", config={}, operation=Operation.DESTROY, path=path)


def nothing() -> None:
    """The empty program."""


def changes(result: RunResult) -> dict[str, set[str]]:
    """Operation → names of resources, without what stayed as it was."""
    assert result.ok, result.failures
    found: dict[str, set[str]] = {}
    for step in result.steps:
        if step.op is not Op.SAME:
            found.setdefault(step.op.value, set()).add(step.record.name)
    return found


def group(name: str = "rg", location: str = "westeurope", **tags: str) -> resources.ResourceGroup:
    """A resource group."""
    return resources.ResourceGroup(name, resource_group_name=name, location=location, tags=tags or None)


def identity(
    name: str, of: resources.ResourceGroup, opts: pulumi.ResourceOptions | None = None
) -> managedidentity.UserAssignedIdentity:
    """An identity in a group."""
    return managedidentity.UserAssignedIdentity(name, resource_name_=name, resource_group_name=of.name, opts=opts)


def grant(
    name: str, who: pulumi.Input[str], where: pulumi.Input[str], role: str = "Reader"
) -> authorization.RoleAssignment:
    """A role for a principal at a scope, under a GUID that depends on neither."""
    return authorization.RoleAssignment(
        name,
        scope=where,
        principal_id=who,
        principal_type="ServicePrincipal",
        role_definition_id=definition_id(by_name(role), SUBSCRIPTION_ID),
    )

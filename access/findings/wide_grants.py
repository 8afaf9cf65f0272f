"""Finds role assignments at scopes wider than needed, such as a whole resource group."""

from collections.abc import Iterator

from access.azure.scopes import is_path, key, shown, type_of
from access.azure.types import BY_ARM_TYPE
from access.evaluate.platform_grants import is_platform_assignment
from access.evaluate.relevance import resource_type
from access.evaluate.role_operations import operations_of_role
from access.findings.context import CheckContext, joined_names
from access.findings.finding import Finding
from access.model.graph import Assignment, Resource


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for every role assignment whose scope covers more than one resource of the network, or others."""
    for principal in context.network_principals:
        for one in context.graph.assignments_of(principal.id):
            if one.role is None or is_platform_assignment(principal, one):
                continue
            if is_wide(one):
                what = f"holds {one.role_text} at the whole of {shown(one.scope)}"
            else:
                parts = _parts(context, one)
                if not parts:
                    continue
                what = f"holds {one.role_text} at {shown(one.scope)}, with everything in it: {joined_names(parts)}"
            yield context.assignment_finding("wide-grant", one, f"{context.principal_text(principal.id)} {what}")


def is_wide(one: Assignment) -> bool:
    """Return True for a role assignment at a resource group, subscription or management group."""
    scope = key(one.scope)
    return is_path(scope) and not type_of(scope)


def _parts(context: CheckContext, one: Assignment) -> list[str]:
    """Return the resources inside a role assignment's scope that should be granted one by one."""
    if context.nearest_resource(one.scope) is not None:
        return []
    found = (each for each in context.graph.resources_within(one.scope) if key(each.id) != key(one.scope))
    return [each.name for each in found if _is_part(context, each) and one.role and _opens(one, each)]


def _is_part(context: CheckContext, resource: Resource) -> bool:
    if resource.declared or context.declared:
        return resource.declared
    # Without a declared network: an ARM type at which roles are usually assigned.
    row = BY_ARM_TYPE.get(resource_type(resource))
    return row is not None and row.granted_by_itself


def _opens(one: Assignment, resource: Resource) -> bool:
    return one.role is not None and bool(operations_of_role(one.role, resource_type(resource)))

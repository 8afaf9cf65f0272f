"""Selects the operations that are evaluated for a resource, by its type."""

from access.azure.planes import relevant_to
from access.azure.scopes import is_path, key, type_of
from access.model.graph import Resource


def relevant_operations(resource: Resource, *, data: bool) -> tuple[str, ...]:
    """Return the operations of one plane that are evaluated for a resource, sorted."""
    return relevant_to(resource_type(resource), data=data)


def resource_type(resource: Resource) -> str:
    """Return the ARM type of a resource, from its id or, before deployment, from its kind."""
    resource_key = key(resource.id)
    if is_path(resource_key):
        return type_of(resource_key)
    kind = resource.kind.strip("/").lower()
    return kind if "/" in kind else f"unknown/{kind}"

"""Reads the resources of a Pulumi preview in the form with which the later deployment is compared.

Owns what is known of a value before the deployment. A preview gives a marker for each value that the deployment alone
knows; the scope of a role assignment is nevertheless known, since the ids of resources follow from their names.
"""

from collections.abc import Mapping
from typing import Any

from access.azure.assignment_types import ASSIGNMENTS
from access.azure.scopes import is_path, key
from access.model.graph import Graph
from access.model.json_values import is_known
from access.model.planned_resource import PlannedResource
from access.readers import preview
from access.readers.resource_ids import UNKNOWN_SUBSCRIPTION
from access.readers.resource_state import ResourceState

__all__ = ["planned_resources"]

_PROVIDERS = "pulumi:providers:"
_UNNAMED = f"/subscriptions/{UNKNOWN_SUBSCRIPTION}"


def planned_resources(document: Mapping[str, Any]) -> tuple[PlannedResource, ...]:
    """Return the resources that exist after a Pulumi preview, without components and providers.

    Args:
        document: output of `pulumi preview --json --show-sames`.

    Raises:
        UnreadableSource: the document has another format or is truncated.
    """
    graph = preview.read(document)
    return tuple(
        PlannedResource(
            urn=state.urn,
            type=state.type,
            inputs=state.inputs,
            sources=state.property_dependencies,
            expected=_expected(state, graph),
        )
        for state in preview.states(document)
        if state.custom and not state.type.startswith(_PROVIDERS)
    )


def _expected(state: ResourceState, graph: Graph) -> dict[str, str]:
    """Return the scope and the role of an assignment where the preview does not know them and the graph does."""
    if state.token not in ASSIGNMENTS:
        return {}
    found = [one for one in graph.assignments if one.location == state.urn and not one.copy_of]
    if len(found) != 1:
        return {}
    known = {"scope": found[0].scope, "roleDefinitionId": found[0].role_id}
    if not is_path(key(known["scope"])) or known["scope"].startswith(_UNNAMED):
        del known["scope"]
    return {name: value for name, value in known.items() if value and not is_known(state.inputs.get(name))}

"""Reads the resources of a Pulumi preview in the form with which the later deployment is compared.

Owns what is known of a value before the deployment. A preview gives a marker for each value that the deployment alone
knows; the scope of a role assignment is nevertheless known, since the ids of resources follow from their names.
"""

from collections.abc import Mapping
from typing import Any

from access.azure.assignment_types import ASSIGNMENTS
from access.azure.scopes import is_path, key
from access.model.graph import Graph
from access.model.json_values import Values, is_known, mapping
from access.model.planned_resource import PlannedResource
from access.readers import preview
from access.readers.resource_ids import UNKNOWN_SUBSCRIPTION
from access.readers.resource_state import ResourceState

__all__ = ["planned_resources"]

_PROVIDERS = "pulumi:providers:"
_UNNAMED = f"/subscriptions/{UNKNOWN_SUBSCRIPTION}"


def planned_resources(document: Mapping[str, Any]) -> tuple[PlannedResource, ...]:
    """Return the resources that exist after a Pulumi preview, without components, with their providers.

    A preview does not list the providers that the engine makes itself: those have the settings of the stack.

    Args:
        document: output of `pulumi preview --json --show-sames`.

    Raises:
        UnreadableSource: the document has another format or is truncated.
    """
    graph = preview.read(document)
    found = [
        PlannedResource(
            urn=state.urn,
            type=state.type,
            inputs=state.inputs,
            sources=state.property_dependencies,
            expected=_expected(state, graph),
            provider=state.provider,
        )
        for state in preview.states(document)
        if state.custom
    ]
    known = {one.urn for one in found}
    config = mapping(preview.without_masks(mapping(document.get("config"))))
    providers = sorted({one.provider for one in found} - known - {""})
    return (*found, *(_made_by_engine(urn, config) for urn in providers))


def _made_by_engine(urn: str, config: Values) -> PlannedResource:
    """Return a provider that the engine makes from the settings of the stack."""
    kind = urn.rpartition("::")[0].rpartition("::")[2].rpartition("$")[2]
    package = f"{kind.removeprefix(_PROVIDERS)}:"
    inputs = {name.removeprefix(package): value for name, value in config.items() if name.startswith(package)}
    return PlannedResource(urn=urn, type=kind, inputs=inputs)


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

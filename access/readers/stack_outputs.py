"""Reads outputs, configuration and Kubernetes objects of a stack from a document, as texts to search for credentials.

Owns their place in an export, a preview and a document of local Azure. Secret and unknown parts are left out.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from access.model.json_values import Values, is_known, listed, mapping
from access.readers.preview import without_masks

__all__ = ["stack_outputs", "stack_texts"]

_STACK, _REFERENCE = "pulumi:pulumi:Stack", "pulumi:pulumi:StackReference"
_CLUSTER_OBJECTS = ("kubernetes:core/", "kubernetes:apps/", "kubernetes:batch/")
"""Groups of Kubernetes types with variables of containers and settings: pods, what creates them, and config maps."""


def stack_outputs(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the known outputs of a stack as JSON texts, by location such as `output login`."""
    outputs: dict[str, Any] = {**mapping(document.get("outputs"))}
    for row in listed(mapping(document.get("deployment")).get("resources")):
        outputs |= _of_stack(mapping(row))
    for step in listed(document.get("steps")):
        outputs |= cast("Values", without_masks(_of_stack(mapping(mapping(step).get("newState")))))
    known = {name: _known_part(value) for name, value in outputs.items()}
    return {f"output {name}": json.dumps(value) for name, value in known.items() if value is not None}


def stack_texts(document: Mapping[str, Any]) -> dict[str, str]:
    """Return outputs, the configuration in a preview and values in Kubernetes objects, as texts by location."""
    configuration = mapping(without_masks(mapping(document.get("config"))))
    known = {f"config {name}": value for name, value in configuration.items() if is_known(value)}
    texts = stack_outputs(document) | {where: value for where, value in known.items() if isinstance(value, str)}
    return texts | dict(_of_cluster_objects(document))


def _of_cluster_objects(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each known text in the Kubernetes objects of a document, with its location."""
    rows = [mapping(each) for each in listed(mapping(document.get("deployment")).get("resources"))]
    rows += [mapping(each) for each in listed(document.get("resources"))]
    for step in listed(document.get("steps")):
        rows.append(mapping(without_masks(mapping(mapping(step).get("newState")))))
    for row in rows:
        type_, name = str(row.get("type", "")), str(row.get("urn", "")).rpartition("::")[2]
        if type_.startswith(_CLUSTER_OBJECTS):
            waiting = [(f"{type_.rpartition(':')[2]} {name}: ", _known_part(row.get("inputs")))]
            while waiting:
                place, value = waiting.pop()
                if isinstance(value, str):
                    yield place, value
                waiting += _parts(place, value)


def _parts(place: str, value: object) -> list[tuple[str, object]]:
    """Return the parts of a JSON value with their places; a variable's value has the name that is next to it."""
    if isinstance(value, Mapping):
        values = cast("Values", value)
        start = place if place.endswith(" ") else f"{place}."
        variable = str(values.get("name")) if "name" in values and "value" in values else "value"
        return [(f"{start}{variable if each == 'value' else each}", inner) for each, inner in values.items()]
    if isinstance(value, list):
        return [(f"{place}[{at}]", inner) for at, inner in enumerate(cast("list[object]", value))]
    return []


def _of_stack(row: Values) -> Values:
    """Return the outputs of a stack, or of another stack that a StackReference has read, by name."""
    outputs = mapping(row.get("outputs"))
    if row.get("type") == _REFERENCE:
        stack = str(row.get("urn", "")).rpartition("::")[2]
        return {f"{name} of stack {stack}": value for name, value in mapping(outputs.get("outputs")).items()}
    return outputs if row.get("type") == _STACK else {}


def _known_part(value: object) -> object:
    """Return a value without its secret and unknown parts; None if nothing else is in it."""
    if not is_known(value):
        return None
    if isinstance(value, Mapping):
        return {name: _known_part(each) for name, each in cast("Values", value).items()}
    return [_known_part(each) for each in cast("list[object]", value)] if isinstance(value, list) else value

"""Reads outputs, configuration and resources outside Azure from a document, as texts to search for credentials.

Owns their place in an export, in a preview, in a document of local Azure and in what a policy pack receives. Secret and
unknown parts are left out. Resources of Azure are in the access graph, with all of their properties.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from access.model.json_values import Values, is_known, listed, mapping
from access.model.named_texts import named_texts
from access.readers.export import resource_rows
from access.readers.preview import without_masks

__all__ = ["stack_outputs", "stack_texts", "texts_of_rows"]

_STACK, _REFERENCE = "pulumi:pulumi:Stack", "pulumi:pulumi:StackReference"
_READ_ELSEWHERE = ("agent-network:", "azure-native", "pulumi:pulumi:")
"""Types whose properties are in the access graph or in its children, or whose outputs are read as outputs of a stack.

The components of this project have names of network.yaml as inputs, such as that of a secret.
"""


def stack_outputs(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the known outputs of a stack as JSON texts, by location such as `output login`."""
    outputs: dict[str, Any] = {**mapping(document.get("outputs"))}
    return _as_texts(outputs | _outputs(_rows(document)))


def stack_texts(document: Mapping[str, Any]) -> dict[str, str]:
    """Return outputs, the configuration in a preview and values of resources outside Azure, as texts by location."""
    configuration = mapping(without_masks(mapping(document.get("config"))))
    known = {f"config {name}": value for name, value in configuration.items() if is_known(value)}
    texts = stack_outputs(document) | {where: value for where, value in known.items() if isinstance(value, str)}
    return texts | dict(_of_other_resources(_rows(document)))


def texts_of_rows(rows: Iterable[Values]) -> dict[str, str]:
    """Return outputs and values of resources outside Azure, as texts by location.

    Args:
        rows: the resources of a program, each with `type`, `urn`, `inputs` and `outputs`.
    """
    every = list(rows)
    return _as_texts(_outputs(every)) | dict(_of_other_resources(every))


def _rows(document: Mapping[str, Any]) -> list[Values]:
    """Return the resources of an export, of a document of local Azure and of a preview."""
    rows = resource_rows(document)
    rows += [mapping(each) for each in listed(document.get("resources"))]
    for step in listed(document.get("steps")):
        rows.append(mapping(without_masks(mapping(mapping(step).get("newState")))))
    return rows


def _outputs(rows: Iterable[Values]) -> dict[str, Any]:
    return {name: value for row in rows for name, value in _of_stack(row).items()}


def _as_texts(outputs: Mapping[str, Any]) -> dict[str, str]:
    known = {name: _known_part(value) for name, value in outputs.items()}
    return {f"output {name}": json.dumps(value, default=str) for name, value in known.items() if value is not None}


def _of_other_resources(rows: Iterable[Values]) -> Iterator[tuple[str, str]]:
    """Yield each known text in the inputs of resources that are not of Azure, such as a pod, with its location."""
    for row in rows:
        type_, name = str(row.get("type", "")), str(row.get("urn", "")).rpartition("::")[2]
        if not type_.startswith(_READ_ELSEWHERE):
            for path, _, text in named_texts(row.get("inputs")):
                yield f"{type_.rpartition(':')[2]} {name}: {path}", text


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

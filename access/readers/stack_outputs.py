"""Reads the outputs and the configuration of a stack from a document, as texts to search for credentials.

Owns their place in an export, a preview and a document of local Azure. Secret and unknown parts are left out.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from access.model.json_values import Values, is_known, listed, mapping
from access.readers.preview import without_masks

__all__ = ["stack_outputs", "stack_texts"]

_STACK = "pulumi:pulumi:Stack"


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
    """Return the known outputs of a stack, and the configuration that a preview contains, as texts by location."""
    configuration = mapping(without_masks(mapping(document.get("config"))))
    known = {f"config {name}": value for name, value in configuration.items() if is_known(value)}
    return stack_outputs(document) | {where: value for where, value in known.items() if isinstance(value, str)}


def _of_stack(row: Values) -> Values:
    return mapping(row.get("outputs")) if row.get("type") == _STACK else {}


def _known_part(value: object) -> object:
    """Return a value without its secret and unknown parts; None if nothing else is in it."""
    if not is_known(value):
        return None
    if isinstance(value, Mapping):
        return {name: _known_part(each) for name, each in cast("Values", value).items()}
    return [_known_part(each) for each in cast("list[object]", value)] if isinstance(value, list) else value

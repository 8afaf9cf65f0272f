"""Outputs of a resource: those returned by a request, and those that a preview predicts.

Owns how they are computed from inputs and the `ResourceType`: without most names of the id, with the values that Azure
computes. The same two steps for every type; no rule of any service.
"""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, cast

from localazure.arm import managed_identity as identity
from localazure.arm.api_types import arm_type
from localazure.arm.property_paths import ANY, Path, parse, value_at
from localazure.arm.resource_type import UNKNOWN, Request, ResourceType
from localazure.arm.world import Values

_Block = dict[str | int, Any]


def outputs(request: Request) -> Values:
    """Compute the outputs of a simulated resource that a request creates or updates."""
    kind = request.type
    values = _echoed_inputs(kind, request.inputs)
    values |= {name: value for name, value in _type_outputs(kind, request.name).items() if value}
    values |= identity.identity_output(request)
    for path, answer in kind.outputs.items():
        blocks = [block for block, _ in _blocks_without_value(values, kind.output_paths[path])]
        value = answer(request) if blocks else None
        for block in blocks if value is not None else ():
            block[kind.output_paths[path][-1]] = _copied(value)
    for path, answer in kind.rewrites.items():
        *above, last = kind.output_paths[path]
        block = value_at(values, tuple(above))
        if isinstance(block, dict) and last in block:
            block[last] = answer(request)
    if isinstance(request.inputs.get("location"), str):
        values["location"] = request.location
    return values


def preview_outputs(kind: ResourceType, inputs: Values, known: Values | None) -> Values:
    """Return the outputs that a preview predicts: values computed by Azure are unknown unless `known` has them."""
    before = known or {}
    values = _echoed_inputs(kind, inputs)
    values |= {name: before.get(name, UNKNOWN) for name in _type_outputs(kind, "")}
    values |= identity.preview_identity(inputs, before)
    for path in kind.outputs:
        place = kind.output_paths[path]
        for block, found in _blocks_without_value(values, place, {} if path in kind.volatile else before):
            block[place[-1]] = UNKNOWN if found is None else _copied(found)
    return values


def _echoed_inputs(kind: ResourceType, inputs: Values) -> Values:
    values = {name: _copied(value) for name, value in inputs.items() if name not in kind.unechoed_path_inputs}
    for path in kind.write_only:
        _drop(values, parse(path))
    return values


def _type_outputs(kind: ResourceType, name: str) -> Values:
    published = arm_type(kind)
    if published is None:
        return {}
    return {"name": name, "type": kind.arm_type, "azureApiVersion": published.api_version}


def _blocks_without_value(value: Any, place: Path, before: Any = None) -> Iterator[tuple[_Block, Any]]:  # noqa: ANN401 (any JSON value)
    """Yield the nested blocks in which a property path has no value yet, each with its value in `before`."""
    step, rest = place[0], place[1:]
    if step == ANY and isinstance(value, list):
        old = cast("list[Any]", before) if isinstance(before, list) else []
        for each, was in zip_longest(cast("list[Any]", value), old[: len(cast("list[Any]", value))]):
            yield from _blocks_without_value(each, rest, was)
    elif isinstance(value, dict):
        block = cast("_Block", value)
        was = cast("_Block", before).get(step) if isinstance(before, dict) else None
        if rest:
            yield from _blocks_without_value(block.get(step), rest, was)
        elif block.get(step) is None:
            yield block, was


def _drop(value: Any, place: Path) -> None:  # noqa: ANN401 (any JSON value)
    step, rest = place[0], place[1:]
    if step == ANY and isinstance(value, list | dict):
        inside: Iterable[Any] = cast("Values", value).values() if isinstance(value, dict) else cast("list[Any]", value)
        for each in inside:
            _drop(each, rest)
    elif isinstance(value, dict):
        fields = cast("Values", value)
        if not rest:
            fields.pop(str(step), None)
        elif step in fields:
            _drop(fields[str(step)], rest)


def _copied(value: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """Return a deep copy of a JSON value, so that outputs never share objects with inputs."""
    if isinstance(value, dict):
        return {name: _copied(item) for name, item in cast("Values", value).items()}
    if isinstance(value, list):
        return [_copied(item) for item in cast("list[Any]", value)]
    return value

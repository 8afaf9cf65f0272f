"""Validates files beyond the first error: returns every error of a field, and a model of the valid rest.

pydantic reports all errors of the fields at once, and then returns no model. The checks across entries need one, so
invalid values are removed (or, for required keys, replaced by a placeholder) and the rest is validated again.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from manifest.base_model import StrictModel, as_mapping
from manifest.errors import KeyPath
from manifest.hosts import HOST_MODELS
from manifest.kinds import RESOURCE_MODELS
from manifest.model_messages import error_message

__all__ = ["FieldError", "PartialModel", "validate_partially"]

M = TypeVar("M", bound=StrictModel)
_ROUNDS = 12
_OF_KIND: dict[str, type[StrictModel]] = {**RESOURCE_MODELS, **HOST_MODELS}


@dataclass(frozen=True, slots=True)
class FieldError:
    """Error of a field in a user's file: its path and the message."""

    path: KeyPath
    message: str
    missing: bool = False
    """True if the field is missing."""


@dataclass(frozen=True, slots=True)
class PartialModel(Generic[M]):
    """Model of the valid part of a file's data, with the errors and the paths of the removed values.

    Attributes:
        model: the model without invalid values.
        errors: errors of fields.
        removed: paths of values that were removed or replaced by a placeholder.
        ancestors: every path above a removed one.
    """

    model: M
    errors: tuple[FieldError, ...]
    removed: frozenset[KeyPath]
    ancestors: frozenset[KeyPath]

    def is_valid(self, *path: str | int) -> bool:
        """Return True if no value at, above or below the path was removed as invalid."""
        return path not in self.ancestors and not any(path[:length] in self.removed for length in range(len(path) + 1))


def validate_partially(model: type[M], data: Mapping[str, Any], placeholders: Mapping[KeyPath, Any]) -> PartialModel[M]:
    """Return a model of the valid part of `data`, with the errors of the invalid rest.

    `placeholders` has a valid value for each required key whose absence must not remove its parent; "*" in a path
    matches any key.
    """
    rest = copy.deepcopy(dict(data))
    empty = frozenset(_drop_empty(rest, ()))
    mistakes = [FieldError(path, "the key has no value; write one, or remove the key") for path in empty]
    broken: set[KeyPath] = set(empty)
    found: list[ErrorDetails] = []
    for attempt in range(_ROUNDS):
        try:
            sound = model.model_validate(rest)
        except ValidationError as error:
            found = error.errors(include_url=False)
        else:
            around = frozenset(one[:length] for one in broken for length in range(len(one)))
            return PartialModel(sound, tuple(mistakes), frozenset(broken), around)
        for detail in _without_repetitions(found):
            path, owner = _locate(model, detail)
            missing = detail["type"] == "missing"
            if attempt == 0 and path not in empty:
                mistakes.append(FieldError(path, error_message(detail, path, owner), missing))
            broken.add(_remove_invalid(rest, path, placeholders, broken, missing=missing))
    raise AssertionError(f"{model.__name__} is still invalid after its invalid values were removed: {found}")


def _drop_empty(rest: dict[str, Any], path: KeyPath) -> Iterator[KeyPath]:
    """Remove every key without a value (an unfinished edit) from `rest`, and yield the key's path."""
    for key, value in list(rest.items()):
        inner = as_mapping(value)
        if value is None:
            del rest[key]
            yield (*path, key)
        elif inner is not None:
            yield from _drop_empty(inner, (*path, key))


def _without_repetitions(found: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Return pydantic's errors without the reports of short lists whose items are invalid."""
    around = {detail["loc"][:length] for detail in found for length in range(len(detail["loc"]))}
    return (detail for detail in found if detail["type"] != "too_short" or detail["loc"] not in around)


def _remove_invalid(
    rest: dict[str, Any], path: KeyPath, placeholders: Mapping[KeyPath, Any], broken: set[KeyPath], *, missing: bool
) -> KeyPath:
    """Remove the invalid value at `path` from `rest`; return the path that was removed."""
    if missing:
        parent = _mapping_at(rest, path[:-1])
        for pattern, value in placeholders.items():
            if parent is not None and _matches(path, pattern):
                parent[str(path[-1])] = copy.deepcopy(value)
                return path
        path = path[:-1]
    for length in range(len(path)):
        if path[: length + 1] in broken:
            return path[: length + 1]
    while path:
        parent = _mapping_at(rest, path[:-1])
        if parent is not None and path[-1] in parent:
            del parent[str(path[-1])]
            return path
        path = path[:-1]
    return path


def _matches(path: KeyPath, pattern: KeyPath) -> bool:
    return len(pattern) == len(path) and all(want in ("*", part) for want, part in zip(pattern, path, strict=True))


def _mapping_at(rest: dict[str, Any], path: KeyPath) -> dict[str, Any] | None:
    """Return the mapping at `path` in the data; None if there is none or a list is in between."""
    here: dict[str, Any] | None = rest
    for part in path:
        here = as_mapping(here.get(str(part))) if here is not None else None
    return here


def _locate(model: type[StrictModel], detail: ErrorDetails) -> tuple[KeyPath, type[BaseModel] | None]:
    """Return the path in the file of a pydantic error, and the model of the mapping around it."""
    here: Any = model
    owner: type[BaseModel] | None = None
    path: list[str | int] = []
    for part in detail["loc"]:
        if part == "[key]":
            break
        here = _bare(here)
        if isinstance(here, type) and issubclass(here, BaseModel):
            owner = here
            path.append(part)
            here = _field(here, part)
        elif get_origin(here) is dict:
            owner = None
            path.append(part)
            here = get_args(here)[1]
        elif get_origin(here) is tuple:
            path.append(part)
            here = get_args(here)[0]
        elif part in _OF_KIND:  # the union's tag, which is not in the file
            here = _OF_KIND[str(part)]
    return tuple(path), owner


def _bare(annotation: Any) -> Any:  # noqa: ANN401 - annotations are of every type
    """Return a type annotation without metadata and without None."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    options = [one for one in get_args(annotation) if one is not type(None)]
    is_union = get_origin(annotation) in (Union, type(int | None))
    return _bare(options[0]) if is_union and len(options) == 1 else annotation


def _field(model: type[BaseModel], name: str | int) -> Any:  # noqa: ANN401 - annotations are of every type
    for key, info in model.model_fields.items():
        if name in (key, info.alias):
            return info.annotation
    return None

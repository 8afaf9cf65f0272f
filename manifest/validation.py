"""From plain data to a model, past the first mistake: every mistake said in our words, the rest kept for judging.

pydantic reports all mistakes of the fields at once, and then gives nothing. The checks across entries need something,
so what is wrong is cut out (or, where a model cannot do without it, stood in for) and the remainder validated again.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from manifest.base_model import Entry, mapping
from manifest.errors import Path
from manifest.hosts import HOST_MODELS
from manifest.kinds import RESOURCE_MODELS
from manifest.validation_messages import explain

__all__ = ["Mistake", "Outcome", "validate"]

M = TypeVar("M", bound=Entry)
_ROUNDS = 12
_OF_KIND: dict[str, type[Entry]] = {**RESOURCE_MODELS, **HOST_MODELS}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A field that is wrong: where, and what about it."""

    path: Path
    message: str
    missing: bool = False
    """Is it that there is nothing at the path?"""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[M]):
    """What came of the data.

    Attributes:
        model: the model, without what was wrong.
        mistakes: what was wrong.
        broken: the paths that were cut out or stood in for.
        around: every path with something broken below it.
    """

    model: M
    mistakes: tuple[Mistake, ...]
    broken: frozenset[Path]
    around: frozenset[Path]

    def sound(self, *path: str | int) -> bool:
        """Is neither this nor anything around or below it broken? A check that needs what is not says nothing."""
        return path not in self.around and not any(path[:length] in self.broken for length in range(len(path) + 1))


def validate(model: type[M], data: Mapping[str, Any], stand_ins: Mapping[Path, Any]) -> Outcome[M]:
    """Make a model of `data`.

    `stand_ins` has a valid value for every required key whose absence is not to take along what is around it; "*" in a
    path is any key.
    """
    rest = copy.deepcopy(dict(data))
    empty = frozenset(_drop_empty(rest, ()))
    mistakes = [Mistake(path, "nothing stands behind this key; write a value, or remove the key") for path in empty]
    broken: set[Path] = set(empty)
    found: list[ErrorDetails] = []
    for attempt in range(_ROUNDS):
        try:
            sound = model.model_validate(rest)
        except ValidationError as error:
            found = error.errors(include_url=False)
        else:
            around = frozenset(one[:length] for one in broken for length in range(len(one)))
            return Outcome(sound, tuple(mistakes), frozenset(broken), around)
        for detail in _without_echoes(found):
            path, owner = _locate(model, detail)
            missing = detail["type"] == "missing"
            if attempt == 0 and path not in empty:
                mistakes.append(Mistake(path, explain(detail, path, owner), missing))
            broken.add(_mend(rest, path, stand_ins, broken, missing=missing))
    raise AssertionError(f"{model.__name__} stays invalid without what is wrong with it: {found}")


def _drop_empty(rest: dict[str, Any], path: Path) -> Iterator[Path]:
    """Drop every key without a value, an unfinished edit; give where they stood."""
    for key, value in list(rest.items()):
        inner = mapping(value)
        if value is None:
            del rest[key]
            yield (*path, key)
        elif inner is not None:
            yield from _drop_empty(inner, (*path, key))


def _without_echoes(found: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Pydantic counts only sound items, and so calls a list too short that has bad ones; it has said those already."""
    around = {detail["loc"][:length] for detail in found for length in range(len(detail["loc"]))}
    return (detail for detail in found if detail["type"] != "too_short" or detail["loc"] not in around)


def _mend(rest: dict[str, Any], path: Path, stand_ins: Mapping[Path, Any], broken: set[Path], *, missing: bool) -> Path:
    """Take the mistake at `path` out of `rest`; give what is broken by that."""
    if missing:
        holder = _mapping_at(rest, path[:-1])
        for pattern, value in stand_ins.items():
            if holder is not None and _fits(path, pattern):
                holder[str(path[-1])] = copy.deepcopy(value)
                return path
        path = path[:-1]
    for length in range(len(path)):
        if path[: length + 1] in broken:
            return path[: length + 1]
    while path:
        holder = _mapping_at(rest, path[:-1])
        if holder is not None and path[-1] in holder:
            del holder[str(path[-1])]
            return path
        path = path[:-1]
    return path


def _fits(path: Path, pattern: Path) -> bool:
    return len(pattern) == len(path) and all(want in ("*", part) for want, part in zip(pattern, path, strict=True))


def _mapping_at(rest: dict[str, Any], path: Path) -> dict[str, Any] | None:
    """The mapping at `path`, unless there is none or a list stands between."""
    here: dict[str, Any] | None = rest
    for part in path:
        here = mapping(here.get(str(part))) if here is not None else None
    return here


def _locate(model: type[Entry], detail: ErrorDetails) -> tuple[Path, type[BaseModel] | None]:
    """The path in the file of what pydantic complains about, and the model of the mapping that it stands in."""
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
        elif part in _OF_KIND:  # the union's tag, which stands nowhere in the file
            here = _OF_KIND[str(part)]
    return tuple(path), owner


def _bare(annotation: Any) -> Any:  # noqa: ANN401 - annotations are of every type
    """An annotation without metadata, and without None beside it."""
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

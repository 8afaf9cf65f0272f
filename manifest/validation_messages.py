"""pydantic's complaints in our words: what is wrong with the value, what is allowed, what to do.

One sentence a kind of complaint. A kind that has none is a mistake of this package and falls through to pydantic's own
words; a test keeps the list complete for the models that there are.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from manifest.base_model import Entry
from manifest.errors import Path
from manifest.hosts import HOST_MODELS
from manifest.kinds import KINDS
from manifest.phrases import choices, nearest, show, unknown

__all__ = ["explain"]


def explain(detail: ErrorDetails, path: Path, owner: type[BaseModel] | None) -> str:
    """The message for one complaint about the value at `path`, which stands in a mapping of model `owner`."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    name = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return _unknown_key(name, owner)
    if kind == "missing":
        return _missing(name, owner)
    if kind == "union_tag_invalid":
        return unknown("kind", str(context["tag"]), _kinds_at(path), there="the kinds are")
    if kind == "union_tag_not_found":
        return f"no kind; say in 'kind' what it is: {choices(_kinds_at(path))}"
    if kind in _SENTENCES:
        return _SENTENCES[kind](value, context)
    return _in_other_words(detail)


def _in_other_words(detail: ErrorDetails) -> str:
    return detail["msg"][0].lower() + detail["msg"][1:]


def _unknown_key(name: str, owner: type[BaseModel] | None) -> str:
    if owner is None:
        return f"unknown key {show(name)}"
    if issubclass(owner, Entry) and name in owner.refused:
        return f"there is no key '{name}': {owner.refused[name]}"
    return unknown("key", name, _keys(owner), there="the keys here are")


def _missing(name: str, owner: type[BaseModel] | None) -> str:
    description = ""
    for key, info in owner.model_fields.items() if owner else ():
        if name in (key, info.alias) and info.description:
            description = info.description.rstrip(".")
    return f"missing: {description[0].lower()}{description[1:]}" if description else "missing"


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(info.alias or key for key, info in model.model_fields.items())


def _text(value: object, _: Mapping[str, Any]) -> str:
    if not isinstance(value, int | float):
        return f"{show(value)} stands where a text is needed"
    return f"{show(value)} is no text here; write it in quotes"


def _needs(what: str) -> Callable[[object, Mapping[str, Any]], str]:
    return lambda value, _: f"{show(value)} stands where {what} is needed"


def _one_of(value: object, context: Mapping[str, Any]) -> str:
    options = [option.strip("' ") for option in str(context["expected"]).replace(" or ", ", ").split(", ")]
    near = nearest(value, options) if isinstance(value, str) else None
    return f"{show(value)} is not one of {choices(options)}" + (f"; did you mean '{near}'?" if near else "")


def _kinds_at(path: Path) -> tuple[str, ...]:
    return tuple(HOST_MODELS if path[:1] == ("hosts",) else KINDS)


def _limit(words: str, key: str) -> Callable[[object, Mapping[str, Any]], str]:
    return lambda value, context: f"{show(value)} is {words} {context[key]}"


_SENTENCES: dict[str, Callable[[object, Mapping[str, Any]], str]] = {
    "value_error": lambda _, context: str(context["error"]),
    "string_type": _text,
    "int_type": _needs("a whole number"),
    "int_from_float": _needs("a whole number"),
    "float_type": _needs("a number"),
    "bool_type": _needs("true or false"),
    "dict_type": _needs("a mapping"),
    "model_type": _needs("a mapping"),
    "model_attributes_type": _needs("a mapping"),
    "tuple_type": _needs("a list"),
    "literal_error": _one_of,
    "greater_than_equal": _limit("less than", "ge"),
    "less_than_equal": _limit("more than", "le"),
    "string_too_short": lambda _, __: "an empty text stands where one is needed",
    "too_short": lambda _, __: "an empty list; write at least one, or leave the key out",
}

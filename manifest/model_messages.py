"""Translates pydantic's errors into messages with the value, the allowed values and the fix.

Each type of error has one message. A type without one gets pydantic's own message; a test keeps the list complete for
the existing models.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from manifest.base_model import StrictModel
from manifest.errors import KeyPath
from manifest.hosts import HOST_MODELS
from manifest.kinds import KINDS
from manifest.message_formatting import closest_match, join_choices, quote_value, unknown_name_message

__all__ = ["error_message"]


def error_message(detail: ErrorDetails, path: KeyPath, owner: type[BaseModel] | None) -> str:
    """Return the message for a pydantic error of the value at `path`, in a mapping of the model `owner`."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    name = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return _unknown_key(name, owner)
    if kind == "missing":
        return _missing(name, owner)
    if kind == "union_tag_invalid":
        return unknown_name_message("kind", str(context["tag"]), _kinds_at(path), there="the kinds are")
    if kind == "union_tag_not_found":
        return f"missing 'kind'; set it to one of {join_choices(_kinds_at(path))}"
    if kind in _MESSAGES:
        return _MESSAGES[kind](value, context)
    return _pydantic_message(detail)


def _pydantic_message(detail: ErrorDetails) -> str:
    return detail["msg"][0].lower() + detail["msg"][1:]


def _unknown_key(name: str, owner: type[BaseModel] | None) -> str:
    if owner is None:
        return f"unknown key {quote_value(name)}"
    if issubclass(owner, StrictModel) and name in owner.unsupported_keys:
        return f"there is no key '{name}': {owner.unsupported_keys[name]}"
    return unknown_name_message("key", name, _keys(owner), there="the allowed keys are")


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
        return f"{quote_value(value)} is not a text"
    kind = "boolean" if isinstance(value, bool) else "number"
    return f"{quote_value(value)} is a {kind} in YAML; write it in quotes"


def _is_not(expected: str) -> Callable[[object, Mapping[str, Any]], str]:
    return lambda value, _: f"{quote_value(value)} is not {expected}"


def _one_of(value: object, context: Mapping[str, Any]) -> str:
    options = [option.strip("' ") for option in str(context["expected"]).replace(" or ", ", ").split(", ")]
    near = closest_match(value, options) if isinstance(value, str) else None
    return f"{quote_value(value)} is not one of {join_choices(options)}" + (f"; did you mean '{near}'?" if near else "")


def _kinds_at(path: KeyPath) -> tuple[str, ...]:
    return tuple(HOST_MODELS if path[:1] == ("hosts",) else KINDS)


def _limit(words: str, key: str) -> Callable[[object, Mapping[str, Any]], str]:
    return lambda value, context: f"{quote_value(value)} is {words} {context[key]}"


_MESSAGES: dict[str, Callable[[object, Mapping[str, Any]], str]] = {
    "value_error": lambda _, context: str(context["error"]),
    "string_type": _text,
    "int_type": _is_not("a whole number"),
    "int_from_float": _is_not("a whole number"),
    "float_type": _is_not("a number"),
    "bool_type": _is_not("true or false"),
    "dict_type": _is_not("a mapping"),
    "model_type": _is_not("a mapping"),
    "model_attributes_type": _is_not("a mapping"),
    "tuple_type": _is_not("a list"),
    "literal_error": _one_of,
    "greater_than_equal": _limit("less than", "ge"),
    "less_than_equal": _limit("more than", "le"),
    "string_too_short": lambda _, __: "the text is empty",
    "too_short": lambda _, __: "the list is empty; write at least one entry, or remove the key",
}

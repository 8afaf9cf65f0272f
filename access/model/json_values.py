"""Reads values of a Pulumi JSON document, which may be known, unknown or secret.

Owns access to plain JSON of unknown shape. A secret is never opened: it counts as unknown.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from access.azure.flat_properties import SIGNATURE
from access.model.errors import UnreadableSource

# Sentinels of the engine for values that are unknown until a deployment, one for each type of value:
# sdk/go/common/resource/plugin/rpc.go of pulumi/pulumi, Nov 2026.
UNKNOWNS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

Values = Mapping[str, Any]


def is_known(value: object) -> bool:
    """Return True if a value is present and contains no marker for an unknown or secret value."""
    if isinstance(value, str):
        return value not in UNKNOWNS and not any(each in value for each in UNKNOWNS)
    return value is not None and not (isinstance(value, Mapping) and SIGNATURE in cast("Values", value))


def text(values: Values, name: str) -> str:
    """Return a value if it is a known string; an empty text if it is unknown or of another type."""
    value = values.get(name)
    return value.strip() if isinstance(value, str) and is_known(value) else ""


def mapping(value: object) -> Values:
    """Return a value if it is a JSON object; an empty dict if it is secret or of another type."""
    return cast("Values", value) if isinstance(value, Mapping) and is_known(cast("Values", value)) else {}


def listed(value: object) -> list[Any]:
    """Return a value if it is a list; an empty list otherwise."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def texts(value: object) -> tuple[str, ...]:
    """Return the known strings in a list value."""
    return tuple(each for each in listed(value) if isinstance(each, str) and is_known(each))


def nested(value: object) -> Iterator[object]:
    """Yield a JSON value and every value inside of it at any depth, without the names of properties."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, Mapping):
            waiting += cast("Values", one).values()
        else:
            waiting += listed(one)


def required_list(document: object, name: str, where: str) -> list[Any]:
    """Return the list in a field of a JSON object; raises UnreadableSource if there is none.

    Raises:
        UnreadableSource: the list is missing.
    """
    value = cast("Values", document).get(name) if isinstance(document, Mapping) else None
    if not isinstance(value, list):
        raise UnreadableSource(where, f"the document has no list {name!r}; it has another format or is truncated")
    return cast("list[Any]", value)

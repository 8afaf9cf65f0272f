"""Search for credentials in whole JSON documents before they are written to a file."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from safe_text.credentials import detect_credential

__all__ = ["credential_place"]


def credential_place(document: object) -> str | None:
    """Return the name of the first value of a document that looks like a credential by its form or its name, or None.

    The name is empty for a value without a name, such as a key.
    """
    return next((name for name, text in _named_texts("", document) if detect_credential(text, name)), None)


def _named_texts(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield every text of a document with its name, such as a variable's name."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        inside = cast("Mapping[str, Any]", value)
        for key, inner in inside.items():
            yield "", key
            yield from _named_texts(str(inside.get("name", key)) if key == "value" else key, inner)
    elif isinstance(value, list | tuple):
        for inner in cast("list[Any]", value):
            yield from _named_texts(name, inner)

"""Checks documents for credentials before they are written to the cache.

Values that Pulumi marks as secret are masked in them already; this finds what somebody wrote openly.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from safe_text.credentials import detect_credential

__all__ = ["holds_credential"]


def holds_credential(document: object) -> bool:
    """Return True if any text in a document looks like a credential, by its form or its name."""
    return any(detect_credential(text, name) for name, text in _named_texts("", document))


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

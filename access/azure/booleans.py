"""Reads booleans that a document has as text, which Azure Resource Manager accepts.

Source: "Data types in ARM templates", Microsoft Learn, 2025: some resource providers convert text to a boolean.
"""

from typing import Any

__all__ = ["boolean"]


def boolean(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return True or False for the texts `true` and `false` in any case; other values unchanged."""
    return value.lower() == "true" if isinstance(value, str) and value.lower() in {"false", "true"} else value

"""Attribute values that role assignment conditions compare, and markers for missing values."""

from collections.abc import Mapping
from enum import Enum

Scalar = str | int | bool
Value = Scalar | tuple[Scalar, ...]


class Missing(Enum):
    """Reason why an attribute of a request has no value: absent, or known only when a request is made."""

    UNKNOWN = "known only when a request is made"
    ABSENT = "not set"


Known = Value | Missing
Attributes = Mapping[str, Known]
"""Attribute values by canonical name; a name that is not in the mapping is unknown."""

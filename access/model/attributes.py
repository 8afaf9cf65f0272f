"""Values of attributes that role assignment conditions compare, and the two states without a value."""

from collections.abc import Mapping
from enum import Enum

Scalar = str | int | bool
Value = Scalar | tuple[Scalar, ...]


class Missing(Enum):
    """Reason for an attribute without a value."""

    UNKNOWN = "known only when a request is made"
    ABSENT = "not set"


Known = Value | Missing
Attributes = Mapping[str, Known]
"""Values by canonical key. A key that is not in the mapping is unknown."""

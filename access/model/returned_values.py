"""Strings that Azure has returned for a resource, apart from those that the program gave.

Owns the difference. A program chooses tags, descriptions and names, so a string of these does not prove whose
identity a value is. An id, a principal or an address that Azure has made does.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from access.model.json_values import Values, mapping

__all__ = ["NOTHING", "ReturnedValues", "returned_values"]

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OTHERS = "userAssignedIdentities"
"""Property with identities that are resources of their own, whose principals are not those of this resource."""


@dataclass(frozen=True)
class ReturnedValues:
    """Strings in what Azure returned for one resource, by their place, such as `identity.principalId`."""

    made: Mapping[str, str] = field(default_factory=dict[str, str])
    """Place → string that Azure has made: an id, a principal, an address."""
    echoed: Mapping[str, str] = field(default_factory=dict[str, str])
    """Place → string that the program gave, and Azure returned at the same place."""

    def row(self) -> dict[str, Any]:
        """Return the strings as a JSON object."""
        return {"made": dict(self.made), "echoed": dict(self.echoed)}

    @classmethod
    def of(cls, row: Values) -> "ReturnedValues":
        """Return the strings in a JSON object."""
        return cls(*({place: str(one) for place, one in mapping(row.get(name)).items()} for name in ("made", "echoed")))

    @property
    def made_strings(self) -> frozenset[str]:
        """Return the strings that Azure has made."""
        return frozenset(self.made.values())

    @property
    def strings(self) -> frozenset[str]:
        """Return all strings."""
        return frozenset((*self.made.values(), *self.echoed.values()))


NOTHING = ReturnedValues()


def returned_values(resource_id: str, inputs: Values, outputs: Values) -> ReturnedValues:
    """Return the strings in the outputs of a resource.

    Args:
        resource_id: id of the resource, which Azure has made.
        inputs: values that the program gave.
        outputs: values that Azure returned.
    """
    given = dict(_strings(inputs))
    made, echoed = {"id": resource_id} if resource_id else dict[str, str](), dict[str, str]()
    for place, value in _strings(outputs):
        # The program chooses a name, too: one that looks like the id of a principal is none.
        is_echo = place in given or (place == "name" and _GUID.fullmatch(value) is not None)
        (echoed if is_echo else made)[place] = value
    return ReturnedValues(made, echoed)


def _strings(values: Values) -> Iterator[tuple[str, str]]:
    """Yield each string in a JSON value with its place, without those of identities of their own."""
    waiting: list[tuple[str, object]] = [(name, value) for name, value in values.items() if name != _OTHERS]
    while waiting:
        place, one = waiting.pop()
        if isinstance(one, str):
            yield place, one
        elif isinstance(one, Mapping):
            inside = mapping(cast("Values", one))
            waiting += [(f"{place}.{name}", each) for name, each in inside.items() if name != _OTHERS]
        elif isinstance(one, list):
            waiting += [(f"{place}.{index}", each) for index, each in enumerate(cast("list[object]", one))]

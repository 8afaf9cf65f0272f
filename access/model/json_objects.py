"""Typed access to the fields of JSON objects; errors name the path of the wrong value.

Owns the checks of plain types; the meaning of a document is up to its reader.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from access.model.errors import UnreadableSource

_Read = TypeVar("_Read")


class JsonObject:
    """JSON object with typed getters, which raise `UnreadableSource` for a value of another type."""

    def __init__(self, value: object, where: str = "", *, document_name: str) -> None:
        self._where, self._document = where, document_name
        if not isinstance(value, Mapping):
            raise self.error("is not an object")
        self._values = cast("Mapping[str, Any]", value)

    def error(self, why: str, name: str = "") -> UnreadableSource:
        """Return (not raise) the error for a wrong value, with the value's path in the document."""
        at = self._at(name)
        return UnreadableSource(self._document, f"{at} {why}" if at else why)

    def get(self, name: str) -> object:
        """Return the value of a field without a type check; None if the field is missing."""
        return self._values.get(name)

    def field_names(self) -> tuple[str, ...]:
        """Return the names of all fields of the JSON object."""
        return tuple(self._values)

    def object(self, name: str) -> "JsonObject":
        """Return the nested JSON object of a field."""
        return JsonObject(self.get(name), self._at(name), document_name=self._document)

    def string(self, name: str, default: str | None = None) -> str:
        """Return the string in a field; `default` if the field is missing."""
        value = self.get(name)
        value = default if value is None else value
        if not isinstance(value, str):
            raise self.error("is not a string", name)
        return value

    def flag(self, name: str) -> bool:
        """Return the boolean in a field; False if the field is missing."""
        value = self.get(name)
        if not isinstance(value, bool | None):
            raise self.error("is neither true nor false", name)
        return bool(value)

    def number(self, name: str) -> int | None:
        """Return the integer of at least 0 in a field; None if the field is missing."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error("is not an integer of at least 0", name)
        return value

    @property
    def line(self) -> int:
        """Return the line of the file where the JSON object begins; 0 if unknown."""
        return self.number("line") or 0

    def objects(self, name: str) -> "dict[str, JsonObject]":
        """Return the nested JSON objects of a field by name; empty if the field is missing."""
        if self.get(name) is None:
            return {}
        rows = self.object(name)
        return {one: rows.object(one) for one in rows.field_names()}

    def list_of(self, name: str, read: "Callable[[JsonObject], _Read]") -> tuple[_Read, ...]:
        """Parse each JSON object in a list field with a function; empty if the field is missing."""
        at = self._at(name)
        rows = enumerate(self._list(name))
        return tuple(read(JsonObject(each, f"{at}[{index}]", document_name=self._document)) for index, each in rows)

    def strings(self, name: str) -> tuple[str, ...]:
        """Return the list of strings in a field; empty if the field is missing."""
        found = self._list(name)
        if not all(isinstance(each, str) for each in found):
            raise self.error("is not a list of strings", name)
        return tuple(cast("list[str]", found))

    def _list(self, name: str) -> list[Any]:
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.error("is not a list", name)
        return cast("list[Any]", value)

    def _at(self, name: str) -> str:
        return ".".join(filter(None, (self._where, name)))

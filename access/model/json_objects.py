"""Typed access to JSON objects; errors name the path of the wrong value.

Owns the checks of plain types; the meaning of a document is up to its reader.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from access.model.errors import UnreadableSource

_Read = TypeVar("_Read")


class JsonObject:
    """A JSON object with typed getters, which raise `UnreadableSource` for a value of another type."""

    def __init__(self, value: object, where: str = "", *, document_name: str) -> None:
        self._where, self._document = where, document_name
        if not isinstance(value, Mapping):
            raise self.error("is not an object")
        self._values = cast("Mapping[str, Any]", value)

    def error(self, why: str, name: str = "") -> UnreadableSource:
        """Create the error for a wrong value, with the value's path in the document."""
        at = self._at(name)
        return UnreadableSource(self._document, f"{at} {why}" if at else why)

    def get(self, name: str) -> object:
        """Return a value without a type check."""
        return self._values.get(name)

    def field_names(self) -> tuple[str, ...]:
        """The names of all fields of the object."""
        return tuple(self._values)

    def object(self, name: str) -> "JsonObject":
        """Return a nested object."""
        return JsonObject(self.get(name), self._at(name), document_name=self._document)

    def string(self, name: str, default: str | None = None) -> str:
        """Return a string field; `default` if the field is missing."""
        value = self.get(name)
        value = default if value is None else value
        if not isinstance(value, str):
            raise self.error("is not a string", name)
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean field; False if the field is missing."""
        value = self.get(name)
        if not isinstance(value, bool | None):
            raise self.error("is neither true nor false", name)
        return bool(value)

    def number(self, name: str) -> int | None:
        """Return an integer field of at least 0; None if the field is missing."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error("is not an integer of at least 0", name)
        return value

    @property
    def line(self) -> int:
        """The line of the file that the object was parsed from; 0 if unknown."""
        return self.number("line") or 0

    def objects(self, name: str) -> "dict[str, JsonObject]":
        """Return nested objects by name; empty if the field is missing."""
        if self.get(name) is None:
            return {}
        rows = self.object(name)
        return {one: rows.object(one) for one in rows.field_names()}

    def list_of(self, name: str, read: "Callable[[JsonObject], _Read]") -> tuple[_Read, ...]:
        """Parse each object of a list field with a function; empty if the field is missing."""
        at = self._at(name)
        rows = enumerate(self._list(name))
        return tuple(read(JsonObject(each, f"{at}[{index}]", document_name=self._document)) for index, each in rows)

    def strings(self, name: str) -> tuple[str, ...]:
        """Return a list of strings; empty if the field is missing."""
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

"""Typed access to the objects of a JSON document, with errors that name the path of a wrong value.

Owns the checks of plain types; the meaning of a document is up to its reader.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from access.model.errors import UnreadableSource

_Read = TypeVar("_Read")


class JsonObject:
    """An object of a JSON document. Every method raises `UnreadableSource` where a value has another type."""

    def __init__(self, value: object, where: str = "", *, document_name: str) -> None:
        self._where, self._document = where, document_name
        if not isinstance(value, Mapping):
            raise self.error("is not an object")
        self._values = cast("Mapping[str, Any]", value)

    def error(self, why: str, name: str = "") -> UnreadableSource:
        """The error for a wrong value, with its path in the document."""
        at = self._at(name)
        return UnreadableSource(self._document, f"{at} {why}" if at else why)

    def get(self, name: str) -> object:
        """A value as it is in the document."""
        return self._values.get(name)

    def field_names(self) -> tuple[str, ...]:
        """The names of all values."""
        return tuple(self._values)

    def object(self, name: str) -> "JsonObject":
        """A nested object."""
        return JsonObject(self.get(name), self._at(name), document_name=self._document)

    def string(self, name: str, default: str | None = None) -> str:
        """A string; `default` where it is missing."""
        value = self.get(name)
        value = default if value is None else value
        if not isinstance(value, str):
            raise self.error("is not a string", name)
        return value

    def flag(self, name: str) -> bool:
        """A boolean; false where it is missing."""
        value = self.get(name)
        if not isinstance(value, bool | None):
            raise self.error("is neither true nor false", name)
        return bool(value)

    def number(self, name: str) -> int | None:
        """An integer of at least 0; None where it is missing."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error("is not an integer of at least 0", name)
        return value

    @property
    def line(self) -> int:
        """The line of the file that the object was read from; 0 where it has none."""
        return self.number("line") or 0

    def objects(self, name: str) -> "dict[str, JsonObject]":
        """Nested objects by name; empty where they are missing."""
        if self.get(name) is None:
            return {}
        rows = self.object(name)
        return {one: rows.object(one) for one in rows.field_names()}

    def list_of(self, name: str, read: "Callable[[JsonObject], _Read]") -> tuple[_Read, ...]:
        """The objects of a list, each read by a function; empty where the list is missing."""
        at = self._at(name)
        rows = enumerate(self._list(name))
        return tuple(read(JsonObject(each, f"{at}[{index}]", document_name=self._document)) for index, each in rows)

    def strings(self, name: str) -> tuple[str, ...]:
        """A list of strings; empty where it is missing."""
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

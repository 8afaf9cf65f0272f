"""Objects of a JSON document, read with what they must be, and with where they stand in it where they are not.

Owns the checks of plain types; what a document means is its reader's.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from access.model.errors import UnreadableSource

_Read = TypeVar("_Read")


class Row:
    """An object of a document. Every method raises `UnreadableSource` where a value is not what it should be."""

    def __init__(self, value: object, where: str = "", *, document_name: str) -> None:
        self._where, self._document = where, document_name
        if not isinstance(value, Mapping):
            raise self.wrong("is no object")
        self._values = cast("Mapping[str, Any]", value)

    def wrong(self, why: str, name: str = "") -> UnreadableSource:
        """The error that says what is wrong, and where."""
        at = self._at(name)
        return UnreadableSource(self._document, f"{at} {why}" if at else why)

    def get(self, name: str) -> object:
        """A value as it stands."""
        return self._values.get(name)

    def names(self) -> tuple[str, ...]:
        """What it has."""
        return tuple(self._values)

    def inner(self, name: str) -> "Row":
        """An object in this one."""
        return Row(self.get(name), self._at(name), document_name=self._document)

    def text(self, name: str, otherwise: str | None = None) -> str:
        """A text; where it is missing, `otherwise`."""
        value = self.get(name)
        value = otherwise if value is None else value
        if not isinstance(value, str):
            raise self.wrong("is no text", name)
        return value

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing."""
        value = self.get(name)
        if not isinstance(value, bool | None):
            raise self.wrong("is neither true nor false", name)
        return bool(value)

    def number(self, name: str) -> int | None:
        """A number from 0 on; None where it is missing."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong("is no whole number from 0 on", name)
        return value

    @property
    def line(self) -> int:
        """The line of the file that this was read from; 0 where that is not said."""
        return self.number("line") or 0

    def named(self, name: str) -> "dict[str, Row]":
        """Objects by name; none where they are missing."""
        if self.get(name) is None:
            return {}
        rows = self.inner(name)
        return {one: rows.inner(one) for one in rows.names()}

    def many(self, name: str, read: "Callable[[Row], _Read]") -> tuple[_Read, ...]:
        """Every object of a list, read; none where it is missing."""
        at = self._at(name)
        rows = enumerate(self._list(name))
        return tuple(read(Row(each, f"{at}[{index}]", document_name=self._document)) for index, each in rows)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; none where it is missing."""
        found = self._list(name)
        if not all(isinstance(each, str) for each in found):
            raise self.wrong("is no list of texts", name)
        return tuple(cast("list[str]", found))

    def _list(self, name: str) -> list[object]:
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong("is no list", name)
        return cast("list[object]", value)

    def _at(self, name: str) -> str:
        return ".".join(filter(None, (self._where, name)))

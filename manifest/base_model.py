"""The base of every model: strict, frozen, and closed to keys that it does not know."""

from typing import Annotated, Any, ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Strict

__all__ = ["Entry", "Items", "mapping", "sort_texts"]

T = TypeVar("T")

# Strict pydantic takes a tuple for a tuple only; YAML and JSON have lists.
Items = Annotated[tuple[T, ...], Strict(strict=False)]


def mapping(value: object) -> dict[str, Any] | None:
    """`value` where it is a mapping, else None. Keys are texts in all that is read here."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def sort_texts(items: tuple[str, ...]) -> tuple[str, ...]:
    """In an order that does not depend on how the list was written."""
    return tuple(sorted(items))


class Entry(BaseModel):
    """A mapping in one of the files."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    refused: ClassVar[dict[str, str]] = {}
    """Keys that people try here, and why there are none such; the message for an unknown key otherwise guesses."""

    def settings_without(self, *fields: str) -> dict[str, Any]:
        """Every value as plain data, without the named fields."""
        return self.model_dump(exclude=set(fields), by_alias=True)

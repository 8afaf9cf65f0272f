"""Base class of the pydantic models of the manifest: strict types, frozen, unknown keys refused."""

from typing import Annotated, Any, ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Strict

__all__ = ["ListField", "StrictModel", "as_mapping", "sorted_strings"]

T = TypeVar("T")

# Strict pydantic accepts only a tuple as a tuple; YAML and JSON have lists.
ListField = Annotated[tuple[T, ...], Strict(strict=False)]


def as_mapping(value: object) -> dict[str, Any] | None:
    """Return `value` if it is a mapping, else None; its keys are assumed to be texts."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def sorted_strings(items: tuple[str, ...]) -> tuple[str, ...]:
    """Return the texts sorted, so that the order does not depend on the file."""
    return tuple(sorted(items))


class StrictModel(BaseModel):
    """Base class of the models of mappings in network.yaml and stack files."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    unsupported_keys: ClassVar[dict[str, str]] = {}
    """Likely but unsupported keys, each with the reason; for other unknown keys, the message suggests the nearest."""

    def values_without(self, *fields: str) -> dict[str, Any]:
        """Return the values of all fields but the named ones, as plain data."""
        return self.model_dump(exclude=set(fields), by_alias=True)

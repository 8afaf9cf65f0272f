"""What a name rule is: its limits, its words for people, and how pydantic and JSON Schema see it.

The rules themselves, each with its source, stand in `manifest.azure_names`. A rule is pydantic metadata, so that a
field of
type `Annotated[str, RULE]` refuses a bad name by itself and tells editors the same through the schema.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from manifest.phrases import show

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

__all__ = ["NameRule"]


@dataclass(frozen=True, slots=True)
class NameRule:
    """One rule for names.

    Attributes:
        what: the thing that is named, with its article ("a storage account").
        shortest: the least number of characters.
        longest: the greatest number of characters.
        pattern: what the whole name matches; it says nothing about length.
        words: `pattern` for people.
        source: the document that the rule is from, and its date.
    """

    what: str
    shortest: int
    longest: int
    pattern: str
    words: str
    source: str

    @property
    def allowed(self) -> str:
        """The whole rule as a phrase: `2 to 32 lower-case letters and digits`."""
        return self.words if self.shortest == self.longest else f"{self.shortest} to {self.longest} {self.words}"

    def complaint(self, name: str) -> str | None:
        """Why `name` is not allowed, or None where it is."""
        if not self.shortest <= len(name) <= self.longest:
            limits = f"{self.shortest} to {self.longest}"
            return f"{show(name)} has {len(name)} characters; {self.what} is named with {limits} of them"
        if re.fullmatch(self.pattern, name) is None:
            return f"{show(name)} cannot name {self.what}; allowed are {self.words}"
        return None

    def check(self, name: str) -> str:
        """Give `name` back.

        Raises:
            ValueError: the name is not allowed.
        """
        if complaint := self.complaint(name):
            raise ValueError(complaint)
        return name

    def __get_pydantic_core_schema__(self, source: type[Any], handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic_core import core_schema  # noqa: PLC0415 (local Azure uses rules without models)

        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: "CoreSchema", handler: "GetJsonSchemaHandler") -> "JsonSchemaValue":
        json_schema = handler(schema)
        limits = {"minLength": self.shortest, "maxLength": self.longest, "pattern": f"^(?:{self.pattern})$"}
        return {**json_schema, **limits}

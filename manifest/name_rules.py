"""Type `NameRule`: the allowed characters and lengths of a name, checked by pydantic and JSON Schema.

The rules themselves, each with its source, are in `manifest.azure_naming_rules`. A rule is pydantic metadata: a field
of type `Annotated[str, RULE]` refuses an invalid name, and the schema has the rule for editors.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from manifest.message_formatting import quote_value

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

__all__ = ["NameRule"]


@dataclass(frozen=True, slots=True)
class NameRule:
    """Naming rule for one kind of Azure resource or manifest entry.

    Attributes:
        what: the named thing, with its article ("a storage account").
        shortest: minimum number of characters.
        longest: maximum number of characters.
        pattern: regular expression for the whole name, without the length.
        words: `pattern` in words.
        source: document with the rule, and its date.
    """

    what: str
    shortest: int
    longest: int
    pattern: str
    words: str
    source: str

    @property
    def allowed(self) -> str:
        """Return the rule as a phrase: `2 to 32 lower-case letters and digits`."""
        return self.words if self.shortest == self.longest else f"{self.shortest} to {self.longest} {self.words}"

    def error(self, name: str) -> str | None:
        """Return the error message for an invalid name; None for a valid name."""
        if not self.shortest <= len(name) <= self.longest:
            limits = f"{self.shortest} to {self.longest}"
            return f"{quote_value(name)} has {len(name)} characters; the name of {self.what} has {limits}"
        if re.fullmatch(self.pattern, name) is None:
            return f"{quote_value(name)} is not a valid name of {self.what}; allowed are {self.words}"
        return None

    def check(self, name: str) -> str:
        """Return the name if it is valid; else raise ValueError.

        Raises:
            ValueError: the name is invalid.
        """
        if message := self.error(name):
            raise ValueError(message)
        return name

    def __get_pydantic_core_schema__(self, source: type[Any], handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic_core import core_schema  # noqa: PLC0415 (local Azure uses rules without models)

        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: "CoreSchema", handler: "GetJsonSchemaHandler") -> "JsonSchemaValue":
        json_schema = handler(schema)
        limits = {"minLength": self.shortest, "maxLength": self.longest, "pattern": f"^(?:{self.pattern})$"}
        return {**json_schema, **limits}

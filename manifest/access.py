"""One line of an agent's `access`: as it is written, and the grants that it means."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self, cast

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from manifest.base_model import Entry, Items, sort_texts
from manifest.kinds import VERBS
from manifest.phrases import show

__all__ = ["Access", "AccessEntry"]

# A prefix becomes part of a condition on the role assignment, so it holds nothing that means something there.
_PREFIX = "[A-Za-z0-9_][A-Za-z0-9_.=-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.=-]*)*/?"


def _prefix(value: str) -> str:
    if re.fullmatch(_PREFIX, value) is None:
        raise ValueError(
            f"{show(value)} cannot be a prefix of blob names here; write letters, digits, '_', '-', '.' and '=', with "
            "single slashes between, and no slash first"
        )
    return value


@dataclass(frozen=True, slots=True)
class Access:
    """One grant: either a verb, or a role and the reason for it.

    Attributes:
        resource: name of the resource in the network.
        verb: what the agent may do; None where a role is named instead.
        role: name of a built-in role; None where a verb is named.
        because: why no verb would do; given exactly where a role is.
        paths: prefixes of blob names to which the grant is restricted; empty where it is not.
    """

    resource: str
    verb: str | None = None
    role: str | None = None
    because: str | None = None
    paths: tuple[str, ...] = ()


Prefix = Annotated[str, AfterValidator(_prefix), Field(json_schema_extra={"pattern": f"^(?:{_PREFIX})$"})]


class AccessEntry(Entry):
    """What an agent may do with one resource: a verb, a list of verbs, or a mapping."""

    refused: ClassVar[dict[str, str]] = {
        "scope": "a grant always has the narrowest scope that its kind allows",
        "condition": "conditions are made from 'paths'",
        "verb": "the key is 'verbs', for one as for many",
        "path": "the key is 'paths', a list",
    }

    verbs: Annotated[Items[str], Field(min_length=1), AfterValidator(sort_texts)] | None = None
    """What the agent may do; one verb needs no list."""
    paths: Annotated[Items[Prefix], Field(min_length=1), AfterValidator(sort_texts)] | None = None
    """Blob containers only: the grant holds for blobs whose names begin with one of these, and for no others."""
    role: Annotated[str, Field(min_length=1)] | None = None
    """Name of a built-in role, where no verb gives what is needed; never a privileged one."""
    because: str | None = None
    """Why no verb would do. Reports show it."""

    def grants(self, resource: str) -> tuple[Access, ...]:
        """The grants that this line means, one each."""
        if self.role is not None:
            return (Access(resource, role=self.role, because=self.because),)
        return tuple(Access(resource, verb=verb, paths=self.paths or ()) for verb in self.verbs or ())

    @model_validator(mode="before")
    @classmethod
    def _spell_out(cls, written: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        if isinstance(written, str):
            return {"verbs": [written]}
        if isinstance(written, list):
            return {"verbs": cast("list[object]", written)}
        if isinstance(written, dict):
            mapping = cast("dict[str, object]", written)
            verbs = mapping.get("verbs")
            return {**mapping, "verbs": [verbs]} if isinstance(verbs, str) else mapping
        raise ValueError(
            f"{show(written)} says nothing about access; write a verb, a list of verbs, or a mapping with 'verbs' or"
            " with 'role' and 'because'"
        )

    @model_validator(mode="after")
    def _verbs_or_role(self) -> Self:
        if self.role is None:
            if self.verbs is None:
                raise ValueError("neither verbs nor a role; write what the agent may do")
            if self.because is not None:
                raise ValueError("'because' explains a role; a verb explains itself")
        elif self.verbs is not None:
            raise ValueError("both verbs and a role; write one or the other")
        elif self.paths is not None:
            raise ValueError("'paths' restrict verbs; a role has none")
        elif self.because is None or not self.because.strip():
            raise ValueError(f"role {show(self.role)} without a reason; say in 'because' why no verb would do")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        mapping = handler.resolve_ref_schema(handler(schema))
        verb = {"enum": list(VERBS)}
        verbs = {"type": "array", "items": verb, "minItems": 1, "uniqueItems": True}
        keys = {**mapping["properties"], "verbs": {"anyOf": [verb, verbs]}}
        mapping.update(properties=keys, anyOf=[{"required": ["verbs"]}, {"required": ["role", "because"]}])
        return {"anyOf": [verb, verbs, mapping]}

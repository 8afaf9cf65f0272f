"""Entries of an agent's `access` in `network.yaml`, and the grants that they define."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self, cast

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from manifest.base_model import ListField, StrictModel, sorted_strings
from manifest.kinds import VERBS
from manifest.message_formatting import quote_value

__all__ = ["Access", "AccessEntry"]

# A prefix becomes part of a condition on the role assignment, so it has no character with a meaning there.
_PREFIX = "[A-Za-z0-9_][A-Za-z0-9_.=-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.=-]*)*/?"


def _prefix(value: str) -> str:
    if re.fullmatch(_PREFIX, value) is None:
        raise ValueError(
            f"{quote_value(value)} is not a valid prefix of blob names; write letters, digits, '_',"
            " '-', '.' and '=', with"
            " single slashes between, and no slash first"
        )
    return value


@dataclass(frozen=True, slots=True)
class Access:
    """Grant of one verb on one resource, or of one role with the reason for it, as `network.yaml` declares it.

    Attributes:
        resource: name of the resource in the network.
        verb: verb that is granted; None if a role is granted instead.
        role: name of a built-in role; None if a verb is granted.
        because: reason why no verb is sufficient; set only with a role.
        paths: prefixes of blob names that the grant is restricted to; empty for an unrestricted grant.
    """

    resource: str
    verb: str | None = None
    role: str | None = None
    because: str | None = None
    paths: tuple[str, ...] = ()


Prefix = Annotated[str, AfterValidator(_prefix), Field(json_schema_extra={"pattern": f"^(?:{_PREFIX})$"})]


class AccessEntry(StrictModel):
    """Model of an entry of `access` in `network.yaml` for one resource: a verb, a list of verbs, or a mapping."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "scope": "a grant always has the narrowest scope that its kind allows",
        "condition": "conditions are made from 'paths'",
        "verb": "the key is 'verbs', also for a single verb",
        "path": "the key is 'paths', a list",
    }

    verbs: Annotated[ListField[str], Field(min_length=1), AfterValidator(sorted_strings)] | None = None
    """Verbs that are granted; a single verb needs no list."""
    paths: Annotated[ListField[Prefix], Field(min_length=1), AfterValidator(sorted_strings)] | None = None
    """For blob containers: the grant is restricted to blobs whose names begin with one of these prefixes."""
    role: Annotated[str, Field(min_length=1)] | None = None
    """Name of a built-in role, if no verb is sufficient; privileged roles are refused."""
    because: str | None = None
    """Reason why no verb is sufficient; shown in reports."""

    def grants(self, resource: str) -> tuple[Access, ...]:
        """Return the single grants of an `access` entry: one for each verb, or one for the role."""
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
            f"{quote_value(written)} does not define access; write a verb, a list of verbs, or a"
            " mapping with 'verbs' or"
            " with 'role' and 'because'"
        )

    @model_validator(mode="after")
    def _verbs_or_role(self) -> Self:
        if self.role is None:
            if self.verbs is None:
                raise ValueError("the access has neither verbs nor a role; write the verbs that are granted")
            if self.because is not None:
                raise ValueError(
                    "'because' is the reason for a role, and access with 'verbs' has no role; remove 'because'"
                )
        elif self.verbs is not None:
            raise ValueError("the access has both verbs and a role; write one or the other")
        elif self.paths is not None:
            raise ValueError("'paths' restrict verbs, not a role; remove 'paths', or write 'verbs'")
        elif self.because is None or not self.because.strip():
            raise ValueError(
                f"role {quote_value(self.role)} is granted without a reason; write in 'because' why no verb is"
                " sufficient"
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        mapping = handler.resolve_ref_schema(handler(schema))
        verb = {"enum": list(VERBS)}
        verbs = {"type": "array", "items": verb, "minItems": 1, "uniqueItems": True}
        keys = {**mapping["properties"], "verbs": {"anyOf": [verb, verbs]}}
        mapping.update(properties=keys, anyOf=[{"required": ["verbs"]}, {"required": ["role", "because"]}])
        return {"anyOf": [verb, verbs, mapping]}

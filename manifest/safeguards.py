"""Models of safeguards: budgets of agents, separation of permissions, and exceptions from findings.

`access` checks that a network keeps its safeguards; these models only declare them.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from manifest.base_model import ListField, StrictModel, as_mapping
from manifest.generated_names import RESOURCE, FindingName
from manifest.kinds import VERBS
from manifest.message_formatting import quote_value
from safe_text.credentials import detect_credential

__all__ = ["Budget", "Exemption", "Exemptions", "Right", "Separation", "Separations"]

_LEAST_APART = 2

Limit = Annotated[int, Field(ge=0)] | None


class Budget(StrictModel):
    """Declared limits for an agent's blast radius; without a value there is no limit."""

    resources: Limit = None
    """Maximum number of resources that it can access."""
    secrets: Limit = None
    """Maximum number of secrets that it can read."""
    models: Limit = None
    """Maximum number of model accounts that it can use."""
    destroys: Limit = None
    """Maximum number of resources whose contents it can delete."""
    identities: Limit = None
    """Maximum number of other identities that it can take over."""
    influences: Limit = None
    """Maximum number of agents that read or receive its output."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """Permission in a separation: a verb on a resource; in the file `{ reports: write }`.

    Attributes:
        resource: name of the resource in the network.
        verb: a verb of the resource's kind.
    """

    resource: str
    verb: str


def _right(written: object) -> Right:
    if isinstance(written, Right):
        return written
    entry = as_mapping(written)
    if entry is None or len(entry) != 1:
        found = (
            quote_value(written)
            if entry is None
            else f"a mapping of {len(entry)} keys"
            if entry
            else "an empty mapping"
        )
        raise ValueError(f"{found} is not one resource with one verb; write it like {{ reports: write }}")
    ((resource, verb),) = entry.items()
    if isinstance(verb, str):
        return Right(resource, verb)
    raise ValueError(f"{quote_value(verb)} is not a verb on {quote_value(resource)}; write one verb")


def _apart(rights: tuple[Right, ...]) -> tuple[Right, ...]:
    if len(rights) < _LEAST_APART:
        found = "a single permission" if rights else "an empty list"
        raise ValueError(f"{found} is not a separation; write at least two, each like {{ reports: write }}")
    return tuple(sorted(rights))


def _reason(value: str) -> str:
    if not value.strip():
        raise ValueError("the reason in 'because' is empty; write one")
    if kind := detect_credential(value):
        raise ValueError(f"the value looks like {kind} (not shown), and everyone can read reasons; remove it")
    return value


def _day(written: object) -> date:
    """Parse a date from YAML, which YAML 1.1 reads as a date and YAML 1.2 as a text."""
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    if not isinstance(written, str) or re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", written) is None:
        raise ValueError(f"{quote_value(written)} is not a date; write it like 2027-01-31")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{quote_value(written)} is not a date of the calendar; write it like 2027-01-31") from None


_RIGHT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "propertyNames": {"pattern": f"^(?:{RESOURCE.pattern})$"},
    "additionalProperties": {"enum": list(VERBS)},
    "minProperties": 1,
    "maxProperties": 1,
}
_APART_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": _RIGHT_SCHEMA,
    "minItems": _LEAST_APART,
    "uniqueItems": True,
}

WrittenRight = Annotated[Right, BeforeValidator(_right)]
Apart = Annotated[ListField[WrittenRight], AfterValidator(_apart), WithJsonSchema(_APART_SCHEMA)]
Reason = Annotated[str, AfterValidator(_reason), Field(json_schema_extra={"pattern": r"\S"})]
Day = Annotated[date, BeforeValidator(_day)]


class Separation(StrictModel):
    """Separation in `network.yaml`: permissions that no agent may have together."""

    unsupported_keys: ClassVar[dict[str, str]] = {"reason": "the key is 'because'"}

    apart: Apart
    """Permissions, each a resource with a verb; at least two."""
    because: Reason
    """Reason for the separation; shown in reports."""


class Exemption(StrictModel):
    """Exception in `network.yaml`: a finding that is accepted until a date."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "id": "the key is 'finding'",
        "reason": "the key is 'because'",
        "until": "the key is 'expires'",
    }

    finding: FindingName
    """Id of the finding as in reports, like 'unused-resource'."""
    on: Annotated[str, Field(min_length=1, examples=["documents", "report", "report/documents"])]
    """Scope of the exception: a resource, an agent, both as agent/resource, or the object id of a principal."""
    because: Reason
    """Reason for the exception; shown in reports."""
    expires: Day
    """Last day of the exception."""


def _by_rights(rules: tuple[Separation, ...]) -> tuple[Separation, ...]:
    return tuple(sorted(rules, key=lambda rule: rule.apart))


def _by_finding(exemptions: tuple[Exemption, ...]) -> tuple[Exemption, ...]:
    return tuple(sorted(exemptions, key=lambda one: (one.finding, one.on)))


# Sorted, so that the order does not depend on the file.
Separations = Annotated[ListField[Separation], AfterValidator(_by_rights)]
Exemptions = Annotated[ListField[Exemption], AfterValidator(_by_finding)]

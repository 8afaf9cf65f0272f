"""What a network promises beyond single grants: budgets of agents, rights kept apart, and findings that are excused.

Whether a promise is kept takes more than the file to judge; here it is only said.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from manifest.azure_resource_names import RESOURCE, FindingName
from manifest.base_model import Entry, Items, mapping
from manifest.credentials import credential_in
from manifest.kinds import VERBS
from manifest.phrases import show

__all__ = ["Budget", "Exemption", "Exemptions", "Right", "Separation", "Separations"]

_LEAST_APART = 2

Limit = Annotated[int, Field(ge=0)] | None


class Budget(Entry):
    """How far an agent's reach may go at most; what is left out has no limit."""

    resources: Limit = None
    """At most so many resources that it can do anything with."""
    secrets: Limit = None
    """At most so many secrets that it can read."""
    models: Limit = None
    """At most so many model accounts that it can use."""
    destroys: Limit = None
    """At most so many resources whose contents it can delete."""
    identities: Limit = None
    """At most so many identities that it can become."""
    influences: Limit = None
    """At most so many agents that read or receive what it writes or sends."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """A verb on a resource, whoever may have it; in the file `{ reports: write }`.

    Attributes:
        resource: name of the resource in the network.
        verb: one of its kind's.
    """

    resource: str
    verb: str


def _right(written: object) -> Right:
    if isinstance(written, Right):
        return written
    entry = mapping(written)
    if entry is None or len(entry) != 1:
        found = show(written) if entry is None else f"a mapping of {len(entry)} keys" if entry else "an empty mapping"
        raise ValueError(
            f"{found} stands where one resource and one verb are needed; write it like {{ reports: write }}"
        )
    ((resource, verb),) = entry.items()
    if isinstance(verb, str):
        return Right(resource, verb)
    raise ValueError(f"{show(verb)} stands where the verb on {show(resource)} is needed; write one verb")


def _apart(rights: tuple[Right, ...]) -> tuple[Right, ...]:
    if len(rights) < _LEAST_APART:
        found = "one right alone" if rights else "an empty list"
        raise ValueError(f"{found} cannot be kept apart; write at least two, each like {{ reports: write }}")
    return tuple(sorted(rights))


def _reason(value: str) -> str:
    if not value.strip():
        raise ValueError("an empty text stands where a reason is needed")
    if kind := credential_in(value):
        raise ValueError(f"the value looks like {kind} (not shown); reasons are there for everyone to read")
    return value


def _day(written: object) -> date:
    """A day; plain YAML 1.1 makes it a date, YAML 1.2 and quotes a text."""
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    if not isinstance(written, str) or re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", written) is None:
        raise ValueError(f"{show(written)} is no date; write it like 2027-01-31")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{show(written)} is no day of the calendar; write it like 2027-01-31") from None


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
Apart = Annotated[Items[WrittenRight], AfterValidator(_apart), WithJsonSchema(_APART_SCHEMA)]
Reason = Annotated[str, AfterValidator(_reason), Field(json_schema_extra={"pattern": r"\S"})]
Day = Annotated[date, BeforeValidator(_day)]


class Separation(Entry):
    """Rights that no agent may have together."""

    refused: ClassVar[dict[str, str]] = {"reason": "the key is 'because'"}

    apart: Apart
    """The rights, each a resource with the verb that is meant; at least two."""
    because: Reason
    """Why they belong apart; reports show it."""


class Exemption(Entry):
    """A finding that is accepted for a while."""

    refused: ClassVar[dict[str, str]] = {
        "id": "the key is 'finding'",
        "reason": "the key is 'because'",
        "until": "the key is 'expires'",
    }

    finding: FindingName
    """Id of the finding, as reports show it, like 'unused-resource'."""
    on: Annotated[str, Field(min_length=1, examples=["documents", "report", "report/documents"])]
    """What it is excused on: a resource, an agent, or both as agent/resource."""
    because: Reason
    """Why it is accepted; reports show it."""
    expires: Day
    """The last day on which it is excused."""


def _by_rights(rules: tuple[Separation, ...]) -> tuple[Separation, ...]:
    return tuple(sorted(rules, key=lambda rule: rule.apart))


def _by_finding(exemptions: tuple[Exemption, ...]) -> tuple[Exemption, ...]:
    return tuple(sorted(exemptions, key=lambda one: (one.finding, one.on)))


# In an order that does not depend on how the list was written.
Separations = Annotated[Items[Separation], AfterValidator(_by_rights)]
Exemptions = Annotated[Items[Exemption], AfterValidator(_by_finding)]

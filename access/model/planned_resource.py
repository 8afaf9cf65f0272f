"""Resource of a Pulumi preview in a form with which the values of the later deployment are compared.

Owns the data and its JSON form. The reader of previews makes these records, and `access.questions.deviations` compares.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from access.model.json_objects import JsonObject
from access.model.json_values import Values, mapping, texts

__all__ = ["PlannedResource", "from_json", "to_json"]

_DOCUMENT = "approved access"


@dataclass(frozen=True, kw_only=True)
class PlannedResource:
    """Resource of a preview: its known inputs, and what an unknown input is made from."""

    urn: str
    type: str
    inputs: Values = field(default_factory=dict[str, Any], hash=False)
    """Inputs after the preview, with the engine's markers for values that are unknown until the deployment."""
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], hash=False)
    """Property → URNs of the resources that the value of the property is made from."""
    expected: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    """Property with an unknown value → the value that follows from the names in the program."""
    images: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    """Place of a container image with an unknown registry → repository and tag, which a run on local Azure shows."""
    provider: str = ""
    """URN of the provider, which decides by what identity and in which subscription; empty if it is not known."""


def to_json(planned: Iterable[PlannedResource]) -> list[dict[str, Any]]:
    """Return planned resources as JSON rows, sorted by URN."""
    return [
        {
            "urn": one.urn,
            "type": one.type,
            "inputs": one.inputs,
            "sources": {name: sorted(urns) for name, urns in sorted(one.sources.items())},
            "expected": dict(sorted(one.expected.items())),
            "images": dict(sorted(one.images.items())),
            "provider": one.provider,
        }
        for one in sorted(planned, key=lambda each: each.urn)
    ]


def from_json(rows: Iterable[object]) -> dict[str, PlannedResource]:
    """Return planned resources by URN from their JSON rows.

    Raises:
        UnreadableSource: a row has another form.
    """
    found: dict[str, PlannedResource] = {}
    for number, row in enumerate(rows):
        one = JsonObject(row, f"[{number}]", document_name=_DOCUMENT)
        expected = {name: str(value) for name, value in mapping(one.get("expected")).items()}
        planned = PlannedResource(
            urn=one.string("urn"),
            type=one.string("type"),
            inputs=mapping(one.get("inputs")),
            sources={name: texts(urns) for name, urns in mapping(one.get("sources")).items()},
            expected=expected,
            images={place: str(value) for place, value in mapping(one.get("images")).items()},
            provider=one.string("provider", ""),
        )
        found[planned.urn] = planned
    return found

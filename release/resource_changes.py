"""Changes of resources in a Pulumi preview, in a form in which two previews of one program are equal.

Owns what is left out: the order of URNs differs between two previews of one program, and positions in the source
are not about a resource. The values of inputs are in the digest alone.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from access.model.json_values import Values, listed, mapping, text
from release.inputs.files import text_digest

__all__ = ["ResourceChange", "change_rows", "changed_urns", "changes_digest", "counts", "resource_changes"]

_IGNORED = frozenset({"sourcePosition", "stackTrace", "created", "modified"})


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """Step of a preview, with the digest of everything in it."""

    operation: str
    urn: str
    type: str
    properties: tuple[str, ...] = ()
    """Names of the properties that an update changes."""
    digest: str
    """SHA-256 digest of the step."""


def resource_changes(preview: Mapping[str, Any]) -> tuple[ResourceChange, ...]:
    """Return the steps of a preview, those of unchanged resources included, sorted by URN and operation."""
    steps = map(mapping, listed(preview.get("steps")))
    return tuple(sorted(map(_change, steps), key=lambda one: (one.urn, one.operation)))


def changes_digest(changes: Sequence[ResourceChange]) -> str:
    """Return one SHA-256 digest for all steps of a preview."""
    return text_digest(json.dumps([asdict(one) for one in changes], sort_keys=True))


def change_rows(changes: Sequence[ResourceChange]) -> list[dict[str, Any]]:
    """Return the steps of a preview as JSON rows."""
    return [asdict(one) for one in changes]


def changed_urns(before: Sequence[Mapping[str, Any]], now: Sequence[ResourceChange]) -> tuple[str, ...]:
    """Return the URNs of the resources whose steps differ between the rows of a preview and the steps of another."""
    was = {(str(row.get("urn")), str(row.get("operation"))): str(row.get("digest")) for row in before}
    is_now = {(one.urn, one.operation): one.digest for one in now}
    return tuple(sorted({key[0] for key in was.keys() | is_now.keys() if was.get(key) != is_now.get(key)}))


def counts(changes: Sequence[ResourceChange]) -> dict[str, int]:
    """Return the number of steps by operation, without unchanged resources."""
    return dict(sorted(Counter(one.operation for one in changes if one.operation != "same").items()))


def _change(step: Values) -> ResourceChange:
    state = mapping(step.get("newState")) or mapping(step.get("oldState"))
    difference = mapping(step.get("detailedDiff"))
    names = tuple(sorted(difference)) or tuple(sorted(str(each) for each in listed(step.get("diffReasons"))))
    return ResourceChange(
        operation=text(step, "op"),
        urn=text(step, "urn"),
        type=text(state, "type"),
        properties=names,
        digest=text_digest(json.dumps(_normalized(step), sort_keys=True)),
    )


def _normalized(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        inside = cast("Values", value)
        return {name: _normalized(each) for name, each in inside.items() if name not in _IGNORED}
    if isinstance(value, list):
        items = [_normalized(each) for each in cast("list[object]", value)]
        return sorted(items) if all(map(_is_urn, items)) else items
    return value


def _is_urn(value: object) -> bool:
    return isinstance(value, str) and value.startswith("urn:pulumi:")

"""Converts changed inputs of a resource into the Pulumi engine's gRPC response to `Diff`.

Owns the form of the response: added, removed or changed properties, and the need to replace the resource. Local Azure
compares.
"""

from collections.abc import Mapping
from typing import Any

from pulumi.runtime.proto.provider_pb2 import DiffResponse, PropertyDiff

from localazure.arm.property_paths import ABSENT, parse, value_at
from localazure.arm.resource_type import InputDiff


def diff_response(difference: InputDiff, old: Mapping[str, Any], new: Mapping[str, Any]) -> DiffResponse:
    """Return the Pulumi engine's response for `difference`, the changes between the inputs `old` and `new`."""
    if not difference.changed:
        return DiffResponse(changes=DiffResponse.DIFF_NONE, hasDetailedDiff=True)
    return DiffResponse(
        changes=DiffResponse.DIFF_SOME,
        diffs=_tops(difference.changed),
        replaces=_tops(difference.replaces),
        deleteBeforeReplace=difference.delete_before_replace,
        hasDetailedDiff=True,
        detailedDiff={
            path: PropertyDiff(kind=_kind(path, old, new, replaces=path in difference.replaces), inputDiff=True)
            for path in difference.changed
        },
    )


def _tops(paths: tuple[str, ...]) -> list[str]:
    return sorted({str(parse(path)[0]) for path in paths})


def _kind(path: str, old: Mapping[str, Any], new: Mapping[str, Any], *, replaces: bool) -> PropertyDiff.Kind.ValueType:
    parsed = parse(path)
    if value_at(old, parsed) is ABSENT:
        return PropertyDiff.ADD_REPLACE if replaces else PropertyDiff.ADD
    if value_at(new, parsed) is ABSENT:
        return PropertyDiff.DELETE_REPLACE if replaces else PropertyDiff.DELETE
    return PropertyDiff.UPDATE_REPLACE if replaces else PropertyDiff.UPDATE

"""Differences in the engine's words.

Owns how a difference between old and new inputs is told to the engine: which properties, added, removed or changed, and
whether the resource must be replaced. Whether something is a difference at all, local Azure has decided before.
"""

from collections.abc import Mapping
from typing import Any

from pulumi.runtime.proto.provider_pb2 import DiffResponse, PropertyDiff

from localazure.arm.property_paths import ABSENT, parse, value_at
from localazure.arm.resource_type import InputDiff


def diff_response(difference: InputDiff, old: Mapping[str, Any], new: Mapping[str, Any]) -> DiffResponse:
    """The engine's form of `difference` between the inputs `old` and `new`."""
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
    place = parse(path)
    if value_at(old, place) is ABSENT:
        return PropertyDiff.ADD_REPLACE if replaces else PropertyDiff.ADD
    if value_at(new, place) is ABSENT:
        return PropertyDiff.DELETE_REPLACE if replaces else PropertyDiff.DELETE
    return PropertyDiff.UPDATE_REPLACE if replaces else PropertyDiff.UPDATE

"""Resource options and previous names that a Pulumi resource inherits from its parent.

Owns the options that parenthood hands on (protect, retain on delete, deleted with) and the old names that follow from a
renamed parent, as the engine does it: `pkg/resource/deploy/{source_eval,step_generator}.go` of pulumi/pulumi, Nov 2026.
"""

from collections.abc import Mapping
from dataclasses import replace

from localazure.deployment.records import Record
from localazure.deployment.steps import DesiredResource
from localazure.deployment.urns import name_of, type_of, urn_before_parent_rename


def with_parent_options(desired: DesiredResource, parent: Record | None) -> DesiredResource:
    """Return `desired` with its parent's `protect`, `retain_on_delete` and `deleted_with` where it sets none."""
    if parent is None:
        return desired
    return replace(
        desired,
        protect=parent.protect if desired.protect is None else desired.protect,
        retain_on_delete=parent.retain_on_delete if desired.retain_on_delete is None else desired.retain_on_delete,
        deleted_with=desired.deleted_with or parent.deleted_with,
    )


def previous_urns(desired: DesiredResource, renamed: Mapping[str, str]) -> list[str]:
    """Return the URNs that a resource may have had in the last run, most likely first, from its aliases and parents."""
    old_parent = renamed.get(desired.parent)
    if old_parent is None:
        return list(desired.aliases)
    calls = [(desired.type, desired.name), *((type_of(alias), name_of(alias)) for alias in desired.aliases)]
    return [
        *desired.aliases,
        *(urn_before_parent_rename(type_, name, desired.parent, old_parent) for type_, name in calls),
    ]

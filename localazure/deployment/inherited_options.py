"""What a resource has from its parent.

Owns the options that parenthood hands on (protect, retain on delete, deleted with) and the old names that follow from a
renamed parent, as the engine does it: `pkg/resource/deploy/{source_eval,step_generator}.go` of pulumi/pulumi, Nov 2026.
"""

from collections.abc import Mapping
from dataclasses import replace

from localazure.deployment.records import Record
from localazure.deployment.steps import Goal
from localazure.deployment.urns import below_renamed, name_of, type_of


def inheriting(goal: Goal, parent: Record | None) -> Goal:
    """`goal` with the options that it leaves to its parent."""
    if parent is None:
        return goal
    return replace(
        goal,
        protect=parent.protect if goal.protect is None else goal.protect,
        retain_on_delete=parent.retain_on_delete if goal.retain_on_delete is None else goal.retain_on_delete,
        deleted_with=goal.deleted_with or parent.deleted_with,
    )


def former_urns(goal: Goal, renamed: Mapping[str, str]) -> list[str]:
    """What the last run may have called this resource, nearest first; `renamed` says it of those before it."""
    old_parent = renamed.get(goal.parent)
    if old_parent is None:
        return list(goal.aliases)
    calls = [(goal.type, goal.name), *((type_of(alias), name_of(alias)) for alias in goal.aliases)]
    return [*goal.aliases, *(below_renamed(type_, name, goal.parent, old_parent) for type_, name in calls)]

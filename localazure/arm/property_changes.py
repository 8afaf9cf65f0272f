"""Compares a resource's old and new inputs, to decide between an update and a replacement.

Owns which paths differ, and which of them only a replacement can change: what makes the id, the location (a tracked
resource never moves), and what its type lists. azure-native compares inputs with inputs; so does this.
"""

from localazure.arm.api_types import takes_location
from localazure.arm.property_paths import Path, changes, covers, format_path, parse
from localazure.arm.resource_type import InputDiff, ResourceType
from localazure.arm.world import Values


def diff_inputs(kind: ResourceType, old: Values, new: Values) -> InputDiff:
    """Compare a resource's old and new inputs: find changed properties, and those that force a replacement."""
    if old == new:
        return InputDiff()
    found = [change.path for change in changes(_normal(old), _normal(new))]
    fixed = [parse(path) for path in (*_fixed(kind), *kind.extra_immutable(old))]
    replaces = tuple(format_path(path) for path in found if any(_concerns(pattern, path) for pattern in fixed))
    # An explicit name is taken until the old resource is gone (azure-native 3.29.0, `Diff`).
    return InputDiff(
        changed=tuple(format_path(path) for path in found),
        replaces=replaces,
        delete_before_replace=bool(replaces) and not kind.create_before_delete,
    )


def _fixed(kind: ResourceType) -> tuple[str, ...]:
    return (*kind.path_inputs, *kind.immutable, *(("location",) if takes_location(kind) else ()))


def _concerns(pattern: Path, path: Path) -> bool:
    """Return True if a change at `path` affects the property `pattern`: itself, a part, or the block around it."""
    return covers(pattern, path) or covers(path, pattern)


def _normal(inputs: Values) -> Values:
    location = inputs.get("location")
    return {**inputs, "location": location.replace(" ", "").lower()} if isinstance(location, str) else inputs

"""Masks secret values, so that no state file and no output of a local run contains a secret.

Owns the marker that replaces a secret. The secret itself stays in local Azure, from which it is read when it is needed
again. Knows neither the engine's protocol nor resources.
"""

from collections.abc import Iterable
from typing import Any, cast

from localazure.arm.property_paths import ABSENT, Change, Path, covers, value_at, with_value_at

# How the engine marks a secret inside an object: sdk/go/common/resource/sig/sig.go of pulumi/pulumi, Nov 2026.
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (a marker of the protocol, not a secret)

SECRET: dict[str, Any] = {SIGNATURE: SECRET_SIGNATURE}
"""Marker that replaces a secret value."""


def is_secret(value: Any) -> bool:  # noqa: ANN401 (any JSON value)
    """Return True if a value is the marker that replaces a secret."""
    return isinstance(value, dict) and cast("dict[str, Any]", value).get(SIGNATURE) == SECRET_SIGNATURE


def mask(values: dict[str, Any], secrets: Iterable[Path]) -> dict[str, Any]:
    """Return `values` with a marker in place of the value at each path in `secrets`."""
    for path in secrets:
        values = with_value_at(values, path, SECRET)
    return values


def secret_paths(values: Any, path: Path = ()) -> set[Path]:  # noqa: ANN401 (any JSON value)
    """Return the paths of all secret markers in `values`."""
    if is_secret(values):
        return {path}
    if isinstance(values, dict):
        items: Iterable[tuple[str | int, Any]] = cast("dict[str, Any]", values).items()
    elif isinstance(values, list):
        items = enumerate(cast("list[Any]", values))
    else:
        return set()
    return {found for step, item in items for found in secret_paths(item, (*path, step))}


def unmask(values: dict[str, Any], actual: dict[str, Any]) -> dict[str, Any]:
    """Return `values` with secret markers replaced by the real values in `actual`; markers without one stay."""
    for path in secret_paths(values):
        found = value_at(actual, path)
        if found is not ABSENT:
            values = with_value_at(values, path, found)
    return values


def mask_change(change: Change, secrets: Iterable[Path]) -> Change:
    """Return a property change with its secrets masked; a changed secret is still shown as changed."""
    old, new = change.old, change.new
    for path in secrets:
        if covers(path, change.path):
            inside: Path = ()
        elif covers(change.path, path):
            inside = path[len(change.path) :]
        else:
            continue
        old = old if old is ABSENT else with_value_at(old, inside, SECRET)
        new = new if new is ABSENT else with_value_at(new, inside, SECRET)
    return Change(change.path, old, new)

"""Secrets, which no file and no output of a local run ever holds.

Owns the mark that stands where a secret was, and putting it there. What the secret was stays with local Azure, which is
asked where it is needed again. Knows neither the engine's protocol nor what a resource is.
"""

from collections.abc import Iterable
from typing import Any, cast

from localazure.arm.property_paths import ABSENT, Change, Path, covers, value_at, with_value_at

# How the engine marks a secret inside an object: sdk/go/common/resource/sig/sig.go of pulumi/pulumi, Nov 2026.
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (a marker of the protocol, not a secret)

SECRET: dict[str, Any] = {SIGNATURE: SECRET_SIGNATURE}
"""Stands where a secret was."""


def is_secret(value: Any) -> bool:  # noqa: ANN401 (any JSON value)
    """Whether a secret stood here."""
    return isinstance(value, dict) and cast("dict[str, Any]", value).get(SIGNATURE) == SECRET_SIGNATURE


def mask(values: dict[str, Any], secrets: Iterable[Path]) -> dict[str, Any]:
    """`values` with the mark wherever a secret stands."""
    for path in secrets:
        values = with_value_at(values, path, SECRET)
    return values


def secret_paths(values: Any, path: Path = ()) -> set[Path]:  # noqa: ANN401 (any JSON value)
    """Where marks stand in `values`."""
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
    """`values` with what `actual` has wherever a mark stands; the mark stays where `actual` has nothing."""
    for path in secret_paths(values):
        found = value_at(actual, path)
        if found is not ABSENT:
            values = with_value_at(values, path, found)
    return values


def mask_change(change: Change, secrets: Iterable[Path]) -> Change:
    """`change` without what is secret in it; that a secret changed may be seen."""
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

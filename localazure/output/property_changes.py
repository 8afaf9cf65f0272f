"""Renders the changed properties of resources in a local run, with old and new values."""

import json
from typing import Any

from access.reports.terminal import Style
from localazure.arm.property_paths import ABSENT, Change, ItemName, Path, format_path
from localazure.arm.resource_type import UNKNOWN
from localazure.arm.secret_values import is_secret
from localazure.deployment.steps import Op, ResourceStep
from localazure.output.operation_words import COLOURS, SIGNS
from localazure.run import RunResult
from safe_text.display import visible

_LONGEST_VALUE = 60
_FEW = 3


def property_changes(result: RunResult, style: Style) -> str:
    """Return every changed property with its old and new value, as text."""
    lines: list[str] = []
    for step in result.steps:
        changed = step.differences.changed
        if changed and step.op is not Op.SAME:
            lines.append(f" {style.paint(SIGNS[step.op], COLOURS[step.op])} {visible(step.record.name)}")
            lines += [_change_line(change, step, style) for change in changed]
    return "\n".join([style.paint("Differences:", "bold"), *lines]) if lines else ""


def changed_paths(step: ResourceStep) -> str:
    """Return the paths of a resource's changed properties, shortened for one line."""
    found = step.differences.forced_by or step.differences.changed
    if not found:
        return ""
    paths = list(dict.fromkeys(visible(format_path(_brief(change.path))) for change in found))
    rest = f" and {len(paths) - _FEW} more" if len(paths) > _FEW else ""
    return f"[diff: {', '.join(paths[:_FEW])}{rest}]"


def _brief(path: Path) -> Path:
    """Shorten a path to the innermost item that has a name: `env[MODELS]`."""
    last = max((place for place, step in enumerate(path) if isinstance(step, ItemName)), default=None)
    return path if last is None else path[last - 1 : last + 1]


def _change_line(change: Change, step: ResourceStep, style: Style) -> str:
    sign, colour = ("~", "yellow")
    if change.old is ABSENT:
        sign, colour = "+", "green"
    elif change.new is ABSENT:
        sign, colour = "-", "red"
    values = [shortened(value) for value in (change.old, change.new) if value is not ABSENT]
    why = "  (cannot be changed in place)" if step.differences.forces_replacement(change) else ""
    return style.paragraph(
        f"{visible(format_path(change.path))}: {' => '.join(values)}{why}", mark=sign, colour=colour, indent=5, hang=4
    )


def shortened(value: Any) -> str:  # noqa: ANN401 (any JSON value)
    """Return a value as JSON in at most 60 characters; a secret is shown as `[secret]`, an unknown one as `unknown`."""
    if value == UNKNOWN:
        return "unknown"
    text = "[secret]" if is_secret(value) else visible(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"

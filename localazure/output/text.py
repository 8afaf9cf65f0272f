"""Text output of a local run: the tree of resources, changed properties, a summary and the access matrix.

Owns words and layout, after those of the Pulumi CLI. Takes a `RunResult` and changes nothing; colours only with a style
that is coloured.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from access.questions.assignment_rows import AssignmentRow
from access.reports.terminal import Style, matrix_lines, width, widths
from localazure.arm.property_paths import ABSENT, Change, format_path
from localazure.arm.secret_values import is_secret
from localazure.deployment.steps import Failure, Op, ResourceStep
from localazure.deployment.urns import name_of, type_of
from localazure.run import Operation, RunResult

_SIGNS = {Op.CREATE: "+", Op.UPDATE: "~", Op.REPLACE: "+-", Op.DELETE: "-", Op.READ: ">", Op.SAME: ""}
_COLOURS = {Op.CREATE: "green", Op.UPDATE: "yellow", Op.REPLACE: "magenta", Op.DELETE: "red", Op.READ: "cyan"}
_PLANNED = {
    Op.CREATE: "to create",
    Op.UPDATE: "to update",
    Op.REPLACE: "to replace",
    Op.DELETE: "to delete",
    Op.READ: "to read",
}
_DONE = {
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.REPLACE: "replaced",
    Op.DELETE: "deleted",
    Op.READ: "read",
}
_CHANGING = (Op.CREATE, Op.UPDATE, Op.REPLACE, Op.DELETE)
HINT = "--debug shows the traceback"
"""Last line of an error in the program."""
_LONGEST_VALUE = 60
_FEW = 3


def headline(operation: Operation, stack: str) -> str:
    """Return the title of a local run, such as "Previewing update of dev on local Azure"."""
    verb = {Operation.PREVIEW: "Previewing update of", Operation.UP: "Updating", Operation.DESTROY: "Destroying"}
    return f"{verb[operation]} {stack} on local Azure"


def report(
    result: RunResult, assignments: Sequence[AssignmentRow], style: Style, *, with_tracebacks: bool = False
) -> str:
    """Return the whole outcome of a local run as text, with or without the tracebacks of errors in the program."""
    parts = ["\n".join(result.messages), tree(result, style), differences(result, style), _outputs(result, style)]
    parts += [failures(result.failures, style, with_tracebacks=with_tracebacks), summary(result, style)]
    if result.operation is not Operation.DESTROY:
        parts.append(matrix(assignments, style))
    return "\n\n".join(part for part in parts if part)


def tree(result: RunResult, style: Style) -> str:
    """Return the tree of changed resources as text; unchanged resources appear only as parents of changed resources."""
    steps = {step.record.urn: step for step in result.steps}
    records = {record.urn: record for record in result.records} | {urn: step.record for urn, step in steps.items()}
    shown: set[str] = set()
    for urn, step in steps.items():
        above = urn if step.op is not Op.SAME else ""
        while above and above not in shown:
            shown.add(above)
            above = records[above].parent if above in records else ""
    children: defaultdict[str, list[str]] = defaultdict(list)
    for urn in shown:
        parent = records[urn].parent
        children[parent if parent in shown else ""].append(urn)
    words = _PLANNED if result.operation is Operation.PREVIEW else _DONE
    rows = [("", "Type", "Name", "Plan" if result.operation is Operation.PREVIEW else "Status", "")]
    marks = [""]
    for line, urn in _tree_lines(children, "", "", top=True):
        step = steps.get(urn)
        operation = step.op if step is not None else Op.SAME
        word = words.get(operation, "").removeprefix("to ")
        rows.append((_SIGNS[operation], line, name_of(urn), word, _changed_paths(step) if step is not None else ""))
        marks.append(_COLOURS.get(operation, ""))
    if len(rows) == 1:
        return ""
    return "\n".join(_table(rows, marks, style))


def _tree_lines(
    children: dict[str, list[str]], urn: str, indent: str, *, top: bool = False
) -> Iterator[tuple[str, str]]:
    below = sorted(children.get(urn, ()), key=lambda each: (bool(children.get(each)), type_of(each), name_of(each)))
    for place, child in enumerate(below):
        last = place == len(below) - 1
        branch = "" if top else ("└─ " if last else "├─ ")
        yield f"{indent}{branch}{type_of(child)}", child
        yield from _tree_lines(children, child, "" if top else indent + ("   " if last else "│  "))


def _table(rows: Sequence[tuple[str, ...]], marks: Sequence[str], style: Style) -> Iterator[str]:
    _, *others = widths(rows)
    wide = (2, *others)  # the longest sign, so that columns stay where they are from run to run
    for row, mark in zip(rows, marks, strict=True):
        cells = [cell.ljust(size) for cell, size in zip(row, wide, strict=True)]
        if row is rows[0]:
            yield style.paint(f" {'  '.join(cells)}".rstrip(), "bold")
        else:
            sign, kind, name, word, brief = cells
            line = f" {style.paint(sign, mark)}  {kind}  {name}  {style.paint(word, mark)}  {brief}"
            yield line.rstrip()


def _changed_paths(step: ResourceStep) -> str:
    """Return the paths of a resource's changed properties, shortened for one line."""
    found = step.differences.forced_by or step.differences.changed
    if not found:
        return ""
    paths = [format_path(change.path) for change in found]
    rest = f" and {len(paths) - _FEW} more" if len(paths) > _FEW else ""
    return f"[diff: {', '.join(paths[:_FEW])}{rest}]"


def differences(result: RunResult, style: Style) -> str:
    """Return every changed property with its old and new value, as text."""
    lines: list[str] = []
    for step in result.steps:
        changed = step.differences.changed
        if changed and step.op is not Op.SAME:
            lines.append(f" {style.paint(_SIGNS[step.op], _COLOURS[step.op])} {step.record.name}")
            lines += [f"     {_change_line(change, step, style)}" for change in changed]
    return "\n".join([style.paint("Differences:", "bold"), *lines]) if lines else ""


def _change_line(change: Change, step: ResourceStep, style: Style) -> str:
    sign, colour = ("~", "yellow")
    if change.old is ABSENT:
        sign, colour = "+", "green"
    elif change.new is ABSENT:
        sign, colour = "-", "red"
    values = [_shortened(value) for value in (change.old, change.new) if value is not ABSENT]
    why = "  (cannot be changed in place)" if change in step.differences.forced_by else ""
    return f"{style.paint(sign, colour)} {format_path(change.path)}: {' => '.join(values)}{why}"


def _shortened(value: Any) -> str:  # noqa: ANN401 (any JSON value)
    text = "[secret]" if is_secret(value) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def _outputs(result: RunResult, style: Style) -> str:
    """Return the stack's outputs as a short list; structured values appear only with `--json`."""
    plain = {name: value for name, value in result.outputs.items() if not isinstance(value, dict | list)}
    if not plain or result.operation is Operation.DESTROY:
        return ""
    wide = max(map(len, plain))
    lines = [f"    {name.ljust(wide)}  {_shortened(value)}" for name, value in plain.items()]
    return "\n".join([style.paint("Outputs:", "bold"), *lines])


def failures(found: Iterable[Failure], style: Style, *, with_tracebacks: bool = False) -> str:
    """Return the errors of a local run as text, each with its resource."""
    lines: list[str] = []
    for failure in found:
        where = f"{name_of(failure.urn)} ({type_of(failure.urn)}): " if failure.urn else ""
        lines += [f"  {style.paint('error', 'red')}: {where}{line}" for line in failure.message.splitlines()]
        if failure.traceback:
            lines += [f"    {line}" for line in failure.traceback.splitlines()] if with_tracebacks else [f"    {HINT}"]
    return "\n".join([style.paint("Errors:", "bold"), *lines]) if lines else ""


def counts(result: RunResult) -> dict[str, int]:
    """Count the resources of a run by operation, without operations that did not occur."""
    found = Counter(step.op.value for step in result.steps)
    return {op.value: found[op.value] for op in Op if found[op.value]}


def summary(result: RunResult, style: Style) -> str:
    """Return the numbers of created, updated, replaced, deleted and skipped resources as text."""
    found = counts(result)
    words = _PLANNED if result.operation is Operation.PREVIEW else _DONE
    lines: list[str] = []
    for operation in (*_CHANGING, Op.READ):
        if operation in found:
            sign = style.paint(_SIGNS[operation].ljust(2), _COLOURS[operation])
            lines.append(f"    {sign} {found[operation]} {words[operation]}")
    if Op.SAME in found:
        lines.append(f"    {found[Op.SAME]} unchanged")
    if result.skipped:
        lines.append(f"    {len(result.skipped)} skipped, because a dependency failed")
    if not lines:
        return "" if result.failures else "Nothing to do."
    return "\n".join([style.paint("Resources:", "bold"), *lines])


def matrix(found: Sequence[AssignmentRow], style: Style) -> str:
    """Return a text table of agents and resources with verbs in the cells; a list if the terminal is too narrow."""
    if not found:
        return ""
    title = style.paint("Access, from the role assignments in local Azure:", "bold")
    cells: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for each in found:
        cells[each.agent, each.resource].add(f"{each.verb}*" if each.condition else each.verb)
    agents, places = (sorted({getattr(each, kind) for each in found}) for kind in ("agent", "resource"))
    rows = [("", *places)]
    rows += [(agent, *(", ".join(sorted(cells.get((agent, place), "·"))) for place in places)) for agent in agents]
    wide = widths(rows)
    note = ["  * under a condition, such as a path"] if any(each.condition for each in found) else []
    if sum(wide) + 2 * len(wide) + 2 > width():
        return "\n".join([title, *_listed(agents, cells), *note])
    return "\n".join([title, "", *matrix_lines(rows, style), *note])


def _listed(agents: Iterable[str], cells: dict[tuple[str, str], set[str]]) -> Iterator[str]:
    for agent in agents:
        grants = [
            f"{', '.join(sorted(verbs))} {place}" for (who, place), verbs in sorted(cells.items()) if who == agent
        ]
        yield f"  {agent}: {'; '.join(grants)}"

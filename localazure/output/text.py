"""Text output of a local run: resources, changed properties, a summary and the access matrix.

Owns order and layout, after those of the Pulumi CLI. Takes a `RunResult` and changes nothing; colours only with a style
that is coloured.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from access.questions.assignment_rows import AssignmentRow
from access.reports.terminal import TOGETHER, Style, matrix_lines, width, widths
from localazure.deployment.steps import Failure, Op
from localazure.deployment.urns import name_of, type_of
from localazure.output.operation_words import COLOURS, SIGNS, operation_words
from localazure.output.property_changes import property_changes, shortened
from localazure.output.resource_tree import resource_counts, resource_tree
from localazure.run import Operation, RunResult
from safe_text.display import visible

HINT = "--debug shows the traceback"
"""Last line of an error in the program."""
_CHANGING = (Op.CREATE, Op.UPDATE, Op.REPLACE, Op.DELETE)


def headline(operation: Operation, stack: str) -> str:
    """Return the title of a local run, such as "Previewing update of dev on local Azure"."""
    verb = {Operation.PREVIEW: "Previewing update of", Operation.UP: "Updating", Operation.DESTROY: "Destroying"}
    return f"{verb[operation]} {stack} on local Azure"


def report(
    result: RunResult,
    assignments: Sequence[AssignmentRow],
    style: Style,
    *,
    access_changes: str = "",
    with_tracebacks: bool = False,
) -> str:
    """Return the whole outcome of a local run as text, with or without the tracebacks of errors in the program."""
    parts = [_messages(result, style), resource_tree(result, style), property_changes(result, style)]
    parts += [_outputs(result, style), failures(result.failures, style, with_tracebacks=with_tracebacks)]
    parts.append(summary(result, style))
    if result.operation is not Operation.DESTROY:
        parts += [matrix(assignments, style), access_changes]
    return "\n\n".join(part for part in parts if part)


def short_report(
    result: RunResult, style: Style, *, access_changes: str = "", verdict: str = "", with_tracebacks: bool = False
) -> str:
    """Return the outcome of a local run in few lines: numbers by type, changes of access, proof and findings."""
    parts = [_messages(result, style), resource_counts(result, style)]
    parts += [failures(result.failures, style, with_tracebacks=with_tracebacks), summary(result, style)]
    return "\n\n".join(part for part in (*parts, access_changes, verdict) if part)


def _messages(result: RunResult, style: Style) -> str:
    """Return the log messages of the program, each as a paragraph after its severity."""
    lines: list[str] = []
    for message in result.messages:
        severity, _, text = message.partition(": ")
        lines += [style.paragraph(visible(line), mark=f"{severity}:") for line in text.splitlines()]
    return "\n".join(lines)


def _outputs(result: RunResult, style: Style) -> str:
    """Return the stack's outputs as a short list; structured values appear only with `--json`."""
    plain = {name: value for name, value in result.outputs.items() if not isinstance(value, dict | list)}
    if not plain or result.operation is Operation.DESTROY:
        return ""
    wide = max(map(len, plain))
    lines = [f"    {visible(name).ljust(wide)}  {shortened(value)}" for name, value in plain.items()]
    return "\n".join([style.paint("Outputs:", "bold"), *lines])


def failures(found: Iterable[Failure], style: Style, *, with_tracebacks: bool = False) -> str:
    """Return the errors of a local run as text, each with its resource."""
    lines: list[str] = []
    for failure in found:
        where = f"{visible(name_of(failure.urn))} ({type_of(failure.urn)}): " if failure.urn else ""
        lines += [
            style.paragraph(f"{where}{line}", mark="error:", colour="red", indent=2)
            for line in failure.message.splitlines()
        ]
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
    words = operation_words(result.operation)
    lines: list[str] = []
    for operation in (*_CHANGING, Op.READ):
        if operation in found:
            sign = style.paint(SIGNS[operation].ljust(2), COLOURS[operation])
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
        cells[visible(each.agent), visible(each.resource)].add(f"{each.verb}*" if each.condition else each.verb)
    agents, places = (sorted({visible(getattr(each, kind)) for each in found}) for kind in ("agent", "resource"))
    rows = [("", *places)]
    rows += [(agent, *(", ".join(sorted(cells.get((agent, place), "·"))) for place in places)) for agent in agents]
    wide = widths(rows)
    note = ["  * under a condition, such as a path"] if any(each.condition for each in found) else []
    if sum(wide) + 2 * len(wide) + 2 > width():
        return "\n".join([title, *_listed(agents, cells, style), *note])
    return "\n".join([title, "", *matrix_lines(rows, style), *note])


def _listed(agents: Iterable[str], cells: dict[tuple[str, str], set[str]], style: Style) -> Iterator[str]:
    for agent in agents:
        grants = [
            f"{', '.join(sorted(verbs))}{TOGETHER}{place}"
            for (who, place), verbs in sorted(cells.items())
            if who == agent
        ]
        yield style.paragraph("; ".join(grants), mark=f"{agent}:", indent=2)

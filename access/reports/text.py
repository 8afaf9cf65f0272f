"""Renders results of access questions as aligned and coloured text for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from access.evaluate.wording import words
from access.questions.matrix import shared_identity_sentence
from access.reports.accepted_findings import accepted_words
from access.reports.acting_for_users import as_text
from access.reports.owner_table import as_text as owner_text
from access.reports.terminal import TOGETHER, Style, matrix_lines, width, widths
from access.reports.verdict import Verdict
from safe_text.display import shows_escaped_text

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_FEW = 12

Rows = Sequence[Mapping[str, Any]]
Groups = Sequence[Sequence[str]]


@shows_escaped_text
def matrix(  # noqa: PLR0913, PLR0917 - one argument for each part of the matrix
    rows: Rows,
    agents: Sequence[str],
    resources: Sequence[str],
    identity_groups: Groups,
    style: Style,
    users: Rows = (),
) -> str:
    """Render the access matrix as a text table, or as a list if the table is too wide for the terminal."""
    shared = (style.paragraph(shared_identity_sentence(each)) for each in identity_groups)
    notes = dict.fromkeys(note for row in rows for note in row.get("notes", ()))
    as_user = [as_text(users, style)] if users else []
    return "\n".join([_grid(rows, agents, resources, style), *as_user, *shared, *map(style.paragraph, notes)])


def _grid(rows: Rows, agents: Sequence[str], resources: Sequence[str], style: Style) -> str:
    cells = {(row["agent"], row["resource"]): _verbs(row) for row in rows}
    everyone = list(dict.fromkeys((*agents, *(agent for agent, _ in cells))))
    used = [name for name in resources if any(resource == name for _, resource in cells)]
    table = [("", *used), *((agent, *(cells.get((agent, name), "·") for name in used)) for agent in everyone)]
    wide = widths(table)
    if sum(wide) + 2 * len(wide) > width():
        held: dict[str, list[str]] = {agent: [] for agent in everyone}
        for (agent, name), verbs in cells.items():
            held[agent].append(f"{verbs}{TOGETHER}{name}")
        return "\n".join(
            style.paragraph("; ".join(each) or "nothing", mark=f"{agent}:", colour="bold")
            for agent, each in held.items()
        )
    return "\n".join(matrix_lines(table, style))


@shows_escaped_text
def owners(rows: Rows, style: Style) -> str:
    """Render identities with their owners as text."""
    return owner_text(rows, style)


@shows_escaped_text
def operations(rows: Rows, style: Style) -> str:
    """Render the exact operations of each matrix entry as text."""
    lines: list[str] = []
    for row in rows:
        lines.append(style.paint(f"{row['agent']} {_verbs(row)} {row['resource']}", "bold"))
        lines += [f"    {operation}" for operation in row["operations"]]
    return "\n".join(lines)


@shows_escaped_text
def grants(rows: Rows, style: Style) -> str:
    """Render role assignments with their ids and lines as text, two lines for each."""
    lines: list[str] = []
    for row in rows:
        lines.append(style.paint(f"{row['agent']} {row['verb'] or row['role']} {row['resource']}", "bold"))
        where = row["location"].rpartition("::")[2]
        lines.append(f"    {row['assignment'] or 'no id before the deployment'}  {where}")
    return "\n".join(lines) or "no role assignments"


@shows_escaped_text
def proof(found: Mapping[str, Any], style: Style) -> str:
    """Render the result of a proof as text, with its counts and failures."""
    ok = not found["failures"]
    head = (
        f"{found['allowed']:,} of {found['declared']:,} declared accesses are allowed,"
        f" {found['denied']:,} other operations are denied"
    )
    lines = [style.paragraph(head, mark="proof holds:" if ok else "proof fails:", colour="green" if ok else "red")]
    lines += [style.paragraph(failure["what"], mark="✗", colour="red", indent=2) for failure in found["failures"]]
    for one in found["waiting"]:
        declared = f"{one['agent']} {one['verb']} {one['resource']}"
        waits = f"{declared}: {one['why']} ({one['location']})"
        lines.append(style.paragraph(waits, mark="waits:", colour="cyan", indent=2))
    for one in found["excepted"]:
        lines.append(
            style.paragraph(f"{one['what']}; {accepted_words(one)}", mark="accepted:", colour="cyan", indent=2)
        )
    left_out: Rows = found["ignored"]
    if left_out:
        head = f"{len(left_out)} parts cannot concern an identity of the network:"
        lines.append(style.paragraph(head, mark="left out:", colour="cyan", indent=2))
    lines += [style.paragraph(f"{one['where']}: {one['what']}", indent=4) for one in left_out[:_FEW]]
    if len(left_out) > _FEW:
        rest = f"and {len(left_out) - _FEW} more; --format json lists them all"
        lines.append(style.paragraph(rest, indent=4))
    return "\n".join(lines)


@shows_escaped_text
def verdict(found: Verdict, style: Style) -> str:
    """Render the verdict of proof and findings as one line of text, coloured by its level."""
    colours = {"good": "green", "doubtful": "yellow", "bad": "red"}
    lines = style.paragraph(found.sentence).splitlines()
    return "\n".join(style.paint(line, colours[found.level]) for line in lines)


@shows_escaped_text
def diff(found: Mapping[str, Any], style: Style) -> str:
    """Render gained access, then lost access, as text."""
    colours = {"+": "red", "-": "green"}  # growth needs a review
    lines = [
        style.paragraph(
            f"{one['agent']} {one['words']} {one['resource']}", mark=one["sign"], colour=colours[one["sign"]]
        )
        for one in found["changes"]
    ]
    for one in found.get("findings", ()):
        text = f"{one['id']}: {one['what']}"
        accepted = accepted_words(one)
        mark, colour = ("new, accepted:", "green") if accepted else ("new finding:", _COLOURS[one["severity"]])
        lines.append(style.paragraph(f"{text}; {accepted}" if accepted else text, mark=mark, colour=colour))
    lines.append(style.paragraph(diff_summary(found)))
    return "\n".join([*lines, *unread(found["unread"], style)])


@shows_escaped_text
def diff_summary(found: Mapping[str, Any]) -> str:
    """Return one line about a difference: growth, shrinkage, new findings and new doubts, each with its number."""
    grown = sum(bool(one["grows"]) for one in found["changes"])
    changed = f"{grown} grown, {len(found['changes']) - grown} shrunk"
    head = (
        f"access from {found['from']} to {found['to']}: {changed}"
        if found["changes"]
        else f"access is the same in {found['from']} and {found['to']}"
    )
    doubts = sum(bool(one.get("new")) for one in found["unread"])
    new = found.get("findings", ())
    accepted = sum(one["exception"] is not None for one in new)
    more = [(len(new) - accepted, "new finding"), (accepted, "accepted new finding"), (doubts, "new doubt")]
    counted = [f"{number} {noun}{'s' if number > 1 else ''}" for number, noun in more if number]
    return "; ".join([head, *counted])


@shows_escaped_text
def blast(agent: str, found: Mapping[str, Any], style: Style) -> str:
    """Render the blast radius of an agent as text: accessible resources, then influence."""
    lines = [style.paint(f"an attacker who runs code as {agent}", "bold")]
    parts: list[str] = []
    if "shares_identity_with" in found:
        parts.append(f"shares the identity of {', '.join(found['shares_identity_with'])}")
    parts += [f"can {', '.join(verbs)} in {resource}" for resource, verbs in sorted(found["operations"].items())]
    for title, key in (("reads the secrets", "secrets"), ("spends money on", "models"), ("can destroy", "destroys")):
        if found[key]:
            parts.append(f"{title} {', '.join(found[key])}")
    parts += found.get("notes", ())
    parts += [f"becomes {one['agent']}: {one['how']}" for one in found["becomes"]] or ["becomes nobody else"]
    parts += [f"influences {one['agent']} through {one['through']}" for one in found["influences"]]
    parts += [f"is influenced by {one['agent']} through {one['through']}" for one in found["influenced_by"]]
    lines += [style.paragraph(part, indent=2) for part in parts]
    lines += [style.paragraph(one, mark="over budget:", colour="red", indent=2) for one in found["over_budget"]]
    return "\n".join(lines)


@shows_escaped_text
def findings(found: Rows, style: Style) -> str:
    """Render findings as text, grouped by kind, each with location, reason and fix."""
    open_ones = [one for one in found if one["exception"] is None]
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for one in open_ones:
        kinds.setdefault(one["id"], []).append(one)
    lines: list[str] = []
    for name, alike in kinds.items():
        severity = alike[0]["severity"]
        lines.append(f"{style.paint(severity, _COLOURS[severity])} {style.paint(name, 'bold')}")
        lines += [style.paragraph(f"{one['what']}{_where(one['location'])}", indent=4) for one in alike]
        lines += [style.paragraph(alike[0][part], mark=f"{part}:", indent=2, hang=5) for part in ("why", "fix")]
    accepted = len(found) - len(open_ones)
    counted = {severity: sum(one["severity"] == severity for one in open_ones) for severity in _COLOURS}
    counts = ", ".join(f"{count} {severity}{'s' if count != 1 else ''}" for severity, count in counted.items())
    total = f"{counts}; {accepted} accepted" if accepted else counts
    return "\n".join([*lines, style.paragraph(total, mark="findings:")])


def _where(location: str) -> str:
    """Return the location of a finding in parentheses; for a URN only its name."""
    return f" ({location.rpartition('::')[2]})" if location else ""


@shows_escaped_text
def unread(found: Rows, style: Style) -> Iterator[str]:
    """Yield the parts that could not be evaluated as lines of text."""
    for one in found[:_FEW]:
        mark = "new doubt:" if one.get("new") else "not evaluated:"
        yield style.paragraph(f"{one['where']}: {one['what']}", mark=mark, colour="yellow")
    if len(found) > _FEW:
        rest = f"and {len(found) - _FEW} more that could not be evaluated; --format json lists them all"
        yield style.paragraph(rest)


def _verbs(row: Mapping[str, Any]) -> str:
    verbs = ", ".join(row["verbs"]) or ", ".join(words(row["operations"]))
    return f"{verbs}*" if row["conditional"] else verbs

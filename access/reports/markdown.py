"""Renders results of access questions as GitHub Markdown, for pull requests."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from access.evaluate.wording import words
from access.questions.matrix import shared_identity_sentence
from access.reports.accepted_findings import accepted_words
from access.reports.acting_for_users import as_markdown
from access.reports.owner_table import as_markdown as owner_cells
from safe_text.display import shows_escaped_text

Rows = Sequence[Mapping[str, Any]]
Groups = Sequence[Sequence[str]]


@shows_escaped_text
def matrix(
    rows: Rows, agents: Sequence[str], resources: Sequence[str], identity_groups: Groups, users: Rows = ()
) -> str:
    """Render the access matrix as a Markdown table."""
    cells = {(row["agent"], row["resource"]): _verbs(row) for row in rows}
    everyone = list(dict.fromkeys((*agents, *(agent for agent, _ in cells))))
    used = [name for name in resources if any(resource == name for _, resource in cells)]
    body = [[agent, *(cells.get((agent, name), "") for name in used)] for agent in everyone]
    notes = dict.fromkeys(note for row in rows for note in row.get("notes", ()))
    sentences = (*map(shared_identity_sentence, identity_groups), *notes)
    head, *cells = as_markdown(users)
    as_user = [f"\n{_table(head, cells)}"] if cells else []
    return "\n".join([_table(["agent", *used], body), *as_user, *(f"\n{_plain(each)}." for each in sentences)])


@shows_escaped_text
def owners(rows: Rows) -> str:
    """Render identities with their owners as a Markdown table."""
    head, *cells = owner_cells(rows)
    return _table(head, cells)


@shows_escaped_text
def operations(rows: Rows) -> str:
    """Render the exact operations of each matrix entry as collapsed Markdown sections."""
    return "\n".join(
        f"<details><summary>{_plain(row['agent'])} {_plain(_verbs(row))} {_plain(row['resource'])}</summary>\n\n"
        + "\n".join(f"- {_code(operation)}" for operation in row["operations"])
        + "\n\n</details>"
        for row in rows
    )


@shows_escaped_text
def grants(rows: Rows) -> str:
    """Render role assignments with their ids and lines as a Markdown table."""
    names = ("agent", "verb", "resource", "assignment", "location")
    return _table(
        names, [[row["verb"] or row["role"] if name == "verb" else row[name] for name in names] for row in rows]
    )


@shows_escaped_text
def proof(found: Mapping[str, Any]) -> str:
    """Render the result of a proof as Markdown, with its counts and failures."""
    word = "**fails**" if found["failures"] else "holds"
    counts = f"{found['allowed']:,} of {found['declared']:,} declared accesses allowed, {found['denied']:,} denied"
    head = f"Proof {word}: {counts}."
    failures = (f"- {_plain(failure['what'])}" for failure in found["failures"])
    waiting = (
        f"- waits: {_plain(one['agent'])} {_plain(one['verb'])} {_plain(one['resource'])}: {_plain(one['why'])}"
        for one in found["waiting"]
    )
    accepted = (f"- accepted: {_plain(one['what'])}; {_plain(accepted_words(one))}" for one in found["excepted"])
    left_out = (f"- left out: {_plain(one['where'])}: {_plain(one['what'])}" for one in found["ignored"])
    return "\n".join([head, "", *failures, *waiting, *accepted, *left_out]).rstrip()


@shows_escaped_text
def diff(found: Mapping[str, Any]) -> str:
    """Render gained and lost access as separate Markdown sections."""
    lines: list[str] = []
    for title, grows in (("Access that grows", True), ("Access that shrinks", False)):
        changes = [one for one in found["changes"] if bool(one["grows"]) is grows]
        if changes:
            lines += [f"**{title}**", "", "```diff"]
            lines += [f"{one['sign']} {one['agent']} {one['words']} {one['resource']}" for one in changes]
            lines += ["```", ""]
    if not lines:
        lines = [f"Access is the same in {_code(found['from'])} and {_code(found['to'])}.", ""]
    accepted = [one for one in found["findings"] if one["exception"] is not None]
    if len(found["findings"]) > len(accepted):
        lines += ["**New findings**", "", findings(found["findings"]), ""]
    if accepted:
        lines += ["**New findings that network.yaml accepts**", ""]
        lines += [
            *(f"- {_plain(one['id'])}: {_plain(one['what'])}; {_plain(accepted_words(one))}" for one in accepted),
            "",
        ]
    if doubts := [one for one in found["unread"] if one["new"]]:
        lines += ["**What can no longer be evaluated**", ""]
        lines += [*(f"- {_plain(one['where'])}: {_plain(one['what'])}" for one in doubts), ""]
    rest = (one for one in found["unread"] if not one["new"])
    lines += [f"- not evaluated: {_plain(one['where'])}: {_plain(one['what'])}" for one in rest]
    return "\n".join(lines).rstrip()


@shows_escaped_text
def blast(agent: str, found: Mapping[str, Any]) -> str:
    """Render the blast radius of an agent as a Markdown table."""
    held = "; ".join(f"{', '.join(verbs)} in {resource}" for resource, verbs in sorted(found["operations"].items()))
    rows = [
        *(
            [["shares the identity of", ", ".join(found["shares_identity_with"])]]
            if "shares_identity_with" in found
            else []
        ),
        ["holds", held or "nothing"],
        ["secrets", ", ".join(found["secrets"]) or "none"],
        ["models", ", ".join(found["models"]) or "none"],
        ["can destroy", ", ".join(found["destroys"]) or "nothing"],
        *([["notes", "; ".join(found["notes"])]] if "notes" in found else []),
        ["becomes", "; ".join(f"{one['agent']}: {one['how']}" for one in found["becomes"]) or "nobody else"],
        [
            "influences",
            "; ".join(f"{one['agent']} through {one['through']}" for one in found["influences"]) or "nobody",
        ],
        ["over budget", "; ".join(found["over_budget"]) or "no"],
    ]
    return f"### Blast radius of {_plain(agent)}\n\n{_table(['', ''], rows)}"


@shows_escaped_text
def findings(found: Rows) -> str:
    """Render findings as a Markdown table, the most severe first."""
    rows = [
        [one["severity"], one["id"], one["location"], one["what"], one["fix"]]
        for one in found
        if one["exception"] is None
    ]
    return _table(["severity", "finding", "location", "what", "fix"], rows) if rows else "No findings."


@shows_escaped_text
def section(title: str, rows: Sequence[str]) -> str:
    """Render sentences as a Markdown list under a title."""
    return "\n".join([f"**{title}**", "", *(f"- {_plain(row)}" for row in rows)])


def _verbs(row: Mapping[str, Any]) -> str:
    verbs = ", ".join(row["verbs"]) or ", ".join(words(row["operations"]))
    return f"{verbs}\\*" if row["conditional"] else verbs


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_plain(cell) for cell in line)} |" for line in lines)


def _plain(text: str) -> str:
    """Escape text for Markdown, so that it stays in one table cell and contains no markup."""
    return re.sub(r"[\\|`\[\]]", r"\\\g<0>", " ".join(text.split())).replace("<", "&lt;")


def _code(text: str) -> str:
    """Return text as inline code in Markdown, without backticks, which would end the code."""
    inside = text.replace("`", "'")
    return f"`{inside}`"

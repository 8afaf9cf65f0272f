"""Renders the report as one self-contained HTML page.

Owns the frame: content security policy, style, script, the embedded document, and the order of the sections. They need
no JavaScript; the files in `script/` add the graph, the details, the filter and the export from the same document.
Nothing is loaded from elsewhere: the policy allows only this style and this script.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from access.reports import acting_for_users, matrix_table, owner_table, review_tables, sections
from access.reports.markup import Html, joined, tag
from access.reports.verdict import verdict
from safe_text.display import shows_escaped_text

Lists = Mapping[str, Sequence[str]]
"""Sentences by title."""

_HERE = Path(__file__).parent
_SCRIPT = ("document", "selection", "details", "graph", "matrix", "filter", "export", "start")
_FIRST = (
    sections.diff,
    sections.findings,
    sections.excepted,
    sections.waiting,
    matrix_table.matrix,
    acting_for_users.as_section,
)
_THEN = (
    review_tables.grants,
    review_tables.exposure,
    sections.blast,
    review_tables.identities,
    owner_table.as_section,
    review_tables.images,
    review_tables.rules,
    review_tables.logs,
    sections.unread,
)
_CONTENTS = (
    ("diff", "Changes"),
    ("findings", "Findings"),
    ("matrix", "Matrix"),
    ("users", "As a user"),
    ("graph", "Graph"),
    ("grants", "Grants"),
    ("exposure", "Exposure"),
    ("blast", "Blast radius"),
    ("identities", "People"),
    ("owners", "Owners"),
    ("images", "Images"),
    ("rules", "Rules"),
    ("logs", "Logs"),
    ("unread", "Not judged"),
)


@shows_escaped_text
def page(document: Mapping[str, Any], *, problems: Lists | None = None, notes: Lists | None = None) -> str:
    """Render a report document as one HTML page.

    Args:
        document: the report document.
        problems: title → sentences about further problems, which make the verdict a bad one.
        notes: title → sentences about anything else.
    """
    problems, notes = problems or {}, notes or {}
    style, script = _packed("page.css"), _script()
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    first, then = (joined(make(document) for make in part) for part in (_FIRST, _THEN))
    return Template(_packed("page.html")).substitute(
        policy=policy,
        title=escape(f"Access of {document['network']} ({document['stack']})"),
        style=style,
        header=_header(document, first + then, problems),
        alerts=joined(
            (sections.failures(document), *(sections.problem(*each) for each in problems.items() if each[1]))
        ),
        first=joined((first, *(sections.note(*each) for each in notes.items() if each[1]))),
        sections=then,
        document=embedded(document),
        script=script,
    )


def embedded(document: Mapping[str, Any]) -> str:
    """Encode the document as JSON that is safe inside an HTML script element.

    Equal lists of operations are stored once, in `operation_sets`; an access has the number of its list. The id of a
    role assignment begins with `~` in place of its scope. Influences are grouped, since agents that share a resource
    each influence all others.
    """
    sets: dict[tuple[str, ...], int] = {}
    access = [{**one, "operations": sets.setdefault(tuple(one["operations"]), len(sets))} for one in document["access"]]
    grants = [{**one, "assignment": _short(one["assignment"], one["scope"])} for one in document["grants"]]
    blast = {
        agent: {**held, **{name: _grouped(held[name]) for name in ("influences", "influenced_by")}}
        for agent, held in document["blast"].items()
    }
    compact = {**document, "access": access, "blast": blast, "grants": grants, "operation_sets": list(sets)}
    text = json.dumps(compact, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _grouped(influences: Iterable[Mapping[str, str]]) -> list[tuple[str, str | None, list[str]]]:
    """Group influences by resource and sentence: a zero character in the sentence is the name of each agent."""
    found: dict[tuple[str, str | None], list[str]] = {}
    for one in influences:
        how = one.get("how")
        sentence = how.replace(one["agent"], "\0") if how is not None and one["agent"] else how
        found.setdefault((one["through"], sentence), []).append(one["agent"])
    return [(through, sentence, agents) for (through, sentence), agents in found.items()]


def _short(assignment: str, scope: str) -> str:
    return f"~{assignment[len(scope) :]}" if assignment.startswith(scope) else assignment


def _script() -> str:
    """Return the JavaScript of the HTML report, made of its files in order.

    Every text of the document becomes a text node; nothing of it is ever read as markup.
    """
    return "\n".join(['"use strict";', *(_packed(f"script/{name}.js") for name in _SCRIPT)])


def _packed(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _header(document: Mapping[str, Any], body: str, problems: Lists) -> Html:
    """Render the head of the HTML report: verdict, origin, numbers and table of contents."""
    found, proof = verdict(document), document["proof"]
    counted = [f"{title}: {len(sentences)}" for title, sentences in problems.items() if sentences]
    if counted:
        found = replace(found, level="bad", sentence=" · ".join((found.sentence, *counted)))
    numbers = (
        ("agent", len(document["agents"])),
        ("resource", len(matrix_table.names(document, "resource"))),
        ("role assignment", len(document["grants"])),
    )
    counts = [f"{count:,} {noun}{'s' if count != 1 else ''}" for noun, count in numbers]
    counts.append(f"{proof['allowed']:,} of {proof['declared']:,} declared accesses allowed")
    counts.append(f"{proof['denied']:,} other operations denied")
    anchors = (
        tag("a", title, href=f"#{name}", hidden="hidden" if name == "graph" else None)
        for name, title in _CONTENTS
        if name == "graph" or f'<section id="{name}"' in body
    )
    return joined(
        (
            tag("h1", f"Access of {document['network']}"),
            tag("p", found.sentence, class_=f"verdict {found.level}"),
            tag("p", " · ".join(counts), class_="soft"),
            tag("dl", *_origin(document), class_="origin"),
            tag("nav", *anchors, aria_label="Contents"),
        )
    )


def _origin(document: Mapping[str, Any]) -> list[Html]:
    made = document["made"]
    commit = (
        f"{made['commit'][:12]}{' and uncommitted changes' if made['has_changes'] else ''}" if made["commit"] else ""
    )
    only = ", ".join(made["subscriptions"]) + (" (made up by local Azure)" if made["simulated"] else "")
    rows = (
        ("Stack", document["stack"]),
        ("Source", document["source"]),
        ("Subscription", only if made["subscriptions"] else ""),
        ("Generated", made["time"].replace("T", " ").replace("+00:00", " UTC")),
        ("Commit", commit),
        ("Version", f"agent-network {made['version']}" if made["version"] else ""),
    )
    return [tag("div", tag("dt", name), tag("dd", value)) for name, value in rows if value]

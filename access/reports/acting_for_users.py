"""Lists and renders what agents may do as users, apart from the access of the agents themselves.

Owns the form of these rows in each output: JSON, terminal, Markdown and HTML. `access.questions.user_access` has the
answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.user_access import UserAccess, user_access
from access.reports.links import Links
from access.reports.markup import Html, Row, section, table, tag
from access.reports.terminal import TOGETHER, Style

__all__ = ["as_markdown", "as_section", "as_text", "user_rows"]

Item = Mapping[str, Any]
_TITLE = "As a user"
_EXPLANATION = "What agents may do with the rights of a user who calls them, while the user's token lives."


def user_rows(graph: Graph, declared: Declared | None) -> list[dict[str, Any]]:
    """Return one JSON object for each agent and API that the agent uses as a user."""
    return [row for one in user_access(graph, declared) for row in _rows(one)]


def _rows(one: UserAccess) -> list[dict[str, Any]]:
    return [
        {
            "agent": one.agent,
            "resource": api.name,
            "as_user": True,
            "verbs": list(api.scopes),
            "without_user": list(api.without_user),
            "people": list(one.people),
            "clients": list(one.clients),
            "consent": api.consent,
            "location": one.location,
        }
        for api in one.apis
    ]


def as_text(rows: Sequence[Item], style: Style) -> str:
    """Render access as a user as paragraphs for a terminal; empty if there is none."""
    lines: list[str] = []
    agents = dict.fromkeys(row["agent"] for row in rows)
    for agent in agents:
        own = [row for row in rows if row["agent"] == agent]
        # The words of one permission stay on one line.
        uses = [f"{verb}{TOGETHER}of{TOGETHER}{row['resource']}" for row in own for verb in row["verbs"]]
        parts = [f"may use {', '.join(uses)}"] if uses else []
        parts += [f"has {verb} of {row['resource']} without any user" for row in own for verb in row["without_user"]]
        parts += [
            f"for {_listed(own[0]['people'], 'nobody')}",
            f"tokens from {_listed(own[0]['clients'], 'any client')}",
        ]
        parts += [f"consent of {_consent(own)}"] if uses else []
        lines.append(style.paragraph("; ".join(parts), mark=f"{agent}, as a user:", colour="bold"))
    return "\n".join(lines)


def as_markdown(rows: Sequence[Item]) -> list[list[str]]:
    """Return the cells of a table for Markdown, the headings first."""
    head = ["as a user", "API", "may use", "for", "tokens from", "consent of", "without any user"]
    return [head, *(_cells(row) for row in rows)]


def as_section(document: Item) -> Html:
    """Render access as a user as a section of the HTML page; empty if there is none."""
    rows: Sequence[Item] = document["user_access"]
    if not rows:
        return Html()
    links = Links(document)
    shown = (Row((links.agent(row["agent"]), *_cells(row)[1:]), row["agent"]) for row in rows)
    headings = ("Agent", "API", "May use", "For", "Tokens from", "Consent of", "Without any user")
    return section(
        "users", _TITLE, tag("p", _EXPLANATION, class_="soft"), table(headings, shown, label="Access as a user")
    )


def _cells(row: Item) -> list[str]:
    lists = (row["verbs"], row["people"], row["clients"])
    uses, people, clients = (", ".join(each) for each in lists)
    return [
        row["agent"],
        row["resource"],
        uses,
        people or "nobody",
        clients or "any client",
        row["consent"],
        ", ".join(row["without_user"]),
    ]


def _listed(names: Sequence[str], otherwise: str) -> str:
    return ", ".join(names) or otherwise


def _consent(rows: Sequence[Item]) -> str:
    by_api = {row["resource"]: row["consent"] for row in rows if row["verbs"]}
    if len(set(by_api.values())) == 1:
        return next(iter(by_api.values()))
    return ", ".join(f"{consent} ({api})" for api, consent in by_api.items())

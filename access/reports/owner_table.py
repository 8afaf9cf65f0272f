"""Renders every identity of a network with its owners, for a terminal, Markdown, JSON and the HTML page."""

from collections.abc import Mapping, Sequence
from typing import Any

from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.ownership import identities_with_owners
from access.reports.links import Links
from access.reports.markup import Html, Row, section, table, tag
from access.reports.terminal import Style

__all__ = ["as_markdown", "as_section", "as_text", "owner_rows"]

Item = Mapping[str, Any]
_NONE, _NOT_KNOWN = "no owner", "not known here"
_DEPLOYER = "the deployer is not part of the program; 'agent-network deployer' prints what it needs"


def owner_rows(graph: Graph, declared: Declared | None) -> list[dict[str, Any]]:
    """Return one JSON object for each identity of a network, with its owners."""
    return [
        {"name": one.name, "kind": one.kind, "id": one.id, "owners": list(one.owners), "known": one.known}
        for one in identities_with_owners(graph, declared)
    ]


def as_text(rows: Sequence[Item], style: Style) -> str:
    """Render identities with their owners as paragraphs for a terminal."""
    lines: list[str] = []
    for name in dict.fromkeys(row["name"] for row in rows):
        lines.append(style.paint(name, "bold"))
        for row in (each for each in rows if each["name"] == name):
            owners = _owners(row)
            colour = "red" if owners == _NONE else ""
            lines.append(style.paragraph(owners, mark=f"{row['kind']}:", colour=colour, indent=2))
    return "\n".join([*lines, style.paragraph(_DEPLOYER)])


def as_markdown(rows: Sequence[Item]) -> list[list[str]]:
    """Return the cells of a table for Markdown, the headings first."""
    return [["identity of", "kind", "id", "owners"], *([*_cells(row)] for row in rows)]


def as_section(document: Item) -> Html:
    """Render identities with their owners as a section of the HTML page."""
    links = Links(document)
    shown = (
        Row((links.agent(row["name"]), row["kind"], tag("code", row["id"]), _state(row)), row["name"])
        for row in document["owners"]
    )
    headings = ("Identity of", "Kind", "Id", "Owners")
    return section("owners", "Owners of identities", table(headings, shown, label="Identities with owners"))


def _cells(row: Item) -> tuple[str, ...]:
    return row["name"], row["kind"], row["id"], _owners(row)


def _owners(row: Item) -> str:
    return ", ".join(row["owners"]) or (_NONE if row["known"] else _NOT_KNOWN)


def _state(row: Item) -> Html:
    owners = _owners(row)
    return tag("span", owners, class_="state bad" if owners == _NONE else None)

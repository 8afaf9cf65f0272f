"""Builds HTML in Python, with automatic escaping of text.

Owns the few lines that make a tag, a table and a section. Knows nothing of the content of a report.
"""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple
from urllib.parse import urlencode


class Html(str):
    """A string of HTML markup that is not escaped again."""

    __slots__ = ()


def tag(name: str, *children: str | int, **attributes: str | int | None) -> Html:
    """Build one HTML element; text children are escaped and None attributes omitted."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{written}>{joined(children)}</{name}>")


def joined(parts: Iterable[str | int]) -> Html:
    """Concatenate parts to HTML; parts that are text are escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(str(part)) for part in parts))


class Row(NamedTuple):
    """A row of an HTML table with the agent and the resource that it is about, by which the page filters rows."""

    cells: tuple[str, ...]
    agent: str | None = None
    resource: str | None = None


def table(headings: Iterable[str], rows: Iterable[Row], *, label: str, id_: str | None = None) -> Html:
    """Build an HTML table in a scrollable box."""
    head = tag(
        "tr", *(heading if isinstance(heading, Html) else tag("th", heading, scope="col") for heading in headings)
    )
    body = (
        tag(
            "tr",
            *(tag("td", cell) if at else tag("th", cell, scope="row") for at, cell in enumerate(row.cells)),
            data_agent=row.agent,
            data_resource=row.resource,
        )
        for row in rows
    )
    inner = tag("table", tag("thead", head), tag("tbody", *body), aria_label=label, id=id_, class_="rows")
    return tag("div", inner, class_="box", tabindex=0, role="region", aria_label=label)


def section(name: str, title: str, *children: str) -> Html:
    """Build a section of the page with a heading that links can address."""
    return tag("section", tag("h2", title, id=f"{name}-title"), *children, id=name, aria_labelledby=f"{name}-title")


def link(**of: str) -> Html:
    """Build a link that opens the details of an agent or a resource."""
    return tag("a", *of.values(), href=f"#{urlencode(of)}")


def sentence(text: str) -> Html:
    """Build HTML of a note as a sentence of its own, with a capital letter and a full stop."""
    return with_code(f"{text[:1].upper()}{text[1:].removesuffix('.')}.")


def with_code(text: str) -> Html:
    """Build markup from a sentence in which backticks surround names."""
    return joined(tag("code", part) if at % 2 else part for at, part in enumerate(text.split("`")))

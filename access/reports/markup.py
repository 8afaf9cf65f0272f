"""Builds HTML in Python, with automatic escaping of text.

Owns the few lines that make a tag. Knows nothing of reports.
"""

from collections.abc import Iterable
from html import escape


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
    """Concatenate parts; text parts are escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(str(part)) for part in parts))


def table(headings: Iterable[str], rows: Iterable[Iterable[str]], *, label: str) -> Html:
    """Build an HTML table in a scrollable box."""
    head = tag(
        "tr", *(heading if isinstance(heading, Html) else tag("th", heading, scope="col") for heading in headings)
    )
    body = (
        tag("tr", *(tag("td", cell) if at else tag("th", cell, scope="row") for at, cell in enumerate(row)))
        for row in rows
    )
    inner = tag("table", tag("thead", head), tag("tbody", *body), aria_label=label)
    return tag("div", inner, class_="box", tabindex=0, role="region", aria_label=label)

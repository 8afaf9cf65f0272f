"""HTML from Python, with escaping as the rule: text is escaped unless it was built here.

Owns the few lines that make a tag. Knows nothing of reports.
"""

from collections.abc import Iterable
from html import escape


class Html(str):
    """Text that is markup already, and is not escaped again."""

    __slots__ = ()


def tag(name: str, *children: str | int, **attributes: str | int | None) -> Html:
    """One element; children are escaped, an attribute of None is left out, `class_` and `data_x` follow HTML."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{written}>{joined(children)}</{name}>")


def joined(parts: Iterable[str | int]) -> Html:
    """Parts one after another, each escaped unless it is markup."""
    return Html("".join(part if isinstance(part, Html) else escape(str(part)) for part in parts))


def table(headings: Iterable[str], rows: Iterable[Iterable[str]], *, label: str) -> Html:
    """A table in a box of its own that scrolls; the first cell of a row is its heading."""
    head = tag(
        "tr", *(heading if isinstance(heading, Html) else tag("th", heading, scope="col") for heading in headings)
    )
    body = (
        tag("tr", *(tag("td", cell) if at else tag("th", cell, scope="row") for at, cell in enumerate(row)))
        for row in rows
    )
    inner = tag("table", tag("thead", head), tag("tbody", *body), aria_label=label)
    return tag("div", inner, class_="box", tabindex=0, role="region", aria_label=label)

"""Renders the sections of the HTML page that work without JavaScript.

Each function renders a part of the report document, and returns empty markup where there is nothing to show.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from access.reports.markup import Html, joined, table, tag

Item = Mapping[str, Any]

SEVERITIES = ("error", "warning", "note")
# From this number of columns on, headings are rotated, and print replaces the table by lists.
_WIDE = 12


def names(document: Item, of: str) -> list[str]:
    """Return the names of every agent or resource in the report."""
    listed = [item["name"] for item in document[f"{of}s"]]
    return list(dict.fromkeys([*listed, *(access[of] for access in document["access"])]))


def failures(document: Item) -> Html:
    """Render the failures of the proof."""
    found: Sequence[Item] = document["proof"]["failures"]
    if not found:
        return Html()
    title = f"The proof fails in {len(found)} case{'s' if len(found) > 1 else ''}"
    return tag(
        "div", _section("failures", title, tag("ul", *(tag("li", one["what"]) for one in found))), class_="alert"
    )


def waiting(document: Item) -> Html:
    """Render the declared access that cannot be granted yet."""
    found: Sequence[Item] = document["proof"]["waiting"]
    if not found:
        return Html()
    rows = ((_link(agent=one["agent"]), one["verb"], one["resource"], one["why"], one["location"]) for one in found)
    headings = ("Who", "Verb", "What", "Waits because", "Location")
    return _section("waiting", "Declared, and waiting", table(headings, rows, label="Declared, and waiting"))


def diff(document: Item) -> Html:
    """Render the access changes of the working tree."""
    found = document["diff"]
    if found is None:
        return Html()
    title = f"Changes from {found['from']} to {found['to']}"
    rows = map(_change, found["changes"])
    headings = ("Access", "Who", "Change", "What", "Operations")
    return _section("diff", title, table(headings, rows, label=title) if found["changes"] else tag("p", "Nothing."))


def _change(change: Item) -> tuple[str, ...]:
    look = "grows" if change["grows"] else "shrinks"
    return (
        tag("span", f"{change['sign']} {look}", class_=look),
        _link(agent=change["agent"]),
        change["words"],
        _link(resource=change["resource"]),
        joined(tag("code", operation, class_="line") for operation in change["operations"]),
    )


def findings(document: Item) -> Html:
    """Render findings as HTML, the most severe first, then the accepted ones with reason and expiry."""
    ranked = sorted(document["findings"], key=lambda found: SEVERITIES.index(found["severity"]))
    current, accepted = ([found for found in ranked if bool(found["exception"]) is held] for held in (False, True))
    severity = tag("th", tag("button", "Severity", type="button"), scope="col", aria_sort="descending")
    headings = (severity, "Finding", "What", "Why", "Fix", "Location")
    shown = table(headings, map(_finding, current), label="Findings") if current else tag("p", "None.")
    first = _section("findings", "Findings", shown)
    if not accepted:
        return first
    rows = ((*_finding(one), one["exception"]["because"], one["exception"]["expires"]) for one in accepted)
    shown = table((*headings, "Accepted because", "Until"), rows, label="Accepted findings")
    return joined((first, _section("accepted", "Accepted findings", shown)))


def _finding(found: Item) -> tuple[str, ...]:
    concerned = (tag("span", _link(**{of: found[of]}), class_="line") for of in ("agent", "resource") if found.get(of))
    return (
        tag("span", found["severity"], class_=found["severity"]),
        tag("code", found["id"]),
        found["what"],
        found["why"],
        found["fix"],
        joined((tag("span", found["location"] or "", class_="line"), *concerned)),
    )


def matrix(document: Item) -> Html:
    """Render the access matrix."""
    cells: dict[tuple[str, str], dict[str, bool]] = {}
    for access in document["access"]:
        verbs = cells.setdefault((access["agent"], access["resource"]), {})
        for verb in access["verbs"] or ("other",):
            # Access that one assignment grants without a condition is unconditional.
            verbs[verb] = verbs.get(verb, True) and access["conditional"]
    resources = names(document, "resource")
    notes = {party["name"]: party["kind"] for party in document["parties"]}
    notes |= {
        one["name"]: f"shares identity with {', '.join(one['shares_identity_with'])}"
        for one in document["agents"]
        if "shares_identity_with" in one
    }
    undeclared = {resource["name"] for resource in document["resources"] if not resource["declared"]}
    columns = [
        tag("th", tag("span", name, *([tag("i", "undeclared")] if name in undeclared else [])), scope="col")
        for name in resources
    ]
    head = tag("thead", tag("tr", tag("th", "Who", scope="col"), *columns))
    rows = (
        tag(
            "tr",
            _row_head(agent, notes.get(agent, "")),
            *(_cell(cells.get((agent, name)), name) for name in resources),
        )
        for agent in names(document, "agent")
    )
    wide = "wide" if len(resources) > _WIDE else None
    grid = tag("table", head, tag("tbody", *rows), id="grid", class_=wide, aria_label="Who by what")
    box = tag("div", grid, class_="box", tabindex=0, role="region", aria_label="Access matrix")
    legend = tag("p", "* only under a condition; an empty cell means none.", class_="legend")
    return _section("matrix", "Matrix", legend, box)


def _row_head(name: str, note: str) -> Html:
    """Render the heading of a matrix row: the agent, with its host or agents of the same identity."""
    return tag("th", name, *([" ", tag("i", note)] if note else []), scope="row")


def _cell(verbs: Mapping[str, bool] | None, resource: str) -> Html:
    if verbs is None:
        return tag("td")
    # The name is for print, where a wide matrix becomes lists.
    return tag("td", ", ".join(f"{verb}*" if verbs[verb] else verb for verb in verbs), data_of=resource)


def blast(document: Item) -> Html:
    """Render the blast radius of each agent, one table row per agent."""
    rows = [
        (
            _link(agent=agent),
            *(", ".join(held[name]) for name in ("secrets", "models", "destroys")),
            ", ".join((*held.get("shares_identity_with", ()), *(other["agent"] for other in held["becomes"]))),
            ", ".join(f"{other['agent']} (through {other['through']})" for other in held["influences"]),
            tag("span", *(tag("span", over, class_="line error") for over in held["over_budget"])),
        )
        for agent, held in document["blast"].items()
    ]
    if not rows:
        return Html()
    headings = ("Agent", "Secrets", "Models", "Can destroy", "Can act as", "Influences", "Over budget")
    return _section("blast", "Blast radius", table(headings, rows, label="Blast radius"))


def unread(document: Item) -> Html:
    """Render the list of parts that could not be evaluated."""
    found: Sequence[Item] = document["unread"]
    if not found:
        return Html()
    rows = ((one["where"], one["what"]) for one in found)
    return _section("unread", "Not evaluated", table(("Where", "What"), rows, label="Not evaluated"))


IN_ORDER = (diff, findings, waiting, matrix, blast, unread)


def _section(name: str, title: str, *children: str) -> Html:
    return tag("section", tag("h2", title, id=f"{name}-title"), *children, id=name, aria_labelledby=f"{name}-title")


def _link(**of: str) -> Html:
    """Render a link that opens the side panel of an agent or a resource."""
    return tag("a", *of.values(), href=f"#{urlencode(of)}")

"""Renders the access matrix of the HTML page: agents by resources, with the verbs of each cell."""

from collections.abc import Mapping
from typing import Any

from access.reports.markup import Html, joined, section, sentence, tag

__all__ = ["matrix", "names", "short_kind"]

Item = Mapping[str, Any]
# From this number of columns on, headings are rotated, and print replaces the table by lists.
_WIDE = 9


def names(document: Item, of: str) -> list[str]:
    """Return the names of every agent or resource in the report."""
    listed = [item["name"] for item in document[f"{of}s"]]
    return list(dict.fromkeys([*listed, *(access[of] for access in document["access"])]))


def short_kind(kind: str) -> str:
    """Return the kind of a resource without the provider: `storageaccounts`, and `blob-container` as it is."""
    return kind.rpartition("/")[2]


def matrix(document: Item) -> Html:
    """Render the access matrix as an HTML table."""
    cells: dict[tuple[str, str], dict[str, tuple[bool, str]]] = {}
    for access in document["access"]:
        verbs = cells.setdefault((access["agent"], access["resource"]), {})
        for verb in access["verbs"] or ("other",):
            # Access that one assignment grants without a condition is unconditional.
            conditional, _ = verbs.get(verb, (True, ""))
            verbs[verb] = (conditional and access["conditional"], access["weights"].get(verb, ""))
    found = {resource["name"]: resource for resource in document["resources"]}
    resources = names(document, "resource")
    head = tag(
        "thead", tag("tr", tag("th", "Who", scope="col"), *(_column(name, found.get(name)) for name in resources))
    )
    notes = _notes(document)
    rows = (
        tag(
            "tr",
            tag("th", agent, *(joined((" ", tag("i", note))) for note in notes.get(agent, ()) if note), scope="row"),
            *(_cell(cells.get((agent, name)), name) for name in resources),
        )
        for agent in names(document, "agent")
    )
    wide = "wide" if len(resources) > _WIDE else None
    grid = tag("table", head, tag("tbody", *rows), id="grid", class_=wide, aria_label="Who by what")
    box = tag("div", grid, class_="box", tabindex=0, role="region", aria_label="Access matrix")
    sentences = dict.fromkeys(note for access in document["access"] for note in access.get("notes", ()))
    return section("matrix", "Matrix", _legend(), box, *(tag("p", sentence(note), class_="soft") for note in sentences))


def _legend() -> Html:
    weights = (("write", "writes or sends"), ("delete", "can delete"), ("secrets", "reads secrets"))
    keys = (tag("span", tag("span", words, class_=f"verb {name}")) for name, words in weights)
    return tag("p", *keys, tag("span", "* only under a condition"), tag("span", "an empty cell: none"), class_="legend")


def _column(name: str, resource: Item | None) -> Html:
    notes = [short_kind(resource["kind"])] if resource is not None and resource["kind"] else []
    notes += ["undeclared"] if resource is not None and not resource["declared"] else []
    return tag("th", tag("span", name, *(tag("i", note) for note in notes)), scope="col")


def _notes(document: Item) -> dict[str, tuple[str, ...]]:
    """Return notes for each row: agents of the same identity and the host of an agent, or the kind of a party."""
    found: dict[str, tuple[str, ...]] = {party["name"]: (party["kind"],) for party in document["parties"]}
    for one in document["agents"]:
        shared = ", ".join(one.get("shares_identity_with", ()))
        found[one["name"]] = (f"shares identity with {shared}" if shared else "", one["host"])
    return found


def _cell(verbs: Mapping[str, tuple[bool, str]] | None, resource: str) -> Html:
    if verbs is None:
        return tag("td")
    words = (
        tag("span", f"{verb}*" if conditional else verb, class_=f"verb {heavy}".rstrip())
        for verb, (conditional, heavy) in verbs.items()
    )
    # The name is for print, where a wide matrix becomes lists.
    return tag("td", joined(words), data_of=resource)

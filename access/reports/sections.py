"""Renders the sections of the HTML page about results: proof, changes, findings, blast radius and open questions.

Each function renders a part of the report document without JavaScript, and returns empty markup where there is nothing
to show. `matrix_table` and `review_tables` render the rest.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from access.reports.accepted_findings import accepted_words
from access.reports.links import Links
from access.reports.markup import Html, Row, joined, link, section, sentence, table, tag, with_code

Item = Mapping[str, Any]

SEVERITIES = ("error", "warning", "note")
_MANY_OPERATIONS = 8
"""Number of operations of a change that the page lists."""
_MANY = 12
"""Number of influences up to which a table lists them; the details of an agent list all."""


def failures(document: Item) -> Html:
    """Render the failures of the proof."""
    found: Sequence[Item] = document["proof"]["failures"]
    if not found:
        return Html()
    title = f"The proof fails in {len(found)} case{'s' if len(found) > 1 else ''}"
    return tag("div", section("failures", title, tag("ul", *(tag("li", one["what"]) for one in found))), class_="alert")


def problem(title: str, sentences: Sequence[str]) -> Html:
    """Render a list of problems that are not in the report document."""
    return tag("div", note(title, sentences), class_="alert")


def note(title: str, sentences: Sequence[str]) -> Html:
    """Render a list of sentences that are not in the report document."""
    return section(title.lower().replace(" ", "-"), title, tag("ul", *(tag("li", each) for each in sentences)))


def excepted(document: Item) -> Html:
    """Render the public resources that would fail the proof, and that an exception accepts."""
    found: Sequence[Item] = document["proof"]["excepted"]
    if not found:
        return Html()
    lines = (tag("li", f"{one['what']} ({accepted_words(one)})") for one in found)
    return section("excepted", "Accepted in the proof", tag("ul", *lines))


def waiting(document: Item) -> Html:
    """Render the declared access that cannot be granted yet."""
    found: Sequence[Item] = document["proof"]["waiting"]
    if not found:
        return Html()
    links = Links(document)
    rows = (
        Row(
            (links.agent(one["agent"]), one["verb"], one["resource"], one["why"], one["location"]),
            one["agent"],
            one["resource"],
        )
        for one in found
    )
    headings = ("Who", "Verb", "What", "Waits because", "Location")
    return section("waiting", "Declared, and waiting", table(headings, rows, label="Declared, and waiting"))


def diff(document: Item) -> Html:
    """Render the access changes of the working tree."""
    found = document["diff"]
    if found is None:
        return Html()
    title = f"Changes from {found['from']} to {found['to']}"
    links = Links(document)
    rows = (_change(one, links) for one in found["changes"])
    headings = ("Access", "Who", "Change", "What", "Operations")
    new_findings = [_finding_text(one) for one in found.get("findings", ())]
    doubts = [f"{one['where']}: {one['what']}" for one in found.get("unread", ()) if one.get("new")]
    parts = [
        *([table(headings, rows, label=title)] if found["changes"] else []),
        *([_listed("New findings", new_findings)] if new_findings else []),
        *([_listed("What can no longer be evaluated", doubts)] if doubts else []),
    ]
    return section("diff", title, *(parts or [tag("p", "Nothing.")]))


def _finding_text(one: Item) -> str:
    """Return a finding as text for a list, with the exception that accepts it."""
    accepted = accepted_words(one)
    return f"{one['id']}: {one['what']}" + (f" ({accepted})" if accepted else "")


def _listed(title: str, lines: Sequence[str]) -> Html:
    return joined((tag("h3", title), tag("ul", *(tag("li", line) for line in lines))))


def _change(change: Item, links: Links) -> Row:
    """Render a change as a table row; who can act as an agent need not be in the network, and has no details."""
    agent, resource = change["agent"], change["resource"]
    look = "grows" if change["grows"] else "shrinks"
    cells = (
        tag("span", f"{change['sign']} {look}", class_=look),
        links.agent(agent),
        change["words"],
        links.either(resource),
        _operations(change["operations"]),
    )
    return Row(cells, agent, resource)


def _operations(names: Sequence[str]) -> Html:
    """Render the operations of a change, of which a role such as Owner has thousands."""
    few = joined(tag("code", name, class_="line") for name in names[:_MANY_OPERATIONS])
    rest = len(names) - _MANY_OPERATIONS
    more = tag(
        "span", f"and {rest:,} more, which ", tag("code", "access diff --format json"), " lists", class_="soft line"
    )
    return joined((few, more)) if rest > 0 else few


def findings(document: Item) -> Html:
    """Render findings as an HTML section, grouped by rule so that reason and fix are read once."""
    ranked = sorted(document["findings"], key=lambda found: SEVERITIES.index(found["severity"]))
    current = [found for found in ranked if not found["exception"]]
    rules: dict[str, list[Item]] = {}
    for one in current:
        rules.setdefault(one["id"], []).append(one)
    links = Links(document)
    shown = joined(_rule(alike, links) for alike in rules.values()) if rules else tag("p", "None.")
    accepted = [found for found in ranked if found["exception"]]
    if not accepted:
        return section("findings", "Findings", shown)
    rows = (
        Row(
            (
                tag("code", one["id"]),
                one["what"],
                one["exception"]["because"],
                tag("time", one["exception"]["expires"] or "never"),
            ),
            one["agent"] or None,
            one["resource"] or None,
        )
        for one in accepted
    )
    headings = ("Finding", "What", "Accepted because", "Until")
    title = tag("h3", f"Accepted ({len(accepted)})")
    return section("findings", "Findings", shown, title, table(headings, rows, label="Accepted findings"))


def _rule(alike: Sequence[Item], links: Links) -> Html:
    """Render the findings of one rule as HTML."""
    first = alike[0]
    rows = (
        Row((with_code(one["what"]), _place(one, links)), one["agent"] or None, one["resource"] or None)
        for one in alike
    )
    return tag(
        "article",
        tag(
            "h3",
            tag("span", first["severity"], class_=first["severity"]),
            " ",
            tag("code", first["id"]),
            *([f" ({len(alike)})"] if len(alike) > 1 else []),
        ),
        tag("p", tag("b", "Why: "), with_code(first["why"])),
        tag("p", tag("b", "Fix: "), with_code(first["fix"])),
        table(("What", "Location"), rows, label=f"Findings {first['id']}"),
        class_=f"rule {first['severity']}-rule",
    )


def _place(found: Item, links: Links) -> Html:
    """Render the location of a finding as HTML, with links to its agent and resource."""
    agents = [links.agent(found["agent"])] if found.get("agent") else []
    resources = [links.resource(found["resource"])] if found.get("resource") else []
    concerned = (tag("span", each, class_="line") for each in (*agents, *resources))
    where = found["location"] or ""
    return joined((tag("code", where.rpartition("::")[2], class_="line"), *concerned))


def blast(document: Item) -> Html:
    """Render the blast radius of each agent, one table row per agent."""
    rows = [
        Row(
            (
                link(agent=agent),
                *(", ".join(held[name]) for name in ("secrets", "models", "destroys")),
                ", ".join((*held.get("shares_identity_with", ()), *(other["agent"] for other in held["becomes"]))),
                _influenced(held["influences"]),
                tag("span", *(tag("span", over, class_="line error") for over in held["over_budget"])),
            ),
            agent,
        )
        for agent, held in document["blast"].items()
    ]
    if not rows:
        return Html()
    headings = ("Agent", "Secrets", "Models", "Can destroy", "Can act as", "Influences", "Over budget")
    words = tag("p", "What an attacker gets by taking over an agent.", class_="soft")
    notes = dict.fromkeys(note for held in document["blast"].values() for note in held.get("notes", ()))
    below = (tag("p", sentence(note), class_="soft") for note in notes)
    return section("blast", "Blast radius", words, table(headings, rows, label="Blast radius"), *below)


def _influenced(found: Sequence[Item]) -> str:
    """Return the influenced agents in words; only their number where they are many."""
    if len(found) <= _MANY:
        return ", ".join(f"{one['agent']} (through {one['through']})" for one in found)
    resources = ", ".join(dict.fromkeys(one["through"] for one in found))
    return f"{len({one['agent'] for one in found})} agents (through {resources})"


def unread(document: Item) -> Html:
    """Render the parts of the source that could not be judged as an HTML section, in words."""
    found: Sequence[Item] = document["unread"]
    title = "What could not be judged"
    if found:
        count = f"{len(found)} part{'s' if len(found) > 1 else ''} of the source could not be judged."
        words = tag("p", f"{count} Access that exists there is missing from this report.", class_="warning")
        parts = joined((words, _parts(found, title)))
    else:
        parts = tag("p", "Nothing: every part of the source was judged.")
    ignored: Sequence[Item] = document["proof"]["ignored"]
    if not ignored:
        return section("unread", title, parts)
    left_out = "Left out of the proof"
    words = tag("p", "These parts cannot concern an identity of the network.", class_="soft")
    return section("unread", title, parts, tag("h3", left_out), words, _parts(ignored, left_out))


def _parts(found: Sequence[Item], label: str) -> Html:
    rows = (Row((with_code(one["what"]), tag("code", one["where"]))) for one in found)
    return table(("What", "Where"), rows, label=label)

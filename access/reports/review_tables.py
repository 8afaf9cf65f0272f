"""Renders the sections of the HTML page that a security reviewer reads: grants, exposure, images, identities and rules.

Each function renders a part of the report document without JavaScript.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from access.reports.links import Links
from access.reports.markup import Html, Row, joined, section, table, tag
from access.reports.matrix_table import short_kind

__all__ = ["exposure", "grants", "identities", "images", "logs", "rules"]

Item = Mapping[str, Any]
_SEPARATION = "separation-of-duties"
_GROUP = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/", re.IGNORECASE)


def grants(document: Item) -> Html:
    """Render every role assignment as an HTML table with role, scope and id; a script exports the table as CSV."""
    group = _usual_group(document)
    links = Links(document)
    rows = (_grant(one, group, links) for one in document["grants"])
    headings = ("Who", "Verb", "What", "Role", "Scope", "Assignment")
    words = [tag("p", "Scopes are below ", tag("code", group), " unless they begin with a slash.")] if group else []
    return section(
        "grants",
        f"Grants ({len(document['grants'])})",
        *words,
        tag("p", tag("button", "Export as CSV", type="button", id="csv", hidden="hidden"), class_="tools"),
        table(headings, rows, label="Grants"),
    )


def _grant(one: Item, group: str, links: Links) -> Row:
    who = (tag("span", links.agent(name), class_="line") for name in one["principals"])
    gone = [] if one["exists"] else [tag("i", "deleted, or not in the source", class_="line warning")]
    condition = [tag("i", "under a condition", class_="line")] if one["condition"] else []
    cells = (
        joined((*who, *gone)),
        tag("span", one["verb"], class_=f"verb {one['weight']}".rstrip()) if one["verb"] else "",
        joined((links.resource(one["resource"]), " ", tag("i", short_kind(one["kind"])))),
        joined((tag("span", one["role"], class_=f"verb {one['weight']}".rstrip()), *condition)),
        tag("code", _below(one["scope"], group)),
        tag("code", one["assignment"].rpartition("/")[2], class_="whole"),
    )
    return Row(cells, one["principals"][0] if one["principals"] else None, one["resource"])


def _usual_group(document: Item) -> str:
    """Return the resource group that most role assignments are in, as the beginning of their scopes."""
    found = Counter(group[0] for one in document["grants"] if (group := _GROUP.match(one["scope"])))
    return found.most_common(1)[0][0] if found else ""


def _below(scope: str, group: str) -> str:
    return scope[len(group) :] if group and scope.startswith(group) else scope


def exposure(document: Item) -> Html:
    """Render network exposure, anonymous access and keys of each resource as an HTML table."""
    links = Links(document)
    rows = (
        Row(
            (
                joined((links.resource(one["resource"]), " ", tag("i", short_kind(one["kind"])))),
                _state(one["network"]),
                ", ".join(one["addresses"]),
                _state(one["anonymous"]),
                _state(one["keys"]),
                ", ".join(one["holds"]),
            ),
            None,
            one["resource"],
        )
        for one in document["exposure"]
    )
    headings = ("Resource", "Network", "Allowed addresses", "Anonymous access", "Keys", "Holds")
    words = "Ways to a resource that need no role. From any address, a caller still needs a token, unless keys or "
    words += "anonymous access are on."
    return section("exposure", "Exposure", tag("p", words, class_="soft"), table(headings, rows, label="Exposure"))


def _state(state: Item) -> Html:
    return tag("span", state["words"] or "-", class_=f"state {state['level']}".rstrip())


def images(document: Item) -> Html:
    """Render the container images of the agents as an HTML table."""
    found: Sequence[Item] = document["images"]
    if not found:
        return Html()
    links = Links(document)
    rows = (
        Row(
            (
                links.agent(one["agent"]),
                tag("code", one["image"]),
                one["tag"] or (tag("span", "none", class_="state doubtful") if not one["digest"] else ""),
                tag("code", one["digest"]) if one["digest"] else "not pinned",
                "as deployed" if one["source"] == "deployed" else "as declared",
            ),
            one["agent"],
        )
        for one in found
    )
    headings = ("Agent", "Image", "Tag", "Digest", "From")
    return section("images", "Images", table(headings, rows, label="Images"))


def identities(document: Item) -> Html:
    """Render people, hosts and other identities with access as an HTML section, with a sentence about the deployer."""
    found, links = document["identities"], Links(document)
    rows = (
        Row(
            (
                links.agent(one["name"]),
                one["kind"],
                tag("code", one["identity"]),
                ", ".join(one["roles"]) or "none",
                "" if one["exists"] else tag("span", "deleted, or not in the source", class_="warning"),
            ),
            one["name"],
        )
        for one in found
    )
    headings = ("Who", "Kind", "Id", "Roles", "")
    people = table(headings, rows, label="People and other identities") if found else tag("p", "No people have access.")
    deployer = tag(
        "p",
        "The deployer is not part of the program, and holds its roles in Azure: ",
        tag("code", "agent-network deployer"),
        " prints the one role and condition that it needs. A source such as ",
        tag("code", "--of live"),
        " shows the roles that it has.",
        class_="soft",
    )
    return section("identities", "People, hosts and the deployer", people, deployer)


def rules(document: Item) -> Html:
    """Render separations of duties, budgets and exceptions as HTML tables, with reasons and expiry dates."""
    found, links = document["rules"], Links(document)
    separations = (
        Row((" | ".join(one["apart"]), one["because"], _broken(document, one), one["location"]))
        for one in found["separations"]
    )
    budgets = (
        Row(
            (
                links.agent(one["agent"]),
                ", ".join(f"{limit}: {value}" for limit, value in one["limits"].items()),
                _over(document, one["agent"]),
                one["location"],
            ),
            one["agent"],
        )
        for one in found["budgets"]
    )
    exceptions = (
        Row((tag("code", one["finding"]), one["on"], one["because"], _expiry(one), one["location"]))
        for one in found["exceptions"]
    )
    parts = (
        ("Separations of duties", ("Never together", "Because", "State", "Location"), separations),
        ("Budgets", ("Agent", "Limits", "State", "Location"), budgets),
        ("Exceptions", ("Finding", "On", "Because", "Expires", "Location"), exceptions),
    )
    return section("rules", "Separations, budgets and exceptions", *(_part(*part) for part in parts))


def _part(title: str, headings: Sequence[str], rows: Iterable[Row]) -> Html:
    listed = list(rows)
    return joined((tag("h3", title), table(headings, listed, label=title) if listed else tag("p", "None declared.")))


def _broken(document: Item, separation: Item) -> Html:
    """Return as HTML who has the rights that a separation of duties keeps apart."""
    where = separation["location"]
    alike = (one for one in document["findings"] if one["id"] == _SEPARATION and one["location"] == where)
    agents = ", ".join(dict.fromkeys(one["agent"] for one in alike))
    return tag("span", f"broken by {agents}" if agents else "holds", class_=f"state {'bad' if agents else 'good'}")


def _over(document: Item, agent: str) -> Html:
    over = document["blast"].get(agent, {}).get("over_budget", ())
    return tag("span", "; ".join(over) or "within", class_=f"state {'bad' if over else 'good'}")


def _expiry(one: Item) -> Html:
    if not one["expires"]:
        return tag("span", "never", class_="state doubtful")
    words = f"{one['expires']} (expired)" if one["expired"] else f"{one['expires']} (in {one['days']} days)"
    return tag("time", words, class_=f"state {'bad' if one['expired'] else ''}".rstrip())


def logs(document: Item) -> Html:
    """Render the destinations of logs as an HTML table."""
    found: Sequence[Item] = document["logs"]
    if not found:
        return section("logs", "Logs", tag("p", "The source contains no diagnostic setting.", class_="warning"))
    group, links = _usual_group(document), Links(document)
    rows = (
        Row(
            (
                joined((links.resource(one["resource"]), " ", tag("i", short_kind(one["kind"])))),
                joined(tag("code", _below(where, group), class_="line") for where in one["destinations"]),
                ", ".join(one["categories"]),
            ),
            None,
            one["resource"],
        )
        for one in found
    )
    return section("logs", "Logs", table(("Of", "Go to", "Categories"), rows, label="Logs"))

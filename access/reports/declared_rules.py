"""Lists what network.yaml declares next to access, for the report: images, people, separations, budgets, exceptions.

Owns the form of the rows. Findings judge each of them.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from access.azure.scopes import key
from access.model.declared import Declared, Exemption
from access.model.graph import Graph, Principal, Resource
from access.model.json_values import listed, mapping, text
from access.questions.display_names import DisplayNames

__all__ = ["identity_rows", "image_rows", "log_rows", "rule_rows"]

_LOGS = "microsoft.insights/diagnosticsettings"
_DESTINATIONS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")


def image_rows(graph: Graph, declared: Declared) -> list[dict[str, Any]]:
    """Return the images of every agent and app: as deployed where the source contains them, else as declared."""
    owners = {key(one.owner): one.agents for one in graph.principals if one.owner and one.purpose == "own"}
    rows: list[dict[str, Any]] = []
    for resource in graph.resources:
        agents = owners.get(key(resource.id), ())
        rows += [_image(agents[0] if agents else resource.name, image, "deployed") for image in _images(resource)]
    found = {row["agent"] for row in rows}
    for name, agent in declared.agents.items():
        if name not in found and agent.image:
            rows.append(_image(name, f"{agent.image}:{agent.image_tag}".rstrip(":"), "declared"))
    return sorted(rows, key=lambda row: (row["agent"], row["image"]))


def _image(agent: str, image: str, source: str) -> dict[str, str]:
    path, _, digest = image.partition("@")
    name, _, tag = path.rpartition("/")[2].partition(":")
    return {"agent": agent, "image": image, "name": name, "tag": tag, "digest": digest, "source": source}


def _images(resource: Resource) -> list[str]:
    template = mapping(resource.flat_properties.get("template"))
    containers = [*listed(template.get("containers")), *listed(template.get("initContainers"))]
    return [image for one in containers if (image := text(mapping(one), "image"))]


def identity_rows(graph: Graph, declared: Declared) -> list[dict[str, Any]]:
    """Return the identities that are not agents' own: people, hosts, and everybody else who holds a role."""
    names = DisplayNames(graph)
    holders = {one.principal.lower() for one in graph.assignments}
    rows = [
        {
            "name": names.subjects_of(one.id)[0].name,
            "kind": _kind(one, declared),
            "identity": one.id,
            "exists": one.exists or one.is_in_network,
            "roles": sorted({each.role_name for each in graph.assignments_of(one.id)}),
        }
        for one in graph.principals
        if one.purpose != "pull" and not one.agent and (one.party or one.id.lower() in holders)
    ]
    known = {one.id.lower() for one in graph.principals}
    rows += [
        {"name": each, "kind": "deleted, or outside of the source", "identity": each, "exists": False, "roles": []}
        for each in sorted(graph.assigned_principals())
        if each.lower() not in known
    ]
    return sorted(rows, key=lambda row: (row["kind"], row["name"]))


def _kind(one: Principal, declared: Declared) -> str:
    party = declared.parties.get(one.party)
    if party is not None:
        return party.kind
    return f"{one.kind} outside the network" if one.kind else f"{one.purpose} identity"


def rule_rows(declared: Declared, today: date) -> dict[str, Any]:
    """Return separations, budgets and exceptions of network.yaml, with reasons, expiry dates and lines."""
    return {
        "separations": [
            {
                "apart": [f"{verb} {resource}" for resource, verb in one.apart],
                "because": one.because,
                "location": declared.location(one.line),
            }
            for one in declared.separation
        ],
        "budgets": [
            {
                "agent": name,
                "limits": {limit: value for limit, value in asdict(agent.budget).items() if value is not None},
                "location": declared.location(agent.line),
            }
            for name, agent in declared.agents.items()
            if agent.budget is not None
        ],
        "exceptions": [_exception(one, declared, today) for one in declared.exceptions],
    }


def _exception(one: Exemption, declared: Declared, today: date) -> dict[str, Any]:
    return {
        "finding": one.finding,
        "on": one.on,
        "because": one.because,
        "expires": one.expires.isoformat() if one.expires else "",
        "expired": one.expires is not None and one.expires < today,
        "days": (one.expires - today).days if one.expires else None,
        "location": declared.location(one.line),
    }


def log_rows(graph: Graph) -> list[dict[str, Any]]:
    """Return the destinations of logs: the diagnostic settings in the source, by resource."""
    names = DisplayNames(graph)
    rows: list[dict[str, Any]] = []
    for one in graph.resources:
        if not one.kind.lower().endswith(_LOGS):
            continue
        values = one.flat_properties
        where = key(one.id).partition("/providers/microsoft.insights/")[0]
        source = graph.resource(where)
        named = text(values, "resourceUri") or where
        rows.append(
            {
                # A part of an account, such as its queues, is in no list of resources: `account/queueServices/default`.
                "resource": names.of_resource(source) if source is not None else "/".join(named.split("/")[-3:]),
                "kind": source.kind if source is not None else "",
                "id": one.id,
                "destinations": [value for name in _DESTINATIONS if (value := text(values, name))],
                "categories": sorted(
                    text(each, "category") or text(each, "categoryGroup")
                    for each in map(mapping, listed(values.get("logs")))
                    if each.get("enabled") is not False
                ),
            }
        )
    return sorted(rows, key=lambda row: (row["resource"], row["id"]))

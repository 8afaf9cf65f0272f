"""Finds credentials in plain text in environment variables, properties, configuration and outputs.

Owns where to look. The detection itself is `safe_text.credentials`; a value never leaves this module.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from access.azure.scopes import key
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding
from access.model.graph import Resource
from access.model.json_values import listed, mapping
from access.model.named_texts import named_texts, shown_name
from safe_text.credentials import detect_credential


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for every credential in plain text."""
    agents = {key(one.owner): one.agent for one in context.agents if one.owner and one.purpose == "own"}
    for resource in context.graph.resources:
        agent = agents.get(key(resource.id), "")
        for path, kind in _found(resource).items():
            yield Finding(
                rule=BY_ID["credential-in-plain-sight"],
                what=f"{resource.name!r} has {kind} in {path}",
                location=context.agent_location(agent) if agent else context.resource_location(resource),
                agent=agent,
                resource=resource.name,
                about=(resource.id,),
                part=path,
            )
    for place, kind in _kinds((place, place, text) for place, text in context.texts.items()).items():
        shown = shown_name(place)
        yield Finding(rule=BY_ID["credential-in-plain-sight"], what=f"{shown} has {kind}", location=shown, part=shown)


def _found(resource: Resource) -> Mapping[str, str]:
    """Return path and kind of every credential in a resource's properties."""
    texts = ((path or "its properties", name, text) for path, name, text in named_texts(resource.properties))
    return _kinds(texts, dict(_stored(resource.properties)))


def _kinds(texts: Iterable[tuple[str, str, str]], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the kind of every credential by its place; the words of a command count together if none does alone."""
    found = dict(known or {})
    for place, name, text in texts:
        if place not in found and not any(each.startswith(f"{place}[") for each in found):
            kind = detect_credential(text, name)
            if kind:
                found[place] = kind
    return found


def _stored(properties: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the secrets that a container app stores by value instead of as a key vault reference."""
    for outer, values in (("", properties), ("properties.", mapping(properties.get("properties")))):
        for each in map(mapping, listed(mapping(values.get("configuration")).get("secrets"))):
            if each.get("value") not in (None, ""):
                name = shown_name(str(each.get("name", "")))
                yield f"{outer}configuration.secrets[{name}]", "a secret that the app stores by value"

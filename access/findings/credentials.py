"""Finds credentials in plain text in environment variables, properties, configuration and outputs.

Owns where to look. The detection itself is `safe_text.credentials`; a value never leaves this module.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from access.azure.scopes import key
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding
from access.model.graph import Resource
from access.model.json_values import is_known, listed, mapping
from safe_text.credentials import detect_credential


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for every credential in plain text."""
    agents = {key(one.owner): one.agent for one in context.agents if one.owner and one.purpose == "own"}
    for resource in context.graph.resources:
        agent = agents.get(key(resource.id), "")
        for path, kind in _found(resource):
            yield Finding(
                rule=BY_ID["credential-in-plain-sight"],
                what=f"{resource.name!r} has {kind} in {path}",
                location=context.agent_location(agent) if agent else context.resource_location(resource),
                agent=agent,
                resource=resource.name,
                about=(resource.id,),
                part=path,
            )
    for place, text in context.texts.items():
        kind = detect_credential(text, place)
        if kind:
            shown = _masked(place)
            yield Finding(
                rule=BY_ID["credential-in-plain-sight"], what=f"{shown} has {kind}", location=shown, part=shown
            )


def _found(resource: Resource) -> Iterator[tuple[str, str]]:
    """Return path and kind of every credential in a resource's properties."""
    stored = dict(_stored(resource.properties))
    yield from stored.items()
    for path, name, text in _texts(resource.properties):
        kind = detect_credential(text, name)
        if kind and path not in stored:
            yield path, kind


def _stored(properties: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the secrets that a container app stores by value instead of as a key vault reference."""
    for outer, values in (("", properties), ("properties.", mapping(properties.get("properties")))):
        for each in map(mapping, listed(mapping(values.get("configuration")).get("secrets"))):
            if each.get("value") not in (None, ""):
                name = _masked(str(each.get("name", "")))
                yield f"{outer}configuration.secrets[{name}]", "a secret that the app stores by value"


def _texts(properties: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield path, name and value of every known text in a resource's properties, without recursion."""
    waiting: list[tuple[str, str, object]] = [("", "", properties)]
    while waiting:
        path, name, value = waiting.pop()
        if isinstance(value, str):
            if is_known(value):
                yield path or "its properties", name, value
        elif isinstance(value, Mapping):
            values = mapping(cast("object", value))
            given = values.get("name")
            label = _masked(given) if isinstance(given, str) and is_known(given) else ""
            for each, inner in values.items():
                here = f"{path}.{_masked(each)}".lstrip(".")
                # An environment variable: its name is next to its value.
                named = label and each == "value"
                waiting.append((path if named else here, label if named else each, inner))
        elif isinstance(value, list):
            for position, inner in enumerate(cast("list[object]", value)):
                given = mapping(inner).get("name")
                mark = _masked(given) if isinstance(given, str) and is_known(given) else str(position)
                waiting.append((f"{path}[{mark}]", name, inner))


def _masked(name: str) -> str:
    """Return a name for display, or a placeholder if the name itself contains a credential."""
    return "(not shown)" if detect_credential(name) else name[:80]

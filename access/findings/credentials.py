"""Finds credentials in plain text in environment variables, properties, configuration and outputs.

Owns the forms of credentials. A match is a suspicion, not a proof; a value never leaves this module.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from access.azure.scopes import key
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding
from access.model.graph import Resource
from access.model.json_values import is_known, listed, mapping

_FORMS = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")),
    ("an account key", re.compile(r"account_?key\s*=\s*[^\s;]", re.IGNORECASE)),
    ("a shared access key", re.compile(r"shared_?access_?key\s*=\s*[^\s;]", re.IGNORECASE)),
    ("a shared access signature", re.compile(r"(?:^|[?&;\s])sig=[^&;\s]{8}", re.IGNORECASE)),
    ("a signed token", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    ("a bearer token", re.compile(r"\bbearer\s+[\w.~+/-]{16}", re.IGNORECASE)),
    ("an API key", re.compile(r"(?<![\w-])sk-(?:(?=[\w-]*[0-9A-Z])[\w-]{16,}|\w{32,})")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_|github_pat_)\w{20,}")),
    # Azure's newer keys carry a signature of their service at a fixed position.
    ("an Azure AI key", re.compile(r"\b[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{27}\b")),
    ("an Azure AI Search key", re.compile(r"\b[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}\b")),
    ("a client secret", re.compile(r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])")),
    ("a password in a URL", re.compile(r"://[^/\s:@]+:[^/\s@]+@")),
    ("a password", re.compile(r"(?:^|[;,&?\s{\"'])(?:password|passwd|pwd)[\"']?\s*[=:]\s*[^\s;]", re.IGNORECASE)),
    ("a 64-byte key", re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])")),
    ("a 32-byte key", re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])")),
)
_PASSWORD = re.compile(r"(?:password|passwd|pwd)$", re.IGNORECASE)
_KEY = re.compile(
    r"(?:^|_)(?:secret|connection_?string|token|key|sas)$|(?:api|access|account|client|shared)_?(?:key|secret|token)$",
    re.IGNORECASE,
)
_DRAWN = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])\S{16,}")
_REFERENCE = re.compile(
    r"https?://|/|@Microsoft\.KeyVault\(|InstrumentationKey=|secretref:|[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE
)
_LONGEST = 1 << 16
"""Number of characters of a text that are searched for credentials."""


def check(context: CheckContext) -> Iterator[Finding]:
    """Return a finding for every credential in plain text."""
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
                about=(path, resource.id),
            )
    for place, text in context.texts.items():
        kind = credential_in(text, place)
        if kind:
            shown = _masked(place)
            yield Finding(rule=BY_ID["credential-in-plain-sight"], what=f"{shown} has {kind}", location=shown)


def credential_in(text: str, name: str = "") -> str:
    """Return the kind of credential that a text looks like; empty if the text looks like none."""
    start = text[:_LONGEST]
    found = next((kind for kind, form in _FORMS if form.search(start)), "")
    if found or not start.strip() or _REFERENCE.match(start.strip()):
        return found
    if _PASSWORD.search(name):
        return "a password"
    return "a key or token" if _KEY.search(name) and _DRAWN.fullmatch(start.strip()) else ""


def promises_credential(name: str) -> bool:
    """Return True if a variable's name suggests that its value is a credential."""
    return bool(_PASSWORD.search(name) or _KEY.search(name))


def _found(resource: Resource) -> Iterator[tuple[str, str]]:
    """Return path and kind of every credential in a resource's properties."""
    stored = dict(_stored(resource.properties))
    yield from stored.items()
    for path, name, text in _texts(resource.properties):
        kind = credential_in(text, name)
        if kind and path not in stored:
            yield path, kind


def _stored(properties: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return the secrets that an app stores by value instead of as a key vault reference."""
    for outer, values in (("", properties), ("properties.", mapping(properties.get("properties")))):
        for each in map(mapping, listed(mapping(values.get("configuration")).get("secrets"))):
            if each.get("value") not in (None, ""):
                name = _masked(str(each.get("name", "")))
                yield f"{outer}configuration.secrets[{name}]", "a secret that the app stores by value"


def _texts(properties: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Return path, name and value of every known text, without recursion, since nesting may be deep."""
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
    return "(not shown)" if credential_in(name) else name[:80]

"""Reads Foundry agents from the API of their project, since Resource Manager does not list all their identities.

Owns requests to a project's agents endpoint, with a token for Foundry only and only to a host of Foundry. Sources:
"Manage hosted agents" and "Agent identity concepts in Microsoft Foundry", Microsoft Learn, 2026-04-13.
"""

from collections.abc import Iterator, Mapping
from typing import cast
from urllib.parse import quote, urlsplit

from azure.core.credentials import TokenCredential

from access.azure.foundry_endpoints import HOSTS
from access.model.errors import UnreadableSource
from access.model.graph import Principal
from access.model.json_values import Values, mapping, text
from access.readers.arm_client import Listing
from access.readers.components import agent_id
from access.readers.http_client import Service, is_loopback

AUDIENCE = "https://ai.azure.com"
OF_FOUNDRY = HOSTS
"""Host name suffix of Foundry projects; tokens are sent to no other host."""

_VERSION = "v1"
# "Configure and share your agent", Microsoft Learn, 2026-04-14: the header shows how an agent's endpoint is configured.
_FEATURES = {"Foundry-Features": "AgentEndpoints=V1Preview"}
_MOST_PAGES = 1_000
_FLAT = ("authorization_schemes", "version_selector")
"""Settings of an agent's endpoint that "Migrate from agent applications …", 2026-07-21, names as the agent's own."""


def agents_of(endpoint: str, credential: TokenCredential, arm: str) -> Listing:
    """Return the agents of a Foundry project as its API lists them, and the failure if there is one.

    Args:
        endpoint: URL of the project.
        credential: credential of a principal with the role Cognitive Services Data Reader on it.
        arm: URL of Resource Manager; where it is on loopback, the agents are read there, too.
    """
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").lower()
    if is_loopback(arm):
        base, origin = f"{arm.rstrip('/')}/{host}{parts.path}", arm
    elif parts.scheme == "https" and host.endswith(OF_FOUNDRY):
        base, origin = endpoint.rstrip("/"), f"https://{host}"
    else:
        return Listing((), f"{endpoint!r} is not an endpoint of Foundry, and is not contacted")
    try:
        with Service(origin, AUDIENCE, credential, endpoint) as service:
            return _listed(service, f"{base}/agents")
    except UnreadableSource as error:
        return Listing((), str(error))


def _listed(service: Service, url: str) -> Listing:
    rows: list[Values] = []
    after = ""
    for _ in range(_MOST_PAGES):
        more = f"&after={quote(after, safe='')}" if after else ""
        page, failure = service.get(f"{url}?api-version={_VERSION}{more}", _FEATURES)
        found = page.get("data")
        items = cast("list[object]", found) if isinstance(found, list) else []
        rows += [cast("Values", item) for item in items if isinstance(item, Mapping)]
        if failure or not isinstance(found, list):
            return Listing(tuple(rows), failure or "the response is not a list of agents")
        before, after = after, text(page, "last_id")
        if page.get("has_more") is not True:
            return Listing(tuple(rows))
        if not after or after == before:
            break
    return Listing(tuple(rows), "the next links of the list form a loop, or never end")


def principals(project: str, project_properties: Values, agents: tuple[Values, ...]) -> Iterator[Principal]:
    """Yield the identities of Foundry agents that no resource shows: individual ones and the shared one.

    Args:
        project: id of the project.
        project_properties: the project's properties from Resource Manager.
        agents: the project's agents.
    """
    sharing: list[str] = []
    for row in agents:
        name = text(row, "name") or text(row, "id")
        own = text(mapping(row.get("instance_identity")), "principal_id")
        if own:
            yield Principal(id=own, name=name, agent=name, owner=agent_id(project, name))
        else:
            sharing.append(name)
    for shared in sorted(set(agent_identities(project_properties))):
        purpose = "own" if sharing else "other"
        first, *others = sorted(sharing) or [""]
        owner = f"{project}/agentIdentities/shared"
        name = f"unpublished agents of {project.rpartition('/')[2]}"
        yield Principal(id=shared, name=name, agent=first, other_agents=tuple(others), purpose=purpose, owner=owner)


def agent_resources(project: str, agents: tuple[Values, ...]) -> Iterator[Values]:
    """Yield Foundry agents with endpoints of their own in the form of resources, with the endpoint's settings.

    Args:
        project: id of the project.
        agents: the project's agents as its API lists them.
    """
    for row in agents:
        name = text(row, "name") or text(row, "id")
        settings = {key: row[key] for key in ("agent_endpoint", *_FLAT) if key in row}
        if name and (settings or mapping(row.get("instance_identity"))):
            yield {"id": agent_id(project, name), "name": name, "properties": settings}


def agent_identities(value: object) -> Iterator[str]:
    """Yield every `agentIdentityId` in nested objects, but not in lists; its position is not documented."""
    if isinstance(value, Mapping):
        for name, each in cast("Mapping[str, object]", value).items():
            if name == "agentIdentityId" and isinstance(each, str) and each:
                yield each
            else:
                yield from agent_identities(each)

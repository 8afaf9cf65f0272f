"""Addresses of Foundry projects, and the ways in which the endpoints of their agents authorize callers.

The `endpoints` of a project can have a host that does not resolve, so that Microsoft's own tool builds the address from
the subdomain: microsoft/aspire#16846, 2026-05. The `endpoints` are the fallback for an account whose subdomain is not
shown, and a disagreement is reported, since nobody has shown which of the two is right in every cloud.

The endpoint of an agent has a list of authorization schemes ("Agent endpoint authorization" and "Configure agent
endpoint authorization", Microsoft Learn, 2026). `AzureRbac`, formerly `Entra`, requires a role of the caller and is the
default ("Configure and share your agent", Microsoft Learn, 2026-04-14). `AgentBlueprint` accepts the tokens that the
rules of the agent's blueprint name, without a role; `BotServiceTenant` every user of the tenant through a channel;
`BotServiceRbac` users with a role through a channel, and `BotService` a channel.
"""

from collections.abc import Mapping
from typing import NamedTuple, cast

__all__ = [
    "ENDPOINT",
    "HOSTS",
    "LATEST",
    "ProjectEndpoint",
    "project_endpoint",
    "schemes_without_role",
    "served_versions",
]

ENDPOINT = "AI Foundry API"
"""Key of the address of the agents' API in a project's `endpoints`."""

HOSTS = ".services.ai.azure.com"
"""Host name suffix of Foundry projects in public Azure."""

LATEST = "@latest"
"""Word in place of a version with which an agent's endpoint serves every new version at once."""

_SCHEMES, _SELECTOR, _RULES = "authorization_schemes", "version_selector", "version_selection_rules"
_BY_ROLE = frozenset({"azurerbac", "entra"})
_UNKNOWN = "a scheme that is not known here"


class ProjectEndpoint(NamedTuple):
    """Address of a Foundry project, without a slash at the end, and what is wrong with its `endpoints`."""

    url: str
    """Address; empty if neither the subdomain nor the `endpoints` are known."""
    disagreement: str = ""
    """Sentence about an address in the `endpoints` that is not the one of the subdomain; empty if they agree."""


def project_endpoint(subdomain: str, project_name: str, endpoints: Mapping[str, object]) -> ProjectEndpoint:
    """Return the address of a Foundry project, from its account's subdomain, or else from the project's `endpoints`."""
    given = endpoints.get(ENDPOINT)
    listed = given.rstrip("/") if isinstance(given, str) else ""
    if not subdomain:
        return ProjectEndpoint(listed)
    built = f"https://{subdomain.lower()}{HOSTS}/api/projects/{project_name}"
    if not listed or listed.lower() == built.lower():
        return ProjectEndpoint(built)
    return ProjectEndpoint(
        built,
        f"project {project_name!r} has the address {listed} in its endpoints, but {built} by the subdomain of its"
        " account, which is used; compare both with the address that the Foundry portal shows",
    )


def schemes_without_role(agent: Mapping[str, object]) -> tuple[str, ...]:
    """Return the authorization schemes of an agent's endpoint that are not decided by roles at the agent alone.

    An endpoint without the setting has the default, which is decided by roles. A scheme that is not known here counts
    as one that is not.
    """
    endpoint = agent.get("agent_endpoint")
    if endpoint is not None and not isinstance(endpoint, Mapping):
        return (_UNKNOWN,)
    settings = agent if endpoint is None else cast("Mapping[str, object]", endpoint)
    schemes = settings.get(_SCHEMES, agent.get(_SCHEMES))
    if schemes is None:
        return ()
    rows = cast("list[object]", schemes) if isinstance(schemes, list) else [schemes]
    return tuple(dict.fromkeys(each for each in map(_scheme, rows) if each.lower() not in _BY_ROLE))


def _scheme(row: object) -> str:
    name = cast("Mapping[str, object]", row).get("type") if isinstance(row, Mapping) else row
    return name if isinstance(name, str) and name else _UNKNOWN


def served_versions(agent: Mapping[str, object]) -> tuple[str, ...] | None:
    """Return the versions that an agent's endpoint serves, `@latest` included; None if its selector is not shown.

    A selector without a rule serves the latest version: "Configure and share your agent", Microsoft Learn, 2026-04-14.
    """
    endpoint = agent.get("agent_endpoint")
    settings = cast("Mapping[str, object]", endpoint) if isinstance(endpoint, Mapping) else agent
    if _SELECTOR not in settings:
        return None
    selector = settings[_SELECTOR]
    rules = cast("Mapping[str, object]", selector).get(_RULES) if isinstance(selector, Mapping) else None
    rows = cast("list[object]", rules) if isinstance(rules, list) else []
    found = [cast("Mapping[str, object]", each).get("agent_version") for each in rows if isinstance(each, Mapping)]
    return tuple(dict.fromkeys(str(each) for each in found if each)) or (LATEST,)

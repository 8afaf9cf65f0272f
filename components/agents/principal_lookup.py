"""Looks up the principal id of a Foundry agent in Azure; no resource type of Azure returns it.

An agent's own identity is in the data plane of its project. The identity that the agents of a legacy project share is
in the project's representation in Resource Manager. Sources: "Manage hosted agents" and "Agent identity concepts in
Microsoft Foundry", Microsoft Learn, 2026-04-13.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

from components.agents.azure_response import AzureResponse, SendRequest

__all__ = [
    "agents_missing_message",
    "blueprint_ids",
    "lookup_principal",
    "lookup_shared_identities",
    "read_project",
    "shared_identity_ids",
]

_AGENTS_AUDIENCE = "https://ai.azure.com/.default"
_MANAGEMENT = "https://management.azure.com"
_AGENTS_VERSION = "v1"
_PROJECTS_VERSION = "2025-10-01-preview"
_CONFIGURE_ID = "set the id in 'agent_identities' or 'project_identities' of the stack (component: 'principal_id')"
_OK, _UNAUTHENTICATED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404


def lookup_principal(inputs: Mapping[str, Any], send: SendRequest) -> str | None:
    """Return the principal id of an agent, or the one that several agents share; None if none of them exists.

    Args:
        inputs: inputs of a `FoundryAgentIdentity`.
        send: sends a GET request to Azure.

    Raises:
        RuntimeError: the principal cannot be read; the message has the fix.
    """
    names: list[str] = inputs["agents"]
    agents = {name: agent for name in names if (agent := _read_agent(inputs, name, send)) is not None}
    if not agents:
        return None
    missing = [name for name in names if name not in agents]
    if missing:
        raise RuntimeError(agents_missing_message(inputs, missing))
    # None for an agent that was created before agents had identities of their own.
    own_ids = {name: _own_principal_id(agent) for name, agent in agents.items()}
    if inputs["identity"] == "shared":
        return _shared_principal_id(inputs, own_ids, send)
    return _required_own_id(*next(iter(own_ids.items())))


def lookup_shared_identities(project_id: str, send: SendRequest) -> frozenset[str] | None:
    """Return the identity ids that a project's unpublished agents share; None if the project does not exist.

    The documented number is one; none or several mean that Azure returns the id in a form that is unknown here.

    Raises:
        RuntimeError: the project cannot be read; the message has the fix.
    """
    project = read_project(project_id, send)
    return None if project is None else shared_identity_ids(project)


def read_project(project_id: str, send: SendRequest) -> Mapping[str, Any] | None:
    """Return a Foundry project as Resource Manager returns it; None if the project does not exist.

    Raises:
        RuntimeError: the project cannot be read; the message has the fix.
    """
    url = f"{_MANAGEMENT}{project_id}?api-version={_PROJECTS_VERSION}"
    response = send(url, f"{_MANAGEMENT}/.default")
    if response.status == _NOT_FOUND:
        return None
    _check_status(response, f"project {project_id!r}", "'Reader'")
    return response.body


def shared_identity_ids(project: Mapping[str, Any]) -> frozenset[str]:
    """Return the identity ids that unpublished agents share, from a project as Resource Manager returns it."""
    return frozenset(_values_of_key("agentIdentityId", project))


def blueprint_ids(project: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of identity blueprints, from a project as Resource Manager returns it."""
    return frozenset(_values_of_key("agentIdentityBlueprintId", project))


def agents_missing_message(inputs: Mapping[str, Any], missing: Sequence[str]) -> str:
    """Return the error message for agents that do not exist in their Foundry project."""
    listed = " and no agent ".join(map(repr, missing))
    return f"{inputs['project_endpoint']} has no agent {listed}; create a first version there, or {_CONFIGURE_ID}"


def _read_agent(inputs: Mapping[str, Any], name: str, send: SendRequest) -> Mapping[str, Any] | None:
    """Return an agent as its Foundry project returns it; None if the project has no agent of that name."""
    url = f"{inputs['project_endpoint']}/agents/{quote(name, safe='')}?api-version={_AGENTS_VERSION}"
    response = send(url, _AGENTS_AUDIENCE)
    if response.status == _NOT_FOUND:
        return None
    _check_status(response, f"agent {name!r}", "'Cognitive Services Data Reader'", f", or {_CONFIGURE_ID}")
    return response.body


def _own_principal_id(agent: Mapping[str, Any]) -> str | None:
    identity: Mapping[str, str] = agent.get("instance_identity") or {}
    return identity.get("principal_id")


def _required_own_id(name: str, principal_id: str | None) -> str:
    if not principal_id:
        raise RuntimeError(
            f"agent {name!r} has no identity of its own, because it was created before Foundry gave every agent one;"
            " create it again, or set 'identities: shared' (legacy) on its project (component: identity 'shared' or"
            " 'application')"
        )
    return principal_id


def _shared_principal_id(inputs: Mapping[str, Any], own_ids: Mapping[str, str | None], send: SendRequest) -> str:
    project_id = inputs["project_id"]
    shared_ids = sorted(lookup_shared_identities(project_id, send) or ())
    if len(shared_ids) != 1:
        raise RuntimeError(
            f"Azure returns {len(shared_ids)} agent identities of project {project_id!r}, where its unpublished"
            " agents share one; remove 'identities: shared' from the project, or copy 'agentIdentityId' from its JSON"
            " view in the Azure portal to 'project_identities' of the stack (component: 'principal_id')"
        )
    for name, own_id in own_ids.items():
        if own_id not in {None, "", shared_ids[0]}:
            raise RuntimeError(
                f"agent {name!r} does not share the project's identity, but has its own, {own_id}; remove"
                " 'identities: shared' from its project (component: identity 'per-agent')"
            )
    return shared_ids[0]


def _values_of_key(key: str, value: object) -> Iterator[str]:
    """Yield every text under a key in nested mappings, but not in lists: the position of the key is not documented."""
    if isinstance(value, Mapping):
        for name, inner in cast("Mapping[str, object]", value).items():
            if name == key and isinstance(inner, str) and inner:
                yield inner
            else:
                yield from _values_of_key(key, inner)


def _check_status(response: AzureResponse, subject: str, reader_role: str, alternative: str = "") -> None:
    if response.status in {_UNAUTHENTICATED, _FORBIDDEN}:
        raise RuntimeError(
            f"the deploying identity may not read {subject} ({response.status}); give it the deployer's role there,"
            f" which has that action, or {reader_role} at the project"
        )
    if response.status != _OK:
        raise RuntimeError(
            f"reading {subject} from Azure returned the HTTP status {response.status}; try again{alternative}"
        )

"""Pulumi dynamic provider of the resource that looks up a Foundry agent's principal.

It reads when the resource is created, updated or refreshed, never in a preview, with the token of the deploying
identity. Of the token and the responses it keeps nothing but ids of principals. A principal id that the user
configured is checked against the project, because the id next to it in the Azure portal is the shared one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

import pulumi
from pulumi import dynamic

from components.agents.azure_response import AzureResponse
from components.agents.principal_lookup import (
    agents_missing_message,
    blueprint_ids,
    lookup_principal,
    read_project,
    shared_identity_ids,
)

__all__ = ["AgentIdentityArgs", "AgentIdentityProvider", "IdentityOwner", "send_request"]

IdentityOwner = Literal["shared", "per-agent"]
"""Owner of an identity: all unpublished agents of a project together, or one agent."""


class AgentIdentityArgs(TypedDict):
    """Arguments of a `FoundryAgentIdentity`; the names are kept in the state of deployed stacks."""

    project_id: pulumi.Input[str]
    """Resource id of the project."""
    project_endpoint: pulumi.Input[str]
    """Endpoint URL of the project."""
    agents: Sequence[str]
    """Names, in the project, of the agents that have the identity: one for `per-agent`."""
    identity: IdentityOwner
    """Owner of the identity: one agent, or all unpublished agents of the project."""
    given: NotRequired[str]
    """Principal id from the configuration; with it, only the project's shared identity is read."""


class AgentIdentityProvider(dynamic.ResourceProvider):
    """Dynamic provider that reads an agent's principal id from Foundry, and creates or deletes nothing in Azure."""

    # The provider captures no value, so that nothing in its pickled form must be encrypted.
    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Plan a replacement for another project or agent, and an update for other sharing agents or configured id."""
        changed = [key for key in AgentIdentityArgs.__annotations__ if _olds.get(key) != _news.get(key)]
        shared = [inputs.get("identity") == "shared" for inputs in (_olds, _news)]
        replaces = [key for key in changed if key != "given" and not (key == "agents" and all(shared))]
        return dynamic.DiffResult(changes=bool(changed), replaces=replaces, delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Create the resource in the state with the agent's principal id from Foundry; nothing else is created."""
        # The project's endpoint is not part of the id: it follows from the project's id.
        name = "shared" if props["identity"] == "shared" else props["agents"][0]
        return dynamic.CreateResult(f"{props['project_id']}/agentIdentities/{name}", {**props, **_read_outputs(props)})

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        """Read the principal id from Foundry again when the sharing agents or the configured id changed."""
        return dynamic.UpdateResult({**news, **_read_outputs(news)})

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Refresh the principal id from Foundry; report the resource as deleted if its agents no longer exist."""
        outputs = _read_outputs_or_none(props)
        return dynamic.ReadResult("", {}) if outputs is None else dynamic.ReadResult(id_, {**props, **outputs})


def send_request(url: str, audience: str) -> AzureResponse:
    """Send a GET request to Azure with a token of the signed-in identity.

    Raises:
        RuntimeError: no identity is signed in, or the address cannot be reached.
    """
    from components.agents.azure_request import send_get_request  # noqa: PLC0415 - slow to import; a preview sends none

    return send_get_request(url, audience)


def _read_outputs(props: Mapping[str, Any]) -> dict[str, Any]:
    outputs = _read_outputs_or_none(props)
    if outputs is not None:
        return outputs
    if "given" in props:
        raise RuntimeError(f"the Foundry project {props['project_id']!r} does not exist; create it first")
    raise RuntimeError(agents_missing_message(props, props["agents"]))


def _read_outputs_or_none(props: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the principal id and the shared ids; None if the agents, or with a configured id the project, are gone."""
    if "given" not in props:
        principal_id = lookup_principal(props, send_request)
        return None if principal_id is None else {"principal_id": principal_id, "shared": []}
    project, configured_id = read_project(props["project_id"], send_request), str(props["given"])
    if project is None:
        return None
    # In the portal's JSON view, the id of the blueprint is the line above the id to copy.
    if configured_id.lower() in {one.lower() for one in blueprint_ids(project)}:
        raise RuntimeError(f"{configured_id} is the id of a blueprint, not of an agent; copy 'agentIdentityId' instead")
    return {"principal_id": configured_id, "shared": sorted(shared_identity_ids(project))}

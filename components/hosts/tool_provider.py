"""Pulumi dynamic provider of connections to tools of Foundry agents; deployed stacks load it from here.

It creates, updates, reads and deletes a connection in Azure Resource Manager with the token of the deploying identity,
and keeps nothing of the token and the responses.
"""

from typing import Any, Literal

from pulumi import dynamic

from components.agents.azure_response import AzureResponse

__all__ = ["Provider", "send_request"]

Method = Literal["GET", "PUT", "DELETE"]

_MANAGEMENT = "https://management.azure.com"
# "Add an A2A agent endpoint to Foundry Agent Service", Microsoft Learn, 2026-03-30: the version of its requests.
_VERSION = "2025-04-01-preview"
_OK, _CREATED, _ACCEPTED, _NO_CONTENT, _NOT_FOUND = 200, 201, 202, 204, 404


class Provider(dynamic.ResourceProvider):
    """Dynamic provider that creates a Foundry project's connection to a tool in Azure Resource Manager."""

    # The provider captures no value, so that nothing in its pickled form must be encrypted.
    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Plan a replacement for another project or name, and an update for other properties."""
        keys = ("project_id", "connection_name", "properties")
        changed = [key for key in keys if _olds.get(key) != _news.get(key)]
        return dynamic.DiffResult(
            changes=bool(changed), replaces=[key for key in changed if key != "properties"], delete_before_replace=True
        )

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Create the connection in Azure."""
        _send("PUT", props, {"properties": props["properties"]}, _OK, _CREATED, _ACCEPTED)
        # Not the id in Azure, which is that of azure-native's type for connections with other credentials.
        return dynamic.CreateResult(f"{props['project_id']}/toolConnections/{props['connection_name']}", props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        """Replace the properties of the connection in Azure."""
        _send("PUT", news, {"properties": news["properties"]}, _OK, _CREATED, _ACCEPTED)
        return dynamic.UpdateResult(news)

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Refresh the properties that the program sets; report a connection that is gone as deleted."""
        response = _send("GET", props, None, _OK, _NOT_FOUND)
        if response.status == _NOT_FOUND:
            return dynamic.ReadResult("", {})
        found: dict[str, Any] = dict(response.body.get("properties") or {})
        # Azure shows neither credentials nor, perhaps, every property that it was given.
        kept = {name: found.get(name, value) for name, value in props["properties"].items()}
        return dynamic.ReadResult(id_, {**props, "properties": kept})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the connection in Azure; one that is gone already is not an error."""
        _send("DELETE", _props, None, _OK, _ACCEPTED, _NO_CONTENT, _NOT_FOUND)


def send_request(method: Method, url: str, body: dict[str, Any] | None) -> AzureResponse:
    """Send a request to Azure Resource Manager with a token of the signed-in identity.

    Raises:
        RuntimeError: no identity is signed in, or Azure cannot be reached.
    """
    from components.agents.azure_request import send_request as send  # noqa: PLC0415 - slow to import

    return send(method, url, f"{_MANAGEMENT}/.default", body)


def _send(method: Method, props: dict[str, Any], body: dict[str, Any] | None, *expected: int) -> AzureResponse:
    name, project = props["connection_name"], props["project_id"]
    url = f"{_MANAGEMENT}{project}/connections/{name}?api-version={_VERSION}"
    response = send_request(method, url, body)
    if response.status not in expected:
        error: dict[str, Any] = dict(response.body.get("error") or {})
        reason = ": ".join(str(error[key]) for key in ("code", "message") if error.get(key))
        raise RuntimeError(
            f"{method} of connection {name!r} of project {project!r} returned the HTTP status {response.status}"
            f"{f' ({reason})' if reason else ''}; correct the tool in network.yaml, or the rights of the deployer there"
        )
    return response

"""Dynamic resource that stops a preview or an update of an identity without the data actions that a network needs.

`Owner` and `Contributor` have no data action: their deployment would stop at the first Kubernetes namespace or Foundry
agent, when most of the network exists already ("Hosted agent permissions", Microsoft Learn, 2026-04-21). Azure returns
the permissions of the caller in a resource group ("Permissions - List For Resource Group", REST reference, Microsoft
Learn, 2026), so that a network in a group that exists already can check them first. Deployed stacks load the provider
from here; it creates and deletes nothing in Azure.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, cast

import pulumi
from pulumi import dynamic

from access.azure.definitions import permissions_of
from components.agents.azure_response import AzureResponse, SendRequest
from components.missing_permissions import lacking

__all__ = ["PLANNING", "DataPermissions", "DataPermissionsArgs", "Provider", "permission_problem", "send_request"]

PLANNING = "AGENT_NETWORK_PLANNING"
"""Variable that an identity sets which only previews: it deploys nothing, and needs no data action."""

_MANAGEMENT = "https://management.azure.com"
_VERSION = "2022-04-01"
_OK, _SHOWN = 200, 3


class DataPermissionsArgs(TypedDict):
    """Arguments of a `DataPermissions`; the names are kept in the state of deployed stacks."""

    subscription_id: pulumi.Input[str]
    """Subscription of the network."""
    resource_group: str
    """Resource group of the network, which exists."""
    data_actions: Sequence[str]
    """Data actions that deploying the network needs in the group."""


class Provider(dynamic.ResourceProvider):
    """Dynamic provider of `DataPermissions`: refuses the inputs if the signed-in identity lacks a data action."""

    # The provider captures no value, so that nothing in its pickled form must be encrypted.
    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """Return the inputs, or the reason to stop; called in every preview and update, before anything is created."""
        if os.environ.get(PLANNING):
            return dynamic.CheckResult(news, [])
        try:
            problem = permission_problem(news, send_request)
        except RuntimeError as error:
            problem = str(error)
        failures = [] if problem is None else [dynamic.CheckFailure("data_actions", problem)]
        return dynamic.CheckResult(news, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Plan an update, never a replacement, for other data actions."""
        return dynamic.DiffResult(
            changes=any(_olds.get(key) != _news.get(key) for key in DataPermissionsArgs.__annotations__), replaces=[]
        )

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Create the resource in the state; nothing is created in Azure."""
        return dynamic.CreateResult("data-permissions", props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        """Update the resource in the state; nothing is changed in Azure."""
        return dynamic.UpdateResult(news)


class DataPermissions(dynamic.Resource, module="preflight", name="DataPermissions"):
    """Pulumi resource that is made only if the signed-in identity has the data actions that a network needs."""

    def __init__(self, name: str, args: DataPermissionsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(Provider(), name, {**args}, opts)


def permission_problem(args: Mapping[str, Any], send: SendRequest) -> str | None:
    """Return the error message for data actions that the signed-in identity lacks in the group; None if it has all.

    Raises:
        RuntimeError: nobody is signed in, or Azure cannot be reached.
    """
    scope = f"/subscriptions/{args['subscription_id']}/resourceGroups/{args['resource_group']}"
    url = f"{_MANAGEMENT}{scope}/providers/Microsoft.Authorization/permissions?api-version={_VERSION}"
    response = send(url, f"{_MANAGEMENT}/.default")
    held = permissions_of(response.body.get("value")) if response.status == _OK else None
    if held is None:
        return (
            f"reading the permissions of the signed-in identity in {scope} returned the HTTP status {response.status};"
            " deploy as the deployer, whose role allows it (`agent-network deployer` prints the role)"
        )
    missing = lacking(held, cast("Sequence[str]", args["data_actions"]), data=True)
    if not missing:
        return None
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    return (
        f"the signed-in identity lacks data actions that this network needs in {scope}:"
        f" {', '.join(missing[:_SHOWN])}{more}; Owner and Contributor have none, so deploy as the identity that"
        " bootstrap/ creates, or assign the deployer's role to the signed-in identity"
    )


def send_request(url: str, audience: str) -> AzureResponse:
    """Send a GET request to Azure with a token of the signed-in identity.

    Raises:
        RuntimeError: no identity is signed in, or the address cannot be reached.
    """
    from components.agents.azure_request import send_get_request  # noqa: PLC0415 - slow to import

    return send_get_request(url, audience)

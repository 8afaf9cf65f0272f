"""Environment variable that configures the runtime library of an agent: ids and names alone, never a secret.

Owns the form of the variable, which the package in `agents/runtime` reads strictly. Every agent with a container gets
the variable, so that the library selects the agent's identity by it and never by trying one after another.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

import pulumi

from access.azure.clouds import CLOUDS
from components.user_context.entra_roles import CALL_ROLE, SCOPE

__all__ = ["VARIABLE", "RuntimeApiArgs", "RuntimeArgs", "RuntimeUserArgs", "runtime_variable"]

VARIABLE = "AGENT_NETWORK_RUNTIME"
"""Name of the environment variable."""
_VERSION = 1


class RuntimeApiArgs(TypedDict):
    """API that the runtime library may call for users, and nowhere else."""

    resource: str
    """Identifier of the API, which precedes the name of a scope in a token request."""
    hosts: Sequence[str]
    """Names of the hosts that tokens for the API may be sent to."""
    scopes: Sequence[str]
    """Scopes that the library may request; it refuses every other one."""


class RuntimeUserArgs(TypedDict):
    """Settings of the runtime library for an agent that acts for users."""

    callers: Sequence[str]
    """Client ids of the applications that may send users' tokens."""
    apis: Mapping[str, RuntimeApiArgs]
    """API → its addresses and scopes."""
    credential_client_id: NotRequired[pulumi.Input[str] | None]
    """Client id of the identity that the agent's application trusts; by default, it trusts the agent's pod."""


class RuntimeArgs(TypedDict):
    """Settings of an agent's runtime library that do not depend on the agent's host."""

    tenant_id: pulumi.Input[str]
    """Id of the tenant."""
    cloud: str
    """Name of the Azure cloud, one of `access.azure.clouds.CLOUDS`."""
    application_client_id: NotRequired[pulumi.Input[str] | None]
    """Client id of the agent's application; by default, the agent has none."""
    callable: NotRequired[bool]
    """True if agents with the app role `Agent.Call` may call the agent."""
    acts_for_users: NotRequired[RuntimeUserArgs | None]
    """Clients, APIs and credential of an agent that acts for users."""


def runtime_variable(
    agent: str,
    host: Literal["container-app", "aks"],
    args: RuntimeArgs,
    own_client_id: pulumi.Input[str] | None = None,
) -> pulumi.Output[str]:
    """Return the value of the variable for one agent.

    Args:
        agent: name of the agent in the network.
        host: host of the agent, which decides the kind of its own identity.
        args: the settings.
        own_client_id: client id of the agent's user-assigned identity; None for the system-assigned one.
    """
    cloud = CLOUDS[args["cloud"]]
    managed = {"kind": "managed-identity", "client_id": own_client_id}
    client_id = args.get("application_client_id")
    role = CALL_ROLE if args.get("callable") else None
    settings: dict[str, Any] = {
        "version": _VERSION,
        "agent": agent,
        "host": host,
        "tenant_id": pulumi.Output.from_input(args["tenant_id"]).apply(str.lower),
        "authority_host": cloud.authority_host,
        "identity": managed if host == "container-app" else {"kind": "workload-identity"},
        "application": None if client_id is None else {"client_id": client_id, "call_role": role},
        "acts_for_users": _for_users(args.get("acts_for_users"), cloud.exchange_audience),
    }
    return pulumi.Output.json_dumps(settings, sort_keys=True)


def _for_users(args: RuntimeUserArgs | None, audience: str) -> dict[str, Any] | None:
    if args is None:
        return None
    client_id = args.get("credential_client_id")
    pod = {"kind": "pod-token"}
    return {
        "scope": SCOPE,
        "callers": sorted(args["callers"]),
        "token_exchange_audience": audience,
        "credential": pod if client_id is None else {"kind": "managed-identity", "client_id": client_id},
        "apis": {name: _api(api) for name, api in args["apis"].items()},
    }


def _api(args: RuntimeApiArgs) -> dict[str, Any]:
    return {"resource": args["resource"], "hosts": sorted(args["hosts"]), "scopes": sorted(args["scopes"])}

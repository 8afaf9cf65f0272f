"""Ingress of a Container App: its port, and the addresses that may call it.

Owns the refusal of an app that every address could call.
"""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from pulumi_azure_native import app

__all__ = ["IngressArgs", "restricted_ingress"]


class IngressArgs(TypedDict):
    """Ingress of an agent's Container App; without ingress, nothing can reach the agent."""

    port: int
    """The port on which the agent listens."""
    external: NotRequired[bool]
    """True if addresses outside the environment can reach the agent, namely those in `allow`."""
    allow: NotRequired[Sequence[str]]
    """Blocks of IPv4 addresses that may call the agent; required with `external`."""


def restricted_ingress(app_name: str, args: IngressArgs, port: int | None = None) -> "app.IngressArgs":
    """Return the ingress of a Container App, which only the listed addresses can use.

    Args:
        app_name: name of the app, for messages.
        args: port and addresses.
        port: port in place of the agent's; by default, the agent's.

    Raises:
        ValueError: the app would be open to every address, or lists addresses without effect.
    """
    external, allow = args.get("external", False), args.get("allow", ())
    if external and not allow:
        raise ValueError(
            f"app {app_name!r} would be open to every address; list the addresses that may call it in 'allow'"
        )
    if allow and not external:
        raise ValueError(
            f"app {app_name!r} is not external, so 'allow' has no effect; remove 'allow', or set 'external'"
        )
    return app.IngressArgs(
        external=external,
        target_port=port or args["port"],
        allow_insecure=False,
        transport=app.IngressTransportMethod.AUTO,
        ip_security_restrictions=[
            app.IpSecurityRestrictionRuleArgs(
                name=f"allow-{block.replace('.', '-').replace('/', '-')}",
                ip_address_range=block,
                action=app.Action.ALLOW,
            )
            for block in allow
        ]
        or None,
    )

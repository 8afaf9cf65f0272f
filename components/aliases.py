"""Pulumi aliases: drops those that the Azure SDK adds per API version, adds those for an agent's move between hosts.

The SDK registers every resource as also having been each type that names an API version outright, fourteen of them on
average, and works out a URN for each: most of the time that a program takes. Nothing here was ever registered as such
a type. Aliases of any other form, such as a module's former name, stay.

An agent that moves to another host becomes another component. Its children with a fixed name in Azure have to move
with it; otherwise Pulumi would create the new child while the old one still has the name.
"""

import re

import pulumi

__all__ = ["AGENT_TYPES", "forget_api_versions", "on_other_hosts"]

AGENT_TYPES = tuple(f"agent-network:index:{kind}" for kind in ("AksAgent", "ContainerAppAgent", "FoundryAgent"))
"""Resource types of agents on each host."""

_NAMES_A_VERSION = re.compile(r"azure-native:[a-z0-9]+/v\d{8}[a-z]*:")


def forget_api_versions(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """Drop a resource's aliases that only name another API version; for `ResourceOptions.transformations`.

    A transformation and not a transform, for it has to run before the SDK works out the URNs.
    """
    aliases = args.opts.aliases
    if not aliases:
        return None
    args.opts.aliases = [alias for alias in aliases if not _only_names_a_version(alias)]
    return pulumi.ResourceTransformationResult(args.props, args.opts)


def _only_names_a_version(alias: object) -> bool:
    former = alias.type_ if isinstance(alias, pulumi.Alias) else None
    return isinstance(former, str) and _NAMES_A_VERSION.match(former) is not None


def on_other_hosts(agent: pulumi.Resource) -> list[pulumi.Alias]:
    """Return aliases for a child resource of an agent: the same child below the agent on every other host.

    Set on the few children that need them, and not on the agent, whose children would all inherit them: a preview would
    take a fifth more time.
    """
    here = agent.pulumi_resource_type
    if here not in AGENT_TYPES:
        return []
    return [pulumi.Alias(parent=_retyped(agent, here, there)) for there in AGENT_TYPES if there != here]


def _retyped(agent: pulumi.Resource, here: str, there: str) -> pulumi.Output[str]:
    return agent.urn.apply(lambda urn: urn.replace(f"{here}::", f"{there}::", 1))

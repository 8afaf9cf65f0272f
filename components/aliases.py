"""Aliases of resources: fewer than the Azure SDK registers, and those for an agent that moves to another host.

The SDK registers every resource as also having been each type that names an API version outright, fourteen of them on
average, and works out a URN for each: most of the time that a program takes. Nothing here was ever registered as such
a type. Aliases of any other form, such as a module's former name, stay.

An agent that moves to another host is another component. What it holds under a name of its own has to move with it, or
the new one would be made beside the old one, whose name it has.
"""

import re

import pulumi

__all__ = ["AGENT_TYPES", "forget_api_versions", "on_other_hosts"]

AGENT_TYPES = tuple(f"agent-network:index:{kind}" for kind in ("AksAgent", "ContainerAppAgent", "FoundryAgent"))
"""Resource types of agents on each host."""

_NAMES_A_VERSION = re.compile(r"azure-native:[a-z0-9]+/v\d{8}[a-z]*:")


def forget_api_versions(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """Drop the aliases that only name an API version; for `ResourceOptions.transformations`.

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
    """For `ResourceOptions.aliases` of something below an agent: the same below it, where it runs elsewhere.

    On the few things that need it, and not on the agent, from which all that is below it would inherit: a preview would
    take a fifth more time.
    """
    here = agent.pulumi_resource_type
    if here not in AGENT_TYPES:
        return []
    return [pulumi.Alias(parent=_retyped(agent, here, there)) for there in AGENT_TYPES if there != here]


def _retyped(agent: pulumi.Resource, here: str, there: str) -> pulumi.Output[str]:
    return agent.urn.apply(lambda urn: urn.replace(f"{here}::", f"{there}::", 1))

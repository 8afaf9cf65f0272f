"""What the Azure SDK tells the engine about former types, and the part of it that this project does without.

The SDK registers every resource as also having been each type that names an API version outright, fourteen of them on
average, and works out a URN for each: most of the time that a program takes. Nothing here was ever registered as such
a type. Aliases of any other form, such as a module's former name, stay.
"""

import re

import pulumi

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

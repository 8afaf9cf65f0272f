"""Pulumi components: agents, what they can be granted, and the grants.

Each module's component takes its own typed arguments and can be used in any Pulumi program. The one that composes a
whole network out of a description, and the only one that knows `manifest`, is `components.network`.
"""

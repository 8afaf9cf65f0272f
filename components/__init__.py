"""Pulumi components: agents, the resources that agents can be granted access to, and the role assignments.

Each module's component takes its own typed arguments and can be used in any Pulumi program. The one that composes a
whole network out of a description, and the only one that imports `manifest`, is `components.network`.
"""

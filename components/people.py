"""Component for people who may call agents: a group or a user of Entra ID as the principal of role assignments.

Creates nothing in Entra ID and manages no memberships. People get no access to data here, only to agents.
"""

from typing import Literal, TypedDict

import pulumi

__all__ = ["People", "PeopleArgs"]

_TYPES = {"group": "Group", "user": "User"}


class PeopleArgs(TypedDict):
    """Arguments of `People`."""

    kind: Literal["group", "user"]
    """Principal type in Entra ID."""
    principal_id: str
    """Object id of the group or the user."""


class People(pulumi.ComponentResource):
    """Group or user of Entra ID that may be granted calls of agents (a `components.grants.Grantee`)."""

    principal_id: pulumi.Output[str]
    """Object id of the group or the user."""

    def __init__(self, name: str, args: PeopleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("agent-network:index:People", name, {**args}, opts)
        self.agent_name = name
        self.azure_name = name
        self.principal_type = _TYPES[args["kind"]]
        self.principal_id = pulumi.Output.from_input(args["principal_id"])
        self.register_outputs({"principal_id": self.principal_id})

    @property
    def component(self) -> pulumi.Resource:
        """Return this component, as the Pulumi parent of the role assignments of these people."""
        return self

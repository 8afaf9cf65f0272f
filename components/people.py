"""People who may call agents: a group of Entra ID, or one user, to whom that is granted.

Owns nothing in Entra ID: who is in a group is somebody else's to say. People get no data here, only agents to talk to.
"""

from typing import Literal, TypedDict

import pulumi

__all__ = ["People", "PeopleArgs"]

_TYPES = {"group": "Group", "user": "User"}


class PeopleArgs(TypedDict):
    """Arguments of `People`."""

    kind: Literal["group", "user"]
    """Type in Entra ID."""
    principal_id: str
    """Object id of the group or the user."""


class People(pulumi.ComponentResource):
    """People as the principal that calls of agents are granted to: a `components.grants.Grantee`."""

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
        """Parent resource of their grants."""
        return self

"""What agents on every host have in common: a principal to grant to, a name, an address.

Knows no host. Each host's module owns who its agents are and how they run.
"""

from typing import Any, ClassVar

import pulumi

from components.grants import Grantee

__all__ = ["Agent"]


class Agent(pulumi.ComponentResource):
    """An agent, as what it may do is granted to it: a `components.grants.Grantee`."""

    TOKEN: ClassVar[str]

    principal_id: pulumi.Output[str]
    """The agent itself: to this its access is granted."""
    app_name: str
    """What runs is called so, where it runs."""
    host: pulumi.Output[str]
    """Name at which it can be reached; empty where nobody can."""
    endpoint: pulumi.Output[str]
    """Address at which it can be reached; empty where nobody can."""

    def __init__(self, name: str, shown: dict[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.TOKEN, name, shown, opts)
        self.agent_name = name
        self.principal_type = "ServicePrincipal"

    @property
    def azure_name(self) -> pulumi.Input[str]:
        """What the agent is called in Azure."""
        return self.app_name

    @property
    def component(self) -> pulumi.Resource:
        """What holds its grants."""
        return self

    @property
    def grantee(self) -> Grantee:
        """To whom its access is granted: itself, unless it acts as others do."""
        return self

    def _ready(self, **more: pulumi.Input[Any]) -> None:
        """Tell the engine the outputs."""
        self.register_outputs(
            {
                "principal_id": self.principal_id,
                "app_name": self.app_name,
                "host": self.host,
                "endpoint": self.endpoint,
                **more,
            }
        )

"""Base class of agent components on every host: the principal of their grants, their name and their endpoint.

Independent of any host. Each host's module owns the identity of its agents and the way they run.
"""

from typing import Any, ClassVar

import pulumi

from access.azure.principal_types import SERVICE_PRINCIPAL
from components.grants import Grantee

__all__ = ["Agent"]


class Agent(pulumi.ComponentResource):
    """Base class of an agent's component, which role assignments can be granted to (a `components.grants.Grantee`)."""

    TOKEN: ClassVar[str]

    principal_id: pulumi.Output[str]
    """Principal id of the agent, which its access is granted to."""
    app_name: str
    """Name of the agent on its host."""
    host: pulumi.Output[str]
    """Host name of the agent's endpoint; empty if the agent has none."""
    endpoint: pulumi.Output[str]
    """URL of the agent's endpoint; empty if the agent has none."""

    def __init__(self, name: str, inputs: dict[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.TOKEN, name, inputs, opts)
        self.agent_name = name
        self.principal_type = SERVICE_PRINCIPAL

    @property
    def azure_name(self) -> pulumi.Input[str]:
        """Return the name of the agent in Azure."""
        return self.app_name

    @property
    def component(self) -> pulumi.Resource:
        """Return the agent itself, as the Pulumi parent of the agent's role assignments."""
        return self

    @property
    def grantee(self) -> Grantee:
        """Return the grantee of the agent's role assignments: the agent, or the component of a shared identity."""
        return self

    def _register_common_outputs(self, **more: pulumi.Input[Any]) -> None:
        """Register the outputs of every agent, and further outputs of one host, with the Pulumi engine."""
        self.register_outputs(
            {
                "principal_id": self.principal_id,
                "app_name": self.app_name,
                "host": self.host,
                "endpoint": self.endpoint,
                **more,
            }
        )

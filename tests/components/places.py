"""Test data for components: location arguments, and a grantee for role assignments."""

from dataclasses import dataclass, field

import pulumi

from components.resources.base import PlacedArgs, Placement
from tests.components.recorder import SUBSCRIPTION, TENANT

__all__ = ["PLACEMENT", "Somebody", "placed"]

PLACEMENT: Placement = {
    "subscription_id": SUBSCRIPTION,
    "tenant_id": TENANT,
    "resource_group_name": "group",
    "location": "westeurope",
    "workspace_id": "/the/workspace",
    "tags": {"team": "agents"},
}


def placed(azure_name: str, *, existing: bool = False) -> PlacedArgs:
    """Arguments of a resource that is directly in the resource group."""
    return {**PLACEMENT, "azure_name": azure_name, "existing": existing}


@dataclass
class Somebody:
    """Grantee that is not an agent and has only the attributes of the `Grantee` protocol."""

    agent_name: str
    principal_type: str = "ServicePrincipal"
    component: pulumi.Resource = field(init=False)
    principal_id: pulumi.Output[str] = field(init=False)

    def __post_init__(self) -> None:
        self.component = pulumi.ComponentResource("test:index:Somebody", self.agent_name)
        self.principal_id = pulumi.Output.from_input(f"principal of {self.agent_name}")

    @property
    def azure_name(self) -> str:
        return f"contoso-{self.agent_name}-dev"

"""Context of a deployment: the network, its environment and the location of its resources in Azure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi

from components.customer_key import CustomerKeyArgs
from components.deletion.deleted_resources import DeletedResources
from components.network.deleted_names import PURGEABLE, RECOVERED
from components.resources.base import PlacedArgs, Placement, arm_id
from manifest import Environment, Network, Problem
from manifest.environment import HasParent
from manifest.errors import KeyPath

__all__ = ["CreateProblem", "Site"]

CreateProblem = Callable[[KeyPath, str], Problem]
"""Creates a problem from the path of a stack setting and a message; the problem has the setting's file and line."""


@dataclass(frozen=True)
class Site:
    """Network, environment and Azure location of one deployment."""

    network: Network
    environment: Environment
    placement: Placement
    own: pulumi.ResourceOptions
    """Resource options of the network's own children."""
    create_problem: CreateProblem
    deleted: DeletedResources | None = None
    """Soft-deleted resources that are recovered; None if the environment does not look for them."""
    customer_key: CustomerKeyArgs | None = None
    """Customer's own key for the data of resources; None for keys of Microsoft."""
    checks: Sequence[pulumi.Resource] = ()
    """Checks of Azure that can stop a deployment; nothing is created before them, in Azure or in Entra ID."""

    def error_locator(self, *path: str | int) -> Callable[[str], str]:
        """Return a function that adds the file and line of a stack setting to an error message about the setting."""
        return lambda message: str(self.create_problem(path, message))

    def placed_args(self, resource: HasParent) -> PlacedArgs:
        """Return the name, group and subscription of a parent: the environment's, or those of an existing resource."""
        environment = self.environment
        placed: PlacedArgs = {
            **self.placement,
            "azure_name": environment.parent_name(resource),
            "location": environment.location_of(resource),
            "existing": resource.existing,
        }
        if environment.redundancy is not None:
            placed["redundancy"] = environment.redundancy
        if self.customer_key is not None:
            placed["customer_key"] = self.customer_key
        if not environment.purge_protection and resource.parent_kind in PURGEABLE:
            placed["purge_protection"] = False
        arm_type = RECOVERED.get(resource.parent_kind)
        if self.deleted is not None and arm_type is not None and not resource.existing:
            placed["recover"] = self.deleted.recovers(arm_id(placed, arm_type))
        if resource.existing:
            location = environment.existing.get(resource.parent)
            placed["resource_group_name"] = (location and location.resource_group) or environment.resource_group.name
            placed["subscription_id"] = (location and location.subscription) or placed["subscription_id"]
        return placed

"""Where a network is put together: its description, and where in Azure things of it go."""

from collections.abc import Callable
from dataclasses import dataclass

import pulumi

from components.resources.base import PlacedArgs, Placement
from manifest import Environment, Network, Problem
from manifest.environment import Held
from manifest.errors import Path

__all__ = ["Place", "Site"]

Place = Callable[[Path, str], Problem]
"""What is wrong with a value of the environment, where its file has it."""


@dataclass(frozen=True)
class Site:
    """One network in one environment."""

    network: Network
    environment: Environment
    placement: Placement
    own: pulumi.ResourceOptions
    """The options of whatever belongs to the network itself."""
    place: Place

    def placing(self, *path: str | int) -> Callable[[str], str]:
        """What says of a value of the environment that it is wrong, and where that stands."""
        return lambda message: str(self.place(path, message))

    def placed(self, held: Held) -> PlacedArgs:
        """Arguments of what holds something, or exists by itself: in the environment's group, or where it exists."""
        environment = self.environment
        placed: PlacedArgs = {
            **self.placement,
            "azure_name": environment.parent_name(held),
            "existing": held.existing,
        }
        if held.existing:
            elsewhere = environment.existing.get(held.parent)
            placed["resource_group_name"] = (elsewhere and elsewhere.resource_group) or environment.resource_group
            placed["subscription_id"] = (elsewhere and elsewhere.subscription) or placed["subscription_id"]
        return placed

"""Dynamic resource with the ids of soft-deleted resources that have names which a network needs."""

from collections.abc import Sequence

import pulumi
from pulumi import dynamic

from components.deletion.dynamic_provider import Provider
from components.deletion.lookup import DeletedResourcesArgs

__all__ = ["DeletedResources"]


class DeletedResources(dynamic.Resource, module="deletion", name="DeletedResources"):
    """Pulumi resource with the ids of the soft-deleted resources to recover; read in every preview and update."""

    found: pulumi.Output[Sequence[str]]
    """Ids of the soft-deleted resources that are recovered."""

    def __init__(self, name: str, args: DeletedResourcesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(Provider(), name, {**args, "found": None}, opts)

    def recovers(self, resource_id: pulumi.Input[str]) -> pulumi.Output[bool]:
        """Return True if the resource with an id was deleted and is recovered."""
        both = pulumi.Output.all(found=self.found, wanted=resource_id)
        return both.apply(lambda known: known["wanted"].lower() in {one.lower() for one in known["found"]})

"""Names of a network's resources that deleted resources can still have, and the search for those."""

import pulumi

from components.deletion.deleted_resources import DeletedResources
from components.deletion.lookup import DeletedResourcesArgs
from manifest import Environment, Network

__all__ = ["PURGEABLE", "RECOVERED", "look_for_deleted"]

# "Recover or purge deleted Azure AI services resources", "Azure Key Vault soft-delete overview" and "Soft delete" of
# Azure App Configuration, Microsoft Learn, 2025.
RECOVERED = {
    "configuration-store": "Microsoft.AppConfiguration/configurationStores",
    "foundry-account": "Microsoft.CognitiveServices/accounts",
    "key-vault": "Microsoft.KeyVault/vaults",
    "model-account": "Microsoft.CognitiveServices/accounts",
}
"""Kind of parent → ARM type, for the kinds whose deleted resources keep their name and can be recovered."""

PURGEABLE = frozenset({"configuration-store", "key-vault"})
"""Kinds of parent whose purge protection can be left off."""


def look_for_deleted(
    network: Network, environment: Environment, subscription_id: pulumi.Output[str], own: pulumi.ResourceOptions
) -> DeletedResources | None:
    """Register the search for soft-deleted resources with names that the network needs; None if there is none."""
    if environment.deleted is None:
        return None
    names: dict[str, dict[str, str]] = {}
    for one in (*network.resources.values(), *network.hosts.values()):
        if not one.existing and one.parent_kind in RECOVERED:
            names.setdefault(RECOVERED[one.parent_kind], {})[environment.parent_name(one)] = environment.location_of(
                one
            )
    args: DeletedResourcesArgs = {
        "subscription_id": subscription_id,
        "resource_group": environment.resource_group.name,
        "names": {arm_type: dict(sorted(names[arm_type].items())) for arm_type in sorted(names)},
        "handling": environment.deleted,
    }
    return DeletedResources(f"{network.name}-deleted-resources", args, own)

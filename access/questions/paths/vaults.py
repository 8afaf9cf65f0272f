"""Escalation by writing the access policy of a key vault, which opens its secrets.

Only for vaults with access policies. Changing that mode of a vault with roles also needs the right to write role
assignments, which leads further anyway. Source: Microsoft, "Azure role-based access control vs. access policies" and
"Migrate to Azure role-based access control" (Key Vault), 2025.
"""

from collections.abc import Iterator

from access.azure.scopes import key
from access.questions.paths.inventory import Inventory
from access.questions.paths.steps import EscalationStep, Node, ResourceAccess

OPERATIONS = ("microsoft.keyvault/vaults/accesspolicies/write", "microsoft.keyvault/vaults/write")


def steps(held: ResourceAccess, inventory: Inventory) -> Iterator[EscalationStep]:
    """Yield the escalation step to all data in a key vault whose access policies the holder can write."""
    operation = held.first(OPERATIONS)
    by_policies = inventory.keys_work(held.resource)
    if operation is not None and by_policies is not False:
        how = f"write itself into the access policy of {held.name!r}"
        yield held.step(Node("data", key(held.resource.id)), how, operation, conditional=by_policies is None)

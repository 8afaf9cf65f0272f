"""Write the access policy of a key vault, which opens its secrets to whoever it names.

Only where the vault goes by access policies. To change that of a vault that goes by roles takes the right to write role
assignments besides, which leads further anyway. Source: Microsoft, "Azure role-based access control vs. access
policies" and "Migrate to Azure role-based access control" (Key Vault), 2025.
"""

from collections.abc import Iterator

from access.azure.scopes import key
from access.questions.paths.inventory import Estate
from access.questions.paths.steps import Held, Node, Step

OPERATIONS = ("microsoft.keyvault/vaults/accesspolicies/write", "microsoft.keyvault/vaults/write")


def steps(held: Held, estate: Estate) -> Iterator[Step]:
    """All data in the vault."""
    operation = held.first(OPERATIONS)
    by_policies = estate.keys_work(held.resource)
    if operation is not None and by_policies is not False:
        how = f"write itself into the access policy of {held.name!r}"
        yield held.step(Node("data", key(held.resource.id)), how, operation, conditional=by_policies is None)

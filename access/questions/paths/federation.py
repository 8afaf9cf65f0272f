"""Add a federated credential to an identity: whoever holds the key of the named issuer then is that identity.

Source: Microsoft, "Workload identity federation", 2025.
"""

from collections.abc import Iterator

from access.questions.paths.inventory import Estate
from access.questions.paths.steps import Held, Node, Step

OPERATIONS = ("microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/write",)


def steps(held: Held, estate: Estate) -> Iterator[Step]:
    """The identity that the resource is."""
    operation = held.first(OPERATIONS)
    if operation is not None:
        for principal in estate.owned_by(held.resource):
            how = f"add a credential of its own to the identity {principal.name!r}"
            yield held.step(Node("identity", principal.id), how, operation)

"""Escalation by writing role assignments, with which the attacker gets everything below the scope.

A condition that limits the roles which may be assigned makes the step conditional; its details are not evaluated.
Cosmos DB has role assignments of its own, which grant data only. Source: Microsoft, "Azure built-in roles for
Privileged", 2026-04-09; "Grant data plane role-based access" (Azure Cosmos DB).
"""

from collections.abc import Iterator

from access.azure.scopes import ROOT, key
from access.evaluate.relevance import resource_type
from access.questions.paths.inventory import Inventory
from access.questions.paths.steps import EscalationStep, Node, ResourceAccess

_AZURE = (
    "microsoft.authorization/roleassignments/write",
    "microsoft.authorization/roleassignmentschedulerequests/write",
    # A role that somebody is eligible for is a role that they activate: "Assign Azure resource roles in PIM", 2025.
    "microsoft.authorization/roleeligibilityschedulerequests/write",
)
_EVERYWHERE = ("microsoft.authorization/elevateaccess/action",)
# Another tenant, which the attacker may control, gets roles: "What is Azure Lighthouse", Microsoft Learn, 2025.
_OTHER_TENANT = ("microsoft.managedservices/registrationassignments/write",)
# It changes a custom role; the evaluation does not check whether the attacker holds that role.
_DEFINITIONS = ("microsoft.authorization/roledefinitions/write",)
_COSMOS = (
    "microsoft.documentdb/databaseaccounts/sqlroleassignments/write",
    "microsoft.documentdb/databaseaccounts/sqlroledefinitions/write",
)
OPERATIONS = (*_AZURE, *_EVERYWHERE, *_OTHER_TENANT, *_DEFINITIONS, *_COSMOS)


def steps(held: ResourceAccess, inventory: Inventory) -> Iterator[EscalationStep]:  # noqa: ARG001 - the signature of all ways
    """Yield the escalation steps to everything in a scope at which the holder can assign roles, or to its data."""
    where = key(held.resource.id)
    operation = held.first(_AZURE)
    if operation is not None:
        yield held.step(Node("scope", where), f"give itself any role at {held.name!r}", operation)
    operation = held.first(_EVERYWHERE) if not resource_type(held.resource) else None
    if operation is not None:
        # Azure gives the role to administrators of Entra ID alone, who also have this operation by a role.
        yield held.step(
            Node("scope", ROOT), "give itself the administration of all access", operation, conditional=True
        )
    operation = held.first(_OTHER_TENANT)
    if operation is not None:
        how = f"give another tenant roles at {held.name!r}"
        yield held.step(Node("scope", where), how, operation, conditional=True)
    operation = held.first(_DEFINITIONS)
    if operation is not None:
        how = f"change what roles allow at {held.name!r}"
        yield held.step(Node("scope", where), how, operation, conditional=True)
    operation = held.first(_COSMOS)
    if operation is not None:
        yield held.step(Node("data", where), f"give itself any data role at {held.name!r}", operation)

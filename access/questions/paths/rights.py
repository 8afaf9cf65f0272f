"""Write role assignments: whoever may is given whatever there is below the scope.

A condition that says which roles may be given makes it conditional; what that condition leaves open is not worked out.
Cosmos has assignments of its own, which give data alone. Source: Microsoft, "Azure built-in roles for Privileged";
"Grant data plane role-based access" (Azure Cosmos DB).
"""

from collections.abc import Iterator

from access.azure.scopes import key
from access.questions.paths.inventory import Estate
from access.questions.paths.steps import Held, Node, Step

_AZURE = (
    "microsoft.authorization/roleassignments/write",
    "microsoft.authorization/roleassignmentschedulerequests/write",
)
# It changes a role that somebody has made; whether the attacker holds one, or may change it everywhere, is not asked.
_DEFINITIONS = ("microsoft.authorization/roledefinitions/write",)
_COSMOS = (
    "microsoft.documentdb/databaseaccounts/sqlroleassignments/write",
    "microsoft.documentdb/databaseaccounts/sqlroledefinitions/write",
)
OPERATIONS = (*_AZURE, *_DEFINITIONS, *_COSMOS)


def steps(held: Held, estate: Estate) -> Iterator[Step]:  # noqa: ARG001 - the signature of all ways
    """The resource with all that is in it, and for Cosmos the data in it."""
    where = key(held.resource.id)
    operation = held.first(_AZURE)
    if operation is not None:
        yield held.step(Node("scope", where), f"give itself any role at {held.name!r}", operation)
    operation = held.first(_DEFINITIONS)
    if operation is not None:
        how = f"change what roles allow at {held.name!r}"
        yield held.step(Node("scope", where), how, operation, conditional=True)
    operation = held.first(_COSMOS)
    if operation is not None:
        yield held.step(Node("data", where), f"give itself any data role at {held.name!r}", operation)

"""Role assignments of a local run, as the access analysis reads them from local Azure.

Owns handing the world and the stack's records to `access`; names of agents, verbs and resources are found there.
"""

from collections.abc import Iterable

from access.model.graph import Graph
from access.questions.assignment_rows import AssignmentRow, assignment_rows
from access.readers.local import graph_of_world
from localazure.arm.world import DEPLOYER_OBJECT_ID, World
from localazure.deployment.records import Record


def access_graph(world: World, records: Iterable[Record] | None = None) -> Graph:
    """Build the access graph of local Azure and of the stack's records; by default, of the records in the world."""
    content = world.content()
    deployer = {"id": DEPLOYER_OBJECT_ID, "owner": ""}  # exists in every world without being stored in it
    content |= {"principals": [*content["principals"], deployer]}
    if records is not None:
        content |= {"stack": [record.to_json() for record in records]}
    return graph_of_world(content, "local Azure", source="local Azure")


def role_assignments(world: World, records: Iterable[Record]) -> list[AssignmentRow]:
    """Return every role assignment in local Azure as a row; one row for each agent that shares an identity."""
    return assignment_rows(access_graph(world, records))

"""Role assignments of a local run, as the access analysis reads them from local Azure.

Owns handing the world and the stack's records to `access`; names of agents, verbs and resources are found there.
"""

from collections.abc import Iterable

from access.questions.assignment_rows import AssignmentRow, assignment_rows
from access.readers.local import graph_of_world
from localazure.arm.world import DEPLOYER_OBJECT_ID, World
from localazure.deployment.records import Record


def role_assignments(world: World, records: Iterable[Record]) -> list[AssignmentRow]:
    """Return every role assignment in local Azure as a row; one row for each agent that shares an identity."""
    content = world.content()
    deployer = {"id": DEPLOYER_OBJECT_ID, "owner": ""}  # exists in every world without being stored in it
    content |= {"principals": [*content["principals"], deployer], "stack": [record.to_json() for record in records]}
    return assignment_rows(graph_of_world(content, "local Azure", source="local Azure"))

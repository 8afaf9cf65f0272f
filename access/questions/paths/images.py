"""Push an image to the registry that another agent runs from: its next start runs the attacker's code.

Source: Microsoft, "Azure Container Registry roles and permissions"; whoever builds in a registry also pushes there.
"""

from collections.abc import Iterator

from access.questions.paths.inventory import Estate
from access.questions.paths.steps import Held, Node, Step

_REGISTRY = "microsoft.containerregistry/registries"
OPERATIONS = tuple(
    f"{_REGISTRY}/{name}"
    for name in (
        "push/write",
        "importimage/action",
        "importpipelines/write",
        "tasks/write",
        "taskruns/write",
        "schedulerun/action",
        "repositories/content/write",
    )
)


def steps(held: Held, estate: Estate) -> Iterator[Step]:
    """The agents whose apps pull from the registry."""
    operation = held.first(OPERATIONS)
    if operation is not None:
        for agent in estate.pulling_from(held.resource):
            how = f"push an image to {held.name!r}, from which {agent} runs"
            yield held.step(Node("agent", agent), how, operation)

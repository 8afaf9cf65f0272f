"""Escalation by pushing an image to the registry that another agent is deployed from.

Source: Microsoft, "Azure Container Registry roles and permissions", read 2026-11; a right to run builds is a right to
push.
"""

from collections.abc import Iterator

from access.questions.paths.inventory import Inventory
from access.questions.paths.steps import EscalationStep, Node, ResourceAccess

_REGISTRY = "microsoft.containerregistry/registries"
OPERATIONS = tuple(
    f"{_REGISTRY}/{name}"
    for name in (
        "push/write",
        "importimage/action",
        "importpipelines/write",
        "pipelineruns/write",
        "tasks/write",
        "taskruns/write",
        "runs/write",
        "schedulerun/action",
        "repositories/content/write",
    )
)


def steps(held: ResourceAccess, inventory: Inventory) -> Iterator[EscalationStep]:
    """Yield the escalation steps to the agents whose apps pull images from a registry that the holder can change."""
    operation = held.first(OPERATIONS)
    if operation is not None:
        for agent in inventory.agents_pulling_from(held.resource):
            how = f"push an image to {held.name!r}, from which {agent} runs"
            yield held.step(Node("agent", agent), how, operation)

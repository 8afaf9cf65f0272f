"""Escalation by updating, entering or starting the compute host of another agent.

A principal that may write an app can give it another image, whose code has the app's identities, even one that only
pulled images before. A principal that may enter an app has the identities of its code. A principal that starts pods in
a cluster can start them under any service account there, and so as any agent of the cluster. The table of hosts is
`access.azure.compute_hosts`. Any other resource with an identity is a host, too: an operation that changes such a
resource, and that is not known to be harmless, perhaps takes its identity over. Source: Microsoft, "Azure permissions
for Containers" and "for Compute"; "Start a job execution with overrides", 2025.
"""

from collections.abc import Iterator
from functools import cache

from access.azure.compute_hosts import CHANGING, ENTERING, PHRASES, possible_takeover
from access.azure.planes import AGENT
from access.evaluate.relevance import resource_type
from access.questions.paths.inventory import IDENTITY, PROJECT, Inventory
from access.questions.paths.pods import CLUSTER
from access.questions.paths.steps import EscalationStep, Node, ResourceAccess

OPERATIONS = tuple(PHRASES)
_OTHER_WAYS = (IDENTITY, AGENT, f"{PROJECT}/applications", f"{PROJECT}/agentidentities")
"""Types that have an identity, but whose takeover is the subject of `agents`, `attaching` and `federation`."""


def steps(held: ResourceAccess, inventory: Inventory) -> Iterator[EscalationStep]:
    """Yield the escalation steps to the agents that run on a host, and to the host's attached identities."""
    # At a resource group the same operations apply to every resource in it.
    kind = resource_type(held.resource)
    if not kind or kind in _OTHER_WAYS:
        return
    agents, identities = inventory.agents_and_identities_at(held.resource, also_pulling=True)
    if not agents and not identities:
        return
    known, entering = _known_phrases(kind)
    for phrases, certain in ((known, True), (entering, True), (_possible(held, kind), False)):
        operation = held.first(phrases)
        if operation is None:
            continue
        phrase = phrases[operation.lower()]
        for agent in agents:
            shared = kind == CLUSTER or inventory.is_node(held.resource.id)
            where = f"{held.name!r}, in which {agent} runs" if shared else f"the app of {agent}"
            yield held.step(Node("agent", agent), f"{phrase} {where}", operation, conditional=not certain)
        for principal in identities:
            # The writer of a host has its pull identity, too; a principal that enters the host has not.
            if phrases is known or principal.purpose != "pull":
                how = f"{phrase} {held.name!r}, which has the identity {principal.name!r}"
                yield held.step(Node("identity", principal.id), how, operation, conditional=not certain)


@cache
def _known_phrases(kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the phrases of the operations that change and that enter a host of a type."""
    several = ({f"{kind}/write": "update", **CHANGING}, ENTERING)
    changing, entering = (
        {name: phrase for name, phrase in each.items() if name.startswith(f"{kind}/")} for each in several
    )
    return changing, entering


def _possible(held: ResourceAccess, kind: str) -> dict[str, str]:
    """Return the held operations on a host that are in no table, and not known to be harmless."""
    # Data operations of other services work with their data; those of a cluster start and change its pods.
    names = held.operations if kind == CLUSTER else held.control
    others = (name for name in names if name not in PHRASES and name.startswith(f"{kind}/"))
    return {name: phrase for name in others if (phrase := possible_takeover(name))}

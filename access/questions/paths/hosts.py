"""Escalation by updating, entering or starting the compute host of another agent.

A principal that may write an app can give it another image, whose code has the app's identities, even one that only
pulled images before. A principal that may enter an app has the identities of its code. A job can be started with
another image. A principal that starts pods in a cluster can start them under any service account there, and so as any
agent of the cluster. Source: Microsoft, "Azure permissions for Containers" and "for Compute"; "Start a job execution
with overrides", 2025.
"""

from collections.abc import Iterator

from access.evaluate.relevance import resource_type
from access.questions.paths.inventory import Inventory
from access.questions.paths.pods import CLUSTER
from access.questions.paths.steps import EscalationStep, Node, ResourceAccess

_APP, _JOB = "microsoft.app/containerapps", "microsoft.app/jobs"
_WRITING = {
    _APP: {"write": "update", "sourcecontrols/write": "change the image source of"},
    _JOB: {"write": "update"},
    "microsoft.compute/virtualmachines": {"write": "update", "extensions/write": "install an extension in"},
    "microsoft.compute/virtualmachinescalesets": {"write": "update"},
    "microsoft.containerinstance/containergroups": {"write": "update"},
    CLUSTER: {"write": "update"},
    "microsoft.logic/workflows": {"write": "update"},
    "microsoft.web/sites": {"write": "update", "publish/action": "publish to"},
    "microsoft.web/sites/slots": {"write": "update", "publish/action": "publish to"},
}
_ENTERING = {
    _APP: {
        "exec/action": "run commands in",
        "debug/action": "run commands in",
        "getauthtoken/action": "get a token to enter",
        "authtoken/action": "get a token to enter",
    },
    _JOB: {
        "start/action": "start, with an image of its choice,",
        "exec/action": "run commands in",
        "getauthtoken/action": "get a token to enter",
        "authtoken/action": "get a token to enter",
    },
    "microsoft.compute/virtualmachines": {"runcommand/action": "run commands in"},
    "microsoft.containerinstance/containergroups": {"containers/exec/action": "run commands in"},
    CLUSTER: {
        "runcommand/action": "run commands in",
        "listclusteradmincredential/action": "get an administrator's credential of",
        "pods/exec/action": "run commands in pods of",
        "pods/write": "start pods in",
        "apps/daemonsets/write": "start pods in",
        "apps/deployments/write": "start pods in",
        "apps/replicasets/write": "start pods in",
        "apps/statefulsets/write": "start pods in",
        "batch/cronjobs/write": "start pods in",
        "batch/jobs/write": "start pods in",
    },
}


def _phrases(table: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"{kind}/{name}": phrase for kind, names in table.items() for name, phrase in names.items()}


_WRITES, _ENTERS = _phrases(_WRITING), _phrases(_ENTERING)
OPERATIONS = (*_WRITES, *_ENTERS)
HOST_WRITES = tuple(name for name in _WRITES if name.rpartition("/")[0] in _WRITING and name.endswith("/write"))
"""Operations that allow attaching an identity to an existing or a new host."""


def steps(held: ResourceAccess, inventory: Inventory) -> Iterator[EscalationStep]:
    """Return the escalation steps to the agents that run in a resource, and to its attached identities."""
    # At a resource group the same operations apply to every resource in it.
    kind = resource_type(held.resource)
    if not kind:
        return
    for phrases, writing in ((_WRITES, True), (_ENTERS, False)):
        operation = held.first(phrases)
        if operation is None:
            continue
        phrase = phrases[operation.lower()]
        agents, identities = inventory.agents_and_identities_at(held.resource, also_pulling=writing)
        for agent in agents:
            where = f"{held.name!r}, in which {agent} runs" if kind == CLUSTER else f"the app of {agent}"
            yield held.step(Node("agent", agent), f"{phrase} {where}", operation)
        for principal in identities:
            how = f"{phrase} {held.name!r}, which has the identity {principal.name!r}"
            yield held.step(Node("identity", principal.id), how, operation)

"""Workloads of agents in local Azure: the container app or the deployment in a cluster in which an agent runs.

Owns how a test names one: by the name of the Azure or Kubernetes resource, or by the agent's name, which the variable
`AGENT_NETWORK_RUNTIME` of the container has.
"""

import json
from typing import cast

from localazure.arm import ids
from localazure.arm.world import Resource, Values, World

__all__ = ["CONTAINER_APP", "DEPLOYMENT", "nested", "workload"]

CONTAINER_APP = "azure-native:app:ContainerApp"
"""Type token of a container app."""
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
"""Type token of a deployment in a cluster."""

_KINDS = {CONTAINER_APP: "container apps", DEPLOYMENT: "deployments"}


def workload(world: World, token: str, agent: str) -> Resource:
    """Return the container app or the deployment of an agent, by the resource's name or the agent's.

    Raises:
        LookupError: local Azure has no such resource, or several.
    """
    every = [each for each in world.resources.values() if each.token == token]
    found = [each for each in every if ids.name_of(each.id) == agent] or [each for each in every if _runs(each, agent)]
    if len(found) != 1:
        known = ", ".join(sorted(ids.name_of(each.id) for each in every)) or "none"
        raise LookupError(f"local Azure has {len(found)} {_KINDS[token]} of the agent {agent!r}; known are {known}")
    return found[0]


def nested(values: Values, *path: str) -> Values:
    """Return the object at a path of properties; an empty one if there is none."""
    for each in path:
        inner = values.get(each)
        values = cast("Values", inner) if isinstance(inner, dict) else {}
    return values


def _runs(one: Resource, agent: str) -> bool:
    pods = nested(one.inputs, "template") or {}
    pods = nested(one.inputs, "spec", "template", "spec") if one.token == DEPLOYMENT else pods
    variables = (
        each
        for container in cast("list[Values]", pods.get("containers") or [])
        for each in cast("list[Values]", container.get("env") or [])
    )
    return any(_agent_in(each) == agent for each in variables)


def _agent_in(variable: Values) -> object:
    if variable.get("name") != "AGENT_NETWORK_RUNTIME":
        return None
    try:
        return json.loads(str(variable.get("value"))).get("agent")
    except (ValueError, AttributeError):
        return None

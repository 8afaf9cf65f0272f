"""Roles that agents have after a run, on every host."""

from access.readers import local
from localazure.run import RunResult
from tests.access.readers.sources import printed


def granted_access(result: RunResult) -> set[tuple[str, ...]]:
    """Return agent, role, resource and condition of every role of an agent; for an own subscription, its topic's id."""
    graph = local.read(printed(result))
    found: set[tuple[str, ...]] = set()
    for one in graph.assignments:
        principal, resource = graph.principal(one.principal), graph.resource(one.scope)
        assert principal is not None
        if principal.agents and principal.purpose == "own" and one.role is not None:
            (agent,) = principal.agents
            where = resource.name if resource and resource.declared else one.scope.rpartition("/subscriptions/")[0]
            found.add((agent, one.role.name, where, one.condition or ""))
    return found


def orphaned_assignments(result: RunResult) -> list[str]:
    """Return the ids of role assignments whose principal no longer exists."""
    world = result.world
    held = [one for one in world.resources.values() if one.token.endswith("RoleAssignment")]
    return [one.id for one in held if world.find_principal(str(one.outputs["principalId"])) is None]

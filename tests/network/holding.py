"""Who holds what after a run, wherever everybody runs."""

from access.readers import local
from localazure.run import RunResult
from tests.access.readers.sources import printed


def what_they_may_do(result: RunResult) -> set[tuple[str, ...]]:
    """Agent, role, resource and condition of every grant; whose subscription of a topic it is says who it is."""
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


def held_by_nobody(result: RunResult) -> list[str]:
    """Assignments of principals that are gone."""
    world = result.world
    held = [one for one in world.resources.values() if one.token.endswith("RoleAssignment")]
    return [one.id for one in held if world.find_principal(str(one.outputs["principalId"])) is None]

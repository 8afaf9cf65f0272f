"""Role assignments of a network: one for each declared access.

Owns that agents which act as one identity are granted what any of them is, once: Azure takes the same assignment for
the same principal a single time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pulumi

from components.agents.foundry import FoundryAgent
from components.grants import Grantee
from components.network.site import Site
from components.resources.base import NetworkResource
from manifest import Access

__all__ = ["Granting", "Right", "merged", "right_of"]

Right = tuple[str, str]
"""A resource or agent, and the verb or role that is held there."""


def right_of(access: Access) -> Right:
    """Resource and verb or role of an access, without its paths."""
    return access.resource, access.verb or access.role or ""


class Granting:
    """Grants to everybody, each once for each identity."""

    def __init__(
        self, site: Site, resources: Mapping[str, NetworkResource], callable_agents: Mapping[str, FoundryAgent]
    ) -> None:
        self._site, self._resources, self._agents = site, resources, callable_agents

    def grant(self, grantee: Grantee, access: Iterable[Access]) -> dict[Right, str]:
        """Grant all of it; answers the assignments' logical names."""
        made: dict[Right, str] = {}
        for one in merged(access):
            assign = self._assigning(one)
            if assign is not None:
                made[right_of(one)] = assign(grantee).pulumi_resource_name
        return made

    def variables(
        self, called: str, access: Iterable[Access], prefix: Callable[[str], str]
    ) -> dict[str, pulumi.Input[str]]:
        """Environment variables with the endpoints of an agent's granted resources."""
        granted: dict[str, set[str]] = {}
        for one in access:
            granted.setdefault(one.resource, set()).add(one.verb or "")
        found: dict[str, pulumi.Input[str]] = {}
        for name, verbs in granted.items():
            if name in self._resources:
                told = self._resources[name].variables(called, verbs)
            elif name in self._agents:
                told = self._agents[name].variables()
            else:  # an agent that nobody can call yet
                continue
            found |= {f"{prefix(name)}{ending}": value for ending, value in told.items()}
        return found

    def _assigning(self, access: Access) -> Callable[[Grantee], pulumi.CustomResource] | None:
        """Function that grants one access; None for an agent that cannot be called yet."""
        if access.resource in self._site.network.agents:
            agent = self._agents.get(access.resource)
            return None if agent is None else lambda who: agent.allow(who, access.verb or "")
        resource = self._resources[access.resource]
        if access.role is not None:
            role, because = access.role, access.because or ""
            return lambda who: resource.allow_role(who, role, because)
        return lambda who: resource.allow(who, access.verb or "", access.paths)


def merged(accesses: Iterable[Access]) -> list[Access]:
    """Accesses of several as those of one: the same right once, with the paths of all; without any, if one has none."""
    found: dict[Right, Access] = {}
    for one in accesses:
        before = found.get(right_of(one), one)
        paths = tuple(sorted({*before.paths, *one.paths})) if before.paths and one.paths else ()
        reasons = dict.fromkeys(reason for reason in (before.because, one.because) if reason)
        found[right_of(one)] = replace(one, because="; ".join(reasons) or None, paths=paths)
    return [found[right] for right in sorted(found)]

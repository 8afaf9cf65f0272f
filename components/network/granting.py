"""Creates the role assignments of a network: one for each declared access of an identity.

Merges the access of agents that share an identity, since Azure accepts an assignment of the same role to the same
principal at the same scope only once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi

from components.agents.permissions import Permission
from components.grants import Grantee
from components.network.site import Site
from components.resources.base import NetworkResource
from manifest import Access

if TYPE_CHECKING:
    from components.agents.callable_agent import CallableAgent
    from components.agents.foundry import FoundryAgent

__all__ = ["Granting", "Right", "merged", "right_of"]

Right = tuple[str, str]
"""Name of a resource or agent, and the verb or role that is granted on it."""


def right_of(access: Access) -> Right:
    """Return the resource name and the verb (or role) of a declared access, without its paths."""
    return access.resource, access.verb or access.role or ""


class Granting:
    """Creates role assignments and environment variables from the declared access of agents and people."""

    def __init__(
        self,
        site: Site,
        resources: Mapping[str, NetworkResource],
        callable_agents: "Mapping[str, FoundryAgent | CallableAgent]",
    ) -> None:
        self._site, self._resources, self._agents = site, resources, callable_agents

    def grant(self, grantee: Grantee, access: Iterable[Access]) -> dict[Right, str]:
        """Create the role assignments of a grantee's access; return their logical names by resource and verb."""
        found = self.permissions(grantee.agent_name, access)
        return {right: permission.grant_to(grantee).pulumi_resource_name for right, permission in found.items()}

    def permissions(self, name: str, access: Iterable[Access]) -> dict[Right, Permission]:
        """Return the permissions of a grantee's access; without those that the stack does not create.

        These are for agents that cannot be called yet, and app roles that an administrator assigns.
        """
        found = {right_of(one): self._permission(name, one) for one in merged(access)}
        return {right: permission for right, permission in found.items() if permission is not None}

    def variables(
        self, azure_name: str, access: Iterable[Access], prefix: Callable[[str], str]
    ) -> dict[str, pulumi.Input[str]]:
        """Return environment variables with the endpoints of an agent's granted resources and callable agents."""
        granted: dict[str, set[str]] = {}
        for one in access:
            granted.setdefault(one.resource, set()).add(one.verb or "")
        found: dict[str, pulumi.Input[str]] = {}
        for name, verbs in granted.items():
            if name in self._resources:
                variables = self._resources[name].variables(azure_name, verbs)
            elif name in self._agents:
                variables = self._agents[name].variables()
            else:  # an agent without an endpoint yet
                continue
            found |= {f"{prefix(name)}{ending}": value for ending, value in variables.items()}
        return found

    def _permission(self, name: str, access: Access) -> Permission | None:
        """Return the permission of one access; None if the stack does not create it."""
        if access.resource in self._site.network.agents:
            agent = self._agents.get(access.resource)
            if agent is None or not self._site.environment.assigns_calls(name, access.resource, self._site.network):
                return None
            return Permission(agent, access.verb or "")
        resource = self._resources[access.resource]
        if access.role is not None:
            return Permission(resource, role=access.role, because=access.because or "")
        return Permission(resource, access.verb or "", access.paths)


def merged(accesses: Iterable[Access]) -> list[Access]:
    """Merge the declared access of agents that share an identity: one access per right, with the paths of all.

    An access without paths is unrestricted, so the merged one is, too.
    """
    found: dict[Right, Access] = {}
    for one in accesses:
        before = found.get(right_of(one), one)
        paths = tuple(sorted({*before.paths, *one.paths})) if before.paths and one.paths else ()
        reasons = dict.fromkeys(reason for reason in (before.because, one.because) if reason)
        found[right_of(one)] = replace(one, because="; ".join(reasons) or None, paths=paths)
    return [found[right] for right in sorted(found)]

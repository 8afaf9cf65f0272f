"""Access that an agent's component grants to the agent's identity itself, before the agent starts.

Independent of any host. By default, access is granted on the resources after the agent is created.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import pulumi

from components.grants import Grantee
from components.resources.base import NetworkResource

if TYPE_CHECKING:
    from components.agents.callable_agent import CallableAgent
    from components.agents.foundry import FoundryAgent

__all__ = ["Permission"]


class Permission(NamedTuple):
    """Access to one resource or agent: a verb, or a role with the reason for it."""

    on: "NetworkResource | FoundryAgent | CallableAgent"
    """Resource, or agent that may be called."""
    verb: str = ""
    """Verb of the resource; empty if the access is by `role`."""
    paths: Sequence[str] = ()
    """Name prefixes that the verb is restricted to."""
    role: str = ""
    """Name of a role that has no verb."""
    because: str = ""
    """Reason for the role."""

    def grant_to(self, grantee: Grantee) -> pulumi.CustomResource:
        """Create the role assignment of the access, and return it."""
        if not isinstance(self.on, NetworkResource):
            return self.on.allow(grantee, self.verb)
        if self.role:
            return self.on.allow_role(grantee, self.role, self.because)
        return self.on.allow(grantee, self.verb, self.paths)

"""Identities that a platform acts as beside its agents: the one that pulls a cluster's images, or a project's own.

Owns nothing in Azure: the platform's component makes them, and these are what its grants are made out to.
"""

from typing import NamedTuple

import pulumi

__all__ = ["PlatformIdentity"]


class PlatformIdentity(NamedTuple):
    """Grantee that is not an agent; no agent's code gets a token for it."""

    agent_name: str
    """Name in grants."""
    azure_name: pulumi.Input[str]
    """Name in Azure."""
    principal_id: pulumi.Output[str]
    """Principal id of the assignment."""
    component: pulumi.Resource
    """Parent resource of its grants."""
    principal_type: str = "ServicePrincipal"

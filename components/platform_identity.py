"""Identities that a platform acts as beside its agents: the one that pulls a cluster's images, or a project's own.

Owns nothing in Azure: the platform's component makes them, and these are what its grants are made out to.
"""

from typing import NamedTuple

import pulumi

__all__ = ["PlatformIdentity"]


class PlatformIdentity(NamedTuple):
    """A grantee that is no agent; no agent's code gets a token for it."""

    agent_name: str
    """What grants call it."""
    azure_name: pulumi.Input[str]
    """What it is called in Azure."""
    principal_id: pulumi.Output[str]
    """Whom an assignment is for."""
    component: pulumi.Resource
    """What holds its grants."""
    principal_type: str = "ServicePrincipal"

"""Identities of the platform, not of agents, as grantees: a cluster's kubelet that pulls images, a Foundry project.

Creates nothing in Azure: the platform's component creates the identity, and grants name it as their grantee.
"""

from typing import NamedTuple

import pulumi

from access.azure.principal_types import SERVICE_PRINCIPAL

__all__ = ["PlatformIdentity"]


class PlatformIdentity(NamedTuple):
    """Identity of a cluster or a Foundry project as a grantee; no agent's code gets a token for it."""

    agent_name: str
    """The identity's name in logical names of grants."""
    azure_name: pulumi.Input[str]
    """The identity's name in Azure."""
    principal_id: pulumi.Output[str]
    """Principal id of the identity's role assignments."""
    component: pulumi.Resource
    """Pulumi parent of the identity's role assignments."""
    principal_type: str = SERVICE_PRINCIPAL

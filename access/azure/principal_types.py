"""Principal types of the role assignments of workloads, with those that agent identities of Entra ID may have.

The type of an agent identity is changing. `AgentUser` and `AgentServicePrincipal` were added to the version 2022-04-01
of the API, because role assignments for agent identities failed there: Azure/azure-rest-api-specs#44765, 2026-07. The
design was then replaced by a new version of the API with a name that is not published yet:
hashicorp/terraform-provider-azurerm#32905, 2026-08. In the same month a sample of Microsoft still passed
`ServicePrincipal`: Azure/azure-sdk-for-js#39579, 2026-08. So the program writes one type, and accepts all.
"""

from collections.abc import Mapping

__all__ = ["AGENT_IDENTITY", "AGENT_IDENTITY_TYPES", "EXPLANATIONS", "SERVICE_PRINCIPAL", "UNMATCHED"]

SERVICE_PRINCIPAL = "ServicePrincipal"
"""Principal type of managed identities and other service principals."""

AGENT_IDENTITY = SERVICE_PRINCIPAL
"""Principal type that the role assignments of agent identities are created with, unless the stack file sets another."""

AGENT_IDENTITY_TYPES = (SERVICE_PRINCIPAL, "AgentServicePrincipal", "AgentUser")
"""Every principal type that an agent identity may have in Azure, the one of `AGENT_IDENTITY` first."""

UNMATCHED = "UnmatchedPrincipalType"
"""Error code of Azure for a role assignment whose principal has another type than the one in the request."""

EXPLANATIONS: Mapping[str, str] = {
    UNMATCHED: (
        "Azure has another principal type for this identity than the role assignment; set 'agent_principal_type' in the"
        f" stack file to the type that Azure names, one of {', '.join(AGENT_IDENTITY_TYPES)}"
    ),
    # Azure/azure-dev#7821, 2026-04.
    "PrincipalTypeNotSupported": (
        "the id belongs to an application or a blueprint, not to an identity, as Foundry reports it for agents that"
        " were created before 2026-04-11; create the agent again, and correct an id in 'agent_identities'"
    ),
}
"""Error code of Azure about a principal's type → cause and fix."""

"""Objects of Microsoft Graph on which access is granted: the service principals of agents that others may call.

Entra ID has app roles and no operations. The operations here are names of this project: one for a call by another
agent, and one for a call in the name of a user.
"""

from access.azure.types.row import NOT_DEPLOYED, NOT_LISTED, NOTHING_TO_OPEN, OWN, ArmType, VerbRole

TYPES = (
    ArmType(
        token="azuread:index/servicePrincipal:ServicePrincipal",
        # The type's name in Bicep: "Bicep templates for Microsoft Graph resources", Microsoft Learn, 2026.
        path="/providers/Microsoft.Graph/servicePrincipals/{objectId}",
        kind="callable-agent",
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=NOT_LISTED,
        deployer=NOT_DEPLOYED,
        in_resource_manager=False,
        verbs=(
            VerbRole(
                "use",
                "Agent.Call",
                "call the agent at its ingress, with a token of its own",
                "Access tokens in the Microsoft identity platform, Microsoft Learn, 2024",
            ),
        ),
    ),
)

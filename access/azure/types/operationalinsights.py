"""Resource types of Microsoft.OperationalInsights: Log Analytics workspaces."""

from access.azure.types.row import GROUP, MANAGED, OWN, ArmType, Listing, NoKeys

TYPES = (
    ArmType(
        token="azure-native:operationalinsights:Workspace",
        path=f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/{{workspaceName}}",
        kind=None,
        operations=OWN,
        keys=NoKeys(
            "workspace keys can only add logs, not read them: Log Analytics workspace security, Microsoft Learn, 2025"
        ),
        listed=Listing("2023-09-01"),
        deployer=(
            *MANAGED,
            # A diagnostic setting may name a workspace only if its writer may read the workspace's keys, which this
            # workspace does not take: "Manage access to Log Analytics workspaces", Microsoft Learn, 2025.
            "sharedKeys/action",
            # Reported for the workspace of a cluster's monitoring (Azure/azure-cli#22232), and taken to hold for
            # Defender's: the built-in role Kubernetes Agent Operator, by which Defender is turned on, has both.
            "sharedkeys/read",
        ),
        # "Azure permissions for Monitor", Microsoft Learn, 2026-04-09.
        status_reads=("Microsoft.OperationalInsights/locations/operationstatuses/read",),
    ),
)

"""Resource types of Microsoft.Resources: resource groups."""

from access.azure.types.row import GROUP, MANAGED, NOT_LISTED, NOTHING_TO_OPEN, OWN, ArmType

TYPES = (
    ArmType(
        token="azure-native:resources:ResourceGroup",
        path=GROUP,
        kind=None,
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=NOT_LISTED,
        deployer=MANAGED,
        operation_type="Microsoft.Resources/subscriptions/resourceGroups",
        # Only the deletion of a group is asynchronous: "Azure permissions for Management", Microsoft Learn, 2026-04-09.
        status_reads=("Microsoft.Resources/subscriptions/operationresults/read",),
    ),
)

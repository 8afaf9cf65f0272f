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
    ),
)

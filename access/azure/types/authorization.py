"""Resource types of Microsoft.Authorization: role assignments."""

from access.azure.types.row import MANAGED, NOTHING_TO_OPEN, OWN, ArmType, Listing

TYPES = (
    ArmType(
        token="azure-native:authorization:RoleAssignment",
        path="{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        kind=None,
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=Listing("2022-04-01"),
        deployer=(
            *MANAGED,
            # To report missing permissions of the signed-in identity before anything is created: "Permissions - List
            # For Resource Group", REST reference, Microsoft Learn, 2026.
            "Microsoft.Authorization/permissions/read",
        ),
    ),
)

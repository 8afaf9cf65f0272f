"""Resource types of Microsoft.ContainerRegistry: container image registries."""

from access.azure.types.row import GROUP, MANAGED, OWN, ArmType, KeySwitch, Listing, VerbRole

_SOURCE = "Azure ABAC repository permissions in Azure Container Registry, Microsoft Learn, 2025-12-11"

TYPES = (
    ArmType(
        token="azure-native:containerregistry:Registry",
        path=f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/{{registryName}}",
        kind="image-registry",
        operations=OWN,
        keys=KeySwitch(
            "adminUserEnabled",
            on=True,
            absent=False,
            source="Azure Container Registry authentication options, Microsoft Learn, 2025: off by default",
        ),
        # The first stable version that shows roleAssignmentMode: Azure/azure-rest-api-specs, Registry.models.tsp, 2026.
        listed=Listing("2025-11-01"),
        deployer=MANAGED,
        verbs=(
            VerbRole("pull", "AcrPull", "pull every image of the registry", _SOURCE, mode="registry"),
            # In repository mode the registry does not honour AcrPull.
            VerbRole(
                "pull",
                "Container Registry Repository Reader",
                "pull the images of one repository",
                _SOURCE,
                mode="repository",
            ),
        ),
        # Azure/mpf#314, 2026-07-27, and hashicorp/terraform-provider-azurerm#29047, 2025-03, for what creation polls; a
        # deletion is polled in the region ("Azure permissions for Containers", Microsoft Learn, 2026-04-09).
        status_reads=("operationStatuses/read", "Microsoft.ContainerRegistry/locations/operationResults/read"),
    ),
)

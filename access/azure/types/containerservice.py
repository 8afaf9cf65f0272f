"""Resource types of Microsoft.ContainerService: AKS clusters."""

from access.azure.types.row import GROUP, MANAGED, OWN, ArmType, KeySwitch, Listing

TYPES = (
    ArmType(
        token="azure-native:containerservice:ManagedCluster",
        path=f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/{{resourceName}}",
        kind=None,
        operations=OWN,
        # Not keys but certificates that make an administrator of anybody who has one.
        keys=KeySwitch(
            "disableLocalAccounts",
            on=False,
            absent=True,
            source="Manage local accounts with AKS-managed Microsoft Entra integration, Microsoft Learn, 2025",
        ),
        listed=Listing("2025-05-01"),
        deployer=(
            *MANAGED,
            # How to reach a cluster; it holds no key, where local accounts are off.
            "listClusterUserCredential/action",
            # To put a cluster's nodes into the subnet that a stack's file names.
            "Microsoft.Network/virtualNetworks/subnets/join/action",
        ),
        # "Azure permissions for Containers", Microsoft Learn, 2026-04-09; the built-in role Azure Kubernetes Service
        # Contributor has both.
        status_reads=(
            "Microsoft.ContainerService/locations/operationresults/read",
            "Microsoft.ContainerService/locations/operations/read",
        ),
    ),
)

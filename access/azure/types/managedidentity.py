"""Resource types of Microsoft.ManagedIdentity: user-assigned identities and federated credentials."""

from access.azure.types.row import GROUP, MANAGED, NOTHING_TO_OPEN, OWN, ArmType, Listing

_IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{{resourceName}}"
_VERSION = "2023-01-31"

TYPES = (
    ArmType(
        token="azure-native:managedidentity:UserAssignedIdentity",
        path=_IDENTITY,
        kind=None,
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=Listing(_VERSION),
        # To give an app the identity that pulls its image.
        deployer=(*MANAGED, "assign/action"),
    ),
    ArmType(
        token="azure-native:managedidentity:FederatedIdentityCredential",
        path=f"{_IDENTITY}/federatedIdentityCredentials/{{federatedIdentityCredentialResourceName}}",
        kind=None,
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=Listing(_VERSION, within=True),
        deployer=MANAGED,
    ),
)

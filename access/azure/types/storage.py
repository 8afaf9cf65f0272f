"""Resource types of Microsoft.Storage: storage accounts, blob containers and queues."""

from access.azure.types.row import (
    GROUP,
    MANAGED,
    NOT_DEPLOYED,
    NOT_LISTED,
    OWN,
    WITHIN,
    ArmType,
    KeySwitch,
    Listing,
    VerbRole,
    WildcardOperation,
)

_ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/{{accountName}}"
_SOURCE = "Azure built-in roles for Storage, Microsoft Learn, 2026-04-09"

TYPES = (
    ArmType(
        token="azure-native:storage:StorageAccount",
        path=_ACCOUNT,
        kind=None,
        operations=OWN,
        keys=KeySwitch(
            "allowSharedKeyAccess",
            on=True,
            absent=True,
            source="Prevent Shared Key authorization for an Azure Storage account, Microsoft Learn, 2025: null is true",
        ),
        listed=Listing("2023-05-01"),
        deployer=MANAGED,
        # The status of a creation is `locations/<region>/asyncoperations/<id>` ("Storage Accounts - Create", REST
        # reference, Microsoft Learn, 2026), which Azure publishes no operation for. That the built-in role Storage
        # Account Contributor, which has none either, creates accounts speaks against a check; sources settle neither.
        wildcards=(
            WildcardOperation(
                "Microsoft.Storage/locations/*/read",
                "Microsoft.Storage/locations/asyncoperations/read",
                "Track asynchronous Azure operations, Microsoft Learn, 2026: the section on permissions, for every URL",
            ),
        ),
    ),
    ArmType(
        token="azure-native:storage:BlobServiceProperties",
        path=f"{_ACCOUNT}/blobServices/{{blobServicesName}}",
        kind=None,
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        # It comes and goes with its account: "Azure permissions for Storage", Microsoft Learn, 2026, has no delete.
        deployer=("read", "write"),
        belongs_to_parent=True,
    ),
    ArmType(
        token="azure-native:storage:BlobContainer",
        path=f"{_ACCOUNT}/blobServices/default/containers/{{containerName}}",
        kind="blob-container",
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=MANAGED,
        granted_by_itself=True,
        verbs=(
            VerbRole("read", "Storage Blob Data Reader", "list and read blobs", _SOURCE),
            VerbRole(
                "write",
                "Storage Blob Data Contributor",
                "create, change, rename and delete blobs; reading comes with it",
                _SOURCE,
                # No built-in role for storage writes blobs without these two, and a condition restricts data actions
                # only: "Actions and attributes for Azure role assignment conditions for Azure Blob Storage", Microsoft
                # Learn, 2024-04-01. The service keeps a deleted container for 30 days.
                beyond="delete the container itself and change its settings",
            ),
        ),
    ),
    ArmType(
        token="azure-native:storage:FileServiceProperties",
        path=f"{_ACCOUNT}/fileServices/{{fileServicesName}}",
        kind=None,
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=NOT_DEPLOYED,
        belongs_to_parent=True,
    ),
    ArmType(
        token="azure-native:storage:QueueServiceProperties",
        path=f"{_ACCOUNT}/queueServices/{{queueServiceName}}",
        kind=None,
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=NOT_DEPLOYED,
        belongs_to_parent=True,
    ),
    ArmType(
        token="azure-native:storage:Queue",
        path=f"{_ACCOUNT}/queueServices/default/queues/{{queueName}}",
        kind="storage-queue",
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=MANAGED,
        granted_by_itself=True,
        verbs=(
            VerbRole("send", "Storage Queue Data Message Sender", "add messages", _SOURCE),
            VerbRole("receive", "Storage Queue Data Message Processor", "peek at, take and delete messages", _SOURCE),
        ),
    ),
    ArmType(
        token="azure-native:storage:TableServiceProperties",
        path=f"{_ACCOUNT}/tableServices/{{tableServiceName}}",
        kind=None,
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=NOT_DEPLOYED,
        belongs_to_parent=True,
    ),
)

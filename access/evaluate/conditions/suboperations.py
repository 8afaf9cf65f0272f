"""Sub-operations of Azure data operations, which a condition can distinguish with SubOperationMatches.

Source: Microsoft, "Actions and attributes for Azure role assignment conditions for Azure Blob Storage"
(storage-auth-abac-attributes.md, 2023-08-10): listing is a read, setting the tier and writing with tags are writes.
"""

_BLOBS = "microsoft.storage/storageaccounts/blobservices/containers/blobs"

BY_OPERATION: dict[str, tuple[str, ...]] = {
    f"{_BLOBS}/read": ("blob.list", "blob.read.withtagconditions"),
    f"{_BLOBS}/write": ("blob.write.tier", "blob.write.withtagheaders"),
    f"{_BLOBS}/add/action": ("blob.write.withtagheaders",),
}
"""Data operation in lower case → its sub-operations."""

NAMES = frozenset(name for names in BY_OPERATION.values() for name in names)

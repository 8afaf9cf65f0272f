"""Lists data operations that give the same as others, so that a condition on those others alone does not hold.

Owns the one table for decisions and findings. Sources: Microsoft, "Actions and attributes for Azure role assignment
conditions for Azure Blob Storage", 2024-04-01 (in an account with a hierarchical namespace all operations of a
superuser are authorized as one action), "Troubleshoot Azure role assignment conditions", 2024-04-01 (a condition on
writing has to name adding, too), "Access control lists in Azure Data Lake Storage", 2024-11-15 (permissions of a file
give access without a role), and "Authorize with Microsoft Entra ID", REST reference of Azure Storage, 2024.
"""

from dataclasses import dataclass

HIERARCHICAL = "resource[microsoft.storage/storageaccounts:ishnsenabled]"
"""Condition attribute of an account: true if it has a hierarchical namespace."""

_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_MESSAGES = "Microsoft.Storage/storageAccounts/queueServices/queues/messages"


@dataclass(frozen=True)
class Substitute:
    """An operation that gives the same as other operations, or a part of it."""

    operation: str
    gives: tuple[str, ...]
    """Patterns of the operations that it gives."""
    effect: str
    """Words for the finding: `writes new blobs`."""
    hierarchical: bool = False
    """True if it does so only in accounts with a hierarchical namespace."""
    replaces: bool = False
    """True if Azure authorizes the other operations by this one alone."""


SUBSTITUTES = (
    Substitute(
        f"{_BLOBS}/runAsSuperUser/action",
        (f"{_BLOBS}/*",),
        "is the one operation that Azure authorizes in accounts with a hierarchical namespace",
        hierarchical=True,
        replaces=True,
    ),
    Substitute(
        f"{_BLOBS}/manageOwnership/action",
        (f"{_BLOBS}/*",),
        "makes a principal the owner of any file, who may give itself all access to it",
        hierarchical=True,
    ),
    Substitute(
        f"{_BLOBS}/modifyPermissions/action",
        (f"{_BLOBS}/*",),
        "gives permissions on any file to anybody",
        hierarchical=True,
    ),
    Substitute(
        f"{_BLOBS}/move/action",
        (f"{_BLOBS}/write", f"{_BLOBS}/add/action", f"{_BLOBS}/delete"),
        "renames files: it removes one name and writes another",
        hierarchical=True,
    ),
    Substitute(f"{_BLOBS}/add/action", (f"{_BLOBS}/write",), "writes new blobs"),
    Substitute(f"{_BLOBS}/write", (f"{_BLOBS}/add/action",), "writes new blobs, too"),
    Substitute(
        f"{_MESSAGES}/process/action",
        (f"{_MESSAGES}/read", f"{_MESSAGES}/delete"),
        "reads messages and deletes them",
    ),
    Substitute(f"{_MESSAGES}/add/action", (f"{_MESSAGES}/write",), "sends messages"),
    Substitute(f"{_MESSAGES}/write", (f"{_MESSAGES}/add/action",), "sends messages, too"),
)

"""What an attribute is called, and what is known of it before a request is made.

Owns canonical keys, the two ways of not having a value (not known, not there), and the attributes that follow from a
resource's id. Source: Microsoft, "Actions and attributes for Azure role assignment conditions for Azure Blob Storage"
(storage-auth-abac-attributes.md, 2023-08-10) and its twin for queues.
"""

from itertools import pairwise

from access.model.attributes import Attributes, Value

NOTHING_KNOWN: Attributes = {}
SUB_OPERATION = "request[suboperation]"

_SOURCES = frozenset({"resource", "request", "principal", "environment", "context"})
_CASE_SENSITIVE = "<$key_case_sensitive$>"
_ACCOUNT = "resource[microsoft.storage/storageaccounts:name]"
_NAMED_CHILDREN = {
    "containers": "resource[microsoft.storage/storageaccounts/blobservices/containers:name]",
    "queues": "resource[microsoft.storage/storageaccounts/queueservices/queues:name]",
}


def key_of(text: str) -> str | None:
    """The canonical key of `Source[name]`, None where Azure has no such source.

    Without regard to case, but for a tag's key where the attribute says that its case counts.
    """
    source, _, rest = text.partition("[")
    name = rest.rpartition("]")[0].strip()
    source = source.strip().lower()
    if source not in _SOURCES or not name:
        return None
    path, colon, last = name.rpartition(":")
    if not name.endswith(_CASE_SENSITIVE):
        last = last.lower()
    return f"{source}[{path.lower()}{colon}{last}]"


def of_resource(resource_id: str) -> dict[str, Value]:
    """The attributes that a resource's id already says: the names of a storage account and of what holds the data."""
    parts = resource_id.strip("/").lower().split("/")
    pairs = dict(pairwise(parts))
    if "storageaccounts" not in pairs or "microsoft.storage" not in parts:
        return {}
    found: dict[str, Value] = {_ACCOUNT: pairs["storageaccounts"]}
    found.update((key, pairs[child]) for child, key in _NAMED_CHILDREN.items() if child in pairs)
    return found

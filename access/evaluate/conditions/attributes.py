"""Canonical names of the attributes in a condition, and the attribute values known before a request.

Owns the two states without a value (unknown, absent) and the attributes that follow from a resource's id. Source:
Microsoft, "Actions and attributes for Azure role assignment conditions for Azure Blob Storage"
(storage-auth-abac-attributes.md, 2023-08-10) and the page of the same name for queues.
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


def attribute_key(text: str) -> str | None:
    """Return the canonical name of an attribute `Source[name]`; None for an unknown source.

    Case is ignored, except in the key of a tag whose attribute is marked as case-sensitive.
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


def attributes_of_resource(resource_id: str) -> dict[str, Value]:
    """Return the attribute values that a resource id contains: storage account, container or queue name."""
    parts = resource_id.strip("/").lower().split("/")
    pairs = dict(pairwise(parts))
    if "storageaccounts" not in pairs or "microsoft.storage" not in parts:
        return {}
    found: dict[str, Value] = {_ACCOUNT: pairs["storageaccounts"]}
    found.update((key, pairs[child]) for child, key in _NAMED_CHILDREN.items() if child in pairs)
    return found

"""Parses Azure Resource Manager ids without a catalogue of resource types.

Owns their grammar. Ids are compared without regard to case, as Azure does ("Resource provider naming", ARM RPC v1).
"""

import re

_EXTENSION = re.compile(r"/providers/[^/]+$", re.IGNORECASE)


def name_of(resource_id: str) -> str:
    """Return the last segment of a resource id, which is the resource's name."""
    return resource_id.rpartition("/")[2]


def same(one: str, other: str) -> bool:
    """Return True if two resource ids are equal, without regard to upper and lower case."""
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def parent_of(resource_id: str) -> str:
    """Return the id of a resource's parent: two segments shorter, and without a provider's name at the end."""
    head = resource_id.rpartition("/")[0].rpartition("/")[0]
    return _EXTENSION.sub("", head)


def arm_type_of(resource_id: str) -> str:
    """Return the ARM type in a resource id, in lower case (`microsoft.storage/storageaccounts`); empty if unknown."""
    lowered = resource_id.strip("/").lower()
    head, found, tail = f"/{lowered}".rpartition("/providers/")
    if found:
        namespace, *rest = tail.split("/")
        return "/".join([namespace, *rest[::2]])
    segments = (tail or head).strip("/").split("/")
    match segments:
        case ["subscriptions", _]:
            return "microsoft.resources/subscriptions"
        case ["subscriptions", _, "resourcegroups", _]:
            return "microsoft.resources/resourcegroups"
        case _:
            return ""


def subscription_of(resource_id: str) -> str:
    """Return the subscription id in a resource id; empty if the id is not in a subscription."""
    found = re.match(r"/subscriptions/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""


def group_of(resource_id: str) -> str:
    """Return the name of the resource group in a resource id; empty if the id is not in a group."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""

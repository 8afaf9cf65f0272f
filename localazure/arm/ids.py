"""Ids of Azure Resource Manager: what can be read from one without knowing what it names.

Owns their grammar. Ids are compared without regard to case, as Azure does ("Resource provider naming", ARM RPC v1).
"""

import re

_EXTENSION = re.compile(r"/providers/[^/]+$", re.IGNORECASE)


def name_of(resource_id: str) -> str:
    """The last segment."""
    return resource_id.rpartition("/")[2]


def same(one: str, other: str) -> bool:
    """Whether two ids name the same thing."""
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def parent_of(resource_id: str) -> str:
    """The id two segments shorter, and without the provider's name where that comes last: what holds a resource."""
    head = resource_id.rpartition("/")[0].rpartition("/")[0]
    return _EXTENSION.sub("", head)


def arm_type_of(resource_id: str) -> str:
    """`microsoft.storage/storageaccounts/blobservices`, in lower case; empty where the id is of no known form."""
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
    """The subscription in an id; empty where there is none."""
    found = re.match(r"/subscriptions/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""


def group_of(resource_id: str) -> str:
    """The resource group's name in an id; empty where there is none."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""

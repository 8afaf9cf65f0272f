"""Parsing of Azure Resource Manager ids, without a catalogue of types.

Owns their grammar. Ids are compared without regard to case, as Azure does ("Resource provider naming", ARM RPC v1).
"""

import re

_EXTENSION = re.compile(r"/providers/[^/]+$", re.IGNORECASE)


def name_of(resource_id: str) -> str:
    """The last segment of an id."""
    return resource_id.rpartition("/")[2]


def same(one: str, other: str) -> bool:
    """Compare two ids without regard to case."""
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def parent_of(resource_id: str) -> str:
    """The id of the parent: two segments shorter, and without the provider's name if that comes last."""
    head = resource_id.rpartition("/")[0].rpartition("/")[0]
    return _EXTENSION.sub("", head)


def arm_type_of(resource_id: str) -> str:
    """The ARM type of an id in lower case, `microsoft.storage/storageaccounts`; empty for an unknown form."""
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
    """The subscription in an id; empty if it has none."""
    found = re.match(r"/subscriptions/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""


def group_of(resource_id: str) -> str:
    """The resource group's name in an id; empty if it has none."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""

"""Asynchronous requests to Resource Manager: the URLs at which a client reads the status of a change until it is done.

Owns the form of these URLs. Which types of a service change asynchronously, and where, is in the type's row. Facts:
"Track asynchronous Azure operations", Microsoft Learn, 2026, which also states that reading a status takes a
permission of its own, and that having it in the resource group of the resource is enough although the URL is outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from localazure.arm import ids
from localazure.arm.world import World


@dataclass(frozen=True)
class StatusUrls:
    """Paths of the URLs in the answer to an asynchronous request; empty if the answer lacks the header."""

    status: str = ""
    """Path in the header `Azure-AsyncOperation`, at which the status of the change is read."""
    result: str = ""
    """Path in the header `Location`, at which the result of the change is read."""

    def __bool__(self) -> bool:
        """Return True if the request is asynchronous."""
        return bool(self.status or self.result)


@dataclass(frozen=True, kw_only=True)
class AsynchronousRequests:
    """Asynchronous requests of a resource type, as patterns of the URLs in the answer; by default none.

    `{id}` in a pattern is the id of the resource, `{group}` of its resource group, `{subscription}` of its
    subscription, `{region}` is its region and `{operation}` the name of the operation.
    """

    write: StatusUrls = StatusUrls()
    delete: StatusUrls = StatusUrls()


@dataclass(frozen=True, kw_only=True)
class AsynchronousOperation:
    """An asynchronous change of one resource, whose status a client reads until the change is done."""

    name: str
    """Name of the operation, a GUID."""
    resource_id: str
    urls: StatusUrls
    """The URLs of the answer, without patterns."""

    @property
    def paths(self) -> Iterator[str]:
        """Return the paths that the provider reads: of the status, then of the result."""
        yield from (path for path in (self.urls.status, self.urls.result) if path)

    @property
    def place(self) -> str:
        """Return the resource group of the changed resource, or else its subscription."""
        return group_or_subscription(self.resource_id)


SYNCHRONOUS = AsynchronousRequests()
"""The requests of a type that Azure answers when they are done."""


def regional(provider: str, name: str) -> str:
    """Return the pattern of a status URL that a provider has in each region."""
    return f"{{subscription}}/providers/{provider}/locations/{{region}}/{name}/{{operation}}"


def begin(world: World, resource_id: str, region: str, urls: StatusUrls, seed: str) -> AsynchronousOperation:
    """Begin an asynchronous operation on a resource; `seed` makes its name different from that of other operations."""
    name = world.guid(f"operation {seed} {resource_id.lower()}")
    values = {
        "id": resource_id,
        "group": group_or_subscription(resource_id),
        "subscription": f"/subscriptions/{ids.subscription_of(resource_id)}",
        "region": region,
        "operation": name,
    }
    filled = StatusUrls(urls.status.format(**values), urls.result.format(**values))
    return AsynchronousOperation(name=name, resource_id=resource_id, urls=filled)


def group_or_subscription(resource_id: str) -> str:
    """Return the id of the resource group in a resource id, or of the subscription if the id has no group."""
    subscription, group = ids.subscription_of(resource_id), ids.group_of(resource_id)
    return f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")

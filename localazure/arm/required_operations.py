"""Operations that Azure requires of the sender of a request about a resource, by the purpose of the request.

Owns the rule of Resource Manager: the operation is the type of the resource with `read`, `write` or `delete`, and a
write also takes operations on resources that it refers to, such as the identities that the resource gets ("Azure
permissions" and "Troubleshoot Azure RBAC", Microsoft Learn, 2026-04-09). What a data plane requires is its service's.
"""

from collections.abc import Iterator
from typing import cast

from localazure.arm.asynchronous import AsynchronousOperation
from localazure.arm.permissions import Purpose, RequestedOperation
from localazure.arm.resource_type import Request, ResourceType, Values

_ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
_GROUPS = "Microsoft.Resources/resourceGroups"
_SPELLED = {_GROUPS: "Microsoft.Resources/subscriptions/resourceGroups"}
_OUTSIDE = ("{scope}/providers/", "{resourceUri}/providers/", "subscriptions/", "/subscriptions/")


def required_operations(request: Request, purpose: Purpose) -> Iterator[RequestedOperation]:
    """Return the operations that reading, writing or deleting a resource requires; none outside Azure RBAC."""
    kind = request.type
    if kind.data_plane is not None:
        yield from kind.data_plane(purpose, request)
        return
    if not kind.path.startswith(_OUTSIDE):
        return
    yield RequestedOperation(
        operation=f"{_SPELLED.get(kind.arm_type, kind.arm_type)}/{purpose}",
        data=False,
        place=request.id,
        attributes=_attributes(kind, request, purpose),
        purpose=purpose,
    )
    if purpose is Purpose.WRITE:
        yield from kind.linked_operations(request)
        for identity in _attached_identities(request):
            yield linked_operation(_ASSIGN, identity)


def no_operations(_purpose: Purpose, _request: Request) -> Iterator[RequestedOperation]:
    """Return no operation, for a resource that is in the state of the program alone."""
    yield from ()


def linked_operation(operation: str, place: str) -> RequestedOperation:
    """Return an operation on another resource that a write requires, such as joining an environment."""
    return RequestedOperation(operation=operation, data=False, place=place, purpose=Purpose.LINK)


def status_operation(operation: AsynchronousOperation, path: str) -> RequestedOperation:
    """Return the operation of reading the status of a change at a URL: the type in the URL's path, with `read`."""
    head, found, tail = path.rpartition("/providers/")
    namespace, *rest = (tail if found else f"Microsoft.Resources{head}{tail}").split("/")
    within = path.lower().startswith(f"{operation.resource_id.lower()}/")
    return RequestedOperation(
        operation="/".join((namespace, *rest[::2], "read")),
        data=False,
        # The URL of a region is outside the group, but permission in the group is enough (`asynchronous.py`).
        place=path if within else operation.place,
        purpose=Purpose.STATUS,
        path=path,
    )


def _attributes(kind: ResourceType, request: Request, purpose: Purpose) -> dict[str, str]:
    """Return the attributes of a request by canonical name, for the conditions of role assignments."""
    if purpose is Purpose.READ:
        return {}
    source = "request" if purpose is Purpose.WRITE else "resource"
    values = request.inputs if purpose is Purpose.WRITE else {} if request.old is None else request.old.outputs
    return {f"{source}[{name.lower()}]": value for name, value in kind.condition_attributes(values).items()}


def _attached_identities(request: Request) -> Iterator[str]:
    """Return the ids of the user-assigned identities that a write attaches to a resource."""
    attached = cast("Values", request.inputs.get("identity") or {}).get("userAssignedIdentities") or ()
    yield from (str(each) for each in cast("list[str] | dict[str, object]", attached))

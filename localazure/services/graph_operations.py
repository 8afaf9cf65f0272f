"""Operations of Microsoft Graph that requests about objects of Entra require, by the type of the object.

Owns which permission each request needs; the permissions themselves are `localazure.arm.graph_access`'s. The owner of
an application may change it, with its credentials, with the permission for own objects; a service principal also has
owners of its own.
"""

from collections.abc import Callable, Iterator

from localazure.arm.graph_access import (
    ASSIGN_APP_ROLES,
    CONSENT,
    READ_APPLICATIONS,
    WRITE_APPLICATIONS,
    GraphPermissions,
)
from localazure.arm.permissions import Purpose, RequestedOperation
from localazure.arm.resource_type import Request, Values, World
from localazure.services.directory_objects import application_of

_READ = GraphPermissions(any_of=READ_APPLICATIONS, owned=())
_READ_STRICTLY = GraphPermissions(any_of=READ_APPLICATIONS)

DataPlane = Callable[[Purpose, Request], Iterator[RequestedOperation]]


def _operation(what: str, purpose: Purpose, place: str, needed: GraphPermissions) -> RequestedOperation:
    return RequestedOperation(
        operation=f"Microsoft.Graph/{what}/{purpose}", data=True, place=place, purpose=purpose, graph=needed
    )


def on_application(purpose: Purpose, request: Request) -> Iterator[RequestedOperation]:
    """Yield the operation of a request about an application: a new one has no owner before."""
    owned = () if request.old is None else (request.id,)
    needed = _READ if purpose is Purpose.READ else GraphPermissions(any_of=WRITE_APPLICATIONS, owned=owned)
    yield _operation("applications", purpose, request.id, needed)


def in_application(purpose: Purpose, request: Request) -> Iterator[RequestedOperation]:
    """Yield the operation of a request about a part of an application, such as a federated credential."""
    application = request.type.parent_of(request.id)
    needed = _READ if purpose is Purpose.READ else GraphPermissions(any_of=WRITE_APPLICATIONS, owned=(application,))
    yield _operation("applications", purpose, application, needed)


def on_service_principal(purpose: Purpose, request: Request) -> Iterator[RequestedOperation]:
    """Yield the operation of a request about a service principal, whose application the caller must own too."""
    inputs = request.inputs if request.old is None else {**request.old.inputs, **request.inputs}
    application = application_of(request.world, str(inputs.get("clientId")))
    owned = tuple(each.id for each in (application, request.old) if each is not None)
    # An application of another tenant has no owner here.
    needed = GraphPermissions(any_of=WRITE_APPLICATIONS, owned=owned if application is not None else None)
    yield _operation("servicePrincipals", purpose, request.id, _READ if purpose is Purpose.READ else needed)


def on_role_assignment(purpose: Purpose, request: Request) -> Iterator[RequestedOperation]:
    """Yield the operations of a request about an app role assignment; the provider reads the API first."""
    api = request.type.parent_of(request.id)
    yield _operation("servicePrincipals", Purpose.READ, api, _READ_STRICTLY)
    if purpose is not Purpose.READ:
        yield _operation("appRoleAssignments", purpose, api, GraphPermissions(any_of=ASSIGN_APP_ROLES))


def on_consent(purpose: Purpose, request: Request) -> Iterator[RequestedOperation]:
    """Yield the operations of a request about a consent; the provider reads the client and the API first."""
    yield _operation("servicePrincipals", Purpose.READ, request.id, _READ)
    yield _operation("oauth2PermissionGrants", purpose, request.id, GraphPermissions(any_of=CONSENT))


def reading_service_principal(_world: World, args: Values) -> Iterator[RequestedOperation]:
    """Yield the operation of looking up a service principal."""
    yield _operation("servicePrincipals", Purpose.READ, f"/servicePrincipals/{next(iter(args.values()), '')}", _READ)


def reading_with(what: str, *permissions: str) -> Callable[[World, Values], Iterator[RequestedOperation]]:
    """Return the function that yields the operation of looking up a user or a group."""

    def required(_world: World, _args: Values) -> Iterator[RequestedOperation]:
        yield _operation(what, Purpose.READ, f"/{what}", GraphPermissions(any_of=permissions))

    return required

"""Reads of Microsoft Graph in local Azure: applications, service principals, grants and consents, groups and users.

Owns the URLs below `/v1.0` and the query options `$filter` (one property that equals a text) and `$select`. Nothing can
be written: the resources of programs are. Forms of the objects are `localazure.services.entra_json`'s; the permission
that a request needs is Microsoft Graph's to check (`localazure.arm.graph_access`). URLs: "Microsoft Graph REST API v1.0
reference", Microsoft Learn, 2025.

Differences from Graph: every list is one page, and a filter that is not known is an error.
"""

import re
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

from localazure.arm.graph_access import READ_APPLICATIONS, GraphPermissions
from localazure.arm.permissions import RequestedOperation
from localazure.arm.world import Resource, Values, World
from localazure.azure import LocalAzure
from localazure.services import directory_objects as directory
from localazure.services import entra_json as forms
from localazure.services.entra_applications import CREDENTIAL
from localazure.services.graph_errors import bad_request, not_found
from localazure.services.permission_grants import PERMISSION_GRANT, ROLE_ASSIGNMENT

PREFIX = "/v1.0/"

_KEY = re.compile(r"\(appId=(?:'|%27)([^'%]*)(?:'|%27)\)", re.IGNORECASE)
_FILTER = re.compile(r"(\w+) eq '((?:[^']|'')*)'")
_READ = GraphPermissions(any_of=READ_APPLICATIONS, owned=())


def graph_document(azure: LocalAzure, path: str, query: str) -> Values:
    """Return the response of Microsoft Graph to a request that reads `path`, which begins with `/v1.0/`.

    Raises:
        AzureError: the object does not exist, or the caller lacks the permission.
    """
    azure.require(RequestedOperation(operation="Microsoft.Graph/read", data=True, place=path, graph=_READ))
    found = _find(azure.world, path)
    options = parse_qs(query)
    names = [each for each in options.get("$select", [""])[0].split(",") if each]
    if not isinstance(found, list):
        return _selected(found, names)
    rows = _filtered(found, options.get("$filter", [""])[0])
    return {"value": [_selected(each, names) for each in rows]}


def _find(world: World, path: str) -> Values | list[Values]:
    """Return the object or the list that a path of Microsoft Graph names."""
    collection, _, rest = _KEY.sub(r"/appId=\1", path.removeprefix(PREFIX)).partition("/")
    lists: dict[str, Callable[[World], Iterable[Values]]] = {
        "applications": _applications,
        "servicePrincipals": _service_principals,
        "oauth2PermissionGrants": lambda world: map(forms.consent_json, _resources(world, PERMISSION_GRANT)),
        "users": lambda world: (one.outputs | {"id": _name(one)} for one in _resources(world, directory.USER)),
        "groups": lambda world: (one.outputs | {"id": _name(one)} for one in _resources(world, directory.GROUP)),
    }
    if collection not in lists:
        raise bad_request(f"Resource not found for the segment '{collection}'.")
    if not rest:
        return [*lists[collection](world)]
    key, _, part = rest.partition("/")
    name, value = key.split("=", 1) if "=" in key else ("id", key)
    found = next((each for each in lists[collection](world) if str(each.get(name)).lower() == value.lower()), None)
    if found is None:
        raise not_found(value)
    return [*_part(world, collection, found, part)] if part else found


def _part(world: World, collection: str, found: Values, part: str) -> Iterable[Values]:
    """Return a list that belongs to an object, such as the owners of an application."""
    id_ = str(found["id"]).lower()
    one = world.get(f"/{collection}/{id_}")
    outputs = {} if one is None else one.outputs
    match collection, part:
        case ("applications", "federatedIdentityCredentials") if one is not None:
            return [forms.credential_json(each) for each in world.children(one.id) if each.token == CREDENTIAL]
        case ("applications" | "servicePrincipals", "owners"):
            return forms.principals_json(world, outputs.get("owners"))
        case ("groups", "members"):
            return forms.principals_json(world, outputs.get("members"))
        case ("servicePrincipals", "appRoleAssignedTo" | "appRoleAssignments"):
            name = "resourceId" if part == "appRoleAssignedTo" else "principalId"
            every = map(forms.role_assignment_json, _resources(world, ROLE_ASSIGNMENT))
            return [each for each in every if str(each[name]).lower() == id_]
        case ("servicePrincipals", "oauth2PermissionGrants"):
            every = map(forms.consent_json, _resources(world, PERMISSION_GRANT))
            return [each for each in every if str(each["clientId"]).lower() == id_]
        case ("servicePrincipals" | "users", "memberOf" | "transitiveMemberOf"):
            groups = _resources(world, directory.GROUP)
            holders = [each for each in groups if id_ in map(str.lower, each.outputs.get("members") or [])]
            return forms.principals_json(world, [_name(each) for each in holders])
        case _:
            raise bad_request(f"Resource not found for the segment '{part}'.")


def _applications(world: World) -> Iterable[Values]:
    return (forms.application_json(world, one) for one in _resources(world, directory.APPLICATION))


def _service_principals(world: World) -> Iterable[Values]:
    return map(forms.service_principal_json, directory.service_principals(world))


def _resources(world: World, token: str) -> list[Resource]:
    return [one for one in world.resources.values() if one.token == token]


def _name(one: Resource) -> str:
    return one.id.rpartition("/")[2]


def _filtered(rows: Iterable[Values], text: str) -> Iterable[Values]:
    """Return the rows that a filter such as `appId eq '…'` leaves."""
    if not text:
        return rows
    found = _FILTER.fullmatch(text)
    if found is None:
        raise bad_request(f"Invalid filter clause: '{text}'; local Azure knows \"property eq 'text'\" alone.")
    name, value = found[1], found[2].replace("''", "'")
    return (each for each in rows if str(each.get(name)).lower() == value.lower())


def _selected(row: Values, names: list[str]) -> Values:
    return {name: row[name] for name in names if name in row} if names else row

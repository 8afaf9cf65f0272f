"""Reads from Microsoft Graph the app roles that a network's identities have in APIs, such as the one to read all mail.

Owns one list for each identity. An app role of an agent's own application is a call, which the assignments have.
Source: "List appRoleAssignments granted to a service principal", Microsoft Graph v1.0, Microsoft Learn, 2026. Missing
permission is one note, and no further request is sent.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from azure.core.credentials import TokenCredential

from access.azure.application_permissions import graph_app_roles
from access.model.applications import DirectoryRight
from access.model.errors import UnreadableSource
from access.model.graph import Principal, Unread
from access.model.json_values import Values, listed, mapping, text
from access.readers.http_client import Service, is_loopback, other_host_refusal

__all__ = ["FoundRights", "rights_of"]

_AUDIENCE = "https://graph.microsoft.com"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MOST_PAGES = 100
_NEXT = "@odata.nextLink"


@dataclass
class FoundRights:
    """App roles of identities, and a note if they could not be read."""

    rights: list[DirectoryRight] = field(default_factory=list[DirectoryRight])
    unread: list[Unread] = field(default_factory=list[Unread])


def rights_of(
    principals: Iterable[Principal], callable_agents: Collection[str], credential: TokenCredential, directory: str
) -> FoundRights:
    """Return the app roles of the network's identities.

    Args:
        principals: all principals of the graph.
        callable_agents: object ids, in lower case, of the service principals of agents, at which an app role is a call.
        credential: credential of a principal that may read them, such as with `Application.Read.All`.
        directory: URL of Microsoft Graph; plain http only on loopback.
    """
    found = FoundRights()
    own = [one for one in principals if one.is_in_network and not one.kind and one.purpose != "people"]
    try:
        with Service(directory, _AUDIENCE if is_loopback(directory) else directory, credential, directory) as service:
            for one in own:
                if _ID.fullmatch(one.id):
                    found.rights += _rights(service, one.id, callable_agents)
    except UnreadableSource as error:
        what = f"app roles of the network's identities in Microsoft Graph and other APIs are not known; {error}"
        found.unread.append(Unread("Microsoft Graph", what, about=()))
    return found


def _rights(service: Service, principal: str, callable_agents: Collection[str]) -> Iterator[DirectoryRight]:
    names = {role.lower(): name for name, role in graph_app_roles().items()}
    for row in _assignments(service, principal):
        if text(row, "resourceId").lower() not in callable_agents:
            role = text(row, "appRoleId")
            what = f"the app role {names.get(role.lower(), role)!r} of {text(row, 'resourceDisplayName')!r}"
            yield DirectoryRight(principal, what, f"app role assignment {text(row, 'id')}")


def _assignments(service: Service, principal: str) -> Iterator[Values]:
    url = f"{service.origin}/v1.0/servicePrincipals/{quote(principal)}/appRoleAssignments"
    for _ in range(_MOST_PAGES):
        page, failure = service.get(url)
        if failure or not isinstance(page.get("value"), list):
            raise UnreadableSource("Microsoft Graph", failure or "the response is not a list of app role assignments")
        yield from map(mapping, listed(page.get("value")))
        url = text(page, _NEXT)
        if not url:
            return
        if refusal := other_host_refusal(url, service.origin):
            raise UnreadableSource("Microsoft Graph", refusal)
    raise UnreadableSource("Microsoft Graph", "the pages of a list have no end")

"""Reads the groups of identities from Microsoft Graph, which Resource Manager does not list.

Owns the requests, one for each identity, with a token for Microsoft Graph only. Missing permission is one failure, and
no further request is sent. Sources: "servicePrincipal: List transitiveMemberOf" (Microsoft Graph v1.0, 2025: nested
groups included) and "National cloud deployments" for the addresses, Microsoft Learn.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

from azure.core.credentials import TokenCredential

from access.model.errors import UnreadableSource
from access.model.json_values import listed, mapping, text
from access.model.memberships import Memberships
from access.readers.http_client import Service, is_loopback, other_host_refusal

_AUDIENCE = "https://graph.microsoft.com"
_BY_CLOUD = {
    "https://management.azure.com": _AUDIENCE,
    "https://management.usgovcloudapi.net": "https://graph.microsoft.us",
    "https://management.chinacloudapi.cn": "https://microsoftgraph.chinacloudapi.cn",
}
"""URL of Resource Manager → URL of Microsoft Graph in the same cloud."""
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MOST_PAGES = 100
_NEXT = "@odata.nextLink"


class FoundMemberships(NamedTuple):
    """The groups of identities, and the reason why some are missing."""

    memberships: Memberships
    failure: str = ""


def directory_of(endpoint: str) -> str:
    """Return the URL of Microsoft Graph in the cloud of a Resource Manager; empty if it is unknown."""
    return _BY_CLOUD.get(endpoint.rstrip("/").lower(), "")


def memberships_of(principal_ids: Iterable[str], credential: TokenCredential, directory: str) -> FoundMemberships:
    """Return the groups of identities, nested groups included.

    Args:
        principal_ids: object ids of the identities.
        credential: credential of a principal that may read groups, such as with `GroupMember.Read.All` and
            `Application.Read.All`.
        directory: URL of Microsoft Graph; plain http only on loopback.
    """
    pairs: list[tuple[str, str]] = []
    complete: list[str] = []
    failure = ""
    try:
        with Service(directory, _AUDIENCE if is_loopback(directory) else directory, credential, directory) as service:
            for each in principal_ids:
                groups, failure = _groups(service, each)
                pairs += ((group, each) for group in groups)
                if failure:
                    break
                complete.append(each)
    except UnreadableSource as error:
        failure = str(error)
    return FoundMemberships(Memberships.of(pairs, complete), failure)


def _groups(service: Service, principal_id: str) -> tuple[list[str], str]:
    """Return the ids of a principal's groups, and the reason why the list ended early."""
    if not _ID.fullmatch(principal_id):
        return [], f"{principal_id!r} is not an object id"
    found: list[str] = []
    url = f"{service.origin}/v1.0/servicePrincipals/{quote(principal_id)}/transitiveMemberOf?$select=id"
    for _ in range(_MOST_PAGES):
        page, failure = service.get(url)
        found += filter(None, (text(mapping(each), "id") for each in listed(page.get("value"))))
        url = text(page, _NEXT)
        if failure or not isinstance(page.get("value"), list):
            return found, failure or "the response is not a list of groups"
        if not url:
            return found, ""
        refusal = other_host_refusal(url, service.origin)
        if refusal:
            return found, refusal
    return found, "its pages have no end"

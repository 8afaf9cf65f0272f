"""Reads from Microsoft Graph who can act as the Entra applications and agent identity blueprints behind agents.

Owns the requests, for identities of the network that may belong to an application. Foundry manages one federated
credential of each blueprint that it creates ("Integrate Microsoft Foundry agents with Microsoft Entra Agent ID",
Microsoft Learn, 2026); its issuer and subject are not documented, so that a single one is noted, and each of several is
perhaps somebody else's. Sources: "List federatedIdentityCredentials" and "agentIdentity resource type", Microsoft
Graph v1.0, 2026. Missing permission is one note, and no further request is sent.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from azure.core.credentials import TokenCredential

from access.model.actors import Actor
from access.model.errors import UnreadableSource
from access.model.graph import Principal, Unread
from access.model.json_values import Values, listed, mapping, text
from access.readers.http_client import Service, is_loopback

__all__ = ["FoundCredentials", "credentials_of"]

_AUDIENCE = "https://graph.microsoft.com"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OF_ENTRA = frozenset({"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"})
_FOUNDRY = "microsoft.cognitiveservices/"
_NOT_FOUND = "404"


@dataclass
class FoundCredentials:
    """Ways to act as the applications behind agents, and notes on what is not known about them."""

    actors: list[Actor] = field(default_factory=list[Actor])
    unread: list[Unread] = field(default_factory=list[Unread])


def credentials_of(principals: Iterable[Principal], credential: TokenCredential, directory: str) -> FoundCredentials:
    """Return who can act as the applications behind the network's identities.

    Args:
        principals: all principals of the graph.
        credential: credential of a principal that may read applications, such as with `Application.Read.All`.
        directory: URL of Microsoft Graph; plain http only on loopback.
    """
    found = FoundCredentials()
    own = [one for one in principals if one.is_in_network]
    behind = [one for one in own if one.agent and _ID.fullmatch(one.id) and _may_be_of_application(one)]
    if not behind:
        return found
    try:
        with Service(directory, _AUDIENCE if is_loopback(directory) else directory, credential, directory) as service:
            _read(service, behind, {one.id.lower() for one in own}, found)
    except UnreadableSource as error:
        _note_failure(found, str(error))
    return found


def _may_be_of_application(one: Principal) -> bool:
    return not one.owner or _FOUNDRY in one.owner.lower()


def _read(service: Service, principals: list[Principal], own: set[str], found: FoundCredentials) -> None:
    for one in principals:
        url = f"{service.origin}/v1.0/servicePrincipals/{quote(one.id)}"
        values, failure = service.get(f"{url}?$select=id,appId,agentIdentityBlueprintId,servicePrincipalType")
        app = text(values, "agentIdentityBlueprintId") or text(values, "appId")
        if failure:
            _note_failure(found, failure)
            return
        if not _ID.fullmatch(app) or text(values, "servicePrincipalType") == "ManagedIdentity":
            continue
        where = f"{service.origin}/v1.0/applications(appId='{app}')"
        values, failure = service.get(f"{where}?$select=id,passwordCredentials,keyCredentials")
        rows: Values = {}
        not_listed = ""
        if not failure:
            rows, not_listed = service.get(f"{where}/federatedIdentityCredentials")
        if _NOT_FOUND in failure:
            what = "its application is in another tenant, so that its credentials are not read"
            found.unread.append(Unread(f"application {app}", what, about=()))
        elif failure or not_listed:
            _note_failure(found, failure or not_listed)
            return
        else:
            found.actors += _secrets(one, app, values)
            _add_federated(one, app, [mapping(each) for each in listed(rows.get("value"))], own, found)


def _secrets(one: Principal, app: str, values: Values) -> Iterator[Actor]:
    for name, phrase in (("passwordCredentials", "password"), ("keyCredentials", "certificate")):
        for each in map(mapping, listed(values.get(name))):
            shown = text(each, "displayName") or text(each, "keyId") or "without a name"
            yield _actor(one, app, f"anybody with the {phrase} {shown!r}", f"the {phrase} {shown!r}")


def _add_federated(one: Principal, app: str, rows: list[Values], own: set[str], found: FoundCredentials) -> None:
    others = [each for each in rows if not (_is_of_entra(each) and text(each, "subject").lower() in own)]
    by_foundry = _FOUNDRY in one.owner.lower()
    for each in others:
        subject, issuer = text(each, "subject") or "a subject that is not known", text(each, "issuer").rstrip("/")
        shown, reason = f"{subject} of {issuer}", f"the federated credential {text(each, 'name')!r}"
        if by_foundry and len(others) == 1:
            what = f"{shown} can act as {one.display_name}, by {reason}: Foundry manages one such credential"
            found.unread.append(Unread(f"application {app}", what, about=()))
        else:
            found.actors.append(_actor(one, app, shown, reason, certain=not by_foundry))


def _is_of_entra(row: Values) -> bool:
    return (urlsplit(text(row, "issuer")).hostname or "") in _OF_ENTRA


def _actor(one: Principal, app: str, subject: str, reason: str, *, certain: bool = True) -> Actor:
    return Actor(
        subject=subject,
        target=one.id,
        kind="credential",
        reason=f"{reason} of application {app}",
        location=f"application {app}",
        certain=certain,
    )


def _note_failure(found: FoundCredentials, why: str) -> None:
    what = f"credentials of the applications behind the network's agents are not known; {why}"
    found.unread.append(Unread("Microsoft Graph", what, about=()))

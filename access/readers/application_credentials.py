"""Reads the credentials of Entra applications in a Pulumi program: who can act as which service principal.

Owns the resources of the provider `azuread`: federated credentials, passwords, certificates and owners, who may add
credentials. A service principal counts where it holds a role in the source or is an identity of the network. Sources:
the reference of `azuread` 6, pulumi.com, 2026; "Workload identity federation" and "Application and service principal
objects in Microsoft Entra ID", Microsoft Learn, 2025.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from access.model.actors import Actor
from access.model.graph import Unread
from access.model.json_values import is_known, listed, text
from access.readers import azuread_types as entra
from access.readers.azuread_types import last_part, reference, token
from access.readers.principals import Principals
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

__all__ = ["application_actors"]


class _Credential(NamedTuple):
    """Type of credential, with the property that names its application or service principal."""

    of: str
    phrase: str


_APPLICATIONS, _PRINCIPAL, _FEDERATED = entra.APPLICATIONS, entra.SERVICE_PRINCIPAL, entra.FEDERATED
_CREDENTIALS = {
    **dict.fromkeys(_FEDERATED, _Credential("applicationId", "federated credential")),
    token("ApplicationCertificate"): _Credential("applicationId", "certificate"),
    token("ApplicationOwner"): _Credential("applicationId", "owner"),
    token("ApplicationPassword"): _Credential("applicationId", "password"),
    token("ServicePrincipalCertificate"): _Credential("servicePrincipalId", "certificate"),
    token("ServicePrincipalPassword"): _Credential("servicePrincipalId", "password"),
}


def application_actors(
    resource_ids: ResourceIds, principals: Principals, strangers: Collection[str], of_agents: Collection[str] = ()
) -> Iterator[Actor | Unread]:
    """Yield who can act as the service principals of the source, and a note for each credential of another one.

    Who can act as the application of an agent is judged with that application, and is left out here.

    Args:
        resource_ids: the resources of the program.
        principals: the identities of the program.
        strangers: ids in lower case of principals that occur only in role assignments.
        of_agents: locations of the resources that belong to an application of an agent.
    """
    for state in resource_ids.states:
        if state.location in of_agents:
            continue
        if state.type in _CREDENTIALS:
            row = _CREDENTIALS[state.type]
            way = _Way(_subject(state), f"the {row.phrase} {state.name!r} of its application")
            yield from _actors(state, way, _holders(state, row.of, resource_ids), principals, strangers)
        elif state.type in _APPLICATIONS or state.type == _PRINCIPAL:
            for each in listed(state.values.get("owners")):
                way = _Way(f"owner {each if is_known(each) else 'that is not known'}", f"the owners of {state.name!r}")
                yield from _actors(state, way, _of_application(state, resource_ids), principals, strangers)
            if state.values.get("password") not in (None, "", [], {}):
                way = _Way(f"anybody with the password of {state.name!r}", f"the password of {state.name!r}")
                yield from _actors(state, way, _of_application(state, resource_ids), principals, strangers)


class _Way(NamedTuple):
    """Way to act as an application, as words for messages."""

    subject: str
    reason: str


def _subject(state: ResourceState) -> str:
    if state.type == token("ApplicationOwner"):
        return f"owner {text(state.values, 'ownerObjectId') or 'that is not known'}"
    if state.type not in _FEDERATED:
        return f"anybody with the {_CREDENTIALS[state.type].phrase} {state.name!r}"
    subject = text(state.values, "subject") or text(state.values, "claimsMatchingExpression")
    issuer = text(state.values, "issuer").rstrip("/")
    return f"{subject or 'a subject that is not known'} of {issuer or 'an issuer that is not known'}"


def _actors(
    state: ResourceState,
    way: _Way,
    holders: list[ResourceState] | str,
    principals: Principals,
    strangers: Collection[str],
) -> Iterator[Actor | Unread]:
    if isinstance(holders, str):
        found = [holders] if holders else []
    else:
        found = [each for one in holders for each in (text(one.outputs, "objectId"), one.urn) if each]
    known = [principals.find(each) or (each if each.lower() in strangers else "") for each in found]
    targets = list(dict.fromkeys(filter(None, known)))
    subject = text(state.values, "subject") or text(state.values, "claimsMatchingExpression")
    issuer = text(state.values, "issuer").rstrip("/")
    for target in targets:
        yield Actor(
            subject=way.subject,
            target=target,
            kind="credential",
            reason=way.reason,
            location=state.location,
            account=subject,
            issuer=issuer,
            certain=bool(subject and issuer) or state.type not in _FEDERATED,
        )
    if not targets:
        # A service principal of the source without a role gives nobody anything.
        about = () if found else tuple(_of_entra(principals))
        yield Unread(state.location, "it lets somebody act as an application that has no role in this source", about)


def _holders(state: ResourceState, name: str, resource_ids: ResourceIds) -> list[ResourceState] | str:
    """Return the service principals of a credential, or the object id of one that the program does not contain."""
    given, depends = reference(state, name)
    kinds = _APPLICATIONS if name == "applicationId" else {_PRINCIPAL}
    owner = next(
        (
            each
            for each in resource_ids.states
            if each.type in kinds and (each.urn in depends or (given and last_part(given) in _ids(each)))
        ),
        None,
    )
    if owner is None:
        return last_part(given) if name == "servicePrincipalId" else ""
    return [owner] if owner.type == _PRINCIPAL else _of_application(owner, resource_ids)


def _of_application(state: ResourceState, resource_ids: ResourceIds) -> list[ResourceState]:
    """Return the service principals of an application in the same program; a service principal is its own."""
    if state.type == _PRINCIPAL:
        return [state]
    client = text(state.outputs, "clientId") or text(state.outputs, "applicationId")
    found: list[ResourceState] = []
    for each in resource_ids.states:
        depends = {urn for name in ("applicationId", "clientId") for urn in each.property_dependencies.get(name, ())}
        named = {text(each.values, "clientId"), text(each.values, "applicationId")}
        if each.type == _PRINCIPAL and (state.urn in depends or (client and client in named)):
            found.append(each)
    return found


def _ids(state: ResourceState) -> set[str]:
    return {last_part(each) for each in (state.id, text(state.outputs, "objectId")) if each}


def _of_entra(principals: Principals) -> Iterator[str]:
    """Yield the identities of agents that no managed identity of Azure shows, and that may be of an application."""
    for one in principals.all:
        if one.agent and (not one.owner or "microsoft.cognitiveservices/" in one.owner.lower()):
            yield one.id

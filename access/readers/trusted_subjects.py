"""Reads federated credentials: the external subjects that get tokens of a user-assigned identity.

Owns the comparison by issuer and subject, which Entra ID makes, and issuers that are not known before a deployment.
Source: "Workload identity federation" and "Flexible federated identity credentials", Microsoft Learn, 2025.
"""

from collections.abc import Iterator

from access.azure.scopes import key
from access.model.actors import Actor
from access.model.graph import Unread
from access.model.json_values import mapping, text
from access.readers.attached_identities import CLUSTER, FEDERATED, IDENTITY, SERVICE_ACCOUNT, Attached
from access.readers.components import Components
from access.readers.principals import Principals
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

_PART = "/federatedidentitycredentials/"


def credential_actors(
    resource_ids: ResourceIds, components: Components, principals: Principals
) -> Iterator[Actor | Unread]:
    """Yield the subjects that federated credentials trust as actors; a note if the identity is unknown."""
    for state in resource_ids.states:
        if state.token != FEDERATED:
            continue
        identity = _identity_of(state, resource_ids, principals)
        if identity is None:
            what = "it lets a subject outside Azure act as an identity that this source does not show"
            yield Unread(state.location, what)
        else:
            yield _actor(state, identity, resource_ids, components)


def _identity_of(state: ResourceState, resource_ids: ResourceIds, principals: Principals) -> Attached | None:
    where, _, _ = resource_ids.id_of(state).lower().rpartition(_PART)
    found = principals.identities.get(key(where)) if where else None
    if found is None:
        urns = {urn for several in state.property_dependencies.values() for urn in several}
        named = [each for each in resource_ids.named(urns) if each.token == IDENTITY]
        found = principals.identities.get(key(resource_ids.id_of(named[0]))) if len(named) == 1 else None
    return found


def _actor(state: ResourceState, identity: Attached, resource_ids: ResourceIds, components: Components) -> Actor:
    values = state.values
    expression = text(mapping(values.get("claimsMatchingExpression")), "value")
    account = text(values, "subject") or state.known_text("subject") or expression
    issuer = (text(values, "issuer") or state.known_text("issuer")).rstrip("/")
    urns = state.property_dependencies.get("issuer", ())
    clusters = tuple(resource_ids.id_of(each) for each in resource_ids.named(urns) if each.token == CLUSTER)
    shown = account or "a subject that is not known"
    of_issuer = issuer or "an issuer that is not known"
    where = resource_ids.id_of(state)
    return Actor(
        subject=f"{shown} of {of_issuer}" if not account or account.startswith(SERVICE_ACCOUNT) else shown,
        target=identity.principal,
        kind="credential",
        reason=f"the federated credential {where.rpartition('/')[2] if where.startswith('/') else state.name!r}"
        f" (issuer {of_issuer})",
        location=state.location,
        home=identity.agent,
        agent=components.agent_of(state),
        account=account,
        issuer=issuer,
        issuing_clusters=clusters,
        certain=bool(account and (issuer or clusters)),
    )

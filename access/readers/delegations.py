"""Reads Azure Lighthouse delegations, which give principals of another tenant roles in this one.

Owns the offer (a registration definition) and its acceptance (a registration assignment): the roles of the offer count
at the scope of the acceptance. Source: "Azure Lighthouse architecture" and the REST reference of Managed Services,
Microsoft Learn, 2026.
"""

from collections.abc import Iterator

from access.azure.catalogue import by_id
from access.azure.scopes import key
from access.model.graph import Assignment, Unread
from access.model.json_values import Values, is_known, listed, mapping, text
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

__all__ = ["DELEGATION_TYPES", "delegations"]

_OFFER = "azure-native:managedservices:RegistrationDefinition"
_ACCEPTANCE = "azure-native:managedservices:RegistrationAssignment"
DELEGATION_TYPES = frozenset({_OFFER, _ACCEPTANCE})


def delegations(resource_ids: ResourceIds) -> Iterator[Assignment | Unread]:
    """Yield an assignment for each role of an accepted delegation, and a note for each that cannot be read."""
    offers = [each for each in resource_ids.states if each.token == _OFFER]
    for state in resource_ids.states:
        if state.token != _ACCEPTANCE:
            continue
        scope = _scope(state, resource_ids)
        accepted = _offers_of(state, offers)
        if not scope or not accepted:
            yield Unread(
                state.location, "this delegation gives another tenant access, and its scope or its offer is not known"
            )
        for offer in accepted if scope else ():
            yield from _roles(offer, state, scope)
    if offers and not any(each.token == _ACCEPTANCE for each in resource_ids.states):
        for offer in offers:
            yield Unread(
                offer.location,
                "this definition offers another tenant access; the scope at which it is accepted is not known",
            )


def _scope(state: ResourceState, resource_ids: ResourceIds) -> str:
    before, inside, _ = state.id.rpartition("/providers/Microsoft.ManagedServices/")
    found = [resource_ids.id_of(each) for each in resource_ids.named(state.property_dependencies.get("scope", ()))]
    return state.known_text("scope") or (before if inside else "") or (found[0] if len(found) == 1 else "")


def _offers_of(state: ResourceState, offers: list[ResourceState]) -> list[ResourceState]:
    """Return the offer that a delegation accepts; every offer of the program if it is not known which one."""
    wanted = text(state.values, "registrationDefinitionId")
    named = [each for each in offers if wanted and each.id and key(each.id) == key(wanted)]
    return named or ([] if wanted and all(each.id for each in offers) else offers)


def _properties(offer: ResourceState) -> Values:
    inner = offer.values.get("properties")
    return {"authorizations": inner} if inner is not None and not is_known(inner) else offer.values


def _roles(offer: ResourceState, state: ResourceState, scope: str) -> Iterator[Assignment | Unread]:
    properties = _properties(offer)
    given = properties.get("authorizations")
    if not is_known(given):
        yield Unread(
            offer.location,
            "the roles that this definition offers another tenant are unknown before deployment, or secret",
        )
    if listed(properties.get("eligibleAuthorizations")):
        yield Unread(
            offer.location,
            "principals of another tenant may activate roles by this definition, which is missing in the results",
        )
    for number, each in enumerate(map(mapping, listed(given))):
        principal, role_id = text(each, "principalId"), text(each, "roleDefinitionId")
        if not principal:
            yield Unread(
                offer.location,
                "a principal of another tenant that gets a role by this definition is unknown before deployment",
            )
            continue
        yield Assignment(
            id=f"{state.id or state.location}/{number}",
            name=f"delegation to tenant {text(properties, 'managedByTenantId') or 'that is not known'}",
            principal=principal,
            scope=scope,
            role=by_id(role_id) if role_id else None,
            role_id=role_id,
            location=state.location,
        )

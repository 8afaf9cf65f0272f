"""Finds every resource that has a user-assigned identity, whatever the type of the resource is.

Owns the recognition by content: a resource that names the id of an identity anywhere in its properties can use the
identity, so that no list of types decides. Only properties that name an identity as a scope are left out. Sources:
"Managed identities for Azure resources" and "Azure services that can use managed identities to access other services",
Microsoft Learn, 2025.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import cast

from access.azure.assignment_types import ASSIGNMENTS, DEFINITIONS
from access.azure.scopes import key, type_of
from access.model.actors import Actor
from access.model.json_values import Values, nested
from access.readers.attached_identities import FEDERATED, IDENTITY, Attached
from access.readers.components import Components
from access.readers.principals import Principals
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

_MENTION = re.compile(
    r"/subscriptions/[^/\s\"']+/resourcegroups/[^/\s\"']+/providers/microsoft\.managedidentity/"
    r"userassignedidentities/[\w-]+",
    re.IGNORECASE,
)
_MARK = "/userassignedidentities/"
_SCOPES = frozenset({"id", "parent", "resourceUri", "scope"})
"""Properties that name an identity as the place of a lock, a diagnostic setting or a role assignment."""
_OF_NO_RESOURCE = ("pulumi:", "agent-network:", "kubernetes:")
_NO_HOSTS = frozenset({IDENTITY, FEDERATED, *ASSIGNMENTS, *DEFINITIONS})


def host_actors(resource_ids: ResourceIds, components: Components, principals: Principals) -> Iterator[Actor]:
    """Yield the resources that have a user-assigned identity, each as an actor of the identity."""
    for state in resource_ids.states:
        if state.token in _NO_HOSTS or state.type.startswith(_OF_NO_RESOURCE):
            continue
        for identity in _identities_of(state, principals).values():
            yield _actor(state, identity, resource_ids, components, principals)


def _identities_of(state: ResourceState, principals: Principals) -> dict[str, Attached]:
    known = {key(each): principals.identities[key(each)] for each in principals.attached.get(state.urn, ())}
    for values in (state.inputs, state.outputs):
        for each in _mentions(values):
            if each in principals.identities:
                known.setdefault(each, principals.identities[each])
    return known


def _mentions(values: Values) -> Iterator[str]:
    """Yield the normalized ids of identities that any text of a resource's properties contains."""
    shown = {name: value for name, value in values.items() if name not in _SCOPES}
    # Most resources name no identity, which their text as a whole shows sooner.
    with suppress(RecursionError):
        if _MARK not in str(shown).lower():
            return
    for value in nested(shown):
        # An identity's id is the name of a property in `userAssignedIdentities`.
        parts = cast("Values", value).keys() if isinstance(value, Mapping) else (value,)
        for part in parts:
            if isinstance(part, str) and _MARK in part.lower():
                yield from map(key, _MENTION.findall(part))


def _actor(
    state: ResourceState,
    identity: Attached,
    resource_ids: ResourceIds,
    components: Components,
    principals: Principals,
) -> Actor:
    where = resource_ids.id_of(state)
    name, kind = (where.rpartition("/")[2], _type_shown(where)) if where.startswith("/") else (state.name, state.type)
    return Actor(
        subject=f"{name!r} ({kind})",
        target=identity.principal,
        kind="host",
        reason=f"the identity {identity.name!r}, which it has",
        location=state.location,
        subject_id=where,
        home=identity.agent,
        agent=components.own_agent_of(state),
        platform_only=key(identity.id) in principals.platform_only.get(state.urn, ()),
    )


def _type_shown(where: str) -> str:
    """Return the ARM type of an id with the spelling of the id."""
    segments = where.rpartition("/providers/")[2].split("/")
    return "/".join((*segments[:1], *segments[1::2])) if type_of(key(where)) else "resource group"

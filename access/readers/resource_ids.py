"""Computes the Azure id of each resource of a Pulumi program, also before deployment.

A resource that does not exist yet gets an id that is built from the names in its program, so that a preview also shows
which scope contains which. Such an id equals the later one in Azure, except for unknown parts: a subscription that no
other id names is called `unknown`.
"""

import re
from collections.abc import Iterable, Iterator

from access.azure.key_switches import ARM_TYPES
from access.azure.types import BY_TOKEN
from access.azure.types.row import ArmType
from access.model.json_values import text
from access.readers.resource_state import ResourceState

_SUBSCRIPTION = re.compile(r"(?:/subscriptions/|^)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/|$)", re.IGNORECASE)
_IN_GROUP = re.compile(r"/resourceGroups/([^/]+)", re.IGNORECASE)
_DEEPEST = 100
UNKNOWN_SUBSCRIPTION = "unknown"
"""Name that an id has in place of a subscription that is not known before the deployment."""


def type_of_token(token: str) -> str:
    """Return the lower-case ARM type for an azure-native type token; the token itself if it has no row."""
    row = BY_TOKEN.get(token)
    return row.key if row else ARM_TYPES.get(token) or token.removeprefix("azure-native:").lower()


class ResourceIds:
    """Resources of one program by URN, with the Azure id of each, which is predicted before deployment."""

    def __init__(self, states: Iterable[ResourceState]) -> None:
        self.states = tuple(states)
        self.by_urn: dict[str, ResourceState] = {}
        for state in self.states:
            self.by_urn.setdefault(state.urn, state)
        self._ids: dict[str, str] = {}
        mentioned = list(_subscriptions(self.states))
        self._subscription = _only(subscription for subscription, _ in mentioned)
        self._of_group: dict[str, set[str]] = {}
        for subscription, group in mentioned:
            self._of_group.setdefault(group, set()).add(subscription)
        groups = (state.known_text("resourceGroupName") for state in self.states)
        self._group = _only(group for group in groups if group)

    def id_of(self, state: ResourceState) -> str:
        """Return a resource's Azure id, or the id predicted from names, or else its URN."""
        if state.id.startswith("/"):
            return state.id.rstrip("/")
        if state.urn not in self._ids:
            # A provisional id, since a resource that is attached to itself must not cause an endless recursion.
            self._ids[state.urn] = state.urn
            self._ids[state.urn] = self._made_up(state) or state.urn
        return self._ids[state.urn]

    def named(self, urns: Iterable[str]) -> list[ResourceState]:
        """Return the Azure resources with these URNs."""
        found = (self.by_urn.get(urn) for urn in urns)
        return [state for state in found if state is not None and state.token]

    def above(self, state: ResourceState) -> Iterator[ResourceState]:
        """Yield the parents of a resource in the program, the nearest first."""
        seen = {state.urn}
        while state.parent in self.by_urn and state.parent not in seen:
            seen.add(state.parent)
            state = self.by_urn[state.parent]
            yield state

    def subscription_of(self, state: ResourceState, group: str) -> str:
        """Return the subscription that a resource is deployed to.

        The one set on a component above it or on its provider; else the only one in its resource group, or in the whole
        program.
        """
        for component in self.above(state):
            found = _SUBSCRIPTION.search(text(component.inputs, "subscription_id"))
            if found:
                return found[1]
        provider = self.by_urn.get(state.provider)
        found = _SUBSCRIPTION.search(provider.known_text("subscriptionId")) if provider else None
        if found:
            return found[1]
        return _only(self._of_group.get(group.lower(), ())) or self._subscription or UNKNOWN_SUBSCRIPTION

    def _made_up(self, state: ResourceState) -> str:
        if state.external:
            return ""
        row = BY_TOKEN.get(state.token)
        if row is None:
            return ""
        if row.attached_to:
            return self._attached(state, row)
        parts = {name: self._name(state, name) for name in row.parts if name != "subscription"}
        if not all(parts.values()):
            return ""
        return row.path.format(subscription=self.subscription_of(state, parts["resourceGroupName"]), **parts)

    def _attached(self, state: ResourceState, row: ArmType) -> str:
        """Return the id of an extension resource, such as a role assignment, below the resource it extends."""
        holders = self.named(state.property_dependencies.get(row.attached_to, ()))
        holder = text(state.inputs, row.attached_to) or (self.id_of(holders[0]) if len(holders) == 1 else "")
        return f"{holder}/providers/{row.arm_type}/{state.known_text(row.parts[-1]) or state.name}" if holder else ""

    def _name(self, state: ResourceState, part: str, depth: int = 0) -> str:
        """Return the name for a placeholder of the id: the resource's own input, or the name it refers to."""
        known = state.known_text(part)
        if known or depth > _DEEPEST:
            return known
        for other in self.named(state.property_dependencies.get(part, ())):
            row = BY_TOKEN.get(other.token)
            if other is not state and row is not None and part in row.parts:
                return self._name(other, part, depth + 1)
        own = BY_TOKEN.get(state.token)
        if own is not None and own.parts[-1] == part:
            return state.name
        return self._group if part == "resourceGroupName" else ""


def _subscriptions(states: Iterable[ResourceState]) -> Iterator[tuple[str, str]]:
    """Yield every subscription that occurs in an id of the program, with the resource group in the id, if any."""
    for state in states:
        own = text(state.inputs, "subscription_id"), text(state.inputs, "resource_group_name")
        for value, group in (own, (state.id, "")):
            found = _SUBSCRIPTION.search(value)
            if found:
                inside = _IN_GROUP.match(value, found.end())
                yield found[1].lower(), (inside[1] if inside else group).lower()
        # A scope may name a group of another subscription that has the same name as one of the program's own.
        for value in (state.known_text("scope"), state.known_text("roleDefinitionId")):
            found = _SUBSCRIPTION.search(value)
            if found:
                yield found[1].lower(), ""


def _only(values: Iterable[str]) -> str:
    """Return the value that all items equal; empty if they differ or there are none."""
    found = set(values)
    return found.pop() if len(found) == 1 else ""

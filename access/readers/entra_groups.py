"""Reads the groups of Entra ID that a Pulumi program creates, with the members that the program adds.

Owns the resources of the provider `azuread`. A program may not be the only one that adds members, so that an identity
which is not added here may be a member nevertheless. Source: the reference of `azuread` 6, pulumi.com, 2026.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from access.model.graph import Principal
from access.model.json_values import is_known, listed, text
from access.readers.resource_state import ResourceState

GROUP_TYPES = frozenset({"azuread:index/group:Group", "azuread:index/groupWithoutMembers:GroupWithoutMembers"})
"""Types of groups, as type tokens."""
MEMBER_TYPE = "azuread:index/groupMember:GroupMember"
"""Type of one membership, as type token."""


class FoundGroup(NamedTuple):
    """Entra ID group that a program creates, as a principal, with the URN of its resource."""

    principal: Principal
    urn: str


class Member(NamedTuple):
    """Membership in a group: both sides by a known id, or by URNs of the resources with that id."""

    group_id: str
    group_urns: tuple[str, ...]
    member_id: str
    member_urns: tuple[str, ...]
    location: str


def groups(states: Iterable[ResourceState]) -> Iterator[FoundGroup]:
    """Yield the Entra ID groups that a program creates."""
    for state in states:
        if state.type in GROUP_TYPES:
            named = text(state.inputs, "displayName") or text(state.outputs, "displayName") or state.name
            principal = Principal(id=_id_of(state), name=named, purpose="other", kind="group")
            yield FoundGroup(principal, state.urn)


def members(states: Iterable[ResourceState]) -> Iterator[Member]:
    """Yield the group memberships that a program adds."""
    for state in states:
        depends = state.property_dependencies
        if state.type == MEMBER_TYPE:
            group, member = (state.known_text(name) for name in ("groupObjectId", "memberObjectId"))
            urns = depends.get("groupObjectId", ()), depends.get("memberObjectId", ())
            yield Member(group, urns[0], member, urns[1], state.location)
        elif state.type in GROUP_TYPES:
            ids = {each for one in (state.inputs, state.outputs) for each in listed(one.get("members"))}
            for each in ids:
                if isinstance(each, str) and is_known(each):
                    yield Member(_id_of(state), (state.urn,), each, (), state.location)
            for urn in depends.get("members", ()):
                yield Member(_id_of(state), (state.urn,), "", (urn,), state.location)


def _id_of(state: ResourceState) -> str:
    """Return the object id of a group, or its URN before it exists."""
    return text(state.outputs, "objectId") or state.id.rpartition("/")[2] or state.location

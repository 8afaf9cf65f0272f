"""Combines role assignments, deny assignments and access keys for one principal at one resource.

Owns the cache between queries: a verdict depends only on the role, the condition, the operations in question and the
attributes that the condition reads. Thousands of assignments therefore share a handful of verdicts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from access.azure.authorization_modes import IgnoredRoles
from access.azure.catalogue import Role
from access.azure.scopes import ancestors, is_management_group, key, shown, type_of
from access.azure.substitutes import HIERARCHICAL
from access.azure.unlisted_names import missing_operations, unlisted
from access.evaluate.conditions.attributes import attributes_of_resource
from access.evaluate.keys import key_scopes, opened_by_keys
from access.evaluate.operation_sets import OperationSet, operation_set_of_type
from access.evaluate.relevance import resource_type
from access.evaluate.verdicts import Bits, condition_attributes, forbidden_by_assignment, granted_by_assignment
from access.model.attributes import Known
from access.model.graph import Assignment, DenyAssignment, Graph, Resource
from access.model.json_values import mapping

_STORAGE_ACCOUNT = "microsoft.storage/storageaccounts"
EVERYONE = str(UUID(int=0))
"""The principal id of deny assignments that means all principals (deny-assignments.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class ScopeFacts:
    """Scope with the data that an evaluation needs: operations, attributes, and scopes whose keys open it."""

    key: str
    control: OperationSet
    data: OperationSet
    attributes: dict[str, Known]
    keys_work: bool | None
    ignored_roles: tuple[tuple[str, IgnoredRoles], ...]
    """Operations that roles do not allow here, with the id of the resource whose setting determines so."""
    key_scopes: tuple[tuple["ScopeFacts", OperationSet, int], ...]
    """Scopes with keys to this scope, the operations that return the keys, and the data operations that they allow."""


class KeyAccess(NamedTuple):
    """Access keys that a principal may read: their scope, and the operations that the keys allow."""

    key_scope: ScopeFacts
    operations: OperationSet
    certain: int
    perhaps: int


class AccessBits(NamedTuple):
    """Operations that a principal may perform at a scope, as bit sets: by roles and by keys."""

    control: Bits
    by_roles: Bits
    by_keys: Bits


class Evaluator:
    """Evaluates effective access in one graph, and caches intermediate results."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._facts: dict[str, ScopeFacts] = {}
        self._numbered_roles: dict[int, tuple[int, Role]] = {}
        self._role_numbers: dict[Role, int] = {}
        self._attributes_read: dict[tuple[int, str | None], tuple[str, ...]] = {}
        self._granted: dict[tuple[object, ...], Bits] = {}
        roles = {id(one.role): one.role for one in graph.assignments if one.role is not None}.values()
        self._unlisted = {
            data: tuple(dict.fromkeys(name for role in roles for name in unlisted(role, data=data)))
            for data in (False, True)
        }

    def facts(self, resource_id: str) -> ScopeFacts:
        """Return the data that an evaluation needs about an id, even if the graph has no resource with it."""
        resource_key = key(resource_id)
        if resource_key not in self._facts:
            self._facts[resource_key] = self._facts_of(resource_key)
        return self._facts[resource_key]

    def access_bits(self, principal_id: str, facts: ScopeFacts) -> AccessBits:
        """Return everything that a principal may do at a scope, as bit sets."""
        control = self.effective(principal_id, facts, facts.control)
        by_roles = self.effective(principal_id, facts, facts.data)
        return AccessBits(control, by_roles, self.by_keys(principal_id, facts, facts.data))

    def assignments_at(self, principal_id: str, facts: ScopeFacts) -> list[Assignment]:
        """Return a principal's role assignments at a scope, inherited assignments included."""
        return self.graph.held_at_or_above(principal_id, facts.key)

    def effective(self, principal_id: str, facts: ScopeFacts, operation_set: OperationSet) -> Bits:
        """Return the operations that a principal's roles allow at a scope, minus those that denies forbid."""
        certain = perhaps = 0
        by_settings = Bits()
        for one in self.assignments_at(principal_id, facts) if operation_set.all else ():
            bits = self.granted_by(one, facts, operation_set)
            if one.system == "settings":
                by_settings = by_settings.either(bits)
            else:
                certain, perhaps = certain | bits.certain, perhaps | bits.perhaps
        if not certain | perhaps:
            return by_settings
        for deny in self.denies(principal_id, facts):
            bits = self.forbidden_by(deny, principal_id, facts, operation_set)
            # An operation that is perhaps denied is no longer certain.
            perhaps = (perhaps | certain & bits.perhaps) & ~bits.certain
            certain &= ~bits.certain & ~bits.perhaps
        return Bits(certain, perhaps & ~certain).either(by_settings)

    def key_accesses(self, principal_id: str, facts: ScopeFacts, operation_set: OperationSet) -> Iterator[KeyAccess]:
        """Yield the access keys to a scope that a principal may read; nothing if key access is off."""
        if not operation_set.data or facts.keys_work is False:
            return
        for key_scope, operations, opens in facts.key_scopes:
            bits = self.effective(principal_id, key_scope, operations)
            if bits.certain | bits.perhaps:
                here = opens if operation_set is facts.data else operation_set.bits(facts.data.names(opens, 0)[0])
                certain = here if bits.certain and facts.keys_work else 0
                yield KeyAccess(key_scope, operations, certain, here & ~certain)

    def by_keys(self, principal_id: str, facts: ScopeFacts, operation_set: OperationSet) -> Bits:
        """Return the operations that a principal gets by reading keys; denies and conditions do not limit keys."""
        certain = perhaps = 0
        for key_access in self.key_accesses(principal_id, facts, operation_set):
            certain, perhaps = certain | key_access.certain, perhaps | key_access.perhaps
        return Bits(certain, perhaps & ~certain)

    def granted_by(self, one: Assignment, facts: ScopeFacts, operation_set: OperationSet) -> Bits:
        """Return the operations that one role assignment allows at a scope, as bit sets."""
        number = self._role_number(one.role)
        known = self._attribute_values(number, one, facts)
        memo = (number, one.condition, one.condition_version, one.system, operation_set, known)
        bits = self._granted.get(memo)
        if bits is None:
            bits = self._granted[memo] = granted_by_assignment(one, operation_set, facts.attributes)
        for _, ignored in facts.ignored_roles:
            bits = _without_ignored(bits, one, ignored, operation_set)
        return bits

    def ignoring_setting(self, one: Assignment, facts: ScopeFacts, operation_set: OperationSet) -> str:
        """Return the sentence about the setting that makes a service ignore a role; empty if it honours the role."""
        bits = granted_by_assignment(one, operation_set, facts.attributes)
        for where, ignored in facts.ignored_roles:
            if _without_ignored(bits, one, ignored, operation_set) != bits:
                return f"{shown(where)} {ignored.why}"
        return ""

    def allows_without_condition(self, one: Assignment, facts: ScopeFacts, operation_set: OperationSet) -> bool:
        """Return True if an assignment would allow any of the operations without its condition."""
        return one.condition is not None and any(
            granted_by_assignment(replace(one, condition=None), operation_set, facts.attributes)
        )

    def denies(self, principal_id: str, facts: ScopeFacts) -> list[DenyAssignment]:
        """Return the deny assignments that apply to a principal at a scope, certainly or perhaps."""
        reaching = self.graph.denies_at_or_above(facts.key)
        return [deny for deny in reaching if self.applies(deny, principal_id) is not False]

    def applies(self, deny: DenyAssignment, principal_id: str) -> bool | None:
        """Return True if a deny assignment applies to a principal; None if a membership decides that is unknown."""
        excluded = self._is_among(principal_id, deny.excluded_principals, deny)
        if excluded:
            return False
        named = self._is_among(principal_id, deny.principals, deny)
        return None if named and excluded is None else named

    def _is_among(self, principal_id: str, ids: tuple[str, ...], deny: DenyAssignment) -> bool | None:
        """Return True for a principal that is named, or is a member of a named group; None if that is unknown."""
        own = principal_id.strip().rstrip("/").lower()
        found: set[bool | None] = set()
        for one in ids:
            each = one.strip().lower()
            if each in (own, EVERYONE):
                return True
            member = self.graph.memberships.is_member(own, each)
            found.add(member if member or self._may_be_group(each, deny) else False)
        return True if True in found else None if None in found else False

    def _may_be_group(self, principal_id: str, deny: DenyAssignment) -> bool:
        return self.graph.is_group(principal_id) or principal_id in {one.lower() for one in deny.groups}

    def forbidden_by(
        self, deny: DenyAssignment, principal_id: str, facts: ScopeFacts, operation_set: OperationSet
    ) -> Bits:
        """Return the operations that a deny assignment forbids; uncertain at an unknown management group.

        It is uncertain, too, where the principal may be a member of a group that decides.
        """
        known_scope = self.graph.management_groups_known or not is_management_group(deny.scope)
        surely = known_scope and self.applies(deny, principal_id) is True
        return forbidden_by_assignment(deny, operation_set, facts.attributes, surely=surely)

    def _facts_of(self, resource_key: str, *, with_key_scopes: bool = True) -> ScopeFacts:
        found = self.graph.resource(resource_key)
        resource = found or Resource(id=f"/{resource_key}", name=resource_key.rpartition("/")[2], kind="")
        kind = resource_type(resource)
        control, data = (self._operation_set(resource_key, kind, data=plane) for plane in (False, True))
        attributes: dict[str, Known] = {
            **self._account_attributes(resource_key),
            **attributes_of_resource(resource.id),
            **resource.attributes,
        }
        at = key_scopes(resource_key) if with_key_scopes else []
        return ScopeFacts(
            resource_key,
            control,
            data,
            attributes,
            self._keys_work(resource_key),
            tuple(
                (one.id, one.ignores_roles)
                for scope in ancestors(resource_key)
                if (one := self.graph.resource(scope)) and one.ignores_roles
            ),
            # Only the operations that read keys are evaluated at their scope, not its own keys: one step, no recursion.
            tuple(
                (self._facts_of(scope, with_key_scopes=False), by, opened_by_keys(data, reading=only))
                for scope, by, only in at
            ),
        )

    def _operation_set(self, resource_key: str, kind: str, *, data: bool) -> OperationSet:
        """Return the operations of a resource: those of its type, and those that roles name and no list has."""
        at_scope = {id(one.role): one.role for one in self.graph.assignments_at(resource_key) if one.role is not None}
        roles = frozenset(at_scope.values())
        unlisted_here, foreign = missing_operations(self._unlisted[data], roles, kind, data=data)
        return operation_set_of_type(kind, data=data, unlisted=unlisted_here, foreign=foreign)

    def _account_attributes(self, resource_key: str) -> dict[str, Known]:
        """Return the attributes of the storage account that contains a resource, where its properties are known."""
        accounts = (each for each in ancestors(resource_key) if type_of(each) == _STORAGE_ACCOUNT)
        account = next((one for each in accounts if (one := self.graph.resource(each))), None)
        if account is None:
            return {}
        properties = {**account.properties, **mapping(account.properties.get("properties"))}
        value = properties.get("isHnsEnabled")
        # Without the property the namespace is flat, unless these are not all properties.
        known = False if value is None and "sku" in properties else value
        return {HIERARCHICAL: known} if isinstance(known, bool) else {}

    def _keys_work(self, resource_key: str) -> bool | None:
        """Return True if access keys are on at the resource or a parent; None if neither states it."""
        states = {one.local_auth for scope in ancestors(resource_key) if (one := self.graph.resource(scope))}
        return True if True in states else (False if False in states else None)

    def _role_number(self, role: Role | None) -> int:
        """Return a number for a role; equal roles get the same number."""
        if role is None:
            return -1
        found = self._numbered_roles.get(id(role))
        if found is None:
            # The role is stored with its number, so that its address is not reused.
            found = self._numbered_roles[id(role)] = (
                self._role_numbers.setdefault(role, len(self._role_numbers)),
                role,
            )
        return found[0]

    def _attribute_values(self, number: int, one: Assignment, facts: ScopeFacts) -> tuple[str, ...]:
        memo = (number, one.condition)
        names = self._attributes_read.get(memo)
        if names is None:
            names = self._attributes_read[memo] = tuple(sorted(condition_attributes(one.role, one.condition)))
        # As text, since 1 and True are equal as dictionary keys but not as values.
        return tuple(repr(facts.attributes.get(name)) for name in names)


def _without_ignored(bits: Bits, one: Assignment, ignored: IgnoredRoles, operation_set: OperationSet) -> Bits:
    """Return the operations of an assignment without those for which the service does not ask roles."""
    if one.system != "azure" or ignored.data is not operation_set.data or not any(bits):
        return bits
    mask = 0
    for pattern in ignored.patterns:
        mask |= operation_set.covered(pattern, granting=False)
    perhaps = bits.perhaps & ~mask if ignored.certain else bits.perhaps | bits.certain & mask
    return Bits(bits.certain & ~mask, perhaps)


@lru_cache(maxsize=8)
def evaluator_of(graph: Graph) -> Evaluator:
    """Return the cached evaluator of a graph."""
    return Evaluator(graph)

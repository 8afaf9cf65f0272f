"""Combines role assignments, deny assignments and access keys for one principal at one resource.

Owns the cache between queries: a verdict depends only on the role, the condition, the operations in question and the
attributes that the condition reads. Thousands of assignments therefore share a handful of verdicts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from access.azure.authorization_modes import IgnoredRoles
from access.azure.booleans import boolean
from access.azure.catalogue import Role
from access.azure.holder_rights import is_certain
from access.azure.scopes import ancestors, is_management_group, key, shown, type_of
from access.azure.substitutes import HIERARCHICAL
from access.azure.unlisted_names import missing_operations, unlisted
from access.evaluate.conditions.attributes import attributes_of_resource
from access.evaluate.keys import BETWEEN, opened_by, operations_of_step, state_of_setting, step_scope, ways_to
from access.evaluate.operation_sets import OperationSet, operation_set_of_type
from access.evaluate.relevance import resource_type
from access.evaluate.service_ways import KeyWay
from access.evaluate.verdicts import Bits, condition_attributes, forbidden_by_assignment, granted_by_assignment
from access.model.attributes import Known
from access.model.graph import Assignment, DenyAssignment, Graph, Resource
from access.model.results import EffectiveAccess, Finder, OperationSets

_STORAGE_ACCOUNT = "microsoft.storage/storageaccounts"
EVERYONE = str(UUID(int=0))
"""The principal id of deny assignments that means all principals (deny-assignments.md)."""


Signature = tuple[str, tuple[int, ...], tuple[tuple[str, bool | None], ...]]
"""A scope, and the marks of the role and deny assignments that decide about a principal's access there."""


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
    key_ways: tuple["KeyWayHere", ...]
    """The ways to the data of this scope that need no data role."""

    @property
    def rules(self) -> tuple["ScopeFacts", ...]:
        """Scopes inside an account, outside this scope, that have keys for the scope."""
        return tuple({one.key: one for way in self.key_ways for one, _ in way.steps if way.by_rule}.values())


@dataclass(frozen=True, slots=True, eq=False)
class KeyWayHere:
    """A way to the data of one scope, with the scopes at which its steps are authorized."""

    way: KeyWay
    account: str
    """Key of the scope whose keys or settings the way uses."""
    steps: tuple[tuple[ScopeFacts, OperationSet], ...]
    switch: tuple[tuple[ScopeFacts, OperationSet], ...]
    works: bool | None
    """True if the way is turned on; None if that is unknown."""
    opens: tuple[int, int]
    """The operations that the way opens: of the control plane, and of the data plane."""
    certain: bool
    by_rule: bool
    """True if the keys are those of an authorization rule, which is a scope by itself."""
    control_certain: bool
    """False if it is not certain that the way opens the operations of the control plane."""


class KeyAccess(NamedTuple):
    """Access to data without a data role: the way, and the operations of one plane that it allows."""

    here: KeyWayHere
    certain: int
    perhaps: int

    @property
    def turned_on(self) -> bool:
        """True if the principal has to turn the way on first."""
        return self.here.works is False

    @property
    def steps(self) -> tuple[tuple[ScopeFacts, OperationSet], ...]:
        """The steps of the way, those that turn it on first."""
        return (*self.here.switch, *self.here.steps) if self.turned_on else self.here.steps


class AccessBits(NamedTuple):
    """Operations that a principal may perform at a scope, as bit sets: by roles and by keys."""

    control_by_roles: Bits
    control_by_keys: Bits
    by_roles: Bits
    by_keys: Bits


class Evaluator:
    """Evaluates effective access in one graph, and caches intermediate results."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._facts: dict[str, ScopeFacts] = {}
        self._step_facts: dict[str, ScopeFacts] = {}
        self._marks: dict[int, int] = {}
        self._numbered_marks: dict[tuple[object, ...], int] = {}
        self.every_access: tuple[tuple[str, str, EffectiveAccess], ...] | None = None
        """The access of all principals, once it is computed."""
        self.accesses: dict[Signature, tuple[EffectiveAccess, OperationSets, Finder]] = {}
        """Access that was computed before, with the function that returns the assignments behind an operation."""
        self._rules: dict[str, list[str]] = {}
        """Keys of authorization rules by the key of their namespace, queue or topic."""
        for one in graph.resources:
            if resource_type(one).rpartition("/")[2] in BETWEEN:
                where = key(one.id)
                self._rules.setdefault(where.rsplit("/", 2)[0], []).append(where)
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
        sets = (facts.control, facts.data)
        control, data = (self.effective(principal_id, facts, each) for each in sets)
        open_ways = tuple(self._open_ways(principal_id, facts))
        control_by_keys, by_keys = (_opened(self._accesses(open_ways, facts, each)) for each in sets)
        return AccessBits(control, control_by_keys, data, by_keys)

    def signature(self, principal_id: str, facts: ScopeFacts) -> Signature:
        """Return everything of a principal that its access at a scope depends on."""
        held = self.assignments_at(principal_id, facts)
        for scope in facts.rules:
            held += self.assignments_at(principal_id, scope)
        denies = self.denies(principal_id, facts) if self.graph.denies else ()
        applied = tuple((deny.id, self.applies(deny, principal_id)) for deny in denies)
        return facts.key, tuple(map(self._mark, held)), applied

    def _mark(self, one: Assignment) -> int:
        """Return a number for a role assignment; assignments that differ in the principal alone have the same."""
        found = self._marks.get(id(one))
        if found is None:
            condition = one.condition, one.condition_version
            same = self._role_number(one.role), condition, one.system, key(one.scope)
            found = self._marks[id(one)] = self._numbered_marks.setdefault(same, len(self._numbered_marks))
        return found

    def assignments_at(self, principal_id: str, facts: ScopeFacts) -> list[Assignment]:
        """Return a principal's role assignments at a scope, inherited assignments included."""
        return self.graph.held_at_or_above(principal_id, facts.key)

    def effective(self, principal_id: str, facts: ScopeFacts, operation_set: OperationSet) -> Bits:
        """Return the operations that a principal's roles allow at a scope, minus those that denies forbid."""
        certain = perhaps = 0
        by_settings = Bits()
        for one, bits in self.held_bits(principal_id, facts, operation_set) if operation_set.all else ():
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
        """Yield the ways to data without a data role that a principal may go, with the operations of one plane."""
        yield from self._accesses(self._open_ways(principal_id, facts), facts, operation_set)

    def _open_ways(self, principal_id: str, facts: ScopeFacts) -> Iterator[tuple[KeyWayHere, bool]]:
        """Yield the ways whose steps a principal may take, with True if it certainly may."""
        for here in facts.key_ways:
            steps = here.steps if here.works is not False else (*here.switch, *here.steps) if here.switch else ()
            certain = here.certain and here.works is True
            for scope, operations in steps:
                bits = self.effective(principal_id, scope, operations)
                if not bits.certain | bits.perhaps:
                    break
                certain = certain and bool(bits.certain)
            else:
                if steps:
                    yield here, certain

    @staticmethod
    def _accesses(
        open_ways: Iterable[tuple[KeyWayHere, bool]], facts: ScopeFacts, operation_set: OperationSet
    ) -> Iterator[KeyAccess]:
        for here, surely in open_ways:
            opens = here.opens[operation_set.data]
            own = facts.data if operation_set.data else facts.control
            if opens and operation_set is not own:
                opens = operation_set.bits(own.names(opens, 0)[0])
            if opens:
                certain = surely and (operation_set.data or here.control_certain)
                yield KeyAccess(here, opens if certain else 0, 0 if certain else opens)

    def by_keys(self, principal_id: str, facts: ScopeFacts, operation_set: OperationSet) -> Bits:
        """Return the operations that a principal gets by reading keys; denies and conditions do not limit keys."""
        return _opened(self.key_accesses(principal_id, facts, operation_set))

    def grants(
        self, principal_id: str, facts: ScopeFacts, operation_set: OperationSet
    ) -> Iterator[tuple[Assignment, Bits]]:
        """Yield a principal's role assignments with the operations that each allows, by its role or as a key's step."""
        yield from self.held_bits(principal_id, facts, operation_set)
        for key_access in self.key_accesses(principal_id, facts, operation_set):
            for scope, operations in key_access.steps:
                for one in self.assignments_at(principal_id, scope):
                    if any(self.granted_by(one, scope, operations)):
                        yield one, Bits(key_access.certain, key_access.perhaps)

    def held_bits(
        self, principal_id: str, facts: ScopeFacts, operation_set: OperationSet
    ) -> Iterator[tuple[Assignment, Bits]]:
        """Yield a principal's role assignments at a scope with the operations that each allows.

        What a service ignores, and would honour after a change that the principal may make, is perhaps allowed.
        """
        again = 0
        for where, ignored in facts.ignored_roles:
            if ignored.certain and ignored.switch and ignored.data is operation_set.data:
                mask = _ignored_operations(ignored, operation_set)
                steps = (self._step(step_scope(key(where), names), names) for names in ignored.switch)
                if mask and all(any(self.effective(principal_id, scope, one)) for scope, one in steps):
                    again |= mask
        for one in self.assignments_at(principal_id, facts):
            bits = self.granted_by(one, facts, operation_set)
            if again and one.system == "azure":
                lost = self._granted_before_settings(one, facts, operation_set)
                bits = bits.either(Bits(0, (lost.certain | lost.perhaps) & again))
            yield one, bits

    def granted_by(self, one: Assignment, facts: ScopeFacts, operation_set: OperationSet) -> Bits:
        """Return the operations that one role assignment allows at a scope, as bit sets."""
        bits = self._granted_before_settings(one, facts, operation_set)
        for _, ignored in facts.ignored_roles:
            bits = _without_ignored(bits, one, ignored, operation_set)
        return bits

    def _granted_before_settings(self, one: Assignment, facts: ScopeFacts, operation_set: OperationSet) -> Bits:
        """Return the operations of an assignment as if the service honoured every role."""
        number = self._role_number(one.role)
        known = self._attribute_values(number, one, facts)
        memo = (number, one.condition, one.condition_version, one.system, operation_set, known)
        bits = self._granted.get(memo)
        if bits is None:
            bits = self._granted[memo] = granted_by_assignment(one, operation_set, facts.attributes)
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

    def _facts_of(self, resource_key: str, *, with_key_ways: bool = True) -> ScopeFacts:
        found = self.graph.resource(resource_key)
        resource = found or Resource(id=f"/{resource_key}", name=resource_key.rpartition("/")[2], kind="")
        kind = resource_type(resource)
        control, data = (self._operation_set(resource_key, kind, data=plane) for plane in (False, True))
        attributes: dict[str, Known] = {
            **self._account_attributes(resource_key),
            **attributes_of_resource(resource.id),
            **resource.attributes,
        }
        # Only the operations of the steps are evaluated at their scopes, not their own keys: no recursion.
        ways = tuple(self._key_ways(resource_key, control, data)) if with_key_ways else ()
        around = [one for scope in ancestors(resource_key) if (one := self.graph.resource(scope))]
        ignored = tuple((one.id, one.ignores_roles) for one in around if one.ignores_roles)
        return ScopeFacts(resource_key, control, data, attributes, self._keys_work(resource_key), ignored, ways)

    def _key_ways(self, resource_key: str, control: OperationSet, data: OperationSet) -> Iterator[KeyWayHere]:
        """Return the ways to the data of a resource that need no data role."""
        for scope, way in ways_to(resource_key):
            kind = type_of(scope)
            opens = opened_by(way, kind, control), opened_by(way, kind, data)
            if not any(opens):
                continue
            works = self._is_on(way, resource_key)
            account = step_scope(scope, way.switch[0]) if way.switch else scope
            switch = tuple(self._step(step_scope(scope, names), names) for names in way.switch)
            for at in (scope, *(self._rules.get(scope, ()) if way.switched else ())):
                steps = tuple(self._step(at if at != scope else step_scope(at, names), names) for names in way.steps)
                # A rule gives what its own rights are; the root rule of a namespace gives everything.
                certain = way.certain and (at == scope or at.endswith("/rootmanagesharedaccesskey"))
                yield KeyWayHere(
                    way, account, steps, switch, works, opens, certain, at != scope, control_certain=is_certain(kind)
                )

    def _step(self, scope: str, names: tuple[str, ...]) -> tuple[ScopeFacts, OperationSet]:
        if scope not in self._step_facts:
            self._step_facts[scope] = self._facts_of(scope, with_key_ways=False)
        return self._step_facts[scope], operations_of_step(names)

    def _is_on(self, way: KeyWay, resource_key: str) -> bool | None:
        """Return True if a way to a resource is turned on; None if that is unknown."""
        if not way.switched:
            return True
        if way.setting is None:
            return self._keys_work(resource_key)
        around = [one for scope in ancestors(resource_key) if (one := self.graph.resource(scope))]
        states = [state_of_setting(way.setting, one) for one in around]
        return next((state for state in reversed(states) if state is not None), None)

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
        properties = account.flat_properties
        value = boolean(properties.get("isHnsEnabled"))
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


def _opened(accesses: Iterable[KeyAccess]) -> Bits:
    """Return the operations that several ways without a data role open together."""
    certain = perhaps = 0
    for each in accesses:
        certain, perhaps = certain | each.certain, perhaps | each.perhaps
    return Bits(certain, perhaps & ~certain)


def _without_ignored(bits: Bits, one: Assignment, ignored: IgnoredRoles, operation_set: OperationSet) -> Bits:
    """Return the operations of an assignment without those for which the service does not ask roles."""
    if one.system != "azure" or ignored.data is not operation_set.data or not any(bits):
        return bits
    mask = _ignored_operations(ignored, operation_set)
    perhaps = bits.perhaps & ~mask if ignored.certain else bits.perhaps | bits.certain & mask
    return Bits(bits.certain & ~mask, perhaps)


def _ignored_operations(ignored: IgnoredRoles, operation_set: OperationSet) -> int:
    mask = 0
    for pattern in ignored.patterns:
        mask |= operation_set.covered(pattern, granting=False)
    return mask


@lru_cache(maxsize=8)
def evaluator_of(graph: Graph) -> Evaluator:
    """Return the cached evaluator of a graph."""
    return Evaluator(graph)

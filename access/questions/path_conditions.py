"""Compares the path conditions of role assignments with the declared paths.

For blobs, prefixes of names are declared (`paths`); for a registry with repository permissions, the repositories of the
agents' images. Owns the comparison for each operation: the set of names that the conditions allow is computed and
compared with the declared one, and a condition that gives no such set cannot be judged. No name is tried.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from access.azure.catalogue import Permission, built_in_name
from access.azure.scopes import key
from access.azure.verbs import VERBS
from access.evaluate.conditions.evaluation import ConditionQuery
from access.evaluate.conditions.name_sets import (
    EVERY_NAME,
    NO_NAME,
    NameSet,
    intersection_of,
    names_allowed_by,
    union_of,
)
from access.evaluate.conditions.syntax import Attribute
from access.evaluate.decisions import relevant_operations
from access.evaluate.evaluator import Evaluator, ScopeFacts, evaluator_of
from access.evaluate.operation_sets import OperationSet, operation_set_of
from access.evaluate.relevance import resource_type
from access.evaluate.role_operations import operations_of_access
from access.evaluate.verdicts import allowed_by_substitute, granted_by_block, parsed_condition
from access.model.declared import Declared, DeclaredAccess
from access.model.graph import Assignment, Graph, Principal

Pair = tuple[str, str]
"""Keys of a principal and of a resource."""

_BLOBS = "microsoft.storage/storageaccounts/blobservices/containers/blobs"
_REPOSITORIES = "microsoft.containerregistry/registries/repositories"
_BY_REPOSITORY = VERBS["image-registry", "pull"][-1]
_LISTING = "blob.list"


@dataclass(frozen=True)
class _Form:
    """The attribute and the name format with which one kind of resource is restricted to paths."""

    within: str
    """Common part of the names of the operations that a path restricts."""
    attribute: Attribute
    """Condition attribute whose value is the name in the request."""
    listing: Attribute
    """The same attribute of a request to list."""
    whole: bool
    """True if a declared name must match in full, and not as a prefix."""

    def names(self, access: DeclaredAccess) -> NameSet:
        """Return the names inside the declared paths of an access."""
        paths = frozenset(access.paths)
        if not paths:
            return EVERY_NAME
        return NameSet(exact=paths) if self.whole else NameSet(prefixes=paths)


_PATH, _PREFIX = Attribute(f"resource[{_BLOBS}:path]"), Attribute(f"request[{_BLOBS}:prefix]")
_NAME = Attribute(f"request[{_REPOSITORIES}:name]")
_BLOB = _Form("/blobs/", _PATH, _PREFIX, whole=False)
_REPOSITORY = _Form("/repositories/", _NAME, _NAME, whole=True)


@dataclass(frozen=True)
class Leak:
    """Operations whose allowed names differ from the declared ones, or cannot be compared with them."""

    operations: frozenset[str]
    paths: tuple[str, ...]
    grows: bool
    """True if a name outside the declared paths is allowed, or perhaps is."""
    is_known: bool
    """False if the conditions give no set of names that can be compared."""


def restricted_pairs(graph: Graph, declared: Declared) -> Mapping[Pair, tuple[DeclaredAccess, ...]]:
    """Return the pairs of identity and resource whose access is declared for certain paths only."""
    ids = {one.name: key(one.id) for one in graph.resources if one.declared}
    found: dict[Pair, tuple[DeclaredAccess, ...]] = {}
    for principal in graph.principals:
        of: dict[str, list[DeclaredAccess]] = {}
        pulls = principal.purpose == "pull"
        for access in _pulling(graph, declared, principal) if pulls else declared.access_of(principal):
            if access.resource in ids:
                of.setdefault(access.resource, []).append(access)
        restricting = {name: several for name, several in of.items() if any(access.paths for access in several)}
        found |= {(key(principal.id), ids[name]): tuple(several) for name, several in restricting.items()}
    return found


def _pulling(graph: Graph, declared: Declared, principal: Principal) -> list[DeclaredAccess]:
    """Return an identity's declared image pulls in a registry with repository permissions."""
    images = tuple(dict.fromkeys(one.image for one in declared.pulls(principal) if one.image))
    held = {built_in_name(one.role) for one in graph.assignments_of(principal.id)} if images else set[str]()
    if declared.registry is None or _BY_REPOSITORY not in held:
        return []
    return [DeclaredAccess(resource=declared.registry.name, verb="pull", paths=images)]


def leaks(graph: Graph, pair: Pair, accesses: tuple[DeclaredAccess, ...]) -> Iterator[Leak]:
    """Return the operations that conditions allow outside the declared paths, or deny inside them."""
    resource = graph.resource(pair[1])
    if resource is None:
        return
    form = _REPOSITORY if accesses[0].verb == "pull" else _BLOB
    arm_type = resource_type(resource)
    evaluator = evaluator_of(graph)
    facts = evaluator.facts(resource.id)
    wanted = [(access, operations_of_access(access, resource.kind, arm_type)) for access in accesses]
    found: dict[tuple[bool, bool], set[str]] = {}
    for operation in relevant_operations(resource, data=True):
        declared = [form.names(access) for access, operations in wanted if operation in operations]
        # The proof itself reports an operation that no declared access has.
        if form.within in operation.lower() and declared:
            meant = union_of(declared) or NO_NAME
            for difference in _differences(evaluator, pair[0], facts, operation, form, meant):
                found.setdefault(difference, set()).add(operation)
    paths = tuple(dict.fromkeys(path for access in accesses for path in access.paths))
    for (grows, is_known), operations in sorted(found.items()):
        yield Leak(frozenset(operations), paths, grows, is_known)


def _differences(  # noqa: PLR0913, PLR0917 - the question and its context
    evaluator: Evaluator, principal_id: str, facts: ScopeFacts, operation: str, form: _Form, meant: NameSet
) -> Iterator[tuple[bool, bool]]:
    """Return how the allowed names of an operation differ from the declared ones: growth, and if it is known."""
    operation_set = operation_set_of((operation,), data=True)
    for part, bits in operation_set.of_part.items():
        if not bits:
            continue
        attribute = form.listing if part == _LISTING else form.attribute
        question = _Question(facts, operation_set, part, bits, attribute)
        allowed = _allowed_names(evaluator, principal_id, question)
        if allowed is None:
            yield True, False
            continue
        if not meant.covers(allowed):
            yield True, True
        if not allowed.covers(meant):
            yield False, True


@dataclass(frozen=True)
class _Question:
    """One part of an operation at one resource, and the attribute that has the name in a request for it."""

    facts: ScopeFacts
    operation_set: OperationSet
    part: str | None
    bits: int
    attribute: Attribute


def _allowed_names(evaluator: Evaluator, principal_id: str, question: _Question) -> NameSet | None:
    """Return the names for which the assignments and keys of a principal allow an operation."""
    facts, operation_set = question.facts, question.operation_set
    if any(evaluator.by_keys(principal_id, facts, operation_set)):
        return EVERY_NAME  # a key opens everything
    if any(
        any(evaluator.forbidden_by(deny, principal_id, facts, operation_set))
        for deny in evaluator.denies(principal_id, facts)
    ):
        return None
    held = evaluator.assignments_at(principal_id, facts)
    return union_of(_names_of_assignment(evaluator, one, question) for one in held)


def _names_of_assignment(evaluator: Evaluator, one: Assignment, question: _Question) -> NameSet | None:
    granted = evaluator.granted_by(one, question.facts, question.operation_set)
    if granted.certain & question.bits:
        return EVERY_NAME
    if not granted.perhaps & question.bits:
        return NO_NAME
    if one.role is None or evaluator.ignoring_setting(one, question.facts, question.operation_set):
        return None
    if any(allowed_by_substitute(one, question.operation_set, question.facts.attributes)):
        return None
    blocks = (block for block in one.role.permissions if granted_by_block(block, question.operation_set))
    inside = union_of(_names_of_block(block, question) for block in blocks)
    own = _names_of_condition(one.condition, one.condition_version, question)
    return intersection_of((inside, own))


def _names_of_block(block: Permission, question: _Question) -> NameSet | None:
    return _names_of_condition(block.condition, block.condition_version, question)


def _names_of_condition(text: str | None, version: str | None, question: _Question) -> NameSet | None:
    """Return the names that a condition allows; every name for an empty condition, None if it cannot be compared."""
    if text is None or not text.strip():
        return EVERY_NAME
    condition = parsed_condition(text, version)
    if isinstance(condition, str):
        return None
    operation_set = question.operation_set

    def covered(pattern: str) -> tuple[int, int]:
        return operation_set.covered(pattern, granting=False), operation_set.covered(pattern, granting=True)

    query = ConditionQuery(question.bits, covered, question.part)
    return names_allowed_by(condition, query, question.facts.attributes, question.attribute)

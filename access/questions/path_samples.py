"""Tests the path conditions of role assignments with sample names inside and outside the declared paths.

For blobs, prefixes of names are declared (`paths`); for a registry with repository permissions, the repositories of
the agents' images. Owns the choice of samples: a declared name or a name with a declared prefix; a truncated one; the
empty name; and every text that the conditions compare with, since each may be a name that they allow.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from access.azure.scopes import key
from access.azure.verbs import VERBS
from access.evaluate.decisions import EffectiveAccess, effective_access, relevant_operations
from access.evaluate.relevance import resource_type
from access.evaluate.role_operations import operations_of_access
from access.model.attributes import Known
from access.model.declared import Declared, DeclaredAccess
from access.model.graph import Graph, Principal, Resource

Pair = tuple[str, str]
"""Keys of a principal and of a resource."""

_BLOBS = "microsoft.storage/storageaccounts/blobservices/containers/blobs"
_REPOSITORIES = "microsoft.containerregistry/registries/repositories"
_QUOTED = re.compile(r"'([^']*)'")
_BY_REPOSITORY = VERBS["image-registry", "pull"][-1]


@dataclass(frozen=True)
class _Form:
    """Attributes and name format with which one kind of resource is restricted to paths."""

    within: str
    """Common part of the names of the operations that a path restricts."""
    attributes: tuple[str, ...]
    """Condition attributes whose value is the name in the request."""
    whole: bool
    """True if a declared name must match in full, and not as a prefix."""

    def covers(self, access: DeclaredAccess, name: str) -> bool:
        """Return True if a name is inside the declared paths."""
        return not access.paths or (name in access.paths if self.whole else name.startswith(access.paths))

    def one_in(self, path: str) -> str:
        """Return a sample name inside a declared path."""
        return path if self.whole and path else f"{path}probe"


_BLOB = _Form("/blobs/", (f"resource[{_BLOBS}:path]", f"request[{_BLOBS}:prefix]"), whole=False)
_REPOSITORY = _Form("/repositories/", (f"request[{_REPOSITORIES}:name]",), whole=True)


@dataclass(frozen=True)
class Leak:
    """Operations that a path condition wrongly allows, or wrongly denies."""

    operations: frozenset[str]
    where: str
    grows: bool


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
    held = {one.role.name for one in graph.assignments_of(principal.id) if one.role} if images else set[str]()
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
    named = {name for name in relevant_operations(resource, data=True) if form.within in name.lower()}
    declared = [(access, operations_of_access(access, resource.kind, arm_type) & named) for access in accesses]
    for access, wanted in declared:
        for path in access.paths or ("",):
            lacking = wanted - _reach_at(graph, pair, resource, form, form.one_in(path)).data_allowed
            if lacking:
                yield Leak(lacking, f"under {path!r}", grows=False)
    paths = tuple(path for access in accesses for path in access.paths)
    compared = [text for one in graph.held_at_or_above(*pair) for text in _QUOTED.findall(one.condition or "")]
    cut = [path[:-1] + "\x00" for path in paths]
    # A condition may allow names that begin with one of its texts, or that equal it.
    for name in dict.fromkeys(["", "\x00", *cut, *compared, *(f"{text}probe" for text in compared)]):
        meant = frozenset[str]().union(*(wanted for access, wanted in declared if form.covers(access, name)))
        open_ = (_possible(_reach_at(graph, pair, resource, form, name)) & named) - meant
        if open_:
            yield Leak(open_, f"outside {', '.join(dict.fromkeys(paths))}", grows=True)
            return


def _possible(reached: EffectiveAccess) -> frozenset[str]:
    return reached.data_allowed | reached.data_conditional


def _reach_at(graph: Graph, pair: Pair, resource: Resource, form: _Form, name: str) -> EffectiveAccess:
    """Return the effective access of a request for one sample name."""
    about: dict[str, Known] = dict.fromkeys(form.attributes, name)
    probe = replace(resource, attributes={**resource.attributes, **about})
    principal = graph.principal(pair[0])
    few = Graph(
        principals=[principal] if principal else (),
        resources=[probe],
        assignments=graph.held_at_or_above(pair[0], resource.id),
        denies=graph.denies_at_or_above(resource.id),
        memberships=graph.memberships,
        management_groups_known=graph.management_groups_known,
    )
    return effective_access(few, pair[0], resource.id)

"""Declared names, probed: the condition that is there is asked about names that are declared, and about others.

Of blobs beginnings of names are declared (`paths`), of a registry in repository permissions mode the repositories of
the agents' images. Owns which names are tried: a declared one, or one that begins so; one cut short, nothing at all,
and every text that the conditions compare with, for each may be a name that they open.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from access.azure.scopes import key
from access.azure.verb_roles import VERBS
from access.evaluate.effective import Reach, reach, relevant
from access.evaluate.relevance import resource_type
from access.evaluate.role_operations import of_access
from access.model.attributes import Known
from access.model.declared import Declared, DeclaredAccess
from access.model.graph import Graph, Principal, Resource

Pair = tuple[str, str]
"""A principal and a resource, by key."""

_BLOBS = "microsoft.storage/storageaccounts/blobservices/containers/blobs"
_REPOSITORIES = "microsoft.containerregistry/registries/repositories"
_QUOTED = re.compile(r"'([^']*)'")
_BY_REPOSITORY = VERBS["image-registry", "pull"][-1]


@dataclass(frozen=True)
class _Form:
    """How one kind of resource is restricted to names."""

    within: str
    """What stands in the operations that a name restricts."""
    attributes: tuple[str, ...]
    """What a request says its name by."""
    whole: bool
    """Whether a declared name is the whole of it, and not its beginning."""

    def covers(self, access: DeclaredAccess, name: str) -> bool:
        """Whether a name is one that is declared."""
        return not access.paths or (name in access.paths if self.whole else name.startswith(access.paths))

    def one_in(self, path: str) -> str:
        """A name that a declared one covers."""
        return path if self.whole and path else f"{path}probe"


_BLOB = _Form("/blobs/", (f"resource[{_BLOBS}:path]", f"request[{_BLOBS}:prefix]"), whole=False)
_REPOSITORY = _Form("/repositories/", (f"request[{_REPOSITORIES}:name]",), whole=True)


@dataclass(frozen=True)
class Leak:
    """Operations that a condition lets through where it should not, or the other way round."""

    operations: frozenset[str]
    where: str
    grows: bool


def restricted(graph: Graph, declared: Declared) -> Mapping[Pair, tuple[DeclaredAccess, ...]]:
    """The pairs for which only some names are declared, with everything that is declared for them."""
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
    """What an identity may pull of a registry in repository permissions mode: the images of the agents it is for."""
    images = tuple(dict.fromkeys(one.image for one in declared.pulls(principal) if one.image))
    held = {one.role.name for one in graph.assignments_of(principal.id) if one.role} if images else set[str]()
    if declared.registry is None or _BY_REPOSITORY not in held:
        return []
    return [DeclaredAccess(resource=declared.registry.name, verb="pull", paths=images)]


def leaks(graph: Graph, pair: Pair, accesses: tuple[DeclaredAccess, ...]) -> Iterator[Leak]:
    """What the conditions of a pair let through beside the declared names, and what they do not let through there."""
    resource = graph.resource(pair[1])
    if resource is None:
        return
    form = _REPOSITORY if accesses[0].verb == "pull" else _BLOB
    arm_type = resource_type(resource)
    named = {name for name in relevant(resource, data=True) if form.within in name.lower()}
    asked = [(access, of_access(access, resource.kind, arm_type) & named) for access in accesses]
    for access, wanted in asked:
        for path in access.paths or ("",):
            lacking = wanted - _reach_at(graph, pair, resource, form, form.one_in(path)).data_allowed
            if lacking:
                yield Leak(lacking, f"under {path!r}", grows=False)
    paths = tuple(path for access in accesses for path in access.paths)
    told = [text for one in graph.held_at_or_above(*pair) for text in _QUOTED.findall(one.condition or "")]
    cut = [path[:-1] + "\x00" for path in paths]
    # A condition may open what begins with a text of its own, or what is that text.
    for name in dict.fromkeys(["", "\x00", *cut, *told, *(f"{text}probe" for text in told)]):
        meant = frozenset[str]().union(*(wanted for access, wanted in asked if form.covers(access, name)))
        open_ = (_possible(_reach_at(graph, pair, resource, form, name)) & named) - meant
        if open_:
            yield Leak(open_, f"outside {', '.join(dict.fromkeys(paths))}", grows=True)
            return


def _possible(reached: Reach) -> frozenset[str]:
    return reached.data_allowed | reached.data_conditional


def _reach_at(graph: Graph, pair: Pair, resource: Resource, form: _Form, name: str) -> Reach:
    """The reach where the request is about one name."""
    about: dict[str, Known] = dict.fromkeys(form.attributes, name)
    probe = replace(resource, attributes={**resource.attributes, **about})
    principal = graph.principal(pair[0])
    few = Graph(
        principals=[principal] if principal else (),
        resources=[probe],
        assignments=graph.held_at_or_above(pair[0], resource.id),
        denies=graph.denies_at_or_above(resource.id),
    )
    return reach(few, pair[0], resource.id)

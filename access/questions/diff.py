"""Computes the difference between the access in two graphs.

Owns the comparison in words; `access.questions.correspondence` decides which agents and resources are the same. Growth
matters to reviewers: an operation is allowed, certainly or perhaps, that was not, or is certain that was only possible;
a resource is open to anybody, or to anyone with a key. What can no longer be evaluated is a doubt, apart from growth.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from access.azure.catalogue import built_in_name
from access.azure.verbs import verb_of
from access.evaluate.anonymous_access import anonymous_access, opens_by_key
from access.evaluate.decisions import unevaluated
from access.evaluate.relevance import resource_type
from access.evaluate.wording import words
from access.model.graph import Graph, Unread
from access.questions.correspondence import Correspondence, Identity
from access.questions.impersonation import actor_changes
from access.questions.matrix import AccessMatrix, MatrixEntry
from access.questions.user_changes import user_changes

_Pair = tuple[Identity, Identity]
_Sets = tuple[frozenset[str], frozenset[str]]
_Opened = tuple[str, str, Identity]
_HOLDERS = {
    "microsoft.containerservice/managedclusters": "anyone with a local account",
    "microsoft.keyvault/vaults": "anyone in the access policies",
}
"""ARM type in lower case → principals that a service admits without a role, where it has no keys."""
_Side = tuple[AccessMatrix, MatrixEntry | None]


@dataclass(frozen=True)
class Change:
    """Change between two graphs: access to a resource that an agent or other principal gains or loses."""

    agent: str
    resource: str
    words: str
    """Words for the operations: `may write`, `may delete in`."""
    grows: bool
    operations: tuple[str, ...]

    def __str__(self) -> str:
        return f"{'+' if self.grows else '-'} {self.agent} {self.words} {self.resource}"

    def document(self) -> dict[str, Any]:
        """Return the change as a JSON object of the report."""
        return {
            "sign": "+" if self.grows else "-",
            "agent": self.agent,
            "words": self.words,
            "resource": self.resource,
            "grows": self.grows,
            "operations": list(self.operations),
        }


@dataclass(frozen=True)
class Difference:
    """All access changes from one graph to another, gained access first."""

    changes: tuple[Change, ...]
    unread: tuple[Unread, ...]
    """Parts of either graph that could not be evaluated, so that access may have grown there."""
    new_unread: tuple[Unread, ...] = ()
    """Parts that could not be evaluated in the later graph alone: a new doubt, which is not known to be growth."""

    @property
    def grows(self) -> bool:
        """Return True if any principal gains access."""
        return any(change.grows for change in self.changes)


def difference(before: Graph, after: Graph) -> Difference:
    """Return the access that principals gain and lose from one graph to another."""
    old, new = AccessMatrix(before), AccessMatrix(after)
    correspondence = Correspondence(before, after)
    was, is_now = _entries(old, correspondence), _entries(new, correspondence)
    opened = _opened(old, correspondence), _opened(new, correspondence)
    names = correspondence.names()
    changes = [
        replace(change, agent=names[pair[0]], resource=names[pair[1]])
        for pair in was.keys() | is_now.keys()
        for change in _changes((old, was.get(pair)), (new, is_now.get(pair)))
    ]
    acting = actor_changes(old, new, correspondence)
    changes += [Change(one.subject, one.target, one.words, one.grows, ()) for one in acting]
    as_users = user_changes(before, after, one_environment=correspondence.is_one_environment)
    changes += [Change(one.subject, one.target, one.words, one.grows, one.operations) for one in as_users]
    changes += [
        Change(who, names[resource], words_of, grows, ())
        for (found, others), grows in (((opened[1], opened[0]), True), (opened, False))
        for who, words_of, resource in found
        if (who, words_of, resource) not in others
    ]
    ordered = sorted(changes, key=lambda one: (not one.grows, one.agent, one.resource))
    doubts = [unevaluated(graph) for graph in (before, after)]
    known = {(correspondence.place_of(before, one.where), one.what) for one in doubts[0]}
    added = (one for one in doubts[1] if (correspondence.place_of(after, one.where), one.what) not in known)
    return Difference(tuple(ordered), tuple(dict.fromkeys((*doubts[0], *doubts[1]))), tuple(added))


def _opened(matrix: AccessMatrix, correspondence: Correspondence) -> dict[_Opened, None]:
    """Return the access without a role: subject, words and resource."""
    found: dict[_Opened, None] = {}
    for one in matrix.graph.resources:
        anonymous = anonymous_access(matrix.graph, one)
        has_keys = opens_by_key(matrix.graph, one)
        if anonymous is not None or has_keys:
            containing = matrix.names.containing(one)
            resource = correspondence.of_resource(matrix.graph, containing, matrix.name_of(containing))
            if anonymous is not None:
                found["anybody", anonymous.words, resource] = None
            if has_keys:
                holder = _HOLDERS.get(resource_type(one), "anyone with a key")
                found[holder, "has all access to", resource] = None
    return found


def _entries(matrix: AccessMatrix, correspondence: Correspondence) -> dict[_Pair, MatrixEntry]:
    """Return the entries of a matrix by the identities of principal and resource."""
    found: dict[_Pair, MatrixEntry] = {}
    for entry in matrix.entries.values():
        subject = correspondence.of_subject(matrix.graph, entry.subject)
        name = matrix.name_of(entry.resource)
        pair = subject, correspondence.of_resource(matrix.graph, entry.resource, name)
        together = found.setdefault(pair, MatrixEntry(entry.subject, entry.resource))
        together.reaches.extend(entry.reaches)
    return found


def _changes(old: _Side, new: _Side) -> Iterator[Change]:
    before, after = old[1], new[1]
    if before is not None and after is not None and _same(before, after):
        return
    allowed = (_allowed(before), _allowed(after))
    possible = (_possible(before), _possible(after))
    # certain access that was only possible is growth, too, and so is new possible access
    gained, lost = _added(allowed, possible), _added(allowed[::-1], possible[::-1])
    for operations, grows, (matrix, entry) in ((gained, True, new), (lost, False, old)):
        if operations and entry is not None:
            words_of = _change_words(operations, matrix, entry)
            yield Change("", "", words_of, grows, _in_order(operations))


def _same(before: MatrixEntry, after: MatrixEntry) -> bool:
    """Return True if two matrix entries are identical, as a quick check before the full comparison."""
    return len(before.reaches) == len(after.reaches) and all(
        one == other for (_, _, one), (_, _, other) in zip(before.reaches, after.reaches, strict=True)
    )


def _allowed(entry: MatrixEntry | None) -> frozenset[str]:
    return frozenset() if entry is None else entry.allowed


def _possible(entry: MatrixEntry | None) -> frozenset[str]:
    return frozenset() if entry is None else entry.operations


def _change_words(operations: frozenset[str], matrix: AccessMatrix, entry: MatrixEntry) -> str:
    """Return the verb that a set of operations amounts to, or else words for the operations."""
    if matrix.is_for_models(entry):
        return "may use the models of"
    if operations == entry.operations:
        roles = [one.role for one in matrix.assignments(entry)]
        verbs = sorted({verb_of(built_in_name(role), entry.resource.kind) for role in roles})
        if verbs and all(verbs):
            return f"may {' and '.join(verbs)}"
    perhaps = "may, under a condition, " if not operations & entry.allowed else "may "
    return f"{perhaps}{_listed_words(operations)} in"


# Many agents have the same role at one scope, so that their changes have equal sets of operations.
@lru_cache(maxsize=4096)
def _added(allowed: _Sets, possible: _Sets) -> frozenset[str]:
    """Return the operations that become allowed, or perhaps allowed, from the first set of each pair to the second."""
    return (allowed[1] - allowed[0]) | (possible[1] - possible[0])


@lru_cache(maxsize=4096)
def _in_order(operations: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(operations, key=str.lower))


@lru_cache(maxsize=4096)
def _listed_words(operations: frozenset[str]) -> str:
    return ", ".join(words(operations))

"""What a change adds to and takes from anybody's access.

Owns the comparison of two graphs in words: agents and resources by name, so that graphs of different environments,
subscriptions and moments can be compared, ids known or not. Growth is what matters to whoever approves: something is
allowed, certainly or perhaps, that was not, or is certain that was not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from access.azure.verb_roles import verb_of
from access.evaluate.operation_words import words
from access.model.graph import Graph, Unread
from access.questions.matrix import Cell, Entry, Summary


@dataclass(frozen=True)
class Change:
    """One difference: what an agent may do with a resource, and could not, or the other way round."""

    agent: str
    resource: str
    words: str
    """`may write`, `may delete in`."""
    grows: bool
    operations: tuple[str, ...]

    def __str__(self) -> str:
        return f"{'+' if self.grows else '-'} {self.agent} {self.words} {self.resource}"

    def document(self) -> dict[str, Any]:
        """As reports hold it."""
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
    """All changes from one graph to another, growth first."""

    changes: tuple[Change, ...]
    unread: tuple[Unread, ...]
    """What could not be judged on either side: whether it grew, nobody knows."""

    @property
    def grows(self) -> bool:
        """Whether anybody may do more than before."""
        return any(change.grows for change in self.changes)


def difference(before: Graph, after: Graph) -> Difference:
    """What changes from one graph to the other."""
    old, new = Summary(before), Summary(after)
    changes = [change for cell in old.entries.keys() | new.entries.keys() for change in _changes(cell, old, new)]
    ordered = sorted(changes, key=lambda one: (not one.grows, one.agent, one.resource))
    return Difference(tuple(ordered), tuple(dict.fromkeys((*before.unread, *after.unread))))


def _changes(cell: Cell, old: Summary, new: Summary) -> Iterator[Change]:
    was, is_ = old.entries.get(cell), new.entries.get(cell)
    if was is not None and is_ is not None and _same(was, is_):
        return
    allowed = (_allowed(was), _allowed(is_))
    possible = (_possible(was), _possible(is_))
    # certain where it was only possible is growth too, and so is possible where it was not
    gained = (allowed[1] - allowed[0]) | (possible[1] - possible[0])
    lost = (allowed[0] - allowed[1]) | (possible[0] - possible[1])
    for operations, grows, summary, entry in ((gained, True, new, is_), (lost, False, old, was)):
        if operations:
            yield Change(*cell, _said(operations, summary, entry), grows, tuple(sorted(operations, key=str.lower)))


def _same(was: Entry, is_: Entry) -> bool:
    """Whether two entries are equal at a glance, which most are."""
    return len(was.reaches) == len(is_.reaches) and all(
        one == other for (_, _, one), (_, _, other) in zip(was.reaches, is_.reaches, strict=True)
    )


def _allowed(entry: Entry | None) -> frozenset[str]:
    return frozenset() if entry is None else entry.allowed


def _possible(entry: Entry | None) -> frozenset[str]:
    return frozenset() if entry is None else entry.operations


def _said(operations: frozenset[str], summary: Summary, entry: Entry | None) -> str:
    """A verb where the operations are all that one gives, and what they do where they are not."""
    if entry is not None and operations == entry.operations:
        roles = [one.role for one in summary.assignments(entry)]
        verbs = sorted({verb_of(role.name, entry.resource.kind) if role is not None else "" for role in roles})
        if verbs and all(verbs):
            return f"may {' and '.join(verbs)}"
    perhaps = "may, under a condition, " if entry is not None and not operations & entry.allowed else "may "
    return f"{perhaps}{', '.join(words(operations))} in"

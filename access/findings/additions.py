"""Finds the findings of one graph that an earlier graph does not have.

Owns which two findings are the same: those of one rule about one agent and resource with one sentence. Only rules about
a graph alone apply, since a network.yaml belongs to one of the two at most. Parts that could not be evaluated are left
out: the difference of the two graphs has them.
"""

import re
from collections import Counter
from datetime import date

from access.findings import check
from access.findings.finding import Finding
from access.model.graph import Graph

_LEFT_OUT = frozenset({"unread", "not-seen-here"})
_SUBSCRIPTION = re.compile(r"subscriptions/[^/\s']+", re.IGNORECASE)
_Key = tuple[str, str, str, str]


def added_findings(before: Graph, after: Graph, *, today: date) -> tuple[Finding, ...]:
    """Return the findings of the later graph that are not in the earlier one, in the order of `check`."""
    known = Counter(_key(one) for one in _found(before, today))
    added: list[Finding] = []
    for one in _found(after, today):
        if known[_key(one)] > 0:
            known[_key(one)] -= 1
        else:
            added.append(one)
    return tuple(added)


def _found(graph: Graph, today: date) -> list[Finding]:
    return [one for one in check(graph, today=today) if one.rule.id not in _LEFT_OUT]


def _key(one: Finding) -> _Key:
    return one.rule.id, one.agent, one.resource, _SUBSCRIPTION.sub("subscriptions/…", one.what)

"""Finds the findings of one source that an earlier source does not have.

Owns which two findings are the same: those of one rule about one agent and resource with one sentence. Only rules about
a graph alone apply, since a network.yaml belongs to one of the two sources at most; its exceptions are applied to what
is found. Parts that could not be evaluated are left out: the difference of the two graphs has them.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date

from access.findings import check
from access.findings.acceptance import mark_accepted
from access.findings.finding import Finding
from access.model.declared import Declared
from access.model.graph import Graph

_LEFT_OUT = frozenset({"unread", "not-seen-here"})
_SUBSCRIPTION = re.compile(r"subscriptions/[^/\s']+", re.IGNORECASE)
_LINE = re.compile(r":[0-9]+\Z")
"""End of a location that is a line of a file."""
_Key = tuple[str, str, str, str]
_Texts = Mapping[str, str]


def added_findings(
    before: Graph,
    after: Graph,
    *,
    today: date,
    declared: Declared | None = None,
    texts: tuple[_Texts, _Texts] | None = None,
) -> tuple[Finding, ...]:
    """Return the findings of the later source that are not in the earlier one, in the order of `check`.

    Args:
        before: the earlier graph.
        after: the later graph.
        today: the day against which exceptions are checked.
        declared: the network.yaml whose exceptions accept findings.
        texts: by location, texts outside any resource that must hold no credential, of the earlier and later source.
    """
    old, new = _searched(*(texts or ({}, {})))
    known = Counter(_key(one) for one in _found(before, today, old))
    added: list[Finding] = []
    for one in _found(after, today, new):
        if known[_key(one)] > 0:
            known[_key(one)] -= 1
        else:
            added.append(one)
    return tuple(mark_accepted(added, declared, today))


def _searched(before: _Texts, after: _Texts) -> tuple[_Texts, _Texts]:
    """Return the texts to compare: an output is known by its name, and a line of a file by what it contains.

    A line moves when another is added above it, so that its number does not identify it.
    """
    known = {text.strip() for text in before.values()}
    named = {where: text for where, text in before.items() if not _LINE.search(where)}
    return named, {where: text for where, text in after.items() if text.strip() not in known}


def _found(graph: Graph, today: date, texts: _Texts) -> list[Finding]:
    return [one for one in check(graph, today=today, texts=texts) if one.rule.id not in _LEFT_OUT]


def _key(one: Finding) -> _Key:
    return one.rule.id, one.agent, one.resource, _SUBSCRIPTION.sub("subscriptions/…", one.what)

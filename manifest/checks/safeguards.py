"""Budgets, separation and exceptions: do they speak of things that there are, and say something, once?

The lists are judged as they are written, item by item: what is wrong with one item says nothing about the next.
"""

from collections.abc import Iterator
from typing import Any, cast

from manifest.base_model import mapping
from manifest.check_input import Draft, Finding
from manifest.checks.access import verb_refusal_reason
from manifest.credentials import credential_in
from manifest.errors import Path
from manifest.kinds import KINDS
from manifest.phrases import choices, show, unknown
from manifest.safeguards import Budget

__all__ = ["safeguards_make_sense"]


def safeguards_make_sense(draft: Draft) -> Iterator[Finding]:
    """Judge every agent's budget, every right that is kept apart, and every exception."""
    for name, agent in draft.agents("budget"):
        if agent.budget is not None and not agent.budget.model_fields_set:
            message = f"says nothing; limit at least one of {choices(Budget.model_fields)}, or remove it"
            yield Finding(("agents", name, "budget"), message)
    yield from _separation(draft)
    yield from _exceptions(draft)


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _separation(draft: Draft) -> Iterator[Finding]:
    first: dict[frozenset[tuple[str, str]], int] = {}
    for position, rule in enumerate(_list(draft.written.get("separation"))):
        place: Path = ("separation", position, "apart")
        rights: list[tuple[str, str]] = []
        for at, written in enumerate(_list((mapping(rule) or {}).get("apart"))):
            right = mapping(written) or {}
            for resource, verb in right.items() if len(right) == 1 else ():
                if not isinstance(verb, str):
                    continue
                if complaint := _right_problem(draft, resource, verb):
                    yield Finding((*place, at, resource), complaint)
                rights.append((resource, verb))
        for resource, verb in sorted({one for one in rights if rights.count(one) > 1}):
            times = rights.count((resource, verb))
            message = f"{show(verb)} on {show(resource)} stands here {times} times; write it once"
            yield Finding(place, message)
        one = first.setdefault(frozenset(rights), position) if rights else position
        if one != position:
            yield Finding(place, f"the same rights are kept apart by 'separation[{one}]' already; keep one")


def _right_problem(draft: Draft, resource: str, verb: str) -> str | None:
    declared = draft.names("resources")
    if resource not in declared:
        return unknown("resource", resource, declared, there="declared are")
    kind = draft.kind_of(resource)
    return verb_refusal_reason(verb, kind) if kind in KINDS else None


def _exceptions(draft: Draft) -> Iterator[Finding]:
    first: dict[tuple[str, str], int] = {}
    for position, written in enumerate(_list(draft.written.get("exceptions"))):
        exception = mapping(written) or {}
        finding, on = exception.get("finding"), exception.get("on")
        place: Path = ("exceptions", position)
        if isinstance(on, str) and on:
            for complaint in _unknown_things(draft, on):
                yield Finding((*place, "on"), complaint)
            one = first.setdefault((finding, on), position) if isinstance(finding, str) else position
            if one != position:
                message = f"{show(finding)} on {show(on)} is excused by 'exceptions[{one}]' already; keep one"
                yield Finding(place, message)


def _unknown_things(draft: Draft, on: str) -> Iterator[str]:
    """Judge what an exception is on: whatever a finding can be about, or somebody and what they reach."""
    agents, resources = draft.names("agents"), draft.names("resources")
    # A cluster pulls images, a project uses connections, and people call agents.
    others = (*draft.names("hosts"), *draft.names("people"))
    who, slash, what = on.partition("/")
    if not slash or credential_in(on):  # half a credential would not be known for one
        if on not in (*resources, *agents, *others):
            yield unknown("resource or agent", on, (*resources, *agents, *others), there="there are")
        return
    if "/" in what:
        yield "more than one '/'; write a resource, an agent, or both as agent/resource"
        return
    if who not in (*agents, *others):
        yield unknown("agent", who, (*agents, *others), there="the agents are")
    if what not in (*resources, *agents):
        yield unknown("resource", what, (*resources, *agents), there="declared are")

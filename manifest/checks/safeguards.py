"""Check of budgets, separations and exceptions: they name declared entries, are not empty and not duplicated.

The lists are checked as they are in the file, item by item: an error in one item does not hide errors in the next.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

from manifest.base_model import as_mapping
from manifest.check_input import CheckInput, Violation
from manifest.checks.access import verb_refusal_reason
from manifest.errors import KeyPath
from manifest.kinds import KINDS
from manifest.message_formatting import join_choices, quote_value, unknown_name_message
from manifest.safeguards import Budget
from safe_text.credentials import detect_credential

__all__ = ["check_safeguards"]

_OF_A_PROPERTY = "credential-in-plain-sight"
"""Finding whose exceptions name one property, since another property of the same app may have another credential."""
_OBJECT_ID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def check_safeguards(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in every agent's budget, every separation and every exception."""
    for name, agent in inputs.valid_agents("budget"):
        if agent.budget is not None and not agent.budget.model_fields_set:
            message = f"no value; limit at least one of {join_choices(Budget.model_fields)}, or remove it"
            yield Violation(("agents", name, "budget"), message)
    yield from _separation(inputs)
    yield from _exceptions(inputs)


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _separation(inputs: CheckInput) -> Iterator[Violation]:
    first: dict[frozenset[tuple[str, str]], int] = {}
    for position, rule in enumerate(_list(inputs.raw.get("separation"))):
        place: KeyPath = ("separation", position, "apart")
        rights: list[tuple[str, str]] = []
        for at, written in enumerate(_list((as_mapping(rule) or {}).get("apart"))):
            right = as_mapping(written) or {}
            for resource, verb in right.items() if len(right) == 1 else ():
                if not isinstance(verb, str):
                    continue
                if error := _right_problem(inputs, resource, verb):
                    yield Violation((*place, at, resource), error)
                rights.append((resource, verb))
        for resource, verb in sorted({one for one in rights if rights.count(one) > 1}):
            times = rights.count((resource, verb))
            message = f"{quote_value(verb)} on {quote_value(resource)} is listed {times} times; write it once"
            yield Violation(place, message)
        one = first.setdefault(frozenset(rights), position) if rights else position
        if one != position:
            yield Violation(place, f"'separation[{one}]' already has the same permissions; keep one")


def _right_problem(inputs: CheckInput, resource: str, verb: str) -> str | None:
    declared = inputs.names("resources")
    if resource not in declared:
        return unknown_name_message("resource", resource, declared, there="the declared resources are")
    kind = inputs.kind_of(resource)
    return verb_refusal_reason(verb, kind) if kind in KINDS else None


def _exceptions(inputs: CheckInput) -> Iterator[Violation]:
    first: dict[tuple[str, str], int] = {}
    for position, written in enumerate(_list(inputs.raw.get("exceptions"))):
        exception = as_mapping(written) or {}
        finding, on = exception.get("finding"), exception.get("on")
        place: KeyPath = ("exceptions", position)
        if isinstance(on, str) and on:
            errors = _unknown_parts(inputs, on) if finding == _OF_A_PROPERTY else _unknown_things(inputs, on)
            for error in errors:
                yield Violation((*place, "on"), error)
            one = first.setdefault((finding, on), position) if isinstance(finding, str) else position
            if one != position:
                message = (
                    f"{quote_value(finding)} on {quote_value(on)} is already covered by 'exceptions[{one}]'; keep one"
                )
                yield Violation(place, message)


def _unknown_parts(inputs: CheckInput, on: str) -> Iterator[str]:
    """Check the scope of an exception for a finding about one property: an entry and the property, or an output."""
    declared = (*inputs.names("resources"), *inputs.names("agents"), *inputs.names("hosts"))
    owner, slash, part = on.partition("/")
    if owner in declared and not part:
        yield (
            f"{quote_value(on)} is more than one property; write the property as the finding names it, like"
            f" {owner}/template.containers[{owner}].env[SETTING]"
        )
    elif slash and owner not in declared:
        yield unknown_name_message("resource or agent", owner, declared, there="the declared ones are")


def _unknown_things(inputs: CheckInput, on: str) -> Iterator[str]:
    """Yield an error for an exception whose scope is not a declared entry, or not an agent and a resource."""
    agents, resources = inputs.names("agents"), inputs.names("resources")
    # Findings are also about clusters, which pull images, projects, which use connections, and people.
    others = (*inputs.names("hosts"), *inputs.names("people"))
    if _OBJECT_ID.fullmatch(on):  # a principal outside the network, which no declared entry is
        return
    who, slash, what = on.partition("/")
    if not slash or detect_credential(on):  # half of a credential would not be recognised as one
        if on not in (*resources, *agents, *others):
            yield unknown_name_message(
                "resource or agent", on, (*resources, *agents, *others), there="the declared names are"
            )
        return
    if "/" in what:
        yield "more than one '/'; write a resource, an agent, or both as agent/resource"
        return
    if who not in (*agents, *others):
        yield unknown_name_message("agent", who, (*agents, *others), there="the agents are")
    if what not in (*resources, *agents):
        yield unknown_name_message(
            "resource", what, (*resources, *agents), there="the declared resources and agents are"
        )

"""Explains in a sentence why an operation is allowed or denied, and by which role assignments.

Owns the wording and the selection of assignments. `access.evaluate.evaluator` makes the decision.
"""

from dataclasses import dataclass

from access.azure.scopes import shown
from access.evaluate.evaluator import AccessBits, Evaluator, KeyAccess, ScopeFacts
from access.evaluate.operation_sets import OperationSet
from access.evaluate.service_ways import KeyWay
from access.evaluate.unevaluated import unevaluated_reason
from access.evaluate.verdicts import allowed_by_substitute
from access.model.graph import Assignment, DenyAssignment, Graph
from access.model.results import AccessDecision, Decision

_LEFT_OUT = "its condition leaves out runAsSuperUser/action, by which Azure authorizes all operations there"


@dataclass(frozen=True, slots=True)
class Source:
    """Role assignment that allows an operation, directly or by reading the access keys of a scope."""

    one: Assignment
    certain: bool
    indirectly: KeyAccess | None = None
    """The way to the data without a data role that the assignment allows a step of; None for access by role."""
    step: int = -1
    """Number of that step; steps that turn the way on come first."""


def assignment_sources(
    evaluator: Evaluator, principal_id: str, facts: ScopeFacts, operation_set: OperationSet, wanted: int
) -> list[Source]:
    """Return the role assignments that allow any of the operations, before deny assignments apply."""
    found: list[Source] = []
    for one, bits in evaluator.held_bits(principal_id, facts, operation_set):
        if (bits.certain | bits.perhaps) & wanted:
            found.append(Source(one, certain=wanted & bits.certain == wanted))
    for key_access in evaluator.key_accesses(principal_id, facts, operation_set):
        if (key_access.certain | key_access.perhaps) & wanted:
            for number, (scope, operations) in enumerate(key_access.steps):
                for one in evaluator.assignments_at(principal_id, scope):
                    bits = evaluator.granted_by(one, scope, operations)
                    if bits.certain or bits.perhaps:
                        certain = bool(bits.certain and key_access.certain & wanted)
                        found.append(Source(one, certain, key_access, number))
    return found


def detours(evaluator: Evaluator, principal_id: str, facts: ScopeFacts, access_bits: AccessBits) -> tuple[str, ...]:
    """Return the steps by which a principal perhaps reaches data after it turns on what is off, each in words."""
    planes = (
        (facts.data, access_bits.by_keys.perhaps),
        # What roles allow on the control plane needs no steps.
        (facts.control, access_bits.control_by_keys.without(access_bits.control_by_roles.certain).perhaps),
    )
    found = (
        _steps_text(each)
        for operation_set, perhaps in planes
        if perhaps
        for each in evaluator.key_accesses(principal_id, facts, operation_set)
        if each.perhaps & perhaps and (each.turned_on or not each.here.way.certain)
    )
    return tuple(dict.fromkeys(found))


def _steps_text(key_access: KeyAccess) -> str:
    account, way = shown(key_access.here.account), key_access.here.way
    use = way.use.format(account)
    return f"{way.turn_on.format(account)} and then {use}" if key_access.turned_on else use


def assignments(found: list[Source]) -> tuple[Assignment, ...]:
    """Return the role assignments in a list of sources, each once."""
    return tuple({source.one.id: source.one for source in found}.values())


def explain(
    evaluator: Evaluator, principal_id: str, facts: ScopeFacts, operation_set: OperationSet, decision: Decision
) -> AccessDecision:
    """Return a decision about an operation together with a sentence that explains the decision."""
    found = assignment_sources(evaluator, principal_id, facts, operation_set, operation_set.all)
    by_role = [source for source in found if source.indirectly is None]
    denies = _denies(evaluator, principal_id, facts, operation_set) if by_role else []
    if decision is Decision.ALLOWED:
        # Where no single assignment allows all parts of the operation, they allow it together.
        chosen = [
            source for source in found if source.certain and (source.indirectly is not None or not denies)
        ] or found
        return AccessDecision(
            decision, assignments(chosen), tuple(denies), _allowed_reason(chosen[0], facts, operation_set)
        )
    if decision is Decision.CONDITIONAL:
        reasons = [_perhaps_denied(evaluator, deny, principal_id) for deny in denies]
        reasons += [_perhaps_reason(evaluator, source, facts, operation_set) for source in found]
        return AccessDecision(decision, assignments(found), tuple(denies), "; ".join(dict.fromkeys(reasons)))
    if denies:
        what = f"deny assignment {denies[0].name!r} forbids what {_assignment_text(by_role[0].one)} allows"
        return AccessDecision(decision, (), tuple(denies), what)
    return AccessDecision(decision, (), (), _denied_reason(evaluator, principal_id, facts, operation_set))


def explain_by_group(graph: Graph, principal_id: str, by: list[Assignment]) -> AccessDecision:
    """Return a conditional decision about an operation that the members of a group may perform."""
    groups = {one.principal: graph.principal(one.principal) for one in by}
    names = ", ".join(repr(group.name if group else where) for where, group in groups.items())
    principal = graph.principal(principal_id)
    who = repr(principal.name if principal else principal_id)
    what = f"{_assignment_text(by[0])} allows it to the members of group {names}; if {who} is one is not known"
    return AccessDecision(Decision.CONDITIONAL, tuple(by), (), what)


def _denies(
    evaluator: Evaluator, principal_id: str, facts: ScopeFacts, operation_set: OperationSet
) -> list[DenyAssignment]:
    return [
        deny
        for deny in evaluator.denies(principal_id, facts)
        if any(evaluator.forbidden_by(deny, principal_id, facts, operation_set))
    ]


_READING = KeyWay.use


def _assignment_text(one: Assignment) -> str:
    return f"{one.role_text} on {shown(one.scope)}"


def _allowed_reason(source: Source, facts: ScopeFacts, operation_set: OperationSet) -> str:
    if source.indirectly is not None:
        account = shown(source.indirectly.here.account)
        return f"{_assignment_text(source.one)} reads the keys of {account}, and key access is on"
    if any(allowed_by_substitute(source.one, operation_set, facts.attributes)):
        return f"{_assignment_text(source.one)} allows it: {_LEFT_OUT}"
    return f"{_assignment_text(source.one)} allows it"


def _perhaps_denied(evaluator: Evaluator, deny: DenyAssignment, principal_id: str) -> str:
    if evaluator.applies(deny, principal_id) is None:
        return f"deny assignment {deny.name!r} forbids it, depending on the members of a group, which are not read"
    return f"deny assignment {deny.name!r} forbids it, certainly or perhaps"


def _perhaps_reason(evaluator: Evaluator, source: Source, facts: ScopeFacts, operation_set: OperationSet) -> str:
    one = source.one
    if (why := unevaluated_reason(one)) is not None and not source.certain:
        return f"{_assignment_text(one)} cannot be evaluated: {why}"
    if source.indirectly is not None:
        return _indirect_reason(source, source.indirectly)
    setting = "" if source.certain else evaluator.ignoring_setting(one, facts, operation_set)
    if setting and not any(evaluator.granted_by(one, facts, operation_set)):
        return f"{_assignment_text(one)} allows it after a change of a setting that its holder may change: {setting}"
    if setting:
        return f"{_assignment_text(one)} perhaps allows it: {setting}, or the setting is not known"
    if not source.certain and any(allowed_by_substitute(one, operation_set, facts.attributes)):
        return f"{_assignment_text(one)} allows it if the account has a hierarchical namespace: {_LEFT_OUT}"
    return f"{_assignment_text(one)} allows it" + (
        "" if source.certain else ", under a condition that the request decides"
    )


def _indirect_reason(source: Source, key_access: KeyAccess) -> str:
    way, account = key_access.here.way, shown(key_access.here.account)
    who = _assignment_text(source.one)
    switch = len(key_access.here.switch) if key_access.turned_on else 0
    if key_access.turned_on:
        phrase = way.turn_on if source.step < switch else f"then {way.use}"
        return f"{who} may {phrase.format(account)}"
    if not way.certain or way.use != _READING:
        return f"{who} may {way.use.format(account)}"
    reads = f"{who} reads the keys of {account}"
    if key_access.here.works is None:
        return f"{reads}; the state of key access is not known"
    return f"{reads}, under a condition that the request decides"


def _denied_reason(evaluator: Evaluator, principal_id: str, facts: ScopeFacts, operation_set: OperationSet) -> str:
    for one in evaluator.assignments_at(principal_id, facts):
        if setting := evaluator.ignoring_setting(one, facts, operation_set):
            return f"{setting}; {_assignment_text(one)} does not count there"
        if evaluator.allows_without_condition(one, facts, operation_set):
            return f"the condition on {_assignment_text(one)} rules it out"
    principal = evaluator.graph.principal(principal_id)
    who = repr(principal.name if principal else principal_id)
    return f"nothing that {who} holds on {shown(facts.key)} or above allows it"

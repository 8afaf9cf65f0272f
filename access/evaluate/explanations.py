"""Says in a sentence why an operation is allowed or not, and by which assignments.

Owns the wording and the choice of what is worth naming. The decision is made before, in `access.evaluate.evaluator`.
"""

from dataclasses import dataclass

from access.azure.scopes import shown
from access.evaluate.evaluator import Judge, Place
from access.evaluate.operation_sets import Universe
from access.evaluate.unevaluated import why_unjudged
from access.model.graph import Assignment, DenyAssignment
from access.model.results import Answer, Decision


@dataclass(frozen=True, slots=True)
class Source:
    """One assignment that speaks for an operation."""

    one: Assignment
    certain: bool
    keys_of: str = ""
    """The scope whose keys it hands out, where that is how it does."""


def sources(judge: Judge, principal_id: str, place: Place, universe: Universe, wanted: int) -> list[Source]:
    """The assignments that allow any of the wanted operations, certainly or perhaps, before what is denied."""
    found: list[Source] = []
    for one in judge.held(principal_id, place):
        bits = judge.given(one, place, universe)
        if (bits.certain | bits.perhaps) & wanted:
            found.append(Source(one, certain=wanted & bits.certain == wanted))
    for way in judge.key_ways(principal_id, place, universe):
        if (way.certain | way.perhaps) & wanted:
            for one in judge.held(principal_id, way.holder):
                bits = judge.given(one, way.holder, way.operations)
                if bits.certain or bits.perhaps:
                    certain = bool(bits.certain and way.certain & wanted)
                    found.append(Source(one, certain=certain, keys_of=way.holder.key))
    return found


def assignments(found: list[Source]) -> tuple[Assignment, ...]:
    """The assignments among the sources, each once."""
    return tuple({source.one.id: source.one for source in found}.values())


def explain(judge: Judge, principal_id: str, place: Place, universe: Universe, decision: Decision) -> Answer:
    """The answer for the operations of a universe, which is decided already."""
    found = sources(judge, principal_id, place, universe, universe.all)
    by_role = [source for source in found if not source.keys_of]
    denies = _denies(judge, principal_id, place, universe) if by_role else []
    if decision is Decision.ALLOWED:
        # Where no single assignment allows all parts of the operation, together they do.
        chosen = [source for source in found if source.certain and (source.keys_of or not denies)] or found
        return Answer(decision, assignments(chosen), tuple(denies), _allowed(chosen[0]))
    if decision is Decision.CONDITIONAL:
        reasons = [_denied_perhaps(deny) for deny in denies] + [_perhaps(source, place) for source in found]
        return Answer(decision, assignments(found), tuple(denies), "; ".join(dict.fromkeys(reasons)))
    if denies:
        what = f"deny assignment {denies[0].name!r} forbids what {_named(by_role[0].one)} allows"
        return Answer(decision, (), tuple(denies), what)
    return Answer(decision, (), (), _nothing(judge, principal_id, place, universe))


def _denies(judge: Judge, principal_id: str, place: Place, universe: Universe) -> list[DenyAssignment]:
    return [deny for deny in judge.denies(principal_id, place) if any(judge.forbidden(deny, place, universe))]


def _named(one: Assignment) -> str:
    role = one.role.name if one.role else one.role_id
    return f"role {role!r} on {shown(one.scope)}"


def _allowed(source: Source) -> str:
    if source.keys_of:
        return f"{_named(source.one)} reads the keys of {shown(source.keys_of)}, and key access is on"
    return f"{_named(source.one)} allows it"


def _denied_perhaps(deny: DenyAssignment) -> str:
    return f"deny assignment {deny.name!r} forbids it, or perhaps does"


def _perhaps(source: Source, place: Place) -> str:
    one = source.one
    if (why := why_unjudged(one)) is not None and not source.certain:
        return f"{_named(one)} cannot be judged: {why}"
    if source.keys_of and place.keys_work is None:
        return f"{_named(one)} reads the keys of {shown(source.keys_of)}; whether key access is on is not known"
    way = f"reads the keys of {shown(source.keys_of)}" if source.keys_of else "allows it"
    return f"{_named(one)} {way}" + ("" if source.certain else ", under a condition that the request decides")


def _nothing(judge: Judge, principal_id: str, place: Place, universe: Universe) -> str:
    for one in judge.held(principal_id, place):
        if judge.without_condition(one, place, universe):
            return f"the condition on {_named(one)} rules it out"
    principal = judge.graph.principal(principal_id)
    who = repr(principal.name if principal else principal_id)
    return f"nothing that {who} holds on {shown(place.key)} or above allows it"

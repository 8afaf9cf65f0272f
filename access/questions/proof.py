"""Proves that a graph allows every declared access and denies every other operation.

Owns the comparison, both ways: operations that the deployed roles allow against those that the declared roles would
allow, for every identity of agents, hosts and people, and every resource in the graph. Conditional access counts as
access: it is declared as such (`paths`), or it is a failure. A shared identity is compared with the declarations of all
its agents.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from access.azure.scopes import key, shown
from access.evaluate.anonymous_access import anonymous_access
from access.evaluate.application_problems import application_problems
from access.evaluate.cached_sets import difference, union
from access.evaluate.decisions import EffectiveAccess, all_access, relevant_operations
from access.evaluate.declared_rights import missing_rights, scope_counts, undeclared_rights
from access.evaluate.platform_grants import is_platform_assignment
from access.evaluate.wording import words
from access.model.declared import Declared, DeclaredAccess, Exemption
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.doubts import Ignored, Reaches, separated
from access.questions.expected_graph import expected_graph
from access.questions.foreign_access import foreign_access
from access.questions.path_conditions import Pair, leaks, restricted_pairs

_MANY = 6
_PUBLIC_ACCESS = "public-access"
"""Finding whose exceptions hold for the proof, too: nobody gets access by a role there that could be removed."""
_NOTHING = EffectiveAccess()


@dataclass(frozen=True)
class Failure:
    """Failure of the proof: access that is deployed but not declared, or declared but not deployed."""

    agent: str
    resource: str
    """Name of the first resource of the failure; `what` names more."""
    what: str
    grows: bool
    """True if more is allowed than declared."""


@dataclass(frozen=True)
class _Gap:
    """Operations of one identity at one resource that are undeclared, or declared but missing."""

    pair: Pair
    operations: frozenset[str]
    grows: bool
    certain: bool
    by: tuple[Assignment, ...]
    """Role assignments behind the failure: the deployed ones for growth, or else the declared ones."""
    detours: tuple[str, ...] = ()
    """Steps by which the operations become possible where a setting forbids them now."""


@dataclass(frozen=True)
class Waiting:
    """Declared access to an agent that cannot be called yet."""

    agent: str
    resource: str
    verb: str
    why: str
    location: str


@dataclass(frozen=True)
class Excepted:
    """Failure that an exception of network.yaml accepts until its expiry date."""

    failure: Failure
    exemption: Exemption


@dataclass(frozen=True)
class Proof:
    """Result of the proof: counts of declared, allowed and denied access, and the failures."""

    declared: int
    """Number of declared accesses, image pulls included."""
    allowed: int
    """Number of declared accesses that are allowed."""
    denied: int
    """Number of undeclared combinations of agent, resource and operation that are denied."""
    failures: tuple[Failure, ...]
    waiting: tuple[Waiting, ...] = ()
    """Declared calls of agents without an endpoint, which are granted when the agent is published."""
    ignored: tuple[Ignored, ...] = ()
    """Role assignments and unevaluated parts that cannot concern an identity of the network."""
    excepted: tuple[Excepted, ...] = ()
    """Public resources that would fail the proof, and that an exception in network.yaml accepts."""

    @property
    def holds(self) -> bool:
        """Return True if the proof has no failure."""
        return not self.failures


def prove(graph: Graph, declared: Declared, *, today: date | None = None) -> Proof:
    """Compare the effective access in a graph with the declared access, and return the proof.

    Args:
        graph: the access graph.
        declared: the network that network.yaml declares.
        today: the day against which exceptions are checked; without it, no exception applies.
    """
    wanted_graph = expected_graph(declared, graph)
    (actual, outside), (wanted, _) = _reaches(graph), _reaches(wanted_graph)
    by_path = restricted_pairs(graph, declared)
    failures = [Failure("", "", f"{one.where}: {one.what}", grows=False) for one in wanted_graph.unread]
    doubts, ignored = separated(graph, outside)
    failures += [Failure("", "", f"cannot be judged: {one.where}: {one.what}", grows=True) for one in doubts]
    failures += [
        Failure(one.agent, one.resource, one.what, grows=True) for one in foreign_access(graph, declared, outside)
    ]
    public = [_accepted(failure, names, declared, today) for failure, names in _public(graph)]
    excepted = [one for one in public if isinstance(one, Excepted)]
    failures += [one for one in public if isinstance(one, Failure)]
    failures += _user_failures(graph, declared)
    gaps: list[_Gap] = []
    reached = 0
    for pair in _in_order(actual.keys() | wanted.keys()):
        may, should = actual.get(pair, _NOTHING), wanted.get(pair, _NOTHING)
        reached += len(union(*may.sets, *should.sets))
        if may != should or _perhaps(may):
            gaps += _gaps(graph, wanted_graph, pair, (may, should), by_path=pair in by_path)
    failures += _failures(graph, gaps)
    failing = {gap.pair for gap in gaps if not gap.grows}
    for pair, accesses in by_path.items():
        found = list(_leaking(graph, pair, accesses))
        failures += found
        failing |= {pair for _ in found}
    # Not declared in network.yaml, but by the program or by Azure for every project.
    wanted = [
        one for one in wanted_graph.assignments if not is_platform_assignment(graph.principal(one.principal), one)
    ]
    scopes, granted = scope_counts(graph, declared)
    count = len(wanted) + scopes + sum(not one.grows for one in failures if not one.agent)
    broken = sum((key(one.principal), key(one.scope)) in failing for one in wanted)
    return Proof(
        declared=count,
        allowed=len(wanted) - broken + granted,
        denied=_operation_count(graph) - reached,
        failures=tuple(failures),
        waiting=tuple(_waiting(declared)),
        ignored=tuple(ignored),
        excepted=tuple(excepted),
    )


def _in_order(pairs: Collection[Pair]) -> list[Pair]:
    """Return pairs sorted by principal and resource; long ids with a common beginning are slow to compare."""
    ranks = {each: rank for rank, each in enumerate(sorted({each for pair in pairs for each in pair}))}
    return sorted(pairs, key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))


def _accepted(failure: Failure, names: Collection[str], declared: Declared, today: date | None) -> Failure | Excepted:
    """Return a failure about public access, or the exception for one of its names that accepts it."""
    for one in declared.exceptions if today is not None else ():
        if one.finding == _PUBLIC_ACCESS and one.on in names and today is not None and not one.is_over(today):
            return Excepted(failure, one)
    return failure


def _public(graph: Graph) -> Iterator[tuple[Failure, Collection[str]]]:
    """Yield a failure for each resource that anybody may read, so every agent, and the names that exceptions use."""
    for one in graph.resources:
        opened = anonymous_access(graph, one)
        if opened is not None and opened.reads:
            what = f"every agent, and anybody else, {opened.words} {one.name}, which {opened.reason}"
            inside = (each.name for each in graph.resources_within(one.id) if each.declared)
            yield Failure("", one.name, what, grows=True), {one.name, one.id, *inside}


def _user_failures(graph: Graph, declared: Declared) -> Iterator[Failure]:
    """Yield the failures of acting for users: what is more than declared, and what is declared and missing."""
    for one in (*application_problems(graph, declared), *undeclared_rights(graph, declared)):
        if one.widens:
            yield Failure(one.agent, "", one.what, grows=True)
    for missing in missing_rights(graph, declared):
        yield Failure(missing.agent, "", missing.what, grows=False)


def _waiting(declared: Declared) -> Iterator[Waiting]:
    for name, entry in (*declared.agents.items(), *declared.parties.items()):
        for access in entry.access:
            if access.waits:
                yield Waiting(name, access.resource, access.verb, access.waits, declared.location(access.line))


def _reaches(graph: Graph) -> tuple[dict[Pair, EffectiveAccess], Reaches]:
    """Return the effective access of the network's identities, and that of others at resources of the network."""
    found: dict[Pair, EffectiveAccess] = {}
    outside: dict[str, list[tuple[Resource, EffectiveAccess]]] = {}
    places = {key(one.owner) for one in graph.principals if one.owner and one.is_in_network}
    for principal_id, resource_id, reached in all_access(graph):
        principal, resource = graph.principal(principal_id), graph.resource(resource_id)
        if principal is not None and principal.is_in_network:
            found[key(principal_id), key(resource_id)] = reached
        elif resource is not None and (resource.declared or key(resource.id) in places):
            outside.setdefault(principal_id, []).append((resource, reached))
    return found, outside


def _operation_count(graph: Graph) -> int:
    """Return the number of operations that the proof evaluates, over all identities of the network."""
    identities = sum(one.is_in_network for one in graph.principals)
    operations = sum(len(relevant_operations(one, data=data)) for one in graph.resources for data in (False, True))
    return identities * operations


def _gaps(
    graph: Graph, wanted: Graph, pair: Pair, reaches: tuple[EffectiveAccess, EffectiveAccess], *, by_path: bool
) -> Iterator[_Gap]:
    actual, declared = reaches
    may, should = union(*actual.sets), union(*declared.sets)
    excess = difference(may, should)
    if excess:
        perhaps = union(actual.perhaps_via_keys, actual.control_perhaps_via_keys)
        detours = actual.detours if excess & perhaps else ()
        # Keys of an authorization rule open what is around the rule.
        by = tuple(graph.held_at_or_above(*pair)) or actual.by[min(excess)]
        yield _Gap(pair, excess, grows=True, certain=True, by=by, detours=detours)
    missing = difference(should, may if by_path else union(actual.allowed, actual.data_allowed))
    if missing:
        certain = not missing & may
        yield _Gap(pair, missing, grows=False, certain=certain, by=tuple(wanted.held_at_or_above(*pair)))


def _failures(graph: Graph, gaps: Iterable[_Gap]) -> Iterator[Failure]:
    """Yield the failures, one for all gaps that the same role assignment causes."""
    together: dict[tuple[str, bool, bool, frozenset[str]], list[_Gap]] = {}
    for gap in gaps:
        same = (gap.pair[0], gap.grows, gap.certain, frozenset(one.id for one in gap.by))
        together.setdefault(same, []).append(gap)
    for (_, grows, certain, _), found in together.items():
        agent, _ = _names(graph, found[0].pair)
        resources = [_names(graph, gap.pair)[1] for gap in found]
        resources.sort(key=lambda one: (not one.declared, one.name))
        operations = union(*(gap.operations for gap in found))
        access = f"{_words(operations)} in {_listed([one.name for one in resources])}"
        by = "; ".join(f"{one.role_name} at {shown(one.scope)}" for one in found[0].by)
        count = sum(len(gap.operations) for gap in found)
        if grows:
            steps = dict.fromkeys(step for gap in found for step in gap.detours)
            further = f"; it may {'; or '.join(steps)}" if steps else ""
            what = f"{agent} may {access}, which network.yaml does not declare ({count} operations, by {by}{further})"
        else:
            what = f"{agent} may {'not' if certain else 'only under a condition'} {access}, which is declared"
        yield Failure(agent, resources[0].name, what, grows)


def _leaking(graph: Graph, pair: Pair, accesses: tuple[DeclaredAccess, ...]) -> Iterator[Failure]:
    agent, resource = _names(graph, pair)
    for leak in leaks(graph, pair, accesses):
        access = f"{_words(leak.operations)} in {resource.name}"
        paths = ", ".join(map(repr, leak.paths))
        if not leak.is_known:
            perhaps = f"{agent} may perhaps {access} outside {paths}"
            what = f"cannot be judged: {perhaps}, by a condition that cannot be compared with these paths"
        elif leak.grows:
            what = f"{agent} may {access} outside {paths}, which is not declared"
        else:
            what = f"{agent} may not {access} everywhere under {paths}, which is declared"
        yield Failure(agent, resource.name, what, leak.grows)


def _perhaps(reached: EffectiveAccess) -> frozenset[str]:
    return union(reached.conditional, reached.data_conditional)


def _names(graph: Graph, pair: Pair) -> tuple[str, Resource]:
    principal, resource = graph.principal(pair[0]), graph.resource(pair[1])
    known = principal or Principal(id=pair[0], name=pair[0])
    return known.display_name, resource or Resource(id=pair[1], name=pair[1], kind="")


@lru_cache(maxsize=1 << 12)
def _words(operations: frozenset[str]) -> str:
    return _listed(words(operations))


def _listed(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return f"{', '.join(names[:_MANY])}{rest}"

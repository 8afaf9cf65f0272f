"""Finds undeclared access: operations that agents, hosts or people can perform but network.yaml does not list."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from access.azure.privileges import privileged
from access.evaluate.cached_sets import difference, intersection, least, union
from access.evaluate.decisions import EffectiveAccess, known_assignments
from access.evaluate.platform_grants import is_platform_assignment
from access.evaluate.relevance import resource_type
from access.evaluate.role_operations import (
    Operations,
    identifying_operations,
    operations_of_access,
    verbs_of_operations,
)
from access.evaluate.wording import words
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext, assignment_text, exception_names, joined_names
from access.findings.finding import Finding
from access.findings.wide_grants import is_wide
from access.model.declared import Declared, DeclaredAccess
from access.model.graph import Assignment, Principal, Resource

_UNDECLARED = "although network.yaml does not declare the access"


@dataclass(frozen=True)
class _Case:
    """One identity and its effective access at one resource of the network."""

    context: CheckContext
    declared: Declared
    principal: Principal
    resource: Resource
    reach: EffectiveAccess

    @property
    def access(self) -> tuple[DeclaredAccess, ...]:
        """Return the identity's declared access to the resource; for an image pull identity, only image pulls."""
        if self.principal.purpose == "pull":
            registry = self.declared.registry
            is_registry = registry is not None and registry.name == self.resource.name
            pulls = is_registry and self.declared.pulls(self.principal)
            return (DeclaredAccess(resource=self.resource.name, verb="pull"),) if pulls else ()
        return tuple(each for each in self.context.access_of(self.principal) if each.resource == self.resource.name)

    @property
    def arm_type(self) -> str:
        return resource_type(self.resource)

    def finding(self, rule: str, what: str, by: Assignment | None) -> Finding:
        lines = [each.line for each in self.access if each.line]
        agent, who = self.principal.agent, self.context.principal_text(self.principal.id)
        return Finding(
            rule=BY_ID[rule],
            what=f"{who} {what}" + (f": {assignment_text(by)}" if by else ""),
            location=self.declared.location(lines[0]) if lines else self.context.principal_location(self.principal),
            agent=agent,
            resource=self.resource.name,
            assignment=by.id if by else "",
            about=exception_names(self.principal)[1:],
        )


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for effective access of the network's identities that network.yaml does not declare."""
    if context.declared is None:
        return
    for principal_id, resource, reach in context.accesses:
        principal = context.graph.principal(principal_id)
        if principal and context.is_network_principal(principal) and resource.declared:
            case = _Case(context, context.declared, principal, resource, reach)
            yield from _beyond(case)
            yield from _past_paths(case)
    yield from _outside(context)


def _beyond(case: _Case) -> Iterator[Finding]:
    kind, arm_type, reach = case.resource.kind, case.arm_type, case.reach
    access = case.access
    declared = union(*(operations_of_access(each, kind, arm_type) for each in access))
    beyond = difference(union(*reach.sets), declared)
    if not beyond:
        return
    data = union(reach.data_allowed, reach.data_conditional)
    found = known_assignments(case.context.graph, case.principal.id, case.resource.id, beyond)
    grants = [(one, names) for one, names in found if not is_platform_assignment(case.principal, one)]
    # Control-plane operations of a wide or privileged role are reported with that role already.
    kept = ((one, intersection(names, data) if _reported_elsewhere(one) else names) for one, names in grants)
    extra = [(one, names) for one, names in kept if names]
    if not extra:
        return
    known = [each.verb for each in access]
    operations = union(*(names for _, names in extra))
    verbs = [each for each in verbs_of_operations(operations, kind, arm_type) if each not in known]
    if verbs:
        wanted = union(*(identifying_operations(kind, verb, arm_type) for verb in verbs))
        by = _first(extra, wanted)
        yield case.finding("undeclared-access", f"may {' and '.join(verbs)} {case.resource.name!r}, {_UNDECLARED}", by)
    elif not access:
        what = f"may {_do(operations)} {case.resource.name!r}, {_UNDECLARED}"
        yield case.finding("undeclared-access", what, _first(extra, operations))
    else:
        rest = [(one, names) for one, names in extra if not _is_privileged(one)]
        if rest:
            more = union(*(names for _, names in rest))
            what = f"may do more with {case.resource.name!r} than is declared ({_do(more)})"
            yield case.finding("wide-grant", what, _first(rest, more))


def _past_paths(case: _Case) -> Iterator[Finding]:
    """Yield findings for path prefixes in network.yaml that no role assignment condition enforces."""
    kind, arm_type = case.resource.kind, case.arm_type
    whole = frozenset[str]().union(
        *(operations_of_access(each, kind, arm_type) for each in case.access if not each.paths)
    )
    for each in case.access:
        surely = (identifying_operations(kind, each.verb, arm_type) - whole) & case.reach.data_allowed
        if each.paths and surely:
            what = f"may {each.verb} all of {case.resource.name!r}, where only {joined_names(each.paths)} is declared"
            yield case.finding("wide-grant", what, _known(case.reach, min(surely)))


def _outside(context: CheckContext) -> Iterator[Finding]:
    """Yield findings for access outside the network, or at parts of resources without declared access."""
    for principal in context.network_principals:
        for one in context.graph.assignments_of(principal.id):
            if one.role is None or is_wide(one) or is_platform_assignment(principal, one):
                continue
            holds = f"{context.principal_text(principal.id)} holds {assignment_text(one)}"
            around = context.nearest_resource(one.scope)
            if around is None and not any(each.declared for each in context.graph.resources_within(one.scope)):
                what = f"{holds}, which is not a resource of the network"
                yield context.assignment_finding("undeclared-access", one, what)
            elif around is not None and context.graph.resource(one.scope) != around:
                declared = {each.resource for each in context.access_of(principal)}
                if around.name not in declared and principal.purpose != "pull":
                    what = f"{holds}, a part of {around.name!r}, {_UNDECLARED}"
                    yield context.assignment_finding("undeclared-access", one, what)


def _first(grants: list[tuple[Assignment, Operations]], wanted: Operations) -> Assignment:
    """Return the role assignment that allows the first of the wanted operations, in the order of their names."""
    common = [(intersection(names, wanted), one) for one, names in grants]
    return min(((names, one) for names, one in common if names), key=lambda each: least(each[0]))[1]


def _known(reach: EffectiveAccess, operation: str) -> Assignment | None:
    """Return a role assignment with a known role that allows an operation; None if there is none."""
    return next((one for one in reach.by[operation] if one.role), None)


def _reported_elsewhere(one: Assignment) -> bool:
    return is_wide(one) or _is_privileged(one)


def _is_privileged(one: Assignment) -> bool:
    return one.role is not None and privileged(one.role) is not None


@lru_cache(maxsize=1 << 12)
def _do(operations: Operations) -> str:
    return joined_names(words(operations))

"""Finds problems with roles: privileged, unknown, or with conditions that restrict nothing."""

from collections.abc import Iterator

from access.azure.catalogue import Role
from access.azure.privileges import GRANTING, GRANTS_RIGHTS, allows, assigns_any_role, privileged
from access.azure.scopes import key, type_of
from access.evaluate.decisions import half_guarded_reason, is_hierarchical, no_restriction_reason
from access.evaluate.platform_grants import is_platform_assignment
from access.evaluate.verdicts import parsed_condition
from access.findings.context import CheckContext, assignment_text
from access.findings.finding import Finding
from access.model.graph import Assignment, Principal


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield all findings about the role of each role assignment."""
    for one in context.graph.assignments:
        principal = context.graph.principal(one.principal)
        holds = f"{context.principal_text(one.principal)} holds {assignment_text(one)}"
        if one.role is None:
            what = f"{holds}, and this source does not define that role"
            yield context.assignment_finding("unknown-role", one, what)
            continue
        if principal and _is_judged(context, principal, one) and not is_platform_assignment(principal, one):
            for rule, why in _too_much(one.role, type_of(key(one.scope))):
                yield context.assignment_finding(rule, one, f"{holds}: it {why}")
        if any(isinstance(parsed_condition(text, version), str) for text, version in _conditions(one, one.role)):
            continue  # a condition that cannot be read is reported as such
        condition = one.condition
        if why := no_restriction_reason(condition, one.role):
            yield context.assignment_finding("condition-that-restricts-nothing", one, f"{holds}: {why}")
        elif why := half_guarded_reason(condition, one.role, hierarchical=is_hierarchical(context.graph, one.scope)):
            yield context.assignment_finding("half-guarded-condition", one, f"{holds}: {why}")


def _conditions(one: Assignment, role: Role) -> Iterator[tuple[str, str | None]]:
    """Yield the conditions of a role assignment and of its role's own permissions, with their versions."""
    for each in (one, *role.permissions):
        if each.condition and each.condition.strip():
            yield each.condition, each.condition_version


def _is_judged(context: CheckContext, principal: Principal, one: Assignment) -> bool:
    """Return True for roles of the network's identities; without network.yaml, for all that may assign roles, too."""
    if context.is_network_principal(principal):
        return True
    return context.declared is None and one.role is not None and not one.condition and assigns_any_role(one.role)


def _too_much(role: Role, at: str) -> Iterator[tuple[str, str]]:
    """Yield finding rule id and reason for each way in which a role is privileged."""
    reasons = (privileged(role, at) or "").split("; ")
    granting = next((name for name in GRANTING for each in role.permissions if allows(each, name, data=False)), "")
    if granting:
        yield "role-granting-role", f"allows {granting}"
        reasons = [each for each in reasons if not each.startswith(f"{GRANTS_RIGHTS} (")]
    if any(reasons):
        yield "privileged-role", "; ".join(reasons)

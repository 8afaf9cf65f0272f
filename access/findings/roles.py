"""Finds problems with roles: privileged, unknown, or with conditions that restrict nothing."""

from collections.abc import Iterator

from access.azure.catalogue import Role
from access.azure.privileges import allows, privileged
from access.azure.scopes import key, type_of
from access.evaluate.effective import no_restriction_reason
from access.evaluate.platform_grants import is_platform_assignment
from access.findings.rule import Finding
from access.findings.subject import Subject, held

_GRANTING = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleDefinitions/write",
    "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
    "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
    "Microsoft.Authorization/elevateAccess/action",
    "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write",
    "Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions/write",
)
_GRANTS_RIGHTS = "grants rights "
"""Prefix of the reason that `privileged` returns for roles that can assign roles."""


def check(subject: Subject) -> Iterator[Finding]:
    """Return all findings about the role of each assignment."""
    for one in subject.graph.assignments:
        principal = subject.graph.principal(one.principal)
        if one.role is None:
            what = f"{subject.name_of(one.principal)} holds {held(one)}, and this source does not define that role"
            yield subject.about("unknown-role", one, what)
            continue
        if principal and subject.is_ours(principal) and not is_platform_assignment(principal, one):
            for rule, why in _too_much(one.role, type_of(key(one.scope))):
                yield subject.about(rule, one, f"{subject.name_of(one.principal)} holds {held(one)}: it {why}")
        why = no_restriction_reason(one.condition, one.role)
        if why:
            yield subject.about(
                "condition-that-restricts-nothing", one, f"{subject.name_of(one.principal)} holds {held(one)}: {why}"
            )


def _too_much(role: Role, at: str) -> Iterator[tuple[str, str]]:
    """Return finding rule id and reason for each way in which a role is privileged."""
    reasons = (privileged(role, at) or "").split("; ")
    granting = next((name for name in _GRANTING for each in role.permissions if allows(each, name, data=False)), "")
    if granting:
        yield "role-granting-role", f"allows {granting}"
        reasons = [each for each in reasons if not each.startswith(_GRANTS_RIGHTS)]
    if any(reasons):
        yield "privileged-role", "; ".join(reasons)

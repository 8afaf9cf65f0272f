"""Decides from a role's operations if the role is privileged, that is, too powerful for an agent.

Owns the table of operations that lead beyond the resource at hand; those that take over a host are in
`access.azure.compute_hosts`, and those that hand out keys are recognised in `access.azure.handouts`. Roles are never
listed by name or id: a role that Microsoft adds or widens is judged like the rest. Conditions inside a role are
ignored: a role that may grant only some rights still grants rights. Sources: Microsoft, "Azure built-in roles" of
2026-04-09 and "Azure permissions" (the operations' own descriptions); which ways out matter is this project's
judgement.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from access.azure.actions import covered, covers
from access.azure.catalogue import Permission, Role
from access.azure.compute_hosts import operations as host_operations
from access.azure.handouts import hands_out_keys, key_actions
from access.azure.operations import beginning_with, listed
from access.azure.planes import AGENT, relevant_to
from access.azure.unlisted_names import first_piece


@dataclass(frozen=True, slots=True)
class _WayOut:
    """Reason why a role is privileged, with the operations of which any single one makes a role privileged."""

    reason: str
    actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()


GRANTING = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleDefinitions/write",
    "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
    "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
    "Microsoft.Authorization/elevateAccess/action",
    "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write",
    "Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions/write",
)
"""Operations that give roles to somebody, or change what roles allow."""

GRANTS_RIGHTS = "grants rights"
"""Reason of `privileged` for roles that can assign roles."""

_WAYS_OUT = (
    _WayOut(
        GRANTS_RIGHTS,
        actions=(
            *GRANTING,
            "Microsoft.Authorization/roleManagementPolicies/write",
            "Microsoft.Authorization/denyAssignments/delete",
            "Microsoft.Authorization/policyExemptions/write",
            "Microsoft.Authorization/locks/delete",
            "Microsoft.Authorization/locks/write",
            "Microsoft.KeyVault/vaults/accessPolicies/write",
            "Microsoft.KeyVault/vaults/write",
            # Another tenant gets roles here: "What is Azure Lighthouse", Microsoft Learn, read 2026-11.
            "Microsoft.ManagedServices/registrationAssignments/write",
        ),
    ),
    _WayOut(
        "lets its holder act as another identity",
        actions=(
            "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
            "Microsoft.ManagedIdentity/userAssignedIdentities/write",
            "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
            "Microsoft.CognitiveServices/accounts/projects/applications/write",
            "Microsoft.CognitiveServices/accounts/projects/applications/agentdeployments/write",
            *host_operations(data=False),
        ),
        data_actions=(
            # What an agent does, and so all that its identity and its project's may.
            "Microsoft.CognitiveServices/accounts/AIServices/agents/write",
            "Microsoft.CognitiveServices/accounts/AIServices/agents/endpoints/UserIdentityImpersonation/action",
            *host_operations(data=True),
        ),
    ),
    _WayOut(
        "changes the code that other workloads run",
        actions=(
            "Microsoft.ContainerRegistry/registries/push/write",
            "Microsoft.ContainerRegistry/registries/importImage/action",
            "Microsoft.ContainerRegistry/registries/importPipelines/write",
            "Microsoft.ContainerRegistry/registries/tasks/write",
            "Microsoft.ContainerRegistry/registries/scheduleRun/action",
            "Microsoft.ContainerRegistry/registries/taskruns/write",
            "Microsoft.ContainerRegistry/registries/sign/write",
            "Microsoft.ContainerRegistry/registries/cacheRules/write",
            "Microsoft.ContainerRegistry/registries/pipelineRuns/write",
            "Microsoft.ContainerRegistry/registries/runs/write",
            "Microsoft.ContainerRegistry/registries/scopeMaps/write",
            "Microsoft.ContainerRegistry/registries/write",
        ),
        data_actions=(
            "Microsoft.ContainerRegistry/registries/repositories/content/write",
            "Microsoft.ContainerRegistry/registries/trustedCollections/write",
        ),
    ),
    _WayOut(
        "may change all data of a service",
        data_actions=(
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/manageOwnership/action",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/modifyPermissions/action",
            "Microsoft.Storage/storageAccounts/fileServices/takeOwnership/action",
            "Microsoft.Storage/storageAccounts/fileServices/fileshares/files/modifypermissions/action",
            "Microsoft.KeyVault/vaults/secrets/purge/action",
            "Microsoft.KeyVault/vaults/keys/purge/action",
            "Microsoft.KeyVault/vaults/certificates/purge/action",
            "Microsoft.CognitiveServices/accounts/OpenAI/fine-tunes/write",
            "Microsoft.CognitiveServices/accounts/OpenAI/deployments/write",
        ),
    ),
)

_CALLED = frozenset({"microsoft.cognitiveservices/accounts/projects/applications", AGENT})
_WHOLE_SERVICE = re.compile(r"[^/*]+(?:/[^/*]+)?/\*(?:/write)?")


def allows(block: Permission, operation: str, *, data: bool) -> bool:
    """Return True if a permissions block of a role allows an operation; the block's condition is ignored."""
    grants, excludes = block.on_plane(data=data)
    return covered(grants, operation) and not covered(excludes, operation, granting=False)


@lru_cache(maxsize=4096)
def privileged(role: Role, at: str = "") -> str | None:
    """Return the reasons why a role is privileged, each with an operation as evidence; None for other roles.

    Args:
        role: the role to check.
        at: ARM type, in lower case, of the scope. The role for calling a Foundry agent allows far more than that, so
            at an agent only the operations on agents count; at every other type the whole role counts.
    """
    found: dict[str, str] = {}
    there = _operations_at(at) if at in _CALLED else None
    for block in role.permissions:
        for reason, evidence in _reasons(block):
            if there is None or evidence == "*" or evidence.lower() in there:
                found.setdefault(reason, evidence)
    return "; ".join(f"{reason} ({evidence})" for reason, evidence in found.items()) or None


@cache
def _operations_at(arm_type: str) -> frozenset[str]:
    return frozenset(name.lower() for data in (False, True) for name in relevant_to(arm_type, data=data))


def _reasons(block: Permission) -> Iterator[tuple[str, str]]:
    if "*" in block.actions:
        yield "may do everything", "*"
    for way in _WAYS_OUT:
        for plane, names in ((False, way.actions), (True, way.data_actions)):
            yield from ((way.reason, name) for name in names if allows(block, name, data=plane))
    yield from (("returns keys or secrets of a service", name) for name in _key_operations(block))
    yield from (("allows operations that no published list has", name) for name in block.actions if _is_unknown(name))
    yield from (("may change all data of a service", name) for name in block.data_actions if _is_whole_service(name))


def _key_operations(block: Permission) -> Iterator[str]:
    """Yield the operations of a permissions block that return keys, even if no list has the operation."""
    for pattern in block.actions:
        head = first_piece(pattern)
        for name in beginning_with(head.rstrip("/"), key_actions()) if "*" in pattern else (pattern,):
            # A role that reads everything, such as Reader, gets keys where a type hands them out by a read. Whether
            # there is such a resource is not a property of the role: the evaluation reports its data.
            by_reading = "/" not in head and name.lower().endswith("/read")
            if hands_out_keys(name) and not by_reading and covers(pattern, name) and allows(block, name, data=False):
                yield name


def _is_unknown(pattern: str) -> bool:
    """Return True for a wildcard over operations that no list has, unless the wildcard only reads."""
    if "*" not in pattern or pattern.lower().endswith("/read"):
        return False
    return not any(
        covers(pattern, name) for name in beginning_with(first_piece(pattern).rstrip("/"), listed(data=False))
    )


def _is_whole_service(pattern: str) -> bool:
    """Return True if a data action covers a whole provider or top-level type, and more than reading."""
    return pattern == "*" or _WHOLE_SERVICE.fullmatch(pattern) is not None


def assigns_any_role(role: Role) -> bool:
    """Return True if a role allows, without a condition of its own, to assign or define any role of Azure."""
    names = [name for name in GRANTING if name.startswith("Microsoft.Authorization/")]
    return any(not each.condition and allows(each, name, data=False) for each in role.permissions for name in names)

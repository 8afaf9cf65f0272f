"""Decides from a role's operations if the role is privileged, that is, too powerful for an agent.

Owns the table of operations that lead beyond the resource at hand. Roles are never listed by name or id: a role that
Microsoft adds or widens is judged like the rest. Conditions inside a role are ignored: a role that may grant only some
rights still grants rights. Sources: Microsoft, "Azure built-in roles" of 2026-04-09 and "Azure permissions" (the
operations' own descriptions); which ways out matter is this project's judgement.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from access.azure.actions import covered
from access.azure.catalogue import Permission, Role
from access.azure.operations import listed
from access.azure.planes import AGENT, relevant_to


@dataclass(frozen=True, slots=True)
class _WayOut:
    """One reason why a role is privileged, and the operations of which any single one is enough."""

    reason: str
    actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()


_WAYS_OUT = (
    _WayOut(
        "grants rights",
        actions=(
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleDefinitions/write",
            "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
            "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
            "Microsoft.Authorization/roleManagementPolicies/write",
            "Microsoft.Authorization/elevateAccess/action",
            "Microsoft.Authorization/denyAssignments/delete",
            "Microsoft.Authorization/policyExemptions/write",
            "Microsoft.Authorization/locks/delete",
            "Microsoft.Authorization/locks/write",
            "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write",
            "Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions/write",
            "Microsoft.KeyVault/vaults/accessPolicies/write",
            "Microsoft.KeyVault/vaults/write",
        ),
    ),
    _WayOut(
        "becomes another identity",
        actions=(
            "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
            "Microsoft.ManagedIdentity/userAssignedIdentities/write",
            "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
            "Microsoft.App/containerApps/write",
            "Microsoft.App/jobs/write",
            "Microsoft.CognitiveServices/accounts/projects/applications/write",
            "Microsoft.CognitiveServices/accounts/projects/applications/agentdeployments/write",
            "Microsoft.ContainerService/managedClusters/runcommand/action",
            "Microsoft.Compute/virtualMachines/runCommand/action",
            "Microsoft.Compute/virtualMachines/extensions/write",
            "Microsoft.Compute/virtualMachines/write",
            "Microsoft.Web/sites/write",
            "Microsoft.Web/sites/publish/action",
        ),
        data_actions=(
            # What an agent does, and so all that its identity and its project's may.
            "Microsoft.CognitiveServices/accounts/AIServices/agents/write",
            "Microsoft.App/containerApps/exec/action",
            "Microsoft.App/containerApps/debug/action",
            "Microsoft.App/jobs/exec/action",
            "Microsoft.CognitiveServices/accounts/AIServices/agents/endpoints/UserIdentityImpersonation/action",
            "Microsoft.ContainerService/managedClusters/pods/write",
            "Microsoft.ContainerService/managedClusters/pods/exec/action",
        ),
    ),
    _WayOut(
        "changes what others run",
        actions=(
            "Microsoft.ContainerRegistry/registries/push/write",
            "Microsoft.ContainerRegistry/registries/importImage/action",
            "Microsoft.ContainerRegistry/registries/importPipelines/write",
            "Microsoft.ContainerRegistry/registries/tasks/write",
            "Microsoft.ContainerRegistry/registries/scheduleRun/action",
            "Microsoft.ContainerRegistry/registries/taskruns/write",
            "Microsoft.ContainerRegistry/registries/sign/write",
            "Microsoft.ContainerRegistry/registries/write",
        ),
        data_actions=(
            "Microsoft.ContainerRegistry/registries/repositories/content/write",
            "Microsoft.ContainerRegistry/registries/trustedCollections/write",
        ),
    ),
    _WayOut(
        "owns all data of a service",
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

_HANDS_OUT = re.compile(r"(?:keys?|secrets?|credentials?|strings|sas|passwords?|tokens?)/action$")
_HANDS_OUT_NOTHING = re.compile(
    # A delegation key signs only what its caller may do anyway; the others change or revoke.
    r"/(?:generateuserdelegationkey|revoke\w*|setdefaultkey|updateautorotateuserkeys)/action$"
)
_CALLED = frozenset({"microsoft.cognitiveservices/accounts/projects/applications", AGENT})
_WHOLE_SERVICE = re.compile(r"[^/*]+(?:/[^/*]+)?/\*(?:/write)?")


@cache
def key_actions() -> tuple[str, ...]:
    """Return the control-plane operations that return keys, secrets or tokens of a service."""
    names = (name for name in listed(data=False) if _HANDS_OUT.search(name.lower()))
    return tuple(name for name in names if not _HANDS_OUT_NOTHING.search(name.lower()))


def allows(block: Permission, operation: str, *, data: bool) -> bool:
    """Return True if a permissions block allows an operation; the block's condition is ignored."""
    grants, excludes = (block.data_actions, block.not_data_actions) if data else (block.actions, block.not_actions)
    return covered(grants, operation) and not covered(excludes, operation, granting=False)


def privileged(role: Role, at: str = "") -> str | None:
    """Return each reason why a role is privileged, with an operation as evidence; None if the role is not.

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
        for plane, operations in ((False, way.actions), (True, way.data_actions)):
            yield from ((way.reason, name) for name in operations if allows(block, name, data=plane))
    yield from (("hands out keys", name) for name in key_actions() if allows(block, name, data=False))
    yield from (("owns all data of a service", name) for name in block.data_actions if _is_whole_service(name))


def _is_whole_service(pattern: str) -> bool:
    """Return True if a data action covers a whole provider or top-level type, and more than reading."""
    return pattern == "*" or _WHOLE_SERVICE.fullmatch(pattern) is not None

"""Azure RBAC: creation and validation of role assignments.

A role assignment is a fact on its own: neither the end of its principal nor the end of its scope removes it. Roles
are those of `access.azure.roles`. Facts: "Troubleshoot Azure RBAC" and "Understand Azure role assignments", Microsoft
Learn, 2025-05; codes and messages as reported in Azure/bicep#8737 (InvalidRoleAssignmentId),
Azure/azure-powershell#16627 (InvalidPrincipalId), Azure/modern-web-app-pattern-dotnet#129 (UnmatchedPrincipalType),
Azure/Azure-Landing-Zones#2040 (RoleAssignmentUpdateNotPermitted, with the status 400),
Azure/HubAndSpokeResearchEnclave#50 (PrincipalNotFound), Azure/azure-dev#7821 (PrincipalTypeNotSupported). That
assignments outlast a blob container is Azure/azure-powershell#25375.

Differences from Azure: an assignment counts at once (but for the fault `roleAssignmentReplication`), whatever its
principal type means for replication; a principal that never existed here is assumed to exist if its type is given, a
deleted one is refused, where Azure looks up neither; the type of an agent identity may be given by either name that
ends with ServicePrincipal, where Azure may know one; scopes are subscriptions, groups and resources, no management
groups; there is no limit of 4,000 assignments; how long assignments outlast other things than containers is not
documented, and here they always do.
Conditions are judged in `role_conditions.py`.
"""

import re
from collections.abc import Iterator, Mapping

from access.azure.principal_types import AGENT_IDENTITY_TYPES, EXPLANATIONS, SERVICE_PRINCIPAL, UNMATCHED
from access.azure.roles import definition_id
from localazure.arm import ids, permissions
from localazure.arm.common_rules import all_of, constant, kept_from_creation, system_data
from localazure.arm.resource_type import ComputedOutput, InvokeFunction, NameCheck, Request, ResourceType
from localazure.arm.world import DEPLOYER_CLIENT_ID, DEPLOYER_OBJECT_ID, Principal, Values, World
from localazure.errors import AzureError
from localazure.services.role_conditions import condition_refusals
from manifest.name_rules import NameRule

_APPLICATION = "Application"
_OF_AGENTS = tuple(each for each in AGENT_IDENTITY_TYPES if each.endswith(SERVICE_PRINCIPAL))
_AGENT_OWNER = re.compile(r"/projects/[^/]+/(agents/[^/]+|sharedAgentIdentity|applications/[^/]+)$", re.IGNORECASE)

# Types and names
_GUID = r"(?i:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})"
_NAME = NameCheck(NameRule("a role assignment", 36, 36, _GUID, "GUIDs", "ARM"), code="InvalidRoleAssignmentId")
_DEFINITION = re.compile(rf"(/.+)?/providers/Microsoft\.Authorization/roleDefinitions/{_GUID}", re.IGNORECASE)
"""Pattern of the id of a role definition, which can be read at each scope at which the role can be assigned."""


# What must exist, and other reasons to refuse
def _scope_exists(request: Request) -> Iterator[AzureError]:
    scope = request.scope
    if not request.exists(scope):
        group = ids.group_of(scope)
        if group and ids.same(scope, f"/subscriptions/{ids.subscription_of(scope)}/resourceGroups/{group}"):
            yield AzureError("ResourceGroupNotFound", f"resource group '{group}' could not be found", 404)
        else:
            yield AzureError(
                "ResourceNotFound",
                f"the scope '{scope}' was not found; a role can be assigned only to an existing resource",
                404,
            )


def _principal_exists(request: Request) -> Iterator[AzureError]:
    principal_id, given_type = str(request.inputs["principalId"]), request.input("principalType")
    if not re.fullmatch(_GUID, principal_id):
        yield AzureError("InvalidPrincipalId", f"the principal id '{principal_id}' is not valid; it must be a GUID")
        return
    principal = request.world.find_principal(principal_id)
    # Azure does not look up a principal whose type is given, because a new one is not replicated yet; and one that this
    # world did not create may be in the directory.
    is_nobody = given_type is None or request.world.was_deleted(principal_id)
    if request.old is None and given_type is None and request.world.is_principal_replicating(principal_id):
        principal = None
    if principal is None and request.old is None and is_nobody:
        yield AzureError(
            "PrincipalNotFound",
            f"principal {principal_id} does not exist in the directory {request.world.tenant_id}; check the id, and"
            " that the principal still exists",
        )
    if given_type == _APPLICATION or (principal is not None and principal.type == _APPLICATION):
        yield AzureError(
            "PrincipalTypeNotSupported",
            f"principals of type {_APPLICATION} cannot validly be used in role assignments, and {principal_id} is one:"
            f" {EXPLANATIONS['PrincipalTypeNotSupported']}",
        )
    elif principal is not None and given_type not in (None, *_types_of(principal)):
        yield AzureError(
            UNMATCHED,
            f"the principal {principal_id} is a {principal.type}, which is different from the principalType"
            f" {given_type}; the SDK sends User if principalType is missing."
            f" {EXPLANATIONS[UNMATCHED][0].upper()}{EXPLANATIONS[UNMATCHED][1:]}",
        )


def _types_of(principal: Principal) -> tuple[str, ...]:
    """Return the principal types that a role assignment may have for a principal: several for an agent identity."""
    is_agent = "/microsoft.cognitiveservices/" in principal.owner.lower() and _AGENT_OWNER.search(principal.owner)
    return (principal.type, *_OF_AGENTS) if is_agent and principal.type == SERVICE_PRINCIPAL else (principal.type,)


def _role_exists(request: Request) -> Iterator[AzureError]:
    definition = str(request.inputs["roleDefinitionId"])
    role = permissions.role_in(request.world, definition)
    if not _DEFINITION.fullmatch(definition):
        yield AzureError(
            "InvalidRoleDefinitionId",
            f"'{definition}' is not a role definition id; write"
            " '/subscriptions/<id>/providers/Microsoft.Authorization/roleDefinitions/<GUID>'",
        )
    elif role is None or role.system != "azure":
        yield AzureError(
            "RoleDefinitionDoesNotExist",
            f"the specified role definition with the id '{ids.name_of(definition)}' does not exist",
        )
    elif not permissions.is_assignable(request.world, definition, request.scope):
        # A role is looked up where it is assigned ("Understand Azure role definitions", Microsoft Learn, 2026).
        yield AzureError(
            "RoleDefinitionDoesNotExist",
            f"the specified role definition with the id '{ids.name_of(definition)}' does not exist at"
            f" '{request.scope}', which is in none of the role's assignableScopes",
        )


def _identifying_properties_stay(request: Request) -> Iterator[AzureError]:
    if request.old is None:
        return
    for path, now in _IDENTIFYING.items():
        before, after = request.previous_output(path), now(request)
        if str(before).lower() != str(after).lower():
            yield AzureError(
                "RoleAssignmentUpdateNotPermitted",
                f"tenant id, application id, principal id, role and scope are not allowed to be updated, and {path}"
                f" would change from '{before}' to '{after}'; create a role assignment with another name",
            )


def _assignment_is_unique(request: Request) -> Iterator[AzureError]:
    if request.old is not None:
        return
    namesake, twin = (request.world.find_unique(claim) for claim in _unique_keys(request))
    if namesake is not None:
        yield AzureError(
            "RoleAssignmentUpdateNotPermitted",
            f"the name '{request.name}' already belongs to a role assignment at '{namesake.outputs['scope']}';"
            " choose another GUID",
        )
    if twin is not None:
        yield AzureError(
            "RoleAssignmentExists",
            f"the role assignment already exists: '{twin.id}' has the same scope, role and principal",
            409,
        )


def _unique_keys(request: Request) -> tuple[str, str]:
    """Return the unique keys of a role assignment: its name; and its scope, role and principal together."""
    role = ids.name_of(str(request.inputs["roleDefinitionId"]))
    three = f"{request.scope.strip('/')} {role} {request.inputs['principalId']}"
    return f"role assignment {request.name}", f"grant {three}"


def _add_principal(request: Request) -> None:
    request.world.add_external_principal(str(request.inputs["principalId"]), str(request.input("principalType")))


def _index_keys(request: Request) -> tuple[str, ...]:
    return (
        permissions.principal_index_key(str(request.inputs["principalId"])),
        permissions.role_index_key(str(request.inputs["roleDefinitionId"])),
    )


# Outputs
def _role(request: Request) -> str:
    """Return the role definition id of a role assignment with the subscription, in whichever form it was given."""
    given = str(request.inputs["roleDefinitionId"])
    role = permissions.role_in(request.world, given)
    within = ids.subscription_of(request.scope) or request.world.subscription_id
    return given if role is None else definition_id(role, within)


def _principal_type(request: Request) -> str | None:
    principal = request.world.find_principal(str(request.inputs["principalId"]))
    given_type = request.input("principalType")
    if principal is None:
        return None
    return str(given_type) if given_type in _types_of(principal) else principal.type


_IDENTIFYING: Mapping[str, ComputedOutput] = {
    "scope": lambda request: request.scope,
    "principalId": lambda request: request.inputs["principalId"],
    "roleDefinitionId": _role,
}
"""Properties of a role assignment that cannot be changed."""

_OUTPUTS: Mapping[str, ComputedOutput] = {
    "principalType": _principal_type,
    "createdBy": constant(DEPLOYER_OBJECT_ID),
    "createdOn": kept_from_creation("createdOn", lambda request: request.now),
    "updatedBy": constant(DEPLOYER_OBJECT_ID),
    "updatedOn": lambda request: request.now,
    "systemData": system_data,
}


def _condition_attributes(properties: Values) -> dict[str, str]:
    """Return the attributes of a role assignment that a condition on delegating role assignments can test.

    "Authorization actions and attributes", Microsoft Learn, 2024-04-01; the role is compared by its GUID.
    """
    names = {"RoleDefinitionId": "roleDefinitionId", "PrincipalId": "principalId", "PrincipalType": "principalType"}
    values = {name: properties.get(key) for name, key in names.items()}
    known = {name: str(value) for name, value in values.items() if value is not None}
    return {f"Microsoft.Authorization/roleAssignments:{name}": ids.name_of(value) for name, value in known.items()}


def _client_config(world: World, _args: Values) -> Values:
    return {
        "subscriptionId": world.subscription_id,
        "tenantId": world.tenant_id,
        "objectId": DEPLOYER_OBJECT_ID,
        "clientId": DEPLOYER_CLIENT_ID,
    }


TYPES = (
    ResourceType(
        "azure-native:authorization:RoleAssignment",
        "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        name_check=_NAME,
        outlives_parent=True,
        rules=all_of(
            _assignment_is_unique,
            _scope_exists,
            _principal_exists,
            _role_exists,
            condition_refusals,
            _identifying_properties_stay,
        ),
        condition_attributes=_condition_attributes,
        unique_keys=_unique_keys,
        index_keys=_index_keys,
        on_created=_add_principal,
        # The role is not among them: Pulumi tries to change it in place, and Azure refuses (azure-native 3.29.0).
        immutable=("principalId",),
        immutable_code="RoleAssignmentUpdateNotPermitted",
        immutable_status=400,
        outputs=_OUTPUTS,
        volatile=("updatedOn", "updatedBy", "systemData"),
        rewrites={"roleDefinitionId": _role, "scope": lambda request: request.scope},
        echoed_placeholders=("scope",),
        adoptable=False,
    ),
)

FUNCTIONS: Mapping[str, InvokeFunction] = {"azure-native:authorization:getClientConfig": _client_config}

"""Access questions from Microsoft's documentation and from public issues, each with the answer that its source gives.

The questions are small and independent: a role, perhaps a condition, and operations with the expected decisions.
"""

from dataclasses import dataclass, field

import pytest

from access.azure.catalogue import Permission, Role
from access.azure.privileges import privileged
from access.evaluate.decisions import decide
from access.model.graph import Assignment, Graph, Principal
from tests.access.graphs import (
    ACCOUNT,
    BLOBS,
    COSMOS,
    DELETE,
    GROUP,
    ITEMS,
    READ,
    READ_ITEM,
    TAG,
    UPLOADS,
    WRITE,
    custom,
    held,
    resource,
)

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/safe"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/images"
ADD, MOVE = f"{BLOBS}/add/action", f"{BLOBS}/move/action"
ASSIGN, UNASSIGN = (f"Microsoft.Authorization/roleAssignments/{verb}" for verb in ("write", "delete"))
PROJECT = f"{BLOBS}/tags:Project<$key_case_sensitive$>"
BY_ROLE = "Microsoft.Authorization/roleAssignments:RoleDefinitionId"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"


@dataclass(frozen=True)
class Case:
    """A role at a scope with the expected decisions, by operation."""

    role: Role | str
    expected: dict[str, str]
    condition: str | None = None
    scope: str = UPLOADS
    at: str = ""
    """Resource that the question is about; the scope of the role by default."""
    more: tuple[Assignment, ...] = field(default=())


def action(*parts: str, not_actions: tuple[str, ...] = ()) -> Role:
    return custom(Permission(actions=parts, not_actions=not_actions))


CASES = {
    # "Example Azure role assignment conditions for Blob Storage", Microsoft Learn, 2025-05-12.
    "read blobs with an index tag": Case(
        "Storage Blob Data Contributor",
        {READ: "conditional", WRITE: "allowed", DELETE: "allowed"},
        f"(!(ActionMatches{{'{READ}'}} AND NOT SubOperationMatches{{'Blob.List'}}))"
        f" OR (@Resource[{PROJECT}] StringEquals 'Cascade')",
    ),
    "new blobs need an index tag": Case(
        "Storage Blob Data Contributor",
        {WRITE: "conditional", ADD: "conditional", READ: "allowed", DELETE: "allowed"},
        f"(!(ActionMatches{{'{WRITE}'}} AND SubOperationMatches{{'Blob.Write.WithTagHeaders'}})"
        f" AND !(ActionMatches{{'{ADD}'}} AND SubOperationMatches{{'Blob.Write.WithTagHeaders'}}))"
        f" OR (@Request[{PROJECT}] StringEquals 'Cascade')",
    ),
    "keys of index tags": Case(
        "Storage Blob Data Owner",
        {WRITE: "conditional", TAG: "conditional", READ: "allowed"},
        f"(!(ActionMatches{{'{WRITE}'}} AND SubOperationMatches{{'Blob.Write.WithTagHeaders'}})"
        f" AND !(ActionMatches{{'{TAG}'}}))"
        f" OR (@Request[{BLOBS}/tags&$keys$&] ForAllOfAnyValues:StringEquals {{'Project', 'Program'}})",
    ),
    "only over a private link": Case(
        "Storage Blob Data Reader",
        {READ: "conditional", WRITE: "denied"},
        f"!(ActionMatches{{'{READ}'}}) OR (@Environment[isPrivateLink] BoolEquals true)",
    ),
    # MicrosoftDocs/azure-docs#80245, 2021-09: a condition restricts the operations that it names, and no other.
    "condition that names write alone": Case(
        "Storage Blob Data Owner",
        {WRITE: "denied", READ: "allowed", DELETE: "allowed", MOVE: "allowed"},
        f"!(ActionMatches{{'{WRITE}'}}) OR"
        " (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'other')",
    ),
    # "Troubleshoot Azure role assignment conditions", Microsoft Learn, 2025-05-12: the first cause.
    "second assignment without the condition": Case(
        "Storage Blob Data Contributor",
        {WRITE: "allowed"},
        f"!(ActionMatches{{'{WRITE}'}}) OR"
        " (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'other')",
        more=(held("Storage Blob Data Contributor", ACCOUNT, id="second"),),
    ),
    "quotes of a word processor": Case(
        "Storage Blob Data Contributor",
        {WRITE: "conditional", READ: "conditional"},
        "!(ActionMatches{\u2018x\u2019}) OR (@Resource[a:b] StringEquals \u2018x\u2019)",
    ),
    # "Examples to delegate Azure role assignment management with conditions", Microsoft Learn, 2025-05-12.
    "delegated roles": Case(
        "Role Based Access Control Administrator",
        {ASSIGN: "conditional", UNASSIGN: "conditional", "Microsoft.Authorization/roleAssignments/read": "allowed"},
        f"(!(ActionMatches{{'{ASSIGN}'}}) OR (@Request[{BY_ROLE}] ForAnyOfAnyValues:GuidEquals {{{SECRETS_USER}}}))"
        f" AND (!(ActionMatches{{'{UNASSIGN}'}}) OR"
        f" (@Resource[{BY_ROLE}] ForAnyOfAnyValues:GuidEquals {{{SECRETS_USER}}}))",
        GROUP,
    ),
    "all roles but privileged ones": Case(
        "Owner",
        {ASSIGN: "conditional", UNASSIGN: "allowed", "Microsoft.Authorization/roleDefinitions/write": "allowed"},
        f"!(ActionMatches{{'{ASSIGN}'}}) OR (@Request[{BY_ROLE}] ForAnyOfAllValues:GuidNotEquals {{{SECRETS_USER}}})",
        GROUP,
    ),
    "condition inside a built-in role": Case(
        "Key Vault Data Access Administrator", {ASSIGN: "conditional", UNASSIGN: "conditional"}, scope=GROUP
    ),
    # Azure/Azure-Landing-Zones#1576, 2025: a right to read all parts of a vault does not include its secrets.
    "wildcard over reads of a vault": Case(
        action("Microsoft.KeyVault/vaults/*/read"),
        {
            "Microsoft.KeyVault/vaults/secrets/read": "allowed",
            "Microsoft.KeyVault/vaults/secrets/getSecret/action": "denied",
            "Microsoft.KeyVault/vaults/keys/purge/action": "denied",
        },
        scope=VAULT,
    ),
    # Azure/Azure-Landing-Zones#212, 2025: everything but writes of authorization.
    "owner without writes of authorization": Case(
        action("*", not_actions=("Microsoft.Authorization/*/write",)),
        {ASSIGN: "denied", "Microsoft.Authorization/elevateAccess/action": "allowed", UNASSIGN: "allowed"},
        scope=GROUP,
    ),
    # MicrosoftDocs/azure-docs#49441, 2020-03: NotActions of one role deny nothing that another one allows.
    "excluded by one role and allowed by another": Case(
        action("Microsoft.Storage/*", not_actions=("Microsoft.Storage/storageAccounts/delete",)),
        {"Microsoft.Storage/storageAccounts/delete": "allowed"},
        scope=ACCOUNT,
        more=(held("Contributor", GROUP, id="second"),),
    ),
    # MicrosoftDocs/azure-docs#74428, 2021-04: a pattern may have two wildcards.
    "two wildcards": Case(
        action("Microsoft.Storage/*/listkeys/*"),
        {"Microsoft.Storage/storageAccounts/listkeys/action": "allowed"},
        scope=ACCOUNT,
    ),
    # MicrosoftDocs/azure-docs#41131, 2019-10: Reader pulls images, whose operation ends with read.
    "reader of a registry": Case(
        "Reader",
        {
            "Microsoft.ContainerRegistry/registries/pull/read": "allowed",
            "Microsoft.ContainerRegistry/registries/repositories/content/read": "denied",
            "Microsoft.ContainerRegistry/registries/push/write": "denied",
        },
        scope=REGISTRY,
    ),
    # Azure/acr#794, 2024: a prefix of repositories restricts the operations that the condition names.
    "prefix of repositories": Case(
        "Container Registry Repository Contributor",
        {
            "Microsoft.ContainerRegistry/registries/repositories/metadata/delete": "conditional",
            "Microsoft.ContainerRegistry/registries/repositories/content/read": "allowed",
        },
        "!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/delete'})"
        " OR (@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringStartsWith 'team/')",
        REGISTRY,
    ),
    # "Connect to Azure Cosmos DB for NoSQL using role-based access control", Microsoft Learn, 2025-06-02.
    "contributor of a Cosmos account, who may turn its keys on": Case(
        "DocumentDB Account Contributor", {READ_ITEM: "conditional"}, scope=COSMOS, at=ITEMS
    ),
    "operator of a Cosmos account": Case("Cosmos DB Operator", {READ_ITEM: "denied"}, scope=COSMOS, at=ITEMS),
}


def answers(case: Case) -> dict[str, str]:
    resources = [resource(each) for each in (UPLOADS, VAULT, REGISTRY, GROUP)]
    resources += [resource(each, local_auth=False) for each in (COSMOS, ITEMS)]
    resources.append(resource(ACCOUNT, local_auth=False, properties={"isHnsEnabled": False}))
    version = "2.0" if case.condition else None
    one = held(case.role, case.scope, condition=case.condition, condition_version=version)
    graph = Graph(
        principals=[Principal(id="p", name="analysis", agent="analysis")],
        resources=resources,
        assignments=[one, *case.more],
    )
    data = {name: name.startswith((BLOBS, READ_ITEM)) or "repositories/" in name for name in case.expected}
    where = case.at or case.scope
    return {
        name: decide(graph, "p", where, name, data=data[name] or "getSecret" in name).decision.value
        for name in case.expected
    }


@pytest.mark.parametrize("name", CASES)
def test_access_decision_of_a_public_case_is_that_of_its_source(name: str) -> None:
    assert answers(CASES[name]) == CASES[name].expected


@pytest.mark.parametrize(
    ("role", "part"),
    [
        # aquasecurity/trivy-checks#471, 2025: case and wildcards do not hide the right to assign roles.
        (action("Microsoft.Authorization/*/Write"), "Microsoft.Authorization/roleAssignments/write"),
        (action("microsoft.authorization/ROLEASSIGNMENTS/write"), "Microsoft.Authorization/roleAssignments/write"),
        (action("*", not_actions=("Microsoft.Authorization/*/write",)), "*"),
        (action("Microsoft.KeyVault/vaults/accessPolicies/*"), "Microsoft.KeyVault/vaults/accessPolicies/write"),
    ],
)
def test_custom_role_of_a_public_case_is_privileged_for_the_operation_of_its_source(role: Role, part: str) -> None:
    assert part in (privileged(role) or "")

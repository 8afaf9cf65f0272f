"""Tests of the role catalogue: lookup, privileged roles, and refusal reasons."""

import pytest

from access.azure import catalogue, packing, roles

READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
NO_SUCH_ROLE = "no built-in role 'Storage Blob Data Readr'; did you mean 'Storage Blob Data Reader'?"
ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DocumentDB/databaseAccounts/a"


def test_role_catalogue_contains_all_built_in_roles_and_both_cosmos_roles() -> None:
    systems = [role.system for role in roles.every_role()]

    assert (systems.count("azure"), systems.count("cosmos"), systems.count("entra")) == (928, 2, 2)


def test_role_catalogue_files_are_unchanged_after_reading_and_writing_their_roles() -> None:
    for path, system in catalogue.FILES:
        assert packing.packed(r for r in roles.every_role() if r.system == system) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["Storage Blob Data Reader", "storage blob data READER", " Storage Blob  Data Reader "]
)
def test_role_lookup_by_name_ignores_case_and_blanks(name: str) -> None:
    assert roles.by_name(name).id == READER


def test_role_is_found_by_its_former_name() -> None:
    assert roles.by_name("Azure AI User").name == "Foundry User"


@pytest.mark.parametrize(
    "role_id",
    [
        READER,
        READER.upper(),
        READER.replace("-", ""),
        f"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/{READER}",
        f"/providers/microsoft.authorization/roledefinitions/{READER.upper()}",
    ],
)
def test_role_lookup_accepts_any_form_of_the_role_id(role_id: str) -> None:
    role = roles.by_id(role_id)

    assert role is not None
    assert role.name == "Storage Blob Data Reader"


def test_role_lookup_by_unknown_id_returns_none() -> None:
    assert roles.by_id("11111111-2222-3333-4444-555555555555") is None


def test_unknown_role_name_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(roles.UnknownRole) as refused:
        roles.by_name("Storage Blob Data Readr")

    assert str(refused.value) == NO_SUCH_ROLE


def test_dissimilar_role_name_is_refused_without_suggestion() -> None:
    with pytest.raises(roles.UnknownRole, match=r"^no built-in role 'qqqqqqqqqqqq'$"):
        roles.by_name("qqqqqqqqqqqq")


def test_permissions_blocks_of_a_role_keep_their_own_conditions() -> None:
    blocks = roles.by_name("Foundry Owner").permissions

    assert [block.condition is None for block in blocks].count(False) == 1
    assert "Microsoft.CognitiveServices/*" in blocks[0].actions


@pytest.mark.parametrize("within", ["SUB", "/subscriptions/SUB", "/subscriptions/SUB/resourceGroups/g"])
def test_definition_id_of_an_azure_role_is_in_the_subscription(within: str) -> None:
    expected = f"/subscriptions/SUB/providers/Microsoft.Authorization/roleDefinitions/{READER}"

    assert roles.definition_id(roles.by_name("Storage Blob Data Reader"), within) == expected


def test_definition_id_of_a_cosmos_role_is_in_its_account() -> None:
    role = roles.by_name("Cosmos DB Built-in Data Reader")

    assert roles.definition_id(role, ACCOUNT) == f"{ACCOUNT}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001"


# Named after what each must never be handed to an agent for. The reasons are computed from actions, so a row that fails
# means that Microsoft changed the role or that the table of operations has a hole.
PRIVILEGED = {
    "grants rights": (
        "Owner",
        "User Access Administrator",
        "Role Based Access Control Administrator",
        "Key Vault Data Access Administrator",
        "Foundry Account Owner",
        "Foundry Project Manager",
        "Locks Contributor",
        "Key Vault Contributor",
    ),
    "may do everything": ("Owner", "Contributor"),
    "returns keys or secrets of a service": (
        "Azure AI Administrator",
        "Foundry Owner",
        "Foundry User",
        "Storage Account Contributor",
        "Storage Account Key Operator Service Role",
        "Reader and Data Access",
        "DocumentDB Account Contributor",
        "Cosmos DB Account Reader Role",
        "Cognitive Services Contributor",
        "Cognitive Services User",
        "Search Service Contributor",
        "App Configuration Contributor",
    ),
    "lets its holder act as another identity": (
        "Managed Identity Operator",
        "Managed Identity Contributor",
        "Container Apps Contributor",
        "Container Apps Jobs Contributor",
        "Container Apps Operator",
        "Azure Kubernetes Service Cluster Admin Role",
        "Azure Kubernetes Service RBAC Cluster Admin",
        "Azure Kubernetes Service RBAC Writer",
    ),
    "changes the code that other workloads run": (
        "AcrPush",
        "Container Registry Tasks Contributor",
        "Container Registry Contributor and Data Access Configuration Administrator",
        "Container Registry Repository Writer",
    ),
    "may change all data of a service": (
        "Key Vault Administrator",
        "Key Vault Secrets Officer",
        "Key Vault Crypto Officer",
        "Azure Service Bus Data Owner",
        "Azure Event Hubs Data Owner",
        "App Configuration Data Owner",
        "Cognitive Services OpenAI Contributor",
        "Storage Blob Data Owner",
    ),
}


@pytest.mark.parametrize(("reason", "name"), [(reason, name) for reason, names in PRIVILEGED.items() for name in names])
def test_role_with_privileged_operations_is_privileged_for_the_expected_reason(reason: str, name: str) -> None:
    found = roles.privileged(roles.by_name(name))

    assert found is not None
    assert f"{reason} (" in found


@pytest.mark.parametrize(
    "name",
    [
        "Storage Blob Data Reader",
        "Storage Blob Data Contributor",
        "Storage Queue Data Message Sender",
        "Storage Queue Data Message Processor",
        "Key Vault Secrets User",
        "Cognitive Services OpenAI User",
        "Azure Service Bus Data Sender",
        "Azure Service Bus Data Receiver",
        "Search Index Data Reader",
        "Search Index Data Contributor",
        "App Configuration Data Reader",
        "AcrPull",
        "Container Registry Repository Reader",
        "Reader",
        "Cosmos DB Built-in Data Reader",
        "Cosmos DB Built-in Data Contributor",
    ],
)
def test_common_data_role_is_not_privileged(name: str) -> None:
    assert roles.privileged(roles.by_name(name)) is None


def test_excluded_operation_does_not_make_a_role_privileged() -> None:
    reader_with_keys = roles.Permission(actions=("Microsoft.Storage/storageAccounts/*",))
    without = roles.Permission(
        actions=("Microsoft.Storage/storageAccounts/*",),
        not_actions=(
            "Microsoft.Storage/storageAccounts/list*/action",
            "Microsoft.Storage/storageAccounts/re*/action",
            "Microsoft.Storage/storageAccounts/ro*/action",
            "Microsoft.Storage/storageAccounts/localUsers/*",
        ),
    )

    assert roles.privileged(roles.Role("id", "with keys", (reader_with_keys,))) is not None
    assert roles.privileged(roles.Role("id", "without", (without,))) is None


AZURE_ROLE_ON_COSMOS = (
    "role 'Reader' is an Azure role, and those do not reach the items of a cosmos-container; "
    "it takes 'Cosmos DB Built-in Data Contributor' or 'Cosmos DB Built-in Data Reader'"
)
COSMOS_ROLE_ON_BLOBS = (
    "role 'Cosmos DB Built-in Data Reader' exists only inside a Cosmos account and cannot be given on a blob-container"
)
PUSH = (
    "role 'AcrPush' is privileged and never an agent's: "
    "changes the code that other workloads run (Microsoft.ContainerRegistry/registries/push/write)"
)


@pytest.mark.parametrize(
    ("role", "kind", "complaint"),
    [
        ("Storage Blob Data Readr", "blob-container", NO_SUCH_ROLE),
        ("AcrPush", "blob-container", PUSH),
        ("Cosmos DB Built-in Data Reader", "blob-container", COSMOS_ROLE_ON_BLOBS),
        ("Reader", "cosmos-container", AZURE_ROLE_ON_COSMOS),
        ("Storage Blob Data Reader", "blob-container", None),
        ("Cosmos DB Built-in Data Reader", "cosmos-container", None),
    ],
)
def test_role_refusal_reason_names_the_privilege_or_the_wrong_kind(role: str, kind: str, complaint: str | None) -> None:
    assert roles.role_refusal_reason(role, kind) == complaint

"""Tests of the words for operations and of their effects, with an example for each table row."""

import pytest

from access.evaluate.effects import OperationEffects, effects_of
from access.evaluate.wording import destroys, word, words

STORAGE = "Microsoft.Storage/storageAccounts"
BLOBS = f"{STORAGE}/blobServices/containers/blobs"
ENTITIES = f"{STORAGE}/tableServices/tables/entities"
QUEUED = f"{STORAGE}/queueServices/queues/messages"
MESSAGES = "Microsoft.ServiceBus/namespaces/messages"
COSMOS = "Microsoft.DocumentDB/databaseAccounts"
ITEMS = f"{COSMOS}/sqlDatabases/containers/items"
VAULT = "Microsoft.KeyVault/vaults"
REGISTRY = "Microsoft.ContainerRegistry/registries"
MODELS = "Microsoft.CognitiveServices/accounts"
AUTHORIZATION = "Microsoft.Authorization"

WORDS = {
    f"{BLOBS}/read": "read",
    f"{BLOBS}/write": "write",
    f"{BLOBS}/delete": "delete",
    **{f"{BLOBS}/{verb}": verb.lower() for verb in ("Read", "Write", "DELETE")},
    f"{BLOBS}/add/action": "write",
    f"{BLOBS}/move/action": "write",
    f"{BLOBS}/filter/action": "find",
    f"{MODELS}/projects/applications/invoke/action": "use",
    f"{MODELS}/AIServices/agents/endpoints/interact/action": "use",
    f"{MODELS}/AIServices/agents/endpoints/invoke/action": "use",
    f"{QUEUED}/add/action": "send",
    f"{QUEUED}/process/action": "receive",
    f"{MESSAGES}/send/action": "send",
    f"{MESSAGES}/receive/action": "receive",
    f"{VAULT}/secrets/getSecret/action": "read",
    f"{VAULT}/secrets/setSecret/action": "write",
    f"{REGISTRY}/pull/read": "pull",
    f"{REGISTRY}/push/write": "push",
    f"{AUTHORIZATION}/roleAssignments/write": "grant roles",
    f"{AUTHORIZATION}/roleAssignments/delete": "take away roles",
    f"{COSMOS}/sqlRoleAssignments/write": "grant roles",
    f"{COSMOS}/sqlRoleAssignments/delete": "take away roles",
    f"{STORAGE}/listKeys/action": "listKeys",
    f"{COSMOS}/sqlDatabases/containers/executeQuery": "executeQuery",
    "action": "action",
}

READS = {
    f"{BLOBS}/read": BLOBS.lower(),
    f"{MESSAGES}/receive/action": f"{MESSAGES}/receive".lower().rpartition("/")[0],
    f"{COSMOS}/sqlDatabases/containers/executeQuery": "items",
    f"{COSMOS}/sqlDatabases/containers/readChangeFeed": "items",
    f"{ITEMS}/read": "items",
}
WRITES = {
    f"{BLOBS}/write": BLOBS.lower(),
    f"{MESSAGES}/send/action": MESSAGES.lower(),
    f"{VAULT}/keys/create/action": f"{VAULT}/keys".lower(),
    f"{VAULT}/keys/update/action": f"{VAULT}/keys".lower(),
    f"{ITEMS}/create": "items",
    f"{ITEMS}/replace": "items",
    f"{ITEMS}/upsert": "items",
    f"{ENTITIES}/update/action": ENTITIES.lower(),
    f"{ENTITIES}/add/action": ENTITIES.lower(),
}
NEITHER = (f"{BLOBS}/tags/read", f"{BLOBS}/tags/write", f"{BLOBS}/delete", f"{MODELS}/OpenAI/deployments/read")

LOSING = (
    f"{BLOBS}/delete",
    f"{BLOBS}/write",
    f"{BLOBS}/move/action",
    f"{BLOBS}/deleteBlobVersion/action",
    f"{BLOBS}/permanentDelete/action",
    f"{VAULT}/keys/purge/action",
    f"{ITEMS}/replace",
    f"{ITEMS}/upsert",
    f"{ENTITIES}/update/action",
    f"{COSMOS}/sqlDatabases/containers/executeStoredProcedure",
    f"{REGISTRY}/push/write",
)
HARMLESS = (
    f"{BLOBS}/read",
    f"{BLOBS}/add/action",
    f"{ENTITIES}/add/action",
    f"{ITEMS}/create",
    f"{MESSAGES}/send/action",
)

SPENDING = (
    f"{MODELS}/OpenAI/deployments/chat/completions/action",
    f"{MODELS}/OpenAI/responses/write",
    f"{MODELS}/OpenAI/assistants/threads/runs/write",
    f"{MODELS}/OpenAI/fine-tunes/write",
    f"{MODELS}/TextTranslation/batches/write",
)
FREE = (f"{MODELS}/OpenAI/files/write", f"{MODELS}/OpenAI/responses/read", f"{MESSAGES}/send/action")


def of(*data: str, control: tuple[str, ...] = (), group: bool = False) -> OperationEffects:
    return effects_of(frozenset(control), frozenset(data), group=group)


@pytest.mark.parametrize("operation", WORDS)
def test_azure_operation_name_is_shortened_to_one_word(operation: str) -> None:
    assert word(operation) == WORDS[operation]
    assert word(operation.replace("/action", "/Action").replace("/pull/", "/Pull/")) == WORDS[operation]


def test_words_for_azure_operations_are_sorted_by_harm_with_others_last() -> None:
    expected = ["read", "use", "pull", "receive", "write", "send", "push", "delete", "find", "grant roles", "listKeys"]
    known = [operation for operation, each in WORDS.items() if each in expected]

    assert words(known) == expected
    assert words(reversed(known)) == expected


@pytest.mark.parametrize("operation", READS)
def test_read_operation_is_classified_as_reading_its_type_of_data(operation: str) -> None:
    assert of(operation).reads == {READS[operation]}
    assert of(operation).writes == set()


@pytest.mark.parametrize("operation", WRITES)
def test_write_operation_is_classified_as_writing_its_type_of_data(operation: str) -> None:
    assert of(operation).writes == {WRITES[operation]}
    assert of(operation).reads == set()


@pytest.mark.parametrize("operation", NEITHER)
def test_tag_delete_and_model_operations_read_and_write_no_data_between_agents(operation: str) -> None:
    assert (of(operation).reads, of(operation).writes) == (set(), set())


@pytest.mark.parametrize("operation", LOSING)
def test_operation_that_deletes_or_overwrites_data_is_classified_as_destructive(operation: str) -> None:
    assert of(operation).destroys


@pytest.mark.parametrize("operation", HARMLESS)
def test_operation_that_reads_or_adds_data_is_not_classified_as_destructive(operation: str) -> None:
    assert not of(operation).destroys


@pytest.mark.parametrize(
    ("operation", "deletes"),
    [
        (f"{STORAGE}/delete", True),
        (f"{VAULT}/purge/action", True),
        (f"{REGISTRY}/push/write", True),
        (f"{STORAGE}/write", False),
        (f"{AUTHORIZATION}/roleAssignments/delete", False),
        (f"{AUTHORIZATION}/locks/delete", False),
    ],
)
def test_control_plane_operation_is_destructive_only_if_it_deletes_a_resource_or_pushes_an_image(
    operation: str, *, deletes: bool
) -> None:
    assert of(control=(operation,)).destroys is deletes


def test_only_delete_and_overwrite_operations_count_as_destroying() -> None:
    assert all(map(destroys, (f"{BLOBS}/delete", f"{BLOBS}/write", f"{VAULT}/secrets/purge/action")))
    assert destroys(f"{AUTHORIZATION}/roleAssignments/delete")
    assert not any(map(destroys, (f"{BLOBS}/read", f"{MESSAGES}/send/action", f"{STORAGE}/listKeys/action")))


@pytest.mark.parametrize("operation", SPENDING)
def test_operation_that_runs_a_model_costs_money_and_is_shown_as_use(operation: str) -> None:
    assert of(operation).spends
    assert of(operation).words == ("use",)


@pytest.mark.parametrize("operation", FREE)
def test_operation_that_runs_no_model_does_not_cost_money(operation: str) -> None:
    assert not of(operation).spends
    assert of(operation).words == (word(operation),)


def test_reading_vault_secrets_and_listing_app_secrets_return_secrets_but_listing_storage_keys_does_not() -> None:
    reading, listing = f"{VAULT}/secrets/getSecret/action", "Microsoft.App/containerApps/listSecrets/action"

    assert of(reading).secrets
    assert of(listing).secrets
    assert of(control=(listing,)).secrets
    assert not of(control=(reading,)).secrets
    assert not of(f"{VAULT}/secrets/readMetadata/action", control=(f"{STORAGE}/listKeys/action",)).secrets


def test_operation_words_omit_settings_and_authorization_reads_but_show_role_grants() -> None:
    control = tuple(f"{AUTHORIZATION}/{name}" for name in ("locks/write", "roleAssignments/write", "policies/delete"))

    assert of(control=(*control, f"{STORAGE}/read", f"{STORAGE}/write")).words == ("write", "grant roles")
    assert of(control=(f"{AUTHORIZATION}/roleAssignments/delete",)).words == ("take away roles",)


def test_words_for_operations_at_a_resource_group_omit_uninformative_ones() -> None:
    every = of(*WORDS, control=tuple(WORDS), group=True)

    assert every == OperationEffects(
        words=(
            *("read", "use", "pull", "receive", "write", "send", "push", "delete"),
            *("grant roles", "take away roles"),
        ),
        destroys=True,
    )
    assert {"find", "listKeys", "executeQuery"} <= set(of(*WORDS, control=tuple(WORDS)).words)

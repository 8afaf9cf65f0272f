"""Tests of effective access through access keys and through Cosmos DB's own roles."""

import pytest

from access.azure.catalogue import Permission
from access.evaluate.decisions import Decision, decide, effective_access
from access.model.graph import Graph
from tests.access.graphs import (
    COSMOS,
    CREATE_ITEM,
    GROUP,
    ITEMS,
    LIST_KEYS,
    QUEUE,
    READ,
    READ_ITEM,
    SUBSCRIPTION,
    TAGGED,
    UPLOADS,
    custom,
    decision,
    deny,
    graph_of,
    held,
    resource,
)

# Keys: a principal that reads an account's keys needs no role on its data.


CONTRIBUTOR = "role 'Contributor' on subscription '0000'"
TURN_ON = f"{CONTRIBUTOR} may turn on access keys of 'acc' (allowSharedKeyAccess)"
THEN_READ = f"{CONTRIBUTOR} may then read the keys of 'acc'"
OTHERS = "; ".join(
    f"{CONTRIBUTOR} may {step}"
    for step in (
        "turn on SFTP of 'acc' (isSftpEnabled)",
        "then get the password of a local user of 'acc'",
        "turn on public access of 'acc' (allowBlobPublicAccess)",
        "then allow public access to the containers of 'acc'",
    )
)


@pytest.mark.parametrize(
    ("local_auth", "expected", "because"),
    [
        (True, "allowed", "role 'Contributor' on subscription '0000' reads the keys of 'acc', and key access is on"),
        (False, "conditional", f"{TURN_ON}; {THEN_READ}; {OTHERS}"),
        (
            None,
            "conditional",
            f"{CONTRIBUTOR} reads the keys of 'acc'; the state of key access is not known; {OTHERS}",
        ),
    ],
)
def test_contributor_reads_blobs_by_account_keys_if_key_access_is_on_and_only_conditionally_if_it_is_off(
    *, local_auth: bool | None, expected: str, because: str
) -> None:
    graph = graph_of(held("Contributor", SUBSCRIPTION), local_auth=local_auth)
    answer = decide(graph, "p", UPLOADS, READ)
    found = effective_access(graph, "p", UPLOADS)

    assert (answer.decision.value, answer.because) == (expected, because)
    assert (READ in found.via_keys, READ in found.perhaps_via_keys) == (local_auth is True, local_auth is not True)
    assert found.via_keys <= found.data_allowed
    assert found.data_by_roles == frozenset()


def test_deny_assignment_on_data_operations_does_not_limit_access_by_keys() -> None:
    contributor = held("Contributor", SUBSCRIPTION)
    on_data, on_keys = deny(GROUP, Permission(data_actions=("*",))), deny(GROUP, Permission(actions=(LIST_KEYS,)))
    others = ("Microsoft.Storage/storageAccounts/*/action", "Microsoft.Storage/storageAccounts/write")
    sas = deny(GROUP, Permission(actions=others))

    assert decision(graph_of(contributor, denies=(on_data,), local_auth=True), READ) == "allowed"
    assert decision(graph_of(contributor, denies=(on_keys,), local_auth=True), READ) == "allowed"
    assert decision(graph_of(contributor, denies=(sas,), local_auth=True), READ) == "denied"


def test_key_listing_under_a_condition_makes_data_access_conditional() -> None:
    graph = graph_of(held("Contributor", SUBSCRIPTION, condition=TAGGED), local_auth=True)

    assert decision(graph, READ) == "conditional"
    assert READ in effective_access(graph, "p", UPLOADS).perhaps_via_keys


def test_role_at_a_container_does_not_allow_listing_account_keys() -> None:
    assert decision(graph_of(held("Contributor", UPLOADS), local_auth=True), READ) == "denied"


def test_right_to_list_read_only_cosmos_keys_allows_reading_items_and_not_writing() -> None:
    role = custom(Permission(actions=("Microsoft.DocumentDB/databaseAccounts/readonlykeys/action",)))
    graph = Graph(resources=[resource(ITEMS, local_auth=True)], assignments=[held(role, COSMOS)])

    assert decision(graph, READ_ITEM, ITEMS) == "allowed"
    assert decision(graph, CREATE_ITEM, ITEMS) == "denied"


def test_right_to_list_keys_of_a_service_bus_namespace_gives_access_to_its_queues() -> None:
    graph = Graph(resources=[resource(QUEUE, local_auth=True)], assignments=[held("Contributor", GROUP)])
    found = effective_access(graph, "p", QUEUE)

    assert "Microsoft.ServiceBus/namespaces/messages/send/action" in found.via_keys
    assert found.by["Microsoft.ServiceBus/namespaces/messages/send/action"] == graph.assignments


# Cosmos has a hierarchy and roles of its own.


def test_azure_roles_allow_no_cosmos_items_and_cosmos_roles_allow_only_items() -> None:
    everything = custom(Permission(actions=("*/delete",), data_actions=("*",)))
    azure = graph_of(held(everything, SUBSCRIPTION))
    cosmos = graph_of(held("Cosmos DB Built-in Data Contributor", f"{COSMOS}/dbs/findings/colls/items"))
    delete = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/delete"

    assert (decision(azure, READ_ITEM, ITEMS, data=True), decision(azure, delete, ITEMS)) == ("denied", "allowed")
    assert (decision(cosmos, CREATE_ITEM, ITEMS), decision(cosmos, delete, ITEMS)) == ("allowed", "denied")
    assert effective_access(cosmos, "p", ITEMS).allowed == frozenset()


def test_deny_assignment_does_not_limit_access_to_cosmos_items() -> None:
    reader = held("Cosmos DB Built-in Data Reader", COSMOS)

    assert (
        decision(graph_of(reader, denies=(deny("/", Permission(data_actions=("*",))),)), READ_ITEM, ITEMS) == "allowed"
    )


def test_azure_and_cosmos_assignments_of_one_role_are_evaluated_separately() -> None:
    role = custom(Permission(data_actions=("*",)))
    for systems in (("azure", "cosmos"), ("cosmos", "azure")):
        graph = graph_of(*(held(role, COSMOS, id=system, principal=system, system=system) for system in systems))
        found = {system: decide(graph, system, ITEMS, READ_ITEM).decision for system in systems}

        assert found == {"azure": Decision.DENIED, "cosmos": Decision.ALLOWED}

"""Tests of effective access: Microsoft's documented examples, deny assignments, and all access of a principal."""

import time
from typing import Any

import pytest

from access.azure.catalogue import Permission, by_name
from access.evaluate import decisions
from access.evaluate.decisions import Decision, all_access, decide, effective_access
from access.evaluate.evaluator import EVERYONE
from access.model.graph import Graph, Principal, Resource
from tests.access.graphs import (
    ACCOUNT,
    BLOBS,
    DELETE,
    GROUP,
    ITEMS,
    LIST_KEYS,
    NAME,
    ONLY_UPLOADS,
    READ,
    READ_ITEM,
    REPORTS,
    STORE,
    SUBSCRIPTION,
    TAGGED,
    TENANT,
    TRAP,
    UPLOADS,
    WRITE,
    custom,
    decision,
    deny,
    graph_of,
    held,
    resource,
)

# role-definitions.md, "Control and data actions", the example of Alice and Bob.


def test_subscription_owner_may_manage_a_storage_account_and_perhaps_read_blobs_by_turning_its_keys_on() -> None:
    graph = graph_of(held("Owner", SUBSCRIPTION))

    assert decision(graph, "Microsoft.Storage/storageAccounts/blobServices/containers/delete") == "allowed"
    assert decision(graph, READ) == "conditional"
    found = effective_access(graph, "p", UPLOADS)
    assert (found.data_allowed, READ in found.perhaps_via_keys) == (frozenset(), True)
    assert "turn on access keys of 'acc' (allowSharedKeyAccess) and then read the keys of 'acc'" in found.detours


def test_blob_data_contributor_on_an_account_may_read_and_write_blobs_in_every_container() -> None:
    graph = graph_of(held("Storage Blob Data Contributor", ACCOUNT))

    assert {decision(graph, name, REPORTS) for name in (READ, WRITE, DELETE)} == {"allowed"}
    assert decision(graph, f"{BLOBS}/manageOwnership/action", REPORTS) == "denied"


# role-definitions.md, "NotActions": not a deny rule, a second role may grant what the first leaves out.


def test_notactions_of_one_role_do_not_limit_another_role() -> None:
    grant = "Microsoft.Authorization/roleAssignments/write"
    contributor = held("Contributor", SUBSCRIPTION)

    assert decision(graph_of(contributor), grant) == "denied"
    assert decision(graph_of(contributor, held("User Access Administrator", GROUP)), grant) == "allowed"


def test_notactions_do_not_limit_another_permissions_block_of_the_role() -> None:
    blocks = Permission(data_actions=("*",), not_data_actions=(WRITE,)), Permission(data_actions=(f"{BLOBS}/w*",))

    assert decision(graph_of(held(custom(blocks[0]), ACCOUNT)), WRITE) == "denied"
    assert decision(graph_of(held(custom(*blocks), ACCOUNT)), WRITE) == "allowed"


# overview.md, "Multiple role assignments": Contributor on the subscription and Reader on the group add up.


def test_access_is_the_union_of_all_role_assignments() -> None:
    graph = graph_of(held("Contributor", SUBSCRIPTION), held("Reader", GROUP))
    answer = decide(graph, "p", UPLOADS, "Microsoft.Storage/storageAccounts/blobServices/containers/read")

    assert decision(graph, "Microsoft.Storage/storageAccounts/write", ACCOUNT) == "allowed"
    assert len(answer.by) == 2
    assert answer.because == "role 'Contributor' on subscription '0000' allows it"


# deny-assignments.md: they take precedence; excluded principals; all principals; not applied to children.


def test_deny_assignment_overrides_roles_at_its_scope_and_below() -> None:
    block = Permission(data_actions=(f"{BLOBS}/*",), not_data_actions=(f"{BLOBS}/read",))
    graph = graph_of(held("Storage Blob Data Owner", UPLOADS), denies=(deny(GROUP, block),))
    answer = decide(graph, "p", UPLOADS, WRITE)

    assert answer.decision is Decision.DENIED
    assert answer.denied_by == graph.denies
    assert "deny assignment 'no' forbids what role 'Storage Blob Data Owner'" in answer.because
    assert decision(graph, READ) == "allowed"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "denied"),
        ({"principals": (EVERYONE,)}, "denied"),
        ({"principals": (EVERYONE,), "excluded_principals": ("P",)}, "allowed"),
        ({"principals": ("other",)}, "allowed"),
        ({"does_not_apply_to_children": True}, "allowed"),
        ({"condition": TAGGED}, "conditional"),
        ({"condition": "nonsense"}, "conditional"),
        ({"condition": f"{NAME} StringEquals 'reports'"}, "allowed"),
    ],
)
def test_deny_assignment_applies_only_to_its_principals_scope_and_condition(
    more: dict[str, Any], expected: str
) -> None:
    denied = deny(ACCOUNT, Permission(data_actions=(READ,)), **more)

    assert decision(graph_of(held("Storage Blob Data Reader", ACCOUNT), denies=(denied,)), READ) == expected


def test_operation_of_a_conditional_role_under_a_certain_deny_assignment_is_denied() -> None:
    denied = deny(ACCOUNT, Permission(data_actions=(READ,)))
    graph = graph_of(held("Storage Blob Data Reader", ACCOUNT, condition=TAGGED), denies=(denied,))

    assert decision(graph, READ) == "denied"


def test_unclear_wildcard_in_a_deny_assignment_makes_the_operation_conditional() -> None:
    # Whether `/*/` covers `/` is an inference (see `access.azure.actions`): it adds to grants and takes nothing away.
    doubtful = f"{BLOBS}/*/read"
    excluding = held(custom(Permission(data_actions=("*",), not_data_actions=(doubtful,))), ACCOUNT)
    denied = deny(ACCOUNT, Permission(data_actions=(doubtful,)))
    excepted = deny(ACCOUNT, Permission(data_actions=("*",), not_data_actions=(doubtful,)))

    assert decision(graph_of(held(custom(Permission(data_actions=(doubtful,))), ACCOUNT)), READ) == "allowed"
    assert decision(graph_of(excluding), READ) == "allowed"
    assert decision(graph_of(excluding, denies=(denied,)), READ) == "conditional"
    assert decision(graph_of(excluding, denies=(excepted,)), READ) == "conditional"


def test_deny_assignment_at_a_management_group_makes_access_conditional() -> None:
    denied = deny(TENANT, Permission(data_actions=("*",)))

    assert decision(graph_of(held("Storage Blob Data Reader", ACCOUNT), denies=(denied,)), READ) == "conditional"


# Reach and pairs.


def test_relevant_operations_of_a_resource_match_its_type_or_apply_at_every_scope() -> None:
    assert READ in decisions.relevant_operations(resource(UPLOADS), data=True)
    assert LIST_KEYS not in decisions.relevant_operations(resource(UPLOADS), data=False)
    assert LIST_KEYS in decisions.relevant_operations(resource(ACCOUNT), data=False)
    assert "Microsoft.Authorization/roleAssignments/write" in decisions.relevant_operations(
        resource(UPLOADS), data=False
    )
    assert READ_ITEM in decisions.relevant_operations(resource(ITEMS), data=True)
    assert READ in decisions.relevant_operations(resource(GROUP), data=True)
    unheard = resource(f"{GROUP}/providers/New.Provider/things/one")
    assert "new.provider/things/write" in decisions.relevant_operations(unheard, data=False)
    unborn = Resource(id="uploads", name="uploads", kind="Microsoft.Storage/storageAccounts/blobServices/containers")
    assert READ in decisions.relevant_operations(unborn, data=True)


def test_effective_access_equals_single_decisions_and_names_assignments() -> None:
    graph = graph_of(held("Storage Blob Data Owner", ACCOUNT, condition=ONLY_UPLOADS), held("Reader", GROUP))
    for scope in (UPLOADS, REPORTS, ACCOUNT):
        found = effective_access(graph, "P", scope.upper())
        for operation in decisions.relevant_operations(resource(scope), data=True):
            answer = decide(graph, "p", scope, operation, data=True)
            assert (operation in found.data_allowed) is (answer.decision is Decision.ALLOWED)
            assert (operation in found.data_conditional) is (answer.decision is Decision.CONDITIONAL)
            assert found.by.get(operation, ()) == answer.by
    assert "nothing" not in found.by
    assert set(found.by) == found.allowed | found.data_allowed | found.data_conditional


def test_all_access_of_a_graph_lists_only_principals_and_resources_with_access() -> None:
    reader = held("App Configuration Data Reader", STORE)
    graph = graph_of(held("Storage Blob Data Reader", UPLOADS), reader, held("Reader", f"{GROUP}x", principal="q"))
    found = list(all_access(graph))

    other = ("q", f"{GROUP}x")
    assert [(who, what) for who, what, _ in found] == [("p", UPLOADS), ("p", STORE), other]
    assert all(there == effective_access(graph, who, what) and there for who, what, there in found)
    assert "Microsoft.AppConfiguration/configurationStores/keyValues/read" in found[1][2].data_allowed


def test_access_of_100000_role_assignments_is_evaluated_in_15_seconds_of_cpu_time() -> None:
    resources = [resource(f"{ACCOUNT}/blobServices/default/containers/c{i}") for i in range(1000)]
    owner = by_name("Storage Blob Data Owner")
    graph = Graph(
        principals=[Principal(id=f"p{i}", name="") for i in range(10_000)],
        resources=resources,
        assignments=[
            held(owner, resources[(i + i // 10_000) % 1000].id, id=str(i), principal=f"p{i % 10_000}", condition=TRAP)
            for i in range(100_000)
        ],
    )
    start = time.process_time()

    assert sum(1 for _ in all_access(graph)) == 100_000
    assert time.process_time() - start < 15

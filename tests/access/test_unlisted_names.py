"""Tests that operations in no list, operations of other providers and scopes that no program declares count."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.azure.catalogue import Permission, every_role
from access.azure.operations import listed
from access.azure.packing import packed_operations
from access.azure.planes import every, relevant_to
from access.azure.unlisted_names import unlisted
from access.evaluate.decisions import all_access, decide, effective_access
from access.model.graph import Graph, Principal
from access.questions.paths import attaching
from access.questions.paths.edges import WAYS
from access.questions.proof import prove
from tests.access import fabrikam
from tests.access.graphs import ACCOUNT, GROUP, QUEUE, STORE, SUBSCRIPTION, UPLOADS, custom, deny, graph_of, held

SCOPES = (GROUP, ACCOUNT, UPLOADS, STORE, QUEUE)
TYPES = ("", "Microsoft.Storage/storageAccounts", "Microsoft.Storage/storageAccounts/blobServices/containers")
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/vault"
NAMESPACE = f"{GROUP}/providers/Microsoft.ServiceBus/namespaces/bus"
DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings/delete"


def names(graph: Graph, principal: str, scope: str) -> set[str]:
    found = effective_access(graph, principal, scope)
    return {each.lower() for each in found.allowed | found.data_allowed}


@pytest.mark.parametrize("data", [False, True])
def test_packed_azure_operation_lists_are_sorted_and_have_no_duplicates(*, data: bool) -> None:
    text = "".join(f"{name}\n" for name in listed(data=data))

    assert packed_operations(listed(data=data)) == text
    assert packed_operations([*reversed(listed(data=data)), *(name.upper() for name in listed(data=data))]) == text


def test_azure_operation_lists_contain_over_300_providers_including_those_of_compute_hosts() -> None:
    providers = {name.partition("/")[0].lower() for data in (False, True) for name in listed(data=data)}
    needed = ("app", "automation", "batch", "compute", "containerinstance", "containerservice", "datafactory", "logic")

    assert len(providers) > 300
    assert {f"microsoft.{each}" for each in (*needed, "insights", "machinelearningservices", "web")} <= providers


@pytest.mark.parametrize("way", [*WAYS, attaching], ids=lambda way: way.__name__.rpartition(".")[2])
def test_every_operation_of_an_escalation_path_is_in_the_azure_operation_lists(way: object) -> None:
    packed = {name.lower() for data in (False, True) for name in every(data=data)}

    assert {each for each in way.OPERATIONS if each not in packed} == set()  # type: ignore[attr-defined]


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(SCOPES[:3]),
    st.integers(0, 2),
    st.from_regex(r"[a-z]{3,8}/(read|write|delete|do[A-Z]{2}/action)", fullmatch=True),
    st.booleans(),
)
def test_unlisted_operation_named_by_a_role_is_allowed_at_its_resource_type(
    scope: str,
    depth: int,
    rest: str,
    data: bool,  # noqa: FBT001 - drawn
) -> None:
    depth = min(depth, SCOPES.index(scope))
    kind = TYPES[SCOPES.index(scope)]
    operation = f"{kind or 'Example.Unknown'}/zz{rest}"
    block = Permission(data_actions=(operation,)) if data else Permission(actions=(operation,))
    graph = graph_of(held(custom(block), SCOPES[depth]))

    assert operation.lower() in names(graph, "p", scope)
    assert decide(graph, "p", scope, operation).decision == "allowed"
    # A role that covers the operation by a wildcard is not reported to have gained it.
    wide = held("Contributor" if not data else "Storage Blob Data Owner", SCOPES[depth], id="wide", principal="q")
    assert operation.lower() not in names(graph_of(held(custom(block), SCOPES[depth]), wide), "q", scope)


def test_unlisted_operation_is_denied_by_notactions_and_deny_assignments() -> None:
    operation = "Microsoft.Storage/storageAccounts/zzUnknown/action"
    excluded = Permission(actions=(operation,), not_actions=("Microsoft.Storage/*/action",))
    refused = deny(ACCOUNT, Permission(actions=("Microsoft.Storage/*",)))

    assert operation.lower() not in names(graph_of(held(custom(excluded), ACCOUNT)), "p", ACCOUNT)
    graph = graph_of(held(custom(Permission(actions=(operation,))), ACCOUNT), denies=(refused,))
    assert operation.lower() not in names(graph, "p", ACCOUNT)


def test_wildcard_in_a_role_that_matches_no_listed_operation_counts_as_an_allowed_operation() -> None:
    pattern = "Example.Unknown/things/*"
    graph = graph_of(held(custom(Permission(actions=(pattern,))), GROUP))

    assert pattern.lower() in names(graph, "p", GROUP)


def test_operation_of_another_provider_is_allowed_at_the_resource_where_the_role_is_assigned() -> None:
    for pattern in (DIAGNOSTICS, "Microsoft.Insights/diagnosticSettings/*", "Microsoft.Insights/*/delete"):
        graph = graph_of(held(custom(Permission(actions=(pattern,))), ACCOUNT))

        assert DIAGNOSTICS.lower() in names(graph, "p", ACCOUNT)
    everywhere = graph_of(held(custom(Permission(actions=(DIAGNOSTICS,))), GROUP))
    assert DIAGNOSTICS.lower() in names(everywhere, "p", GROUP)


def test_common_built_in_roles_name_no_unlisted_operation() -> None:
    few = [role for role in every_role() if unlisted(role, data=False) or unlisted(role, data=True)]

    assert {"Storage Blob Data Contributor", "Key Vault Secrets User", "AcrPull", "Contributor"}.isdisjoint(
        role.name for role in few
    )


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        ("Key Vault Secrets User", f"{VAULT}/secrets/payroll-key"),
        ("Storage Blob Data Contributor", f"{ACCOUNT}/blobServices/default/containers/not-in-the-program"),
        ("Contributor", f"{NAMESPACE}/authorizationRules/RootManageSharedAccessKey"),
        ("Contributor", SUBSCRIPTION),
        ("Contributor", "/providers/Microsoft.Management/managementGroups/top"),
        ("Contributor", "/"),
        ("Contributor", f"{SUBSCRIPTION}/resourceGroups/unheard-of"),
    ],
)
def test_role_assignment_scope_missing_in_the_source_becomes_an_undeclared_resource(role: str, scope: str) -> None:
    graph = Graph(principals=[Principal(id="p", name="p")], assignments=[held(role, scope)])

    assert [(who, where) for who, where, access in all_access(graph) if access] == [("p", scope)]
    assert not graph.resources[0].declared


def test_access_proof_fails_for_a_role_at_a_resource_missing_in_the_program() -> None:
    graph, declared = fabrikam.graph(), fabrikam.declared()
    secret = next(one for one in graph.assignments if "/vaults/" in one.scope)
    uploads = next(one for one in graph.assignments if "/containers/" in one.scope and one.system == "azure")

    assert prove(graph, declared).holds
    for one in (secret, uploads):
        scope = f"{one.scope.rpartition('/')[0]}/not-in-the-program"
        extra = replace(one, id=f"{one.id} extra", scope=scope)
        proof = prove(fabrikam.changed(graph, [*graph.assignments, extra]), declared)
        assert [failure.resource for failure in proof.failures] == ["not-in-the-program"]


def test_operations_evaluated_at_a_resource_group_are_those_of_all_providers() -> None:
    assert relevant_to("", data=False) == every(data=False)

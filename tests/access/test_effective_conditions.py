"""Tests of effective access under conditions: decided, undecided and unparsable conditions."""

import pytest

from access.azure.catalogue import by_name
from access.evaluate import decisions
from access.evaluate.decisions import (
    Decision,
    decide,
    effective_access,
    no_restriction_reason,
    unevaluated,
    unrestricted_operations,
)
from access.model.graph import Graph
from tests.access.graphs import (
    ACCOUNT,
    DELETE,
    GROUP,
    NAME,
    NOT_LISTING,
    ONLY_LISTING,
    ONLY_UPLOADS,
    READ,
    REPORTS,
    SUBSCRIPTION,
    TAG,
    TRAP,
    UPLOADS,
    WRITE,
    decision,
    graph_of,
    held,
    resource,
)

# Conditions.


def test_condition_on_the_container_name_is_decided_before_the_request() -> None:
    graph = graph_of(held("Storage Blob Data Contributor", ACCOUNT, condition=ONLY_UPLOADS))
    refused = decide(graph, "p", REPORTS, READ)

    assert decision(graph, READ, UPLOADS) == "allowed"
    assert refused.decision is Decision.DENIED
    assert refused.because == "the condition on role 'Storage Blob Data Contributor' on 'acc' rules it out"
    assert decision(graph, READ, ACCOUNT) == "conditional"


def test_condition_on_blob_tag_operations_only_restricts_nothing_and_the_explanation_states_that() -> None:
    owner = by_name("Storage Blob Data Owner")
    graph = graph_of(held(owner, ACCOUNT, condition=TRAP))
    sentence = no_restriction_reason(TRAP, owner)

    assert {decision(graph, name, REPORTS) for name in (READ, WRITE, DELETE)} == {"allowed"}
    assert sentence is not None
    assert sentence.startswith(f"the condition guards only {TAG};")
    assert no_restriction_reason(TRAP, owner, decisions.relevant_operations(resource(UPLOADS), data=True)) == sentence
    assert TAG not in unrestricted_operations(TRAP, owner)


@pytest.mark.parametrize("condition", [None, "", "nonsense", ONLY_UPLOADS, NOT_LISTING, f"{NAME} StringEquals 'x'"])
def test_condition_on_blob_operations_has_no_explanation_that_it_restricts_nothing(condition: str | None) -> None:
    assert no_restriction_reason(condition, by_name("Storage Blob Data Owner")) is None


def test_condition_that_is_always_true_has_the_explanation_that_it_restricts_nothing() -> None:
    assert "every data operation" in (no_restriction_reason("true", by_name("Storage Blob Data Owner")) or "")
    assert no_restriction_reason("true", by_name("Reader")) is None


def test_blob_read_is_allowed_only_if_all_its_suboperations_are_allowed() -> None:
    reader = by_name("Storage Blob Data Reader")
    first = held(reader, ACCOUNT, condition=NOT_LISTING)
    second = held(reader, GROUP, condition=ONLY_LISTING)

    assert decision(graph_of(first), READ) == "conditional"
    assert decision(graph_of(second), READ) == "conditional"
    assert decision(graph_of(first, second), READ) == "allowed"


def test_condition_inside_a_role_definition_makes_the_operation_conditional() -> None:
    graph = graph_of(held("Key Vault Data Access Administrator", SUBSCRIPTION))

    assert decision(graph, "Microsoft.Authorization/roleAssignments/write") == "conditional"
    assert decision(graph, "Microsoft.Authorization/roleAssignments/read") == "allowed"


def test_condition_is_evaluated_with_the_attributes_of_the_resource() -> None:
    condition = "@Resource[Microsoft.Storage/storageAccounts:isHnsEnabled] BoolEquals true"
    key = "resource[microsoft.storage/storageaccounts:ishnsenabled]"
    given_role = held("Storage Blob Data Reader", GROUP, condition=condition)
    found = [
        decision(Graph(resources=[resource(UPLOADS, attributes=attributes)], assignments=[given_role]), READ)
        for attributes in ({}, {key: True}, {key: False}, {key: 1})
    ]

    assert found[:3] == ["conditional", "allowed", "denied"]
    assert found[3] != "allowed"


# What cannot be judged.


def test_role_assignment_of_an_unknown_role_is_conditional_and_listed_as_unevaluated() -> None:
    graph = graph_of(held(None, ACCOUNT, location="network.yaml:31"))
    answer = decide(graph, "p", UPLOADS, READ)

    assert answer.decision is Decision.CONDITIONAL
    assert "'r-1' is not known" in answer.because
    assert [(one.where, "r-1" in one.what) for one in unevaluated(graph)] == [("network.yaml:31", True)]
    assert READ in effective_access(graph, "p", UPLOADS).data_conditional


@pytest.mark.parametrize("condition", ["nonsense", "(" * 5000, f"{NAME} StringEquals '{'x' * 9000}'", "true AND"])
def test_role_assignment_with_an_unreadable_condition_is_conditional_and_listed_as_unevaluated(condition: str) -> None:
    graph = graph_of(held("Storage Blob Data Reader", ACCOUNT, condition=condition))
    answer = decide(graph, "p", UPLOADS, READ)

    assert answer.decision is Decision.CONDITIONAL
    assert "cannot be read" in answer.because
    assert len(unevaluated(graph)) == 1
    assert decision(graph, WRITE) == "denied"


def test_operation_without_role_assignment_is_denied() -> None:
    answer = decide(graph_of(), "nobody", "anything", "Some.Provider/things/read")

    assert answer.decision is Decision.DENIED
    assert answer.because == "nothing that 'nobody' holds on 'anything' or above allows it"

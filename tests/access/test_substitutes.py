"""Tests of operations that give the same as others: conditions on those others alone do not hold."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.azure.actions import covered
from access.azure.catalogue import Permission, Role, by_name, every_role
from access.azure.operations import listed
from access.azure.substitutes import SUBSTITUTES, Substitute
from access.evaluate.decisions import (
    decide,
    effective_access,
    half_guarded_reason,
    is_hierarchical,
    no_restriction_reason,
)
from access.findings import check
from access.model.graph import Graph, Principal, Resource
from tests.access.graphs import ACCOUNT, BLOBS, DELETE, NAME, READ, REPORTS, UPLOADS, WRITE, custom, graph_of, held

Properties = Mapping[str, object]
SUPER = f"{BLOBS}/runAsSuperUser/action"
OWNER = by_name("Storage Blob Data Owner")
KNOWN = frozenset(name.lower() for name in listed(data=True))
FLAT: Properties = {"sku": {"name": "x"}}
DEEP: Properties = {"sku": {"name": "x"}, "isHnsEnabled": True}


def guarding(*operations: str) -> str:
    tests = " AND ".join(f"!(ActionMatches{{'{one}'}})" for one in operations)
    return f"(({tests}) OR ({NAME} StringEquals 'uploads'))"


def role_of(*operations: str) -> Role:
    return custom(Permission(data_actions=operations))


def given_by(row: Substitute) -> list[str]:
    return [name for name in listed(data=True) if covered(row.gives, name) and name != row.operation]


@pytest.mark.parametrize("row", SUBSTITUTES, ids=lambda row: row.operation.rpartition("blobs/")[2])
def test_condition_that_guards_an_operation_but_not_one_that_gives_the_same_is_reported_as_half_guarded(
    row: Substitute,
) -> None:
    given = given_by(row)
    assert row.operation.lower() in KNOWN
    assert given

    for one in given:
        found = half_guarded_reason(guarding(one), role_of(one, row.operation)) or ""
        assert found.startswith(f"the condition guards {one}, and not {row.operation}, which ")
    assert half_guarded_reason(guarding(*given, row.operation), role_of(*given, row.operation)) is None
    only_in_hierarchical = half_guarded_reason(guarding(*given), role_of(*given, row.operation), hierarchical=False)
    assert (only_in_hierarchical is None) is row.hierarchical


@pytest.mark.parametrize(
    "condition", [None, "", guarding("Microsoft.Storage/x/read"), f"{NAME} StringEquals 'uploads'"]
)
def test_condition_that_guards_all_operations_of_a_role_or_none_is_not_reported_as_half_guarded(
    condition: str | None,
) -> None:
    assert half_guarded_reason(condition, by_name("Storage Blob Data Contributor")) is None


def blobs(properties: Properties | None, condition: str | None, role: Role = OWNER) -> Graph:
    """Return a graph with a role at an account, whose properties are known or not."""
    account = Resource(id=ACCOUNT, name="acc", kind="", declared=False, local_auth=False, properties=properties or {})
    containers = [Resource(id=each, name=each.rpartition("/")[2], kind="") for each in (UPLOADS, REPORTS)]
    return Graph(
        principals=[Principal(id="p", name="analysis", agent="analysis")],
        resources=[*containers, *([account] if properties is not None else [])],
        assignments=[held(role, ACCOUNT, condition=condition)],
    )


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (DEEP, "allowed"),
        ({"properties": {"isHnsEnabled": True}, "sku": {}}, "allowed"),
        (FLAT, "denied"),
        ({"sku": {}, "isHnsEnabled": False}, "denied"),
        ({"sku": {}, "isHnsEnabled": "not known"}, "conditional"),
        ({"kind": "StorageV2"}, "conditional"),
        ({}, "conditional"),
        (None, "conditional"),
    ],
)
def test_condition_that_leaves_out_run_as_super_user_restricts_blobs_only_without_hierarchical_namespace(
    properties: Properties | None, expected: str
) -> None:
    leaking, tight = guarding(READ, WRITE), guarding(READ, WRITE, SUPER)

    for operation in (READ, WRITE):
        answer = decide(blobs(properties, leaking), "p", REPORTS, operation)
        assert answer.decision == expected
        assert ("runAsSuperUser" in answer.because) is (expected != "denied")
        assert decide(blobs(properties, tight), "p", REPORTS, operation).decision == "denied"
        assert decide(blobs(properties, leaking), "p", UPLOADS, operation).decision == "allowed"
    known = {"allowed": True, "denied": False, "conditional": None}[expected]
    assert is_hierarchical(blobs(properties, leaking), UPLOADS) is known


@pytest.mark.parametrize(("properties", "expected"), [(DEEP, "allowed"), (FLAT, "denied"), ({}, "conditional")])
def test_condition_in_a_roles_own_permissions_that_leaves_out_run_as_super_user_is_bypassed_like_an_assignments(
    properties: Properties, expected: str
) -> None:
    every = (READ, WRITE, f"{BLOBS}/add/action", DELETE, SUPER)
    leaking, tight = guarding(*every[:-1]), guarding(*every)
    answers: dict[str, set[str]] = {}
    for condition in (leaking, tight):
        of_block = custom(Permission(data_actions=every, condition=condition))
        split = custom(
            Permission(data_actions=every[:-1], condition=condition),
            Permission(data_actions=every[-1:], condition=condition),
        )
        for role in (of_block, split):
            graph = blobs(properties, None, role)
            answers.setdefault(condition, set()).update(decide(graph, "p", REPORTS, one).decision for one in every[:-1])

    assert answers == {leaking: {expected}, tight: {"denied"}}


def test_condition_in_a_roles_own_permissions_that_guards_writing_and_not_adding_is_reported_as_half_guarded() -> None:
    add = f"{BLOBS}/add/action"
    half, whole = (
        custom(Permission(data_actions=(WRITE, add), condition=guarding(*names))) for names in ((WRITE,), (WRITE, add))
    )
    free = custom(Permission(data_actions=(READ, WRITE), condition="true"))
    given = [held(half, ACCOUNT, id="half"), held(whole, REPORTS, id="whole")]
    graph = Graph(resources=blobs(FLAT, None, half).resources, assignments=given)

    found = [one for one in check(graph, today=date(2026, 11, 29)) if one.rule.id == "half-guarded-condition"]
    assert [one.what.rpartition(": ")[2] for one in found] == [
        f"the condition guards {WRITE}, and not {add}, which writes new blobs"
    ]
    assert "every data operation" in (no_restriction_reason(None, free) or "")
    assert no_restriction_reason(None, half) is None


CONDITIONAL = [role for role in every_role() if any(block.condition for block in role.permissions)]


@pytest.mark.parametrize("role", CONDITIONAL, ids=lambda role: role.name)
def test_conditions_in_built_in_roles_are_reported_neither_as_half_guarded_nor_as_restricting_nothing(
    role: Role,
) -> None:
    assert half_guarded_reason(None, role) is None
    assert no_restriction_reason(None, role) is None


def test_run_as_super_user_operation_gives_no_operation_that_its_role_does_not_have() -> None:
    graph = blobs(DEEP, guarding(READ), role_of(READ, SUPER))

    assert effective_access(graph, "p", REPORTS).data_allowed == {READ, SUPER}
    assert decide(graph, "p", REPORTS, DELETE).decision == "denied"


def test_role_assignment_with_a_condition_version_other_than_2_0_gives_conditional_access() -> None:
    always, never = "true", "false"

    for condition in (always, never):
        old = graph_of(held(OWNER, ACCOUNT, condition=condition, condition_version="1.0"))
        assert decide(old, "p", UPLOADS, READ).decision == "conditional"
        assert "version '1.0'" in decide(old, "p", UPLOADS, READ).because
        for version in (None, "", "2.0"):
            new = graph_of(held(OWNER, ACCOUNT, condition=condition, condition_version=version), local_auth=False)
            assert decide(new, "p", UPLOADS, READ).decision == ("allowed" if condition == always else "denied")


def test_role_assignments_that_differ_in_the_version_of_their_condition_alone_are_evaluated_apart() -> None:
    given = [
        held(OWNER, ACCOUNT, condition="false", condition_version=version, principal=who, id=who)
        for who, version in (("p", "2.0"), ("q", "1.0"))
    ]
    for several in (given, given[::-1]):
        graph = graph_of(*several, local_auth=False)
        found = {one: effective_access(graph, one, UPLOADS) for one in [each.principal for each in several]}
        assert (found["p"].data_conditional, READ in found["q"].data_conditional) == (frozenset(), True)


@pytest.mark.parametrize("condition", ["true", "false"])
def test_permissions_of_a_role_with_a_condition_version_other_than_2_0_give_conditional_access(condition: str) -> None:
    for version, expected in (("1.0", "conditional"), ("2.0", "allowed" if condition == "true" else "denied")):
        block = Permission(data_actions=(READ,), condition=condition, condition_version=version)
        graph = graph_of(held(custom(block), ACCOUNT), local_auth=False)

        assert decide(graph, "p", UPLOADS, READ).decision == expected


@given(st.sets(st.sampled_from([READ, WRITE, DELETE, f"{BLOBS}/add/action", f"{BLOBS}/move/action", SUPER])))
@settings(max_examples=64, deadline=None)
def test_condition_that_guards_more_operations_never_allows_more(guarded: set[str]) -> None:
    everything = guarding(*sorted({READ, WRITE, DELETE, f"{BLOBS}/add/action", f"{BLOBS}/move/action", SUPER}))
    less = guarding(*sorted(guarded)) if guarded else "true"

    tight = effective_access(blobs(DEEP, everything), "p", REPORTS).data_allowed
    assert tight <= effective_access(blobs(DEEP, less), "p", REPORTS).data_allowed

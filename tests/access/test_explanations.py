"""The assignments that a decision names, and the sentence that explains it."""

import pytest

from access.azure.catalogue import Permission
from access.evaluate.decisions import decide, effective_access
from access.model.graph import Graph
from tests.access.graphs import GROUP, NAME, READ, SUBSCRIPTION, TAGGED, UPLOADS, WRITE, deny, graph_of, held

OWNER, READER, CONTRIBUTOR = "Storage Blob Data Owner", "Storage Blob Data Reader", "Contributor"
OTHER = f"{NAME} StringEquals 'another'"
NOTHING = "nothing that 'analysis' holds on 'uploads' or above allows it"
WAITING = "role 'Storage Blob Data Reader' on 'uploads' allows it, under a condition that the request decides"
KEYS = "role 'Contributor' on subscription '0000' reads the keys of 'acc', and key access is on"
NO_DATA = deny(GROUP, Permission(data_actions=("*",)))

CASES: dict[str, tuple[Graph, str, list[str], str]] = {
    "certain role rather than one under a condition": (
        graph_of(held(READER, UPLOADS, condition=TAGGED), held(OWNER, GROUP)),
        "allowed",
        [OWNER],
        "role 'Storage Blob Data Owner' on resource group 'rg' allows it",
    ),
    "every certain role": (
        graph_of(held(READER, UPLOADS), held(OWNER, GROUP), held("Reader", GROUP)),
        "allowed",
        [OWNER, READER],
        "role 'Storage Blob Data Owner' on resource group 'rg' allows it",
    ),
    "keys rather than a role that is denied": (
        graph_of(held(OWNER, GROUP), held(CONTRIBUTOR, SUBSCRIPTION), denies=(NO_DATA,), local_auth=True),
        "allowed",
        [CONTRIBUTOR],
        KEYS,
    ),
    "role and keys": (
        graph_of(held(OWNER, GROUP), held(CONTRIBUTOR, SUBSCRIPTION), local_auth=True),
        "allowed",
        [OWNER, CONTRIBUTOR],
        "role 'Storage Blob Data Owner' on resource group 'rg' allows it",
    ),
    "condition that the request decides": (
        graph_of(held(READER, UPLOADS, condition=TAGGED)),
        "conditional",
        [READER],
        WAITING,
    ),
    "deny assignment": (
        graph_of(held(READER, UPLOADS), held(OWNER, GROUP), denies=(NO_DATA,)),
        "denied",
        [],
        "deny assignment 'no' forbids what role 'Storage Blob Data Owner' on resource group 'rg' allows",
    ),
    "condition that excludes the resource": (
        graph_of(held("Reader", GROUP), held(READER, UPLOADS, condition=OTHER)),
        "denied",
        [],
        "the condition on role 'Storage Blob Data Reader' on 'uploads' rules it out",
    ),
    "condition on a role that would not allow it anyway": (
        graph_of(held("Reader", UPLOADS, condition=OTHER)),
        "denied",
        [],
        NOTHING,
    ),
    "no role": (graph_of(), "denied", [], NOTHING),
}


@pytest.mark.parametrize("case", CASES)
def test_access_decision_names_the_deciding_role_assignments_and_the_reason(case: str) -> None:
    graph, decision, roles, because = CASES[case]
    found = decide(graph, "p", UPLOADS, READ)

    assert (found.decision.value, [one.role.name for one in found.by if one.role]) == (decision, roles)
    assert found.because == because


def test_conditional_access_decision_lists_every_reason_once() -> None:
    perhaps = deny(GROUP, Permission(data_actions=("*",)), condition=TAGGED)
    twice = [held(READER, UPLOADS, id=each, condition=TAGGED) for each in ("1", "2")]
    graph = graph_of(*twice, denies=(perhaps,))
    found = decide(graph, "p", UPLOADS, READ)

    assert found.because == f"deny assignment 'no' forbids it, certainly or perhaps; {WAITING}"
    assert len(found.by) == 2


def test_effective_access_names_the_role_assignments_of_each_operation() -> None:
    graph = graph_of(held(READER, UPLOADS), held(OWNER, GROUP, condition=TAGGED))
    found = effective_access(graph, "p", UPLOADS)

    assert [one.role.name for one in found.by[READ] if one.role] == [OWNER, READER]
    assert [one.role.name for one in found.by[WRITE] if one.role] == [OWNER]
    assert (READ in found.data_allowed, WRITE in found.data_conditional) == (True, True)


def test_effective_access_lists_data_operations_by_roles_separately_from_those_by_keys() -> None:
    graph = graph_of(held(READER, UPLOADS), held(CONTRIBUTOR, SUBSCRIPTION), local_auth=True)
    found = effective_access(graph, "p", UPLOADS)

    assert (READ in found.data_by_roles, WRITE in found.data_by_roles) == (True, False)
    assert {READ, WRITE} <= found.via_keys
    assert found.data_by_roles < found.data_allowed

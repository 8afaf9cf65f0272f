"""Tests that a custom role with the name of a built-in role is never taken for the built-in role."""

from dataclasses import replace

import pytest

from access.azure.catalogue import Permission, Role, built_in_name, by_name, display_name
from access.azure.verbs import VERBS
from access.evaluate.platform_grants import is_platform_assignment
from access.model.graph import Assignment, Principal
from access.questions.matrix import AccessMatrix
from access.questions.proof import prove
from access.questions.why import why
from tests.access import fabrikam
from tests.access.graphs import GROUP, READ, held


def called(name: str) -> Role:
    """Return a custom role that has the name of a built-in role and allows everything."""
    return Role("99999999-0000-4000-8000-000000000000", name, (Permission(actions=("*",), data_actions=("*",)),))


@pytest.mark.parametrize("name", sorted({role for roles in VERBS.values() for role in roles}))
def test_custom_role_with_the_name_of_a_built_in_role_is_marked_and_gives_no_verb(name: str) -> None:
    assert (built_in_name(called(name)), built_in_name(by_name(name))) == ("", name)
    assert (display_name(called(name)), display_name(by_name(name))) == (f"{name} (custom role)", name)
    assert display_name(called("Our own role")) == "Our own role"


def changed(one: Assignment, role: Role) -> Assignment:
    return replace(one, role=role, role_id=role.id)


def test_custom_role_with_the_name_of_the_declared_role_fails_the_proof_and_shows_no_verb() -> None:
    graph, declared = fabrikam.graph(), fabrikam.declared()
    reads = next(one for one in graph.assignments if one.name == "analysis-may-read-code-uploads")
    role = called("Storage Blob Data Reader")
    others = [one for one in graph.assignments if one.id != reads.id]
    found = fabrikam.changed(graph, [*others, changed(reads, role)])

    assert not prove(found, declared).holds
    matrix = AccessMatrix(found)
    assert matrix.verbs(matrix.entries["analysis", "code-uploads"]) == ["Storage Blob Data Reader (custom role)"]
    assert why(found, declared, "analysis", "code-uploads", READ)[0].locations == ()


def test_custom_role_called_foundry_user_is_not_a_grant_of_the_platform() -> None:
    account = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/foundry"
    project = Principal(id="project", name="p", party="p", purpose="host", owner=f"{account}/projects/p")

    for role, expected in ((by_name("Foundry User"), True), (called("Foundry User"), False)):
        assert is_platform_assignment(project, held(role, account, principal="project")) is expected

"""Tests that proof, diff or check reports one extra way in that live Azure lists, and none a change without access."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.model.graph import Graph
from access.questions.diff import difference
from access.questions.proof import prove
from access.questions.role_changes import packed_roles
from access.readers import live
from tests.access.acting_changes import federated_credential
from tests.access.program_changes import SHOWN_BY_AZURE, Change, Row, network_parts, tags, unused_identity
from tests.access.readers.arm_server import SUBSCRIPTION, Signed, of_stack, serving
from tests.access.test_every_way_in import before as program
from tests.access.test_every_way_in import declared, errors, resources
from tests.derandomized import derandomized

ROLE = "azure-native:authorization:RoleDefinition"


def reading(found: list[Row]) -> Graph:
    """Return the graph of a fake Azure in which the resources of a program are."""
    for row in found:
        place = str(row.get("id", "")).rpartition("/providers/")[2]
        if place.startswith("Microsoft.") and row["type"] != ROLE:
            provider, *rest = place.split("/")
            row["outputs"].setdefault("type", "/".join((provider, *rest[::2])))
            row["outputs"].setdefault("name", rest[-1])
    held = {one.role.name for one in program("export").assignments if one.role}
    granted = {str(row.get("inputs", {}).get("roleDefinitionId")).rpartition("/")[2] for row in found}
    arm = of_stack(found, [role for role in packed_roles() if role.name in held or role.id in granted])
    listing = next(rows for path, rows in arm.lists.items() if path.endswith("/roledefinitions") and "sql" not in path)
    listing += [{"id": row["id"], "properties": row["inputs"]} for row in found if row["type"] == ROLE]
    with serving(arm):
        like = program("export")
        return live.read(SUBSCRIPTION, Signed(), endpoint=arm.endpoint, network="fabrikam", stack="dev", like=like)


@cache
def before() -> Graph:
    return reading(resources())


@st.composite
def programs(draw: st.DrawFn, change: Change) -> list[Row]:
    found = resources()
    change(draw, found)
    return found


def seen(graph: Graph) -> set[str]:
    """Return the questions that report access or doubts that live Azure before the change does not have."""
    failures = {one.what for one in prove(before(), declared()).failures}
    found = difference(before(), graph)
    answers = {
        "proof": any(one.what not in failures for one in prove(graph, declared()).failures),
        "diff": found.grows or bool(found.new_unread),
        "check": bool(errors(graph) - errors(before())),
    }
    return {name for name, reports in answers.items() if reports}


@pytest.mark.parametrize("way", [*SHOWN_BY_AZURE, federated_credential], ids=lambda way: way.__name__)
@given(data=st.data())
@derandomized(1)
def test_every_added_way_to_get_access_in_live_azure_is_reported_by_access_proof_check_or_diff(
    way: Change, data: st.DataObject
) -> None:
    assert seen(reading(data.draw(programs(way))))


@pytest.mark.parametrize("change", [network_parts, tags, unused_identity], ids=lambda change: change.__name__)
@given(data=st.data())
@derandomized(1)
def test_change_in_live_azure_that_gives_no_access_is_reported_by_neither_access_proof_check_nor_diff(
    change: Change, data: st.DataObject
) -> None:
    assert seen(reading(data.draw(programs(change)))) == set()

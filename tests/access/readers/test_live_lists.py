"""Tests that every type that a registry row lists is requested from live Azure."""

from typing import Any

import pytest

from access.azure.types import TYPES, of_token
from access.azure.types.row import ArmType
from access.azure.verbs import CALLED_KINDS
from access.readers import live
from access.readers.subscription import LISTED
from tests.access.readers.arm_server import AUTHORIZATION, BASE, SUBSCRIPTION, Arm, Signed, serving

# Lists of what is attached to a subscription are requested by themselves, whatever there is.
SCOPED = {"microsoft.authorization/roleassignments"}


def id_of(row: ArmType) -> str:
    values = {part: f"the-{part.lower()}" for part in row.parts}
    return row.path.format(**values | {"subscription": SUBSCRIPTION, "resourceGroupName": "rg"})


def subscription_with(*rows: ArmType) -> Arm:
    """Return a fake subscription with one resource of each type."""
    arm = Arm()
    for name in ("roleAssignments", "roleDefinitions", "denyAssignments"):
        arm.put(f"{AUTHORIZATION}/{name}", [])
    serving_app = {"configuration": {"ingress": {"external": False, "targetPort": 80}}}
    for row in TYPES:
        listed = [{"id": id_of(row), "properties": serving_app}] if row.key == "microsoft.app/containerapps" else []
        arm.put(f"{BASE}/providers/{row.arm_type}", listed)
        if row.listed and row.listed.within:
            found: list[dict[str, Any]] = [{"id": id_of(row), "name": row.parts[-1], "properties": {}}]
            arm.put(id_of(row).rpartition("/")[0], found)
    arm.put(f"{BASE}/resources", [{"id": id_of(row), "name": "one", "type": row.arm_type} for row in rows])
    return arm


def requested(arm: Arm) -> set[str]:
    with serving(arm):
        live.read(SUBSCRIPTION, Signed(), endpoint=arm.endpoint)
    return {path for path, _ in arm.requested}


def test_live_azure_reader_requests_every_type_that_is_listed_per_subscription() -> None:
    rows = [row for row in TYPES if row.key in LISTED and row.key not in SCOPED]

    found = requested(subscription_with(*rows))

    assert {f"{BASE}/providers/{key}".lower() for key in LISTED} <= found


def test_live_azure_reader_requests_every_type_that_is_listed_per_parent_resource() -> None:
    rows = [row for row in TYPES if row.listed and not row.listed.within and row.key not in SCOPED]
    inside = {id_of(row).rpartition("/")[0].lower() for row in TYPES if row.listed and row.listed.within}
    arm = subscription_with(*rows)
    # The keys of a vault are requested only if somebody holds a role at one of them.
    signs = {"scope": id_of(of_token("azure-native:keyvault:Key")), "principalId": "agent"}
    arm.put(f"{AUTHORIZATION}/roleAssignments", [{"id": f"{AUTHORIZATION}/roleAssignments/signs", "properties": signs}])

    assert inside <= requested(arm)


@pytest.mark.parametrize(
    "row", [row for row in TYPES if row.kind and row.kind not in CALLED_KINDS], ids=lambda row: row.kind
)
def test_live_azure_reader_recognises_every_resource_kind_except_foundry_agents_by_its_arm_type(row: ArmType) -> None:
    arm = subscription_with(row)
    with serving(arm):
        graph = live.read(SUBSCRIPTION, Signed(), endpoint=arm.endpoint)

    assert [(each.kind, each.declared) for each in graph.resources if each.declared] == [(row.kind, True)]

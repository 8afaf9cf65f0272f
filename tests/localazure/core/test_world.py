"""Tests of local Azure's state: look-up of resources, managed identities, and the state file."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from localazure.arm.clock import fixed, stamp
from localazure.arm.world import Principal, Resource, World
from localazure.azure import LocalAzure
from localazure.errors import WorldFileError
from localazure.services import catalogue
from tests.localazure.samples import SAMPLES, make

IDS = {
    "subscription": "10ca1000-0000-4000-8000-000000000001",
    "tenant": "10ca1000-0000-4000-8000-000000000002",
    "deployer": "10ca1000-0000-4000-8000-000000000003",
    "deployer's client": "10ca1000-0000-4000-8000-000000000004",
}
"""Ids that the state of every stack deployed to local Azure contains."""
WITH_SYSTEM_DATA = [kind.token for kind in catalogue() if kind.token in SAMPLES and "systemData" in kind.outputs]
EARLY, LATE = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, 10, 30, 0, 250000, tzinfo=UTC)


def resource(resource_id: str, **more: object) -> Resource:
    values = {"token": "a:b:C", "inputs": {}, "outputs": {}, **more}
    return Resource(id=resource_id, **values)  # type: ignore[arg-type]


def world_of(*resources: Resource) -> World:
    world = World()
    for one in resources:
        world.put(one)
    return world


def ids(found: object) -> list[str]:
    return [one.id for one in found]  # type: ignore[attr-defined]


def test_local_azure_keeps_the_same_subscription_tenant_and_deployer_ids() -> None:
    world = World()
    deployer = world.find_principal(IDS["deployer"])

    assert (world.subscription_id, world.tenant_id) == (IDS["subscription"], IDS["tenant"])
    assert deployer == Principal(id=IDS["deployer"], client_id=IDS["deployer's client"], owner="")
    assert world.principals == {}
    assert stamp(fixed()) == "2026-01-01T00:00:00.0000000Z"


def test_resource_is_found_by_its_id_in_any_case_in_local_azure() -> None:
    world = world_of(resource("/a/B"))

    assert world.get("/A/b") is world.resources["/a/b"]
    assert world.get("/a/c") is None
    world.remove("/A/B")
    world.remove("/a/c")
    assert world.resources == {}


def test_local_azure_lists_resources_below_an_id_deepest_first_without_those_that_outlive_their_parent() -> None:
    world = world_of(
        resource("/group"),
        resource("/group/account", parent="/GROUP"),
        resource("/group/account/part", parent="/group/Account"),
        resource("/group/deleted-later", parent="/group", outlives_parent=True),
        resource("/group/deleted-later/part", parent="/group/deleted-later"),
        resource("/other"),
    )

    assert ids(world.children("/Group")) == ["/group/account", "/group/deleted-later"]
    assert ids(world.under("/Group")) == ["/group/account/part", "/group/account"]
    world.remove("/group/account")
    assert ids(world.children("/group")) == ["/group/deleted-later"]
    assert ids(world.children("/other")) == []


def test_local_azure_state_is_equal_and_independent_after_copying_or_saving_and_loading(tmp_path: Path) -> None:
    world = world_of(
        resource("/a", claims=("name",), marks=("holder",)), resource("/a/b", parent="/a"), resource("/c", adopted=True)
    )
    world.get_or_create_principal("/a")
    world.soft_deleted["vault"] = resource("/vault")
    world.stack.append({"one": 1})
    world.save(tmp_path / "world.json")

    for again in (world.copy(), World.load(tmp_path / "world.json")):
        assert again == world
        assert ids(again.children("/a")) == ["/a/b"]
        assert again.find_unique("NAME") == world.get("/a")
        assert ids(again.find_indexed("Holder")) == ["/a"]
        assert again.find_owned_principal("/A") == world.find_owned_principal("/a")
        again.remove("/a")
        again.remove_principal("/a")
        again.stack.clear()
        again.soft_deleted.clear()
        again.creations.clear()
    assert (len(world.resources), len(world.principals), len(world.stack), len(world.soft_deleted)) == (3, 1, 1, 1)
    assert world.creations == {"/a": 1}


def test_unique_key_in_local_azure_returns_the_existing_resource_that_claimed_it_last() -> None:
    world = world_of(resource("/a", claims=("name", "old")))
    world.put(resource("/a", claims=("name",)))
    assert (world.find_unique("old"), world.find_unique("name")) == (None, world.get("/a"))

    world.put(resource("/b", claims=("name",)))
    world.remove("/a")
    assert world.find_unique("name") == world.get("/b")
    world.remove("/b")
    assert world.find_unique("name") is None


def test_index_key_in_local_azure_returns_every_resource_with_that_key() -> None:
    world = world_of(resource("/a", marks=("p",)), resource("/b", marks=("p", "q")))

    assert ids(world.find_indexed("P")) == ["/a", "/b"]
    world.put(resource("/a", marks=("q",)))
    assert (ids(world.find_indexed("p")), ids(world.find_indexed("q"))) == (["/b"], ["/b", "/a"])
    world.remove("/b")
    assert (ids(world.find_indexed("p")), ids(world.find_indexed("q"))) == ([], ["/a"])


def test_recreated_resource_gets_another_principal_id_in_local_azure() -> None:
    world = World()
    first = world.get_or_create_principal("/A")

    assert world.get_or_create_principal("/a") is first
    assert (first.owner, first.type, first.id != first.client_id) == ("/A", "ServicePrincipal", True)
    assert not world.was_deleted(first.id)
    world.remove_principal("/A")
    assert (world.find_principal(first.id), world.find_owned_principal("/a")) == (None, None)
    assert world.was_deleted(first.id.upper())
    second = world.get_or_create_principal("/a")
    assert second.id != first.id
    assert second.client_id != first.client_id
    assert [world.was_deleted(one) for one in (first.id, second.id, IDS["tenant"])] == [True, False, False]
    assert world.creations == {"/a": 2}


def test_external_principal_is_added_once_and_has_no_owner_resource_in_local_azure() -> None:
    world = World()
    own = world.get_or_create_principal("/a")
    world.add_external_principal("PEOPLE", "Group")
    world.add_external_principal("people", "User")
    world.add_external_principal(own.id, "User")
    world.add_external_principal(IDS["deployer"], "User")

    assert world.principals == {
        own.id: own,
        "people": Principal(id="people", client_id="", owner="", type="Group"),
    }


def test_local_azure_state_file_contains_its_format_and_omits_empty_resource_fields(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "world.json"
    world_of(resource("/a"), resource("/b", parent="/a", marks=("m",), adopted=True)).save(path)

    assert json.loads(path.read_text("utf-8")) == {
        "format": "local-azure-world",
        "version": 2,
        "generation": 1,
        "subscriptionId": IDS["subscription"],
        "tenantId": IDS["tenant"],
        "creations": {},
        "resources": [
            {"id": "/a", "token": "a:b:C", "parent": "", "inputs": {}, "outputs": {}},
            {
                "id": "/b",
                "token": "a:b:C",
                "parent": "/a",
                "inputs": {},
                "outputs": {},
                "marks": ["m"],
                "adopted": True,
            },
        ],
        "principals": [],
        "softDeleted": {},
        "stack": [],
    }
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"format": "local-azure-world", "version": 3}', "the state file has version 3, this program reads 2"),
        ('{"format":"local-azure-world","version":3,"x":1}\n{}\n', "the state file has version 3"),
        ('{"format": "another", "version": 1}', "is not a complete state file"),
        ("[]", "is not a complete state file"),
        ("{", "is not a complete state file"),
        ('{"format": "local-azure-world", "version": 1}', "is damaged"),
        ('{"format":"local-azure-world","version":2,"resources":[]}\n{"resources"\n{}\n', "not a complete state file"),
        ('{"format":"local-azure-world","version":2,"resources":[]}\n[]\n{}\n', "not a complete state file"),
    ],
)
def test_file_that_is_not_a_state_file_is_refused_and_left_unchanged_in_local_azure(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "world.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(WorldFileError, match=message):
        World.load(path)
    assert path.read_text("utf-8") == content


def test_missing_local_azure_state_file_loads_empty_state_and_unreadable_file_is_refused(tmp_path: Path) -> None:
    assert World.load(tmp_path / "missing.json") == World()
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path, tmp_path / "binary.json"):
        with pytest.raises(WorldFileError, match="cannot be read as a state file"):
            World.load(path)


def test_unwritable_local_azure_state_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(WorldFileError, match="cannot be written"):
        World().save(tmp_path / "file" / "world.json")


@pytest.mark.parametrize("token", WITH_SYSTEM_DATA)
def test_system_data_contains_the_deployer_after_creation_and_update_in_local_azure(token: str) -> None:
    moment = [EARLY]
    azure = LocalAzure(World(), lambda: moment[0])
    resource_id, created = make(azure, token)
    by_deployer = {"createdBy": IDS["deployer's client"], "createdByType": "Application"}
    by_deployer |= {"lastModifiedBy": IDS["deployer's client"], "lastModifiedByType": "Application"}
    early, late = "2026-03-01T00:00:00.0000000Z", "2026-03-02T10:30:00.2500000Z"

    assert created["systemData"] == {**by_deployer, "createdAt": early, "lastModifiedAt": early}
    moment[0] = LATE
    read = azure.read(token, resource_id)
    assert read is not None
    updated = azure.update(token, resource_id, read[0])
    assert updated["systemData"] == {**by_deployer, "createdAt": early, "lastModifiedAt": late}

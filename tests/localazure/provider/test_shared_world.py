"""Tests of two processes that share one state file of local Azure."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from localazure.arm.world import World
from localazure.errors import AzureError, WorldFileError
from localazure.fronts.shared_world import SharedWorld

GROUP = "azure-native:resources:ResourceGroup"


def make(shared: SharedWorld, name: str) -> None:
    with shared.writing() as azure:
        azure.create(GROUP, {"resourceGroupName": name, "location": "westeurope"})


def half_made(shared: SharedWorld) -> None:
    with shared.writing() as azure:
        azure.create(GROUP, {"resourceGroupName": "b", "location": "westeurope"})
        raise RuntimeError


def names(path: Path) -> set[str]:
    return {key.rpartition("/")[2] for key in World.load(path).resources}


def test_local_azure_state_change_is_visible_to_another_reader_of_the_state_file(tmp_path: Path) -> None:
    one, other = SharedWorld(tmp_path / "world.json"), SharedWorld(tmp_path / "world.json")
    make(one, "a")
    make(other, "b")

    with one.reading() as azure:
        seen = {key.rpartition("/")[2] for key in azure.world.resources}

    assert seen == {"a", "b"}


def test_concurrent_writes_to_one_local_azure_state_file_lose_no_change(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    shared = [SharedWorld(path), SharedWorld(path)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: make(shared[number % 2], f"g{number}"), range(40)))

    assert names(path) == {f"g{number}" for number in range(40)}


def test_failed_write_leaves_local_azures_state_file_and_memory_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    shared = SharedWorld(path)
    make(shared, "a")
    before = path.read_bytes()

    with pytest.raises(RuntimeError):
        half_made(shared)

    with shared.reading() as azure:
        seen = {key.rpartition("/")[2] for key in azure.world.resources}
    assert path.read_bytes() == before
    assert seen == {"a"}


def test_reading_a_missing_local_azure_state_file_does_not_create_it(tmp_path: Path) -> None:
    with SharedWorld(tmp_path / "world.json").reading() as azure:
        assert azure.world.resources == {}

    assert list(tmp_path.iterdir()) == []


def test_invalid_local_azure_state_file_is_refused_and_left_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    path.write_text("half of a wor")

    with pytest.raises(WorldFileError), SharedWorld(path).writing():
        pass

    assert path.read_text() == "half of a wor"


def test_second_concurrent_write_in_an_exclusive_write_scope_is_refused_by_local_azure(tmp_path: Path) -> None:
    shared = SharedWorld(tmp_path / "world.json")

    with shared.exclusive_write(("/the/identity", "Conflict")):
        with (
            pytest.raises(AzureError, match="another write in '/the/identity' is in progress") as refused,
            shared.exclusive_write(("/the/identity", "Conflict")),
        ):
            pass
        with (
            shared.exclusive_write(("/another/identity", "Conflict")),
            shared.exclusive_write(None),
            shared.exclusive_write(None),
        ):
            pass

    assert (refused.value.code, refused.value.status) == ("Conflict", 409)
    with shared.exclusive_write(("/the/identity", "Conflict")):
        pass

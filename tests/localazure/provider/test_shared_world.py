"""Two processes on one world file see each other's changes and lose none."""

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


def test_what_one_writes_the_other_reads(tmp_path: Path) -> None:
    one, other = SharedWorld(tmp_path / "world.json"), SharedWorld(tmp_path / "world.json")
    make(one, "a")
    make(other, "b")

    with one.reading() as azure:
        seen = {key.rpartition("/")[2] for key in azure.world.resources}

    assert seen == {"a", "b"}


def test_no_change_is_lost_where_two_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    shared = [SharedWorld(path), SharedWorld(path)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: make(shared[number % 2], f"g{number}"), range(40)))

    assert names(path) == {f"g{number}" for number in range(40)}


def test_a_failure_leaves_the_file_and_the_memory_as_they_were(tmp_path: Path) -> None:
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


def test_reading_makes_no_file(tmp_path: Path) -> None:
    with SharedWorld(tmp_path / "world.json").reading() as azure:
        assert azure.world.resources == {}

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_world_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    path.write_text("half of a wor")

    with pytest.raises(WorldFileError), SharedWorld(path).writing():
        pass

    assert path.read_text() == "half of a wor"


def test_a_second_write_in_a_place_is_refused_while_the_first_is_under_way(tmp_path: Path) -> None:
    shared = SharedWorld(tmp_path / "world.json")

    with shared.exclusive_write(("/the/identity", "Conflict")):
        with (
            pytest.raises(AzureError, match="another write in '/the/identity' is under way") as refused,
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

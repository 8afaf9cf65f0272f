"""Tests of local Azure's state file as a log: cost of a write, interrupted writes, other processes, older versions."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.model.state_log import parse
from access.readers import local
from localazure.arm import persistence
from localazure.arm.world import Resource, World
from localazure.errors import WorldFileError
from localazure.fronts.shared_world import SharedWorld
from tests.fabrikam import REPOSITORY

KEYS = "abc"
Operation = tuple[str, str, int]
"""Method of the state, key, and a value that differs."""

OPERATIONS = st.tuples(
    st.sampled_from(["put", "remove", "keep_deleted", "forget_deleted", "own", "disown", "stranger"]),
    st.sampled_from(KEYS),
    st.integers(0, 9),
)


def resource(name: str, value: int, size: int = 0) -> Resource:
    return Resource(
        id=f"/{name.upper()}",
        token="a:b:C",  # noqa: S106 - a type token
        parent="/top",
        inputs={"value": value, "text": "x" * size},
        outputs={},
        claims=(f"name {name}",),
        marks=(f"number {value}",),
    )


def change(world: World, operation: Operation) -> None:
    method, name, value = operation
    steps: dict[str, Callable[[], object]] = {
        "put": lambda: world.put(resource(name, value)),
        "remove": lambda: world.remove(f"/{name}"),
        "keep_deleted": lambda: world.keep_deleted(name, resource(name, value)),
        "forget_deleted": lambda: world.forget_deleted(name),
        "own": lambda: world.get_or_create_principal(f"/{name}"),
        "disown": lambda: world.remove_principal(f"/{name}"),
        "stranger": lambda: world.add_external_principal(f"{name}{value}", "Group"),
    }
    steps[method]()


def write(shared: SharedWorld, operation: Operation) -> None:
    with shared.writing() as azure:
        change(azure.world, operation)


def indexed(world: World) -> object:
    """Return what can be looked up in a state, which is more than its entries."""
    return (
        {each.id for each in world.children("/top")},
        [world.find_unique(f"name {name}") for name in KEYS],
        [{each.id for each in world.find_indexed(f"number {value}")} for value in range(10)],
        [world.find_owned_principal(f"/{name}") for name in KEYS],
    )


def fill(shared: SharedWorld, count: int) -> list[int]:
    """Create resources one write at a time; return the bytes that each write sent to the disk."""
    sent: list[int] = []
    for number in range(count):
        with shared.writing() as azure:
            azure.world.put(resource(f"r{number:05}", number, size=1000))
            before = list(_SENT)
        sent.append(sum(_SENT[len(before) :]))
    return sent


_SENT: list[int] = []
"""Length of every line that was written to a state file."""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def line(value: persistence.Content) -> bytes:
        written = real(value)
        _SENT.append(len(written))
        return written

    real = persistence._line  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - counts what is written
    monkeypatch.setattr(persistence, "_line", line)
    _SENT.clear()


@pytest.mark.usefixtures("counted")
def test_bytes_per_write_to_local_azures_state_file_do_not_grow_with_its_resources(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    sent = fill(SharedWorld(path), 2000)

    # Only a write that compacts the file sends more than its own change.
    longest = 1400
    compactions = [number for number, length in enumerate(sent) if length > longest]
    assert max(sent[number] for number in range(2000) if number not in compactions) < longest
    assert len(compactions) < 8
    assert sum(sent) < 3 * sum(each for each in sent if each < longest)
    assert path.stat().st_size < 3.1 * len(json.dumps(World.load(path).content(), separators=(",", ":")))


@pytest.mark.usefixtures("counted")
def test_repeated_updates_of_one_resource_do_not_let_local_azures_state_file_grow_without_limit(
    tmp_path: Path,
) -> None:
    path = tmp_path / "world.json"
    shared = SharedWorld(path)
    for number in range(600):
        with shared.writing() as azure:
            azure.world.put(resource("one", number, size=1000))

    assert path.stat().st_size < 80_000
    assert [one.inputs["value"] for one in World.load(path).resources.values()] == [599]


@given(operations=st.lists(OPERATIONS, max_size=12), cut=st.integers(0, 10_000))
def test_local_azure_state_file_cut_off_at_any_byte_holds_the_state_before_the_unfinished_write(
    tmp_path_factory: pytest.TempPathFactory, operations: list[Operation], cut: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "world.json"
    shared = SharedWorld(path)
    write(shared, ("put", "a", 0))
    sizes, states = [path.stat().st_size], [World.load(path)]
    for operation in operations:
        write(shared, operation)
        with shared.reading() as azure:
            states.append(azure.world.copy())
        sizes.append(path.stat().st_size)

    length = sizes[0] + cut % (sizes[-1] - sizes[0] + 1)
    os.truncate(path, length)
    finished = max(number for number, size in enumerate(sizes) if size <= length)
    found = World.load(path)
    assert found == states[finished]
    assert indexed(found) == indexed(states[finished])
    assert local.read_world(path)

    write(SharedWorld(path), ("put", "c", 9))
    change(found, ("put", "c", 9))
    assert World.load(path) == found
    assert all(json.loads(line) for line in path.read_text().splitlines())


@given(turns=st.lists(st.tuples(st.integers(0, 2), OPERATIONS), max_size=20), compacts=st.sets(st.integers(0, 19)))
def test_processes_that_write_local_azures_state_file_in_turn_see_every_change_of_each_other(
    tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[int, Operation]], compacts: set[int]
) -> None:
    path = tmp_path_factory.mktemp("log") / "world.json"
    processes, expected = [SharedWorld(path) for _ in range(3)], World()
    for number, (process, operation) in enumerate(turns):
        write(processes[process], operation)
        change(expected, operation)
        if number in compacts:
            World.load(path).save(path)
        for each in (processes[number % 3], processes[process]):
            with each.reading() as azure:
                assert azure.world == expected
                assert indexed(azure.world) == indexed(expected)


def test_failed_append_leaves_local_azures_state_file_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "world.json"
    shared = SharedWorld(path)
    write(shared, ("put", "a", 0))
    before = path.read_bytes()

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WorldFileError, match="cannot be written"):
        write(shared, ("put", "b", 0))
    assert path.read_bytes() == before
    monkeypatch.undo()
    with shared.reading() as azure:
        assert set(azure.world.resources) == {"/a"}
    write(shared, ("put", "c", 0))
    assert set(World.load(path).resources) == {"/a", "/c"}


@pytest.mark.parametrize("indent", [None, 1])
def test_local_azure_state_file_of_version_1_is_read_and_becomes_a_log_at_the_next_write(
    tmp_path: Path, indent: int | None
) -> None:
    path = tmp_path / "world.json"
    recorded = json.loads((REPOSITORY / "tests" / "golden" / "engine-world.json").read_text("utf-8"))
    assert recorded["version"] == 1
    path.write_text(json.dumps(recorded, indent=indent), "utf-8")
    before = World.load(path)
    assert len(before.resources) == len(recorded["resources"])
    assert local.read_world(path)

    shared = SharedWorld(path)
    write(shared, ("put", "a", 0))
    write(shared, ("put", "b", 0))
    change(before, ("put", "a", 0))
    change(before, ("put", "b", 0))
    assert World.load(path) == before
    assert [json.loads(line).get("version") for line in path.read_text().splitlines()] == [2, None]


def test_access_graph_of_a_state_file_with_changes_is_that_of_the_whole_state(tmp_path: Path) -> None:
    path, whole = tmp_path / "world.json", tmp_path / "whole.json"
    shared = SharedWorld(path)
    for operation in [("put", "a", 0), ("own", "a", 0), ("put", "b", 1), ("remove", "a", 0), ("stranger", "c", 2)]:
        write(shared, operation)
    World.load(path).save(whole)

    read = parse(path.read_bytes()).content
    assert read == {**parse(whole.read_bytes()).content, "generation": read["generation"]}
    assert [one.id for one in local.read_world(path).resources] == [one.id for one in local.read_world(whole).resources]

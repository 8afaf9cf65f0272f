"""Tests of `agent-network access refresh-roles`: printed changes, and writing on request."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from access.azure.catalogue import AZURE_ROLES, role_of
from access.azure.roles import Permission, Role, by_name
from access.model.errors import AccessError
from access.questions.role_changes import packed_roles
from cli.role_refresh import refresh
from tests.access.readers.arm_server import AUTHORIZATION, BASE, SUBSCRIPTION, Arm, Signed, definition, serving

DEFINITIONS = f"{AUTHORIZATION}/roleDefinitions"
WIDENED = "Storage Blob Data Reader"
RENAMED = "Search Index Data Reader"
GONE = "AcrPull"
NEW = Role("99999999-0000-4000-8000-000000000000", "Agent Whisperer", (Permission(actions=("*/read",)),))


@pytest.fixture
def arm() -> Iterator[Arm]:
    served = Arm()
    served.put(DEFINITIONS, [definition(role) for role in packed_roles()])
    with serving(served):
        yield served


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "roles.jsonl"
    path.write_bytes(AZURE_ROLES.read_bytes())
    return path


def refreshed(arm: Arm, path: Path, *more: str) -> int:
    return refresh(SUBSCRIPTION, arm.endpoint, write="--write" in more, credential=Signed(), path=path)


def changed(role: Role) -> Role | None:
    if role.name == WIDENED:
        block = role.permissions[0]
        keys = "Microsoft.Storage/storageAccounts/listKeys/action"
        return replace(role, permissions=(replace(block, actions=(*block.actions[1:], keys)), *role.permissions[1:]))
    if role.name == RENAMED:
        return replace(role, name="Search Reader of Indexes")
    return None if role.name == GONE else role


def change(arm: Arm) -> list[Role]:
    now = [each for each in map(changed, packed_roles()) if each is not None] + [NEW]
    arm.put(DEFINITIONS, [definition(role) for role in now])
    return now


def test_refresh_roles_with_unchanged_roles_prints_the_count_and_writes_nothing(
    arm: Arm, catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Order and case do not count as a change.
    arm.lists[DEFINITIONS.lower()].reverse()
    for row in arm.lists[DEFINITIONS.lower()]:
        row["id"] = row["id"].upper()
        row["name"] = row["name"].upper()
        row["properties"]["permissions"][0]["actions"].reverse()

    assert refreshed(arm, catalogue, "--write") == 0
    assert capsys.readouterr().out.startswith("0 of ")
    assert catalogue.read_bytes() == AZURE_ROLES.read_bytes()


def test_refresh_roles_lists_newly_privileged_roles_first(
    arm: Arm, catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(arm)

    assert refreshed(arm, catalogue) == 3

    lines = capsys.readouterr().out.splitlines()
    heads = [line for line in lines if line[0] in "+-~"]
    assert [line.split(" (")[0] for line in heads] == [
        f"~ {WIDENED!r}",
        f"- {GONE!r}",
        f"+ {NEW.name!r}",
        f"~ 'Search Reader of Indexes', formerly {RENAMED!r}",
    ]
    assert lines[1].startswith("    now privileged: returns keys or secrets of a service")
    assert lines[2] == "    + action Microsoft.Storage/storageAccounts/listKeys/action"
    assert lines[3].startswith("    - action Microsoft.Storage/storageAccounts/blobServices/containers/read")
    assert lines[-1].startswith("4 of ")
    assert catalogue.read_bytes() == AZURE_ROLES.read_bytes()


def test_refresh_roles_with_write_saves_current_roles_with_former_names(arm: Arm, catalogue: Path) -> None:
    now = change(arm)

    assert refreshed(arm, catalogue, "--write") == 3

    written = {role.id: role for role in map(role_of, catalogue.read_text("utf-8").splitlines())}
    assert {each.id: (each.name, each.permissions) for each in written.values()} == {
        each.id: (each.name, each.permissions) for each in now
    }
    assert RENAMED in written[by_name(RENAMED).id].former_names
    untouched = set(AZURE_ROLES.read_text("utf-8").splitlines()) - set(catalogue.read_text("utf-8").splitlines())
    assert len(untouched) == 3
    assert list(catalogue.parent.iterdir()) == [catalogue]


@pytest.mark.parametrize("trouble", ["refused", "half", "empty", "unknown subscription"])
def test_refresh_roles_with_an_incomplete_role_list_writes_nothing(
    arm: Arm, catalogue: Path, capsys: pytest.CaptureFixture[str], trouble: str
) -> None:
    if trouble == "refused":
        arm.refuse(DEFINITIONS)
    elif trouble == "half":
        arm.lists[DEFINITIONS.lower()][7]["properties"]["permissions"] = None
    elif trouble == "empty":
        arm.put(DEFINITIONS, [])
    else:
        arm.refuse(BASE, 404)

    with pytest.raises(AccessError):
        refreshed(arm, catalogue, "--write")
    assert capsys.readouterr().out == ""
    assert catalogue.read_bytes() == AZURE_ROLES.read_bytes()

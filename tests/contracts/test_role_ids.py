"""Tests that ids of Azure roles occur only in `access/data`, and not in code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.azure.roles import every_role

REPOSITORY = Path(__file__).parents[2]
GUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE)
PLACES = ("access", "benchmarks", "components", "localazure", "manifest", "policies", "release")
ROLES = {role.id.replace("-", ""): role.name for role in every_role()}


def texts() -> Iterator[Path]:
    for place in PLACES:
        path = REPOSITORY / place
        yield from (found for found in ([path] if path.is_file() else sorted(path.rglob("*.py"))))


def roles_in(text: str) -> set[str]:
    digits = (found.replace("-", "").lower() for found in GUID.findall(text))
    return {ROLES[each] for each in digits if each in ROLES}


def test_role_id_search_finds_azure_role_ids_in_any_case_and_without_hyphens() -> None:
    one = next(every_role())

    for written in (one.id, one.id.upper(), one.id.replace("-", ""), f"…/roleDefinitions/{one.id}'"):
        assert roles_in(f"role = '{written}'") == {one.name}


@pytest.mark.parametrize("place", PLACES)
def test_folders_searched_for_role_ids_exist(place: str) -> None:
    assert (REPOSITORY / place).exists()


def test_no_azure_role_id_is_hard_coded_outside_access_data() -> None:
    found = {path.relative_to(REPOSITORY).as_posix(): roles_in(path.read_text(encoding="utf-8")) for path in texts()}

    assert {path: roles for path, roles in found.items() if roles} == {}

"""Tests that an agent moved to another host keeps its roles, and that no role assignment is left behind."""

from pathlib import Path

import pytest

from tests.network.moving import check_access_after_each_move


@pytest.mark.parametrize(
    "way",
    [
        ("container-app", "aks", "application", "container-app"),
        ("container-app", "shared", "aks", "per-agent", "container-app"),
        ("container-app", "user-assigned", "container-app"),
        ("aks", "user-assigned", "application"),
    ],
    ids=" → ".join,
)
def test_agent_moved_between_hosts_keeps_its_roles_and_leaves_no_orphaned_role_assignments(
    tmp_path: Path, way: tuple[str, ...]
) -> None:
    check_access_after_each_move(tmp_path / "dev.json", way)

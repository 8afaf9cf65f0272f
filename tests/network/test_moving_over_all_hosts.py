"""Test that an agent moved through every kind of host keeps its roles on each of them."""

from pathlib import Path

from tests.network.moving import check_access_after_each_move


def test_agent_moved_through_all_hosts_and_identity_types_keeps_its_roles_at_each_step(tmp_path: Path) -> None:
    way = ("aks", "container-app", "given", "shared", "application", "per-agent", "aks")

    check_access_after_each_move(tmp_path / "dev.json", way)

"""An agent that moves over every kind of host keeps its access on each of them."""

from pathlib import Path

from tests.network.moving import check_that_access_moves


def test_access_moves_over_all_hosts(tmp_path: Path) -> None:
    way = ("aks", "container-app", "given", "shared", "application", "per-agent", "aks")

    check_that_access_moves(tmp_path / "dev.json", way)

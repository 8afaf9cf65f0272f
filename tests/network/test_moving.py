"""An agent that moves to another host is the same agent: it takes along what it holds, and the move ends clean."""

from pathlib import Path

import pytest

from tests.network.moving import check_that_access_moves


@pytest.mark.parametrize(
    "way",
    [
        ("container-app", "aks", "application", "container-app"),
        ("container-app", "shared", "aks", "per-agent", "container-app"),
    ],
    ids=" → ".join,
)
def test_what_it_may_do_goes_with_it(tmp_path: Path, way: tuple[str, ...]) -> None:
    check_that_access_moves(tmp_path / "dev.json", way)

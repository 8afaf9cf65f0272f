"""Property tests of repeated deployments: an equal network changes nothing, in any order of its entries."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from tests.network.deploying import (
    deploy,
    described,
    touched,
)
from tests.network.few import Project, few
from tests.strategies import projects, reordered


@few
@given(projects(hosts=True), st.data())
def test_deploying_a_network_again_with_reordered_entries_changes_nothing(
    project: Project, data: st.DataObject
) -> None:
    network, environment, stack = project
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.json"
        deploy(*described(network, environment, stack), path)

        again = deploy(*described(data.draw(reordered(network)), environment, stack), path)

        assert touched(again) == {}


@few
@given(projects(hosts=True))
def test_deploying_any_network_twice_changes_nothing_the_second_time(project: Project) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.json"
        deploy(*described(*project), path)
        written = path.read_bytes()

        assert touched(deploy(*described(*project), path)) == {}
        assert path.read_bytes() == written

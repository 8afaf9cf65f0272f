"""A run of any network after a first one: an equal network changes nothing, in whatever order it is written."""

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
def test_the_order_in_the_file_means_nothing(project: Project, data: st.DataObject) -> None:
    network, environment, stack = project
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.json"
        deploy(*described(network, environment, stack), path)

        again = deploy(*described(data.draw(reordered(network)), environment, stack), path)

        assert touched(again) == {}


@few
@given(projects(hosts=True))
def test_a_second_run_changes_nothing(project: Project) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.json"
        deploy(*described(*project), path)
        written = path.read_bytes()

        assert touched(deploy(*described(*project), path)) == {}
        assert path.read_bytes() == written

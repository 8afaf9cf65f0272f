"""Property test that removing an agent from any network deletes only its own resources."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.network.deploying import (
    deploy,
    described,
    family,
    touched,
    verbs,
)
from tests.network.few import Project, few
from tests.strategies import projects


@few
@given(projects(), st.randoms(use_true_random=False))
def test_removing_an_agent_from_any_network_deletes_only_its_resources_and_service_bus_subscriptions(
    project: Project,
    random: Any,  # noqa: ANN401 - hypothesis' own
) -> None:
    network, environment, stack = project
    if not network["agents"]:
        return
    gone = random.choice(sorted(network["agents"]))
    left = {**network, "agents": {name: agent for name, agent in network["agents"].items() if name != gone}}
    left["exceptions"] = [one for one in network.get("exceptions", ()) if one["on"].partition("/")[0] != gone]
    tags = {name: tag for name, tag in environment.get("image_tags", {}).items() if name != gone}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.json"
        before = deploy(*described(network, environment, stack), path)
        (component,) = (one.urn for one in before.records if one.name == gone and "principal_id" in one.outputs)
        own = family(before, component)

        after = deploy(*described(left, {**environment, "image_tags": tags}, stack), path)

        # the agent's subscriptions of topics are its own too, although they are children of the topic
        removed = {step.record.urn for step in after.steps if step.op == "delete"}
        assert own <= removed
        assert all("Subscription" in urn for urn in removed - own)
        assert {one.urn for one in after.records} == {one.urn for one in before.records} - removed
        assert set(touched(after)) <= {"delete", "update"}
        assert {one for one in verbs(before) if one[0] != gone} == verbs(after)
        fresh = deploy(*described(left, {**environment, "image_tags": tags}, stack))
        assert set(after.world.resources) == set(fresh.world.resources)

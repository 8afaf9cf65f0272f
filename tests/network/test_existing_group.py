"""Tests of a network in a resource group that exists already, as a landing zone hands out."""

import json
from pathlib import Path

import pytest

from localazure.run import Operation, RunResult
from tests import fabrikam
from tests.network.deploying import deploy, described, verbs
from tests.network.fabrikam import ACCESS

GROUP = {"name": "landing-zone-agents", "existing": True}
_GROUP_TYPE = "azure-native:resources:ResourceGroup"


def _deploy(path: Path, group: object, operation: Operation = Operation.UP) -> RunResult:
    environment = fabrikam.environment("prod") | {"resource_group": group}
    return deploy(*described(fabrikam.network(), environment, "prod"), path, operation)


def _of_agents(result: RunResult) -> set[tuple[str, str, str]]:
    """Return agent, verb and resource of each role assignment, without those of Foundry projects."""
    return {row for row in verbs(result) if row[0] in fabrikam.network()["agents"]}


def _groups(result: RunResult) -> set[tuple[str, str, bool]]:
    """Return name and operation of each group, and whether only the stack's own groups are managed by it."""
    every = [step for step in result.steps if step.record.type == _GROUP_TYPE]
    return {(step.record.id.rpartition("/")[2], step.op.value, step.record.external) for step in every}


def test_existing_group_is_read_and_holds_the_network_with_the_same_access(tmp_path: Path) -> None:
    result = _deploy(tmp_path / "prod.json", GROUP)

    assert _groups(result) == {("landing-zone-agents", "read", True)}
    assert _of_agents(result) == ACCESS
    inside = [one.id.split("/")[4] for one in result.world.resources.values() if one.id.count("/") > 4]
    assert {one for one in inside if not one.startswith("MC_")} >= {"landing-zone-agents"}


def test_existing_group_stays_when_the_network_in_it_is_destroyed(tmp_path: Path) -> None:
    _deploy(tmp_path / "prod.json", GROUP)
    result = _deploy(tmp_path / "prod.json", GROUP, Operation.DESTROY)

    left = {one.id.rpartition("/")[2] for one in result.world.resources.values() if one.token == _GROUP_TYPE}
    assert left == {"landing-zone-agents"}


def test_group_that_somebody_else_created_is_refused_unless_the_stack_marks_it_as_existing(tmp_path: Path) -> None:
    path = tmp_path / "prod.json"
    _deploy(path, GROUP)
    state = json.loads(path.read_text())
    group = [one for one in state["resources"] if one["token"] == _GROUP_TYPE]
    path.write_text(json.dumps({**state, "resources": group, "principals": [], "stack": []}))

    with pytest.raises(AssertionError, match="cannot create already existing resource"):
        _deploy(path, "landing-zone-agents")
    assert _of_agents(_deploy(path, GROUP)) == ACCESS

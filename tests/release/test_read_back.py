"""Tests that a deployment ends with the assignments that Azure returns: waited for, compared, and reported by name."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from access.model.graph import Assignment, Graph
from access.readers import export
from cli import release_steps
from cli.exit_codes import ExitCode
from release.apply import Applied, apply
from release.engine.stack import Event, Outcome, Pack
from tests.release.planned_release import PREVIEW, PlannedRelease, RecordingStack

ROLE = "azure-native:authorization:RoleAssignment"
ADDITIONAL = Assignment(
    id="/assignments/additional",
    name="additional",
    principal="33333333-3333-4333-8333-333333333333",
    scope="/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg",
    role=None,
    role_id="44444444-4444-4444-8444-444444444444",
)


class DeployingStack(RecordingStack):
    """Stack whose deployment writes the previewed resources into the state."""

    def up(self, _packs: Sequence[Pack], on_event: Callable[[Event], None]) -> Outcome:
        rows = [dict(step["newState"]) for step in PREVIEW["steps"]]
        self.state["deployment"]["resources"] = [{**row, "id": f"/{row['urn']}", "outputs": {}} for row in rows]
        return super().up(_packs, on_event)


class Azure:
    """Azure that returns one graph after another, and records the waiting."""

    def __init__(self, *changes: Callable[[Graph], Graph]) -> None:
        self._changes, self.waited = list(changes), list[float]()

    def read(self, state: Graph, _export: Mapping[str, Any]) -> Graph:
        return (self._changes.pop(0) if len(self._changes) > 1 else self._changes[0])(state)

    def deploy(self, release: PlannedRelease) -> Applied:
        """Deploy the plan of a release, with waits of 1, 2 and 3 seconds."""
        around = replace(release.around(), live=self.read, waits=(1, 2, 3), sleep=self.waited.append)
        return apply(around, release.folder, release.rule, release.records)


@pytest.fixture
def release(tmp_path: Path) -> PlannedRelease:
    made = PlannedRelease(tmp_path)
    made.stack = DeployingStack(made.root, variables=made.stack.variables)
    return made


def everything(state: Graph) -> Graph:
    return state


def nothing(_state: Graph) -> Graph:
    return Graph()


def more(state: Graph) -> Graph:
    resources = [replace(one, declared=True) for one in state.resources]
    return Graph(resources=resources, assignments=[*state.assignments, ADDITIONAL], principals=state.principals)


def test_deployment_is_complete_once_azure_returns_every_assignment(release: PlannedRelease) -> None:
    azure = Azure(nothing, nothing, everything)

    applied = azure.deploy(release)

    assert (applied.is_complete, azure.waited) == (True, [1, 2])
    assert applied.document["read_back"] == {"undeclared": [], "missing": [], "unread": [], "findings": []}


def test_assignment_that_azure_does_not_return_in_time_is_named(release: PlannedRelease) -> None:
    azure = Azure(nothing)

    applied = azure.deploy(release)

    assert (applied.is_complete, azure.waited) == (False, [1, 2, 3])
    (missing,) = read_back(applied)["missing"]
    assert missing.startswith("somebody-may-read: Azure does not return role 'Reader' at resource group 'rg'")
    assert release.stack.deployments == 1


def test_additional_assignment_is_named(release: PlannedRelease) -> None:
    applied = Azure(more).deploy(release)

    assert not applied.is_complete
    assert [each for each in read_back(applied)["undeclared"] if ADDITIONAL.principal in each], read_back(applied)


@pytest.mark.parametrize(
    ("azure", "text"),
    [
        (everything, "assignments read back: Azure has every assignment of the plan"),
        (nothing, "  somebody-may-read: Azure does not return role 'Reader' at resource group 'rg'"),
        (more, ADDITIONAL.principal),
    ],
    ids=["equal", "missing", "additional"],
)
def test_command_prints_the_assignments_that_were_read_back_and_ends_with_their_exit_code(
    release: PlannedRelease,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    azure: Callable[[Graph], Graph],
    text: str,
) -> None:
    around = replace(release.around(), live=lambda state, _export: azure(state))
    prepared = SimpleNamespace(around=around, rule=release.rule, source=lambda: release.records)
    monkeypatch.setattr(release_steps, "prepared", lambda _root, _stack: nullcontext(prepared))

    found = release_steps.run_apply(release.root, "dev", release.folder, digest=None, as_json=False)

    assert found is (ExitCode.OK if azure is everything else ExitCode.NO)
    printed = capsys.readouterr().out
    assert "assignments read back: " in printed
    assert text in printed


def read_back(applied: Applied) -> Mapping[str, Any]:
    found = applied.document["read_back"]
    assert found is not None
    return found


def test_state_with_the_previewed_assignment_has_it(release: PlannedRelease) -> None:
    release.stack.up((), lambda _event: None)

    assert [one.name for one in export.read(release.stack.state).assignments] == ["somebody-may-read"]

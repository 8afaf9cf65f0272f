"""Tests that a deployment with another operation than the approved preview is stopped, and that one left out fails."""

from pathlib import Path
from typing import Any

import pytest

from release.apply import apply
from release.enforcement.planned_steps import PlannedSteps
from tests.release.planned_release import PlannedRelease

URN = "urn:pulumi:dev::tiny::azure-native:{}::one"


def step(operation: str, kind: str = "insights:DiagnosticSetting", *, custom: bool = True) -> dict[str, Any]:
    urn = URN.format(kind)
    state = {"urn": urn, "type": urn.split("::")[2], "custom": custom}
    return {"op": operation, "urn": urn, "type": state["type"], "newState": state, "new": state}


@pytest.mark.parametrize(
    ("planned", "done"),
    [
        ("same", "delete"),
        ("same", "update"),
        ("same", "create"),
        ("same", "replace"),
        ("update", "create-replacement"),
        ("update", "delete-replaced"),
        ("create", "import"),
        ("create", "delete"),
        ("import", "create"),
        ("delete", "update"),
        ("read", "create"),
        ("", "create"),
        ("", "delete"),
    ],
)
@pytest.mark.parametrize("kind", ["insights:DiagnosticSetting", "authorization:ManagementLockByScope", "x:Y"])
def test_operation_that_the_approved_preview_does_not_have_is_a_problem(planned: str, done: str, kind: str) -> None:
    steps = PlannedSteps({"steps": [step(planned, kind)] if planned else []})

    assert f"the operation is {done}, and the approved preview has " in steps.problem(step(done, kind))


@pytest.mark.parametrize(
    ("planned", "done"),
    [
        ("create", "create"),
        ("update", "update"),
        ("update", "same"),
        ("create-replacement", "update"),
        ("replace", "delete"),
        ("delete", "delete"),
        ("same", "same"),
        ("same", "refresh"),
        ("import", "import"),
    ],
)
def test_planned_operation_or_a_weaker_one_is_accepted(planned: str, done: str) -> None:
    assert not PlannedSteps({"steps": [step(planned)]}).problem(step(done))


def test_steps_of_components_and_of_the_engine_are_accepted() -> None:
    steps = PlannedSteps({"steps": []})
    component = step("create", custom=False)
    assert not steps.problem(component)
    del component["new"]["custom"]
    assert not steps.problem(component)
    stack = {**step("update"), "type": "pulumi:pulumi:Stack"}
    assert not steps.problem(stack)


@pytest.mark.parametrize(
    ("planned", "done", "is_missing"),
    [
        ("create", (), True),
        ("delete", (), True),
        ("import", (), True),
        ("create", ("create",), False),
        ("delete", ("delete",), False),
        ("update", (), False),
        ("same", (), False),
    ],
)
def test_planned_creation_or_deletion_that_was_left_out_is_reported(
    planned: str, done: tuple[str, ...], *, is_missing: bool
) -> None:
    row = step(planned)
    missing = PlannedSteps({"steps": [row]}).missing((operation, row["urn"]) for operation in done)

    assert missing == (
        f"the engine did not do what was approved: {planned.replace('import', 'create')} 'one'" if is_missing else ""
    )


def test_deployment_that_leaves_out_an_approved_creation_is_reported_as_a_failure(tmp_path: Path) -> None:
    release = PlannedRelease(tmp_path)
    release.stack.steps = []

    applied = apply(release.around(), release.folder, release.rule, release.records)

    assert applied.outcome.failure == (
        "the engine did not do what was approved: create 'group', create 'somebody-may-read'"
    )
    assert not applied.is_complete
    assert applied.document["failure"] == applied.outcome.failure


def test_deployment_that_deletes_what_the_preview_keeps_is_stopped(tmp_path: Path) -> None:
    release = PlannedRelease(tmp_path)
    release.stack.steps = [step("delete"), step("delete", "x:Y")]

    applied = apply(release.around(), release.folder, release.rule, release.records)

    assert "'one': the operation is delete, and the approved preview has no change" in applied.outcome.failure
    assert release.stack.stops == 1

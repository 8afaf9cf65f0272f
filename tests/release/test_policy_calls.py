"""Tests that a deployment whose engine does not obey the policy of the approved plan is stopped, with the reason."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from release.apply import Applied, apply
from release.engine.stack import Event, Outcome, Pack
from tests.release.planned_release import PlannedRelease, RecordingStack

OFF = "the policy did not compare 'group', so the deployment was stopped; the policy pack is switched off"


@dataclass
class ObeyingStack(RecordingStack):
    """Stack whose engine calls the policy before each step, or does something else in its place."""

    row: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda row: row
    """Changes what the policy records about a resource; None if the engine does not call the policy."""
    failure: str = ""
    begun: list[str] = field(default_factory=list[str])
    is_stopped: bool = False

    def stop(self) -> None:
        self.is_stopped = True

    def up(self, packs: Sequence[Pack], on_event: Callable[[Event], None]) -> Outcome:
        configuration = packs[0].configuration
        assert configuration is not None
        (config,) = json.loads(configuration.read_text()).values()
        for each in self.shown["steps"]:
            row = self.row({"urn": each["urn"], "digest": config["digest"], "refused": False})
            if row is not None:
                with Path(config["compared"]).open("a") as file:
                    file.write(f"{json.dumps(row)}\n")
            step = {"op": each["op"], "urn": each["urn"], "type": each["newState"]["type"], "new": each["newState"]}
            on_event({"resourcePreEvent": {"metadata": step}})
            if self.is_stopped:
                return Outcome(failure="the deployment was interrupted by SIGINT", is_interrupted=True)
            self.begun.append(each["urn"].rpartition("::")[2])
        return Outcome(failure=self.failure, applied=tuple((one["op"], one["urn"]) for one in self.shown["steps"]))


def deployed(tmp_path: Path, **behaviour: Any) -> tuple[Applied, ObeyingStack]:  # noqa: ANN401 (fields of the stack)
    release = PlannedRelease(tmp_path)
    stack = ObeyingStack(release.root, variables=release.stack.variables, **behaviour)
    release.stack = stack
    return apply(release.around(), release.folder, release.rule, release.records), stack


def test_deployment_whose_policy_accepts_every_resource_is_not_stopped(tmp_path: Path) -> None:
    applied, stack = deployed(tmp_path)

    assert (applied.outcome.failure, stack.is_stopped, len(stack.begun)) == ("", False, 2)


@pytest.mark.parametrize(
    "row",
    [
        lambda _row: None,
        lambda row: {**row, "refused": True},
        lambda row: {**row, "digest": "0" * 64},
        lambda row: {**row, "urn": "urn:other"},
    ],
    ids=["not called", "advisory", "another plan", "another resource"],
)
def test_deployment_is_stopped_at_the_first_resource_that_the_policy_has_not_accepted(
    tmp_path: Path, row: Callable[[dict[str, Any]], dict[str, Any] | None]
) -> None:
    """The first resource of the preview gives nobody access: a policy that is off is noticed there."""
    applied, stack = deployed(tmp_path, row=row)

    assert applied.outcome.failure.startswith(OFF)
    assert (stack.begun, applied.outcome.is_interrupted) == ([], False)


def test_failure_of_the_policy_pack_in_the_deployment_is_named(tmp_path: Path) -> None:
    """The engine stops if a pack does not answer: pulumi/pulumi, pkg/resource/deploy/step_generator.go, 2026-08."""
    applied, _stack = deployed(tmp_path, failure="failed to run remediation: connection error")

    assert applied.outcome.failure.startswith("the policy pack was switched off or failed while the deployment ran: ")

"""Runs the engine with the policy of a release, and notices a policy that the engine does not call.

A new preview shows that the engine calls the policy for every resource, before anything changes. In the deployment, the
engine is stopped at the first resource that the policy has not compared with the approved plan.
"""

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from access.model.json_values import listed, mapping, text
from access.model.planned_resource import PlannedResource, to_json
from access.model.returned_values import returned_values
from access.model.urns import resource_name
from access.readers.export import resource_rows
from release.enforcement.exchange import LineFile
from release.enforcement.pack import COMPARE, POLICY, RECORD
from release.enforcement.planned_steps import PlannedSteps
from release.engine.stack import EngineStack, Event, Outcome, Pack
from release.errors import ReleaseError
from release.inputs.files import text_digest

__all__ = ["enforced_up", "observed_preview"]

_CALLED = frozenset({"same", "create", "update", "replace", "create-replacement", "import", "import-replacement"})
"""Operations before which the engine calls policies."""
_LOOK_UPS = frozenset({"read", "read-replacement"})
"""Operations on resources that the program chooses, so that their values do not prove whose they are."""
_PACK_FAILED = "failed to run "
"""Beginning of the engine's error when a policy pack does not answer: "failed to run policy", "… remediation"."""
_OFF = "the policy pack is switched off, or another program runs in its place"


def observed_preview(stack: EngineStack, *, pack: Path) -> Mapping[str, Any]:
    """Return the document of a preview in which the engine has called the policy of a release for every resource.

    Args:
        stack: the stack.
        pack: folder of the policy pack.

    Raises:
        ReleaseError: the preview failed, or the engine has not called the policy; nothing was changed.
    """
    with _exchange(RECORD, ()) as exchange:
        preview = stack.preview([Pack(pack, exchange.configuration)])
        called = {str(row["urn"]) for row in exchange.compared.new_rows()}
    for step in map(mapping, listed(preview.get("steps"))):
        if _is_compared(step, mapping(step.get("newState"))) and text(step, "urn") not in called:
            raise ReleaseError(
                "in a preview, the engine did not call the policy of the approved plan for"
                f" {resource_name(text(step, 'urn'))!r}: {_OFF}; nothing was changed"
            )
    return preview


def enforced_up(  # noqa: PLR0913 (one argument for each part of a run)
    stack: EngineStack,
    *,
    planned: Sequence[PlannedResource],
    steps: PlannedSteps,
    export: Mapping[str, Any],
    pack: Path,
    others: Sequence[Pack] = (),
    on_event: Callable[[Event], None] = lambda _event: None,
) -> Outcome:
    """Deploy a stack so that the engine stops before the first resource that is not as planned.

    Args:
        stack: the stack.
        planned: resources of the approved plan.
        steps: operations of the approved plan.
        export: state of the stack before the deployment, with the ids that Azure returned then.
        pack: folder of the policy pack that compares.
        others: further policy packs.
        on_event: receives each event of the engine.
    """
    with _exchange(COMPARE, planned) as exchange:
        watch = _Watch(exchange, stack.stop)
        watch.seed(export)
        # The CLI takes a configuration for all packs or for none.
        further = [Pack(each.folder, each.configuration or exchange.nothing) for each in others]

        unplanned: list[str] = []

        def see(event: Event) -> None:
            watch.see(event)
            problem = steps.problem(mapping(mapping(event.get("resourcePreEvent")).get("metadata")))
            if problem and not unplanned:
                unplanned.append(problem)
                stack.stop()
            on_event(event)

        outcome = stack.up([Pack(pack, exchange.configuration), *further], see)
        if watch.not_compared:
            name = resource_name(watch.not_compared)
            failure = f"the policy did not compare {name!r}, so the deployment was stopped; {_OFF}"
            return replace(outcome, failure=failure, is_interrupted=False)
        if unplanned:
            return replace(outcome, failure=f"{unplanned[0]}; the deployment was stopped", is_interrupted=False)
        if _PACK_FAILED in outcome.failure:
            failure = f"the policy pack was switched off or failed while the deployment ran: {outcome.failure}"
            return replace(outcome, failure=failure)
        return replace(outcome, failure=outcome.failure or steps.missing(outcome.applied))


@dataclass(frozen=True, kw_only=True)
class _Exchange:
    """Files through which the release and its policy pack exchange what they know in one run of the engine."""

    configuration: Path
    nothing: Path
    """Empty configuration of another policy pack."""
    returned: LineFile
    compared: LineFile
    digest: str
    """Digest of the approved plan, which the policy writes with each resource that it has compared."""


@contextmanager
def _exchange(task: str, planned: Sequence[PlannedResource]) -> Generator[_Exchange]:
    """Yield the files of one run of the engine, in a folder of this user, which is deleted afterwards."""
    with TemporaryDirectory(prefix="release-") as name:
        folder = Path(name)
        approved, returned, compared = folder / "approved.json", folder / "returned.jsonl", folder / "compared.jsonl"
        plan = json.dumps(to_json(planned))
        approved.write_text(plan, "utf-8")
        paths = {"approved": str(approved), "returned": str(returned), "compared": str(compared)}
        config = {"enforcementLevel": "mandatory", "task": task, "digest": text_digest(plan), **paths}
        configuration, nothing = folder / "configuration.json", folder / "nothing.json"
        configuration.write_text(json.dumps({POLICY: config}), "utf-8")
        nothing.write_text("{}", "utf-8")
        yield _Exchange(
            configuration=configuration,
            nothing=nothing,
            returned=LineFile(returned),
            compared=LineFile(compared),
            digest=config["digest"],
        )


class _Watch:
    """Record of the engine's events for the policy, and check that the policy has accepted each resource."""

    def __init__(self, exchange: _Exchange, stop: Callable[[], None]) -> None:
        self._exchange, self._stop = exchange, stop
        self._compared: set[str] = set()
        self.not_compared = ""

    def seed(self, export: Mapping[str, Any]) -> None:
        """Record what Azure returned for the resources in the state."""
        for row in resource_rows(export):
            if row.get("external") is not True:
                self._record(row)

    def see(self, event: Event) -> None:
        """Record an event of the engine; stop the engine if the policy has not accepted a resource."""
        done = mapping(mapping(event.get("resOutputsEvent")).get("metadata"))
        if done and text(done, "op") not in _LOOK_UPS:
            self._record(mapping(done.get("new")))
        step = mapping(mapping(event.get("resourcePreEvent")).get("metadata"))
        if _is_compared(step, mapping(step.get("new"))) and not self.not_compared:
            self._compared.update(self._newly_compared())
            if text(step, "urn") not in self._compared:
                self.not_compared = text(step, "urn")
                self._stop()

    def _newly_compared(self) -> Iterator[str]:
        rows = self._exchange.compared.new_rows()
        return (
            str(row["urn"]) for row in rows if row.get("digest") == self._exchange.digest and not row.get("refused")
        )

    def _record(self, row: Mapping[str, Any]) -> None:
        urn = text(row, "urn")
        if urn:
            found = returned_values(text(row, "id"), mapping(row.get("inputs")), mapping(row.get("outputs")))
            self._exchange.returned.append({"urn": urn, **found.row()})


def _is_compared(step: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
    """Return True if the engine calls policies before a step, and the resource is neither component nor provider."""
    kind = text(step, "type") or text(state, "type")
    return step.get("op") in _CALLED and bool(state.get("provider")) and not kind.startswith("pulumi:providers:")

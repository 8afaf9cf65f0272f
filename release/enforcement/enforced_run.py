"""Runs the engine with the approved plan as a mandatory policy, and notices a policy that the engine does not call."""

import json
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from access.model.json_values import listed, mapping, text
from access.model.planned_resource import PlannedResource, to_json
from access.questions.deviations import gives_access, returned_strings
from release.enforcement.exchange import LineFile
from release.enforcement.pack import POLICY
from release.engine.stack import EngineStack, Event, Outcome, Pack

__all__ = ["enforced_up"]

_CHANGES = frozenset({"create", "update", "replace", "create-replacement", "import", "import-replacement"})


def enforced_up(  # noqa: PLR0913 (one argument for each part of a run)
    stack: EngineStack,
    *,
    planned: Sequence[PlannedResource],
    export: Mapping[str, Any],
    pack: Path,
    others: Sequence[Pack] = (),
    on_event: Callable[[Event], None] = lambda _event: None,
) -> Outcome:
    """Deploy a stack so that the engine stops before the first resource that is not as planned.

    Args:
        stack: the stack.
        planned: resources of the approved plan.
        export: state of the stack before the deployment, with the ids that Azure returned then.
        pack: folder of the policy pack that compares.
        others: further policy packs.
        on_event: receives each event of the engine.
    """
    with TemporaryDirectory(prefix="release-") as name:
        folder = Path(name)
        approved, returned, compared = folder / "approved.json", folder / "returned.jsonl", folder / "compared.jsonl"
        approved.write_text(json.dumps(to_json(planned)), "utf-8")
        watch = _Watch(LineFile(returned), LineFile(compared))
        watch.seed(export)
        config = {"enforcementLevel": "mandatory", "approved": str(approved), "returned": str(returned)}
        configuration = folder / "configuration.json"
        configuration.write_text(json.dumps({POLICY: {**config, "compared": str(compared)}}), "utf-8")

        nothing = folder / "nothing.json"
        nothing.write_text("{}", "utf-8")
        # The CLI takes a configuration for all packs or for none.
        further = [Pack(each.folder, each.configuration or nothing) for each in others]

        def see(event: Event) -> None:
            watch.see(event)
            on_event(event)

        outcome = stack.up([Pack(pack, configuration), *further], see)
        if watch.not_compared:
            who = repr(watch.not_compared.rpartition("::")[2])
            return replace(
                outcome,
                failure=f"the policy did not compare {who}, so the deployment was stopped; the policy pack"
                " is switched off, or another program runs in its place",
            )
        return outcome


class _Watch:
    """Record of the engine's events for the policy, and check that the policy compares each change of access."""

    def __init__(self, returned: LineFile, compared: LineFile) -> None:
        self._returned, self._compared = returned, compared
        self._seen: set[str] = set()
        self.not_compared = ""

    def seed(self, export: Mapping[str, Any]) -> None:
        """Record what Azure returned for the resources in the state."""
        for row in map(mapping, listed(mapping(export.get("deployment")).get("resources"))):
            self._record(row)

    def see(self, event: Event) -> None:
        """Record an event of the engine; stop the engine if the policy has not compared a change of access."""
        done = mapping(mapping(event.get("resOutputsEvent")).get("metadata"))
        if done:
            self._record(mapping(done.get("new")))
        step = mapping(mapping(event.get("resourcePreEvent")).get("metadata"))
        if step.get("op") in _CHANGES and gives_access(text(step, "type")) and not self.not_compared:
            self._seen |= {str(row["urn"]) for row in self._compared.new_rows()}
            if text(step, "urn") not in self._seen:
                self.not_compared = text(step, "urn")
                os.kill(os.getpid(), signal.SIGINT)  # which the running command forwards to the engine, once

    def _record(self, row: Mapping[str, Any]) -> None:
        urn = text(row, "urn")
        if urn:
            strings = returned_strings({"id": text(row, "id"), **mapping(row.get("outputs"))})
            self._returned.append({"urn": urn, "strings": sorted(strings)})

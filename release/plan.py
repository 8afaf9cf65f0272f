"""Plan of a release: everything that an approver needs to know, bound by hash to what will be deployed.

Owns the order of the steps and the verdict. What the access is, how it differs and what is wrong is computed by
`access`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from access.findings import check
from access.findings.additions import added_findings
from access.model.declared import Declared
from access.model.graph import Graph
from access.model.planned_resource import to_json
from access.questions.diff import difference
from access.questions.proof import prove
from access.readers import export as export_reader
from access.readers import preview as preview_reader
from access.readers.planned_resources import planned_resources
from access.reports.document import diff_document, document, proof_document
from access.reports.page import page
from components.preflight import PLANNING
from release import self_test, statements
from release.drift import Drift, drift_rows, drifts
from release.errors import ReleaseError
from release.evidence import Evidence, write_evidence
from release.inputs.bound_inputs import BoundInputs, read_inputs
from release.live_access import LiveAccess, live_access
from release.resource_changes import ResourceChange, change_rows, changes_digest, counts, resource_changes
from release.summary import summary
from release.surroundings import Surroundings
from safe_text.document_search import credential_place

__all__ = ["APPROVED", "PAGE", "Verdict", "deployed_graph", "inputs_now", "missing_parts", "plan", "verdict_on"]

APPROVED, PAGE, SUMMARY, STATEMENT = "approved-access.json", "report.html", "summary.md", "plan.intoto.json"


class Verdict(StrEnum):
    """Verdict on a plan, which decides if it needs an approval."""

    UNCHANGED = "unchanged"
    """Nobody gains access."""
    GROWTH = "growth"
    """Somebody gains access, or something can no longer be judged."""
    REFUSED = "refused"
    """The proof fails, a finding is an error, or Azure has access that nobody declared."""


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """Everything that a plan has found out."""

    inputs: BoundInputs
    preview: Mapping[str, Any]
    changes: tuple[ResourceChange, ...]
    drift: tuple[Drift, ...]
    before: Graph
    after: Graph
    live: LiveAccess


def plan(around: Surroundings, folder: Path) -> tuple[Evidence, Verdict]:
    """Write the evidence of a plan into a folder, with a statement about it.

    Args:
        around: the stack and everything else outside.
        folder: folder of the evidence, which is made.

    Raises:
        ReleaseError: the plan cannot be made; with everything that is missing.
        UnreadableSource: Azure or the engine's documents cannot be read.
    """
    facts = _facts(around)
    access = difference(facts.before, facts.after)
    today = around.origin.time.date()
    added = added_findings(facts.before, facts.after, today=today, declared=around.declared)
    names = ("the deployed stack", f"commit {facts.inputs.commit[:12]}")
    report = document(facts.after, around.declared, today=today, difference=(*names, access, added), made=around.origin)
    verdict = verdict_on(facts.before, facts.after, around.declared, today)
    if facts.live.undeclared:
        verdict = Verdict.REFUSED
    content = {
        "project": facts.inputs.project,
        "stack": facts.inputs.stack,
        "made": around.now().isoformat(timespec="seconds"),
        "run": dict(around.run),
        "verdict": verdict.value,
        "inputs": facts.inputs.document(),
        "counts": counts(facts.changes),
        "resources": change_rows(facts.changes),
        "resources_digest": changes_digest(facts.changes),
        "access": diff_document(*names, access, added),
        "proof": report["proof"],
        "findings": report["findings"],
        "drift": drift_rows(facts.drift),
        "live": facts.live.document(),
    }
    approved = to_json(planned_resources(facts.preview))
    files = {
        APPROVED: json.dumps(approved, indent=1, sort_keys=True) + "\n",
        PAGE: page(report),
        SUMMARY: summary(content),
    }
    _refuse_credential(approved)
    evidence = write_evidence(folder, content, files)
    about = {name: content[name] for name in ("project", "stack", "made", "run", "verdict")}
    predicate = {**about, "commit": facts.inputs.commit}
    statement = statements.Statement(kind=statements.PLAN, subjects=evidence.subjects, predicate=predicate)
    statements.write(folder / STATEMENT, statement)
    return evidence, verdict


def missing_parts(around: Surroundings, export: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a message for each thing that a release needs and that is missing."""
    return self_test.problems(
        root=around.root,
        project=around.stack.project,
        stack=around.stack.name,
        export=export,
        backend=around.backend,
        sign_in=around.sign_in,
        is_local=around.is_local,
    )


def inputs_now(around: Surroundings, export: Mapping[str, Any]) -> BoundInputs:
    """Return the inputs of a deployment as they are now.

    Raises:
        ReleaseError: the working tree differs from its commit.
    """
    return read_inputs(
        around.root,
        project=around.stack.project,
        stack=around.stack.name,
        export=export,
        outside=around.outside(),
        environment=around.stack.full_environment,
    )


def deployed_graph(export: Mapping[str, Any]) -> Graph:
    """Return the access graph of what is deployed, which is empty before the first deployment."""
    return export_reader.read(export)


def _facts(around: Surroundings) -> _Facts:
    stack = around.stack
    around.report("reading the state of the stack")
    export = stack.export()
    around.report("testing sign-in, backend, lock and secrets")
    problems = list(missing_parts(around, export))
    try:
        inputs = inputs_now(around, export)
    except ReleaseError as error:
        raise ReleaseError("\n".join([*problems, str(error)])) from None
    if problems:
        raise ReleaseError("\n".join(problems))
    before = deployed_graph(export)
    is_deployed = bool(before.resources)
    around.report("comparing the state with Azure")
    drift = drifts(stack.refresh_preview()) if is_deployed else ()
    around.report("reading access in Azure that nobody declared")
    live = LiveAccess()
    if is_deployed:
        live = live_access(before, around.live(before), around.declared, around.origin.time.date())
    around.report("previewing the program with the policy pack")
    # The identity that plans may read; the deployer's data actions are checked when the deployer applies.
    preview = stack.preview(around.packs, {PLANNING: "1"})
    return _Facts(
        inputs=inputs,
        preview=preview,
        changes=resource_changes(preview),
        drift=drift,
        before=before,
        after=preview_reader.read(preview),
        live=live,
    )


def verdict_on(before: Graph, after: Graph, declared: Declared, today: date) -> Verdict:
    """Return the verdict on a deployment that changes the access from one graph to another."""
    proof = proof_document(prove(after, declared, today=today))
    errors = [
        one for one in check(after, declared, today=today) if one.rule.severity == "error" and one.exception is None
    ]
    if proof["failures"] or errors:
        return Verdict.REFUSED
    access = difference(before, after)
    return Verdict.GROWTH if access.grows or access.new_unread else Verdict.UNCHANGED


def _refuse_credential(approved: object) -> None:
    """Raise an error if a planned value looks like a credential, which the evidence would spread."""
    name = credential_place(approved)
    if name is not None:
        raise ReleaseError(
            f"the evidence is not written: the value of {name or 'a property'!r} in the preview looks like a"
            " credential; `agent-network access check` names the resource"
        )

"""Plan of a release: everything that an approver needs to know, bound by hash to what will be deployed.

Owns the order of the steps and the verdict. What the access is, how it differs and what is wrong is computed by
`access`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from access.model.graph import Graph
from access.model.planned_resource import to_json
from access.questions.deviations import with_images
from access.readers import export as export_reader
from access.readers.planned_resources import planned_resources
from access.reports.page import page
from components.preflight import PLANNING
from release import self_test, statements
from release.access_review import Verdict, review_access
from release.current_identities import identity_problems
from release.drift import Drift, drift_rows, drifts
from release.engine.stack import Violation
from release.errors import ReleaseError
from release.evidence import Evidence, write_evidence
from release.inputs.bound_inputs import BoundInputs, read_inputs
from release.last_release import last_released_commit
from release.live_access import LiveAccess, live_access
from release.resource_changes import ResourceChange, change_rows, changes_digest, counts, resource_changes
from release.summary import changed_resources, noted_parts, refused_parts, summary
from release.surroundings import Surroundings
from safe_text.document_search import credential_place

__all__ = ["APPROVED", "PAGE", "STATEMENT", "deployed_graph", "inputs_and_problems", "inputs_now", "plan"]

APPROVED, PAGE, SUMMARY, STATEMENT = "approved-access.json", "report.html", "summary.md", "plan.intoto.json"


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """Everything that a plan has found out."""

    inputs: BoundInputs
    preview: Mapping[str, Any]
    violations: tuple[Violation, ...]
    """Violations of mandatory policies by the preview."""
    changes: tuple[ResourceChange, ...]
    drift: tuple[Drift, ...]
    before: Graph
    live: LiveAccess


def plan(around: Surroundings, folder: Path) -> tuple[Evidence, Verdict]:
    """Write the evidence of a plan into a folder, with a statement about it, signed if the stack's file has it so.

    A plan that has no identity to sign with stays unsigned, and cannot be deployed.

    Args:
        around: the stack and everything else outside.
        folder: folder of the evidence, which is made.

    Raises:
        ReleaseError: the plan cannot be made; with everything that is missing.
        UnreadableSource: Azure or the engine's documents cannot be read.
    """
    if around.signing is not None and around.signing.unsigned_reason:
        around.report(
            f"leaving the plan unsigned, so that `release apply` refuses it: {around.signing.unsigned_reason}"
        )
        around = replace(around, signing=None)
    facts = _facts(around)
    review = review_access(around, facts.before, facts.preview, facts.inputs.commit)
    report = review.report
    verdict = Verdict.REFUSED if facts.live.undeclared or facts.violations else review.verdict
    if around.loosened_approval and verdict is Verdict.UNCHANGED:
        verdict = Verdict.GROWTH  # later plans with growth could need no approval
    # The project's policy pack has a policy for each kind of finding; what both report is reported once.
    found = {one["id"] for one in report["findings"] if one["severity"] == "error" and one["exception"] is None}
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
        "access": report["diff"],
        "proof": report["proof"],
        "findings": report["findings"],
        "violations": [each.message for each in facts.violations if each.policy not in found],
        "drift": drift_rows(facts.drift),
        "live": facts.live.document(),
        "loosened_approval": list(around.loosened_approval),
    }
    approved = to_json(with_images(planned_resources(facts.preview), around.rehearsed()))
    files = {
        APPROVED: json.dumps(approved, indent=1, sort_keys=True) + "\n",
        PAGE: page(
            report,
            problems=refused_parts(content),
            notes={**noted_parts(content), "Changes of resources": changed_resources(content)},
        ),
        SUMMARY: summary(content),
    }
    _refuse_credential(approved)
    evidence = write_evidence(folder, content, files)
    about = {name: content[name] for name in ("project", "stack", "made", "run", "verdict")}
    predicate = {**about, "commit": facts.inputs.commit}
    statement = statements.Statement(kind=statements.PLAN, subjects=evidence.subjects, predicate=predicate)
    statements.write(folder / STATEMENT, statement)
    if around.signing is not None:
        around.report("signing the statement of the plan")
        around.signing.sign(evidence, STATEMENT)
    return evidence, verdict


def inputs_now(around: Surroundings, export: Mapping[str, Any]) -> BoundInputs:
    """Return the inputs of a deployment as they are now.

    Raises:
        ReleaseError: there is no commit.
    """
    return read_inputs(
        around.root,
        project=around.stack.project,
        stack=around.stack.name,
        released=last_released_commit(around.backend, around.stack.project, around.stack.name),
        export=export,
        outside=around.outside(),
        environment=around.stack.full_environment,
    )


def inputs_and_problems(around: Surroundings, export: Mapping[str, Any]) -> tuple[BoundInputs | None, tuple[str, ...]]:
    """Return the inputs of a deployment, None without a commit, and a message for each thing that is missing."""
    problems = self_test.problems(around, export)
    try:
        return inputs_now(around, export), problems
    except ReleaseError as error:
        return None, tuple(dict.fromkeys([*problems, str(error)]))


def deployed_graph(export: Mapping[str, Any]) -> Graph:
    """Return the access graph of what is deployed, which is empty before the first deployment."""
    return export_reader.read(export)


def _facts(around: Surroundings) -> _Facts:
    stack = around.stack
    around.report("reading the state of the stack")
    export = stack.export()
    around.report("testing sign-in, backend, lock and secrets")
    inputs, problems = inputs_and_problems(around, export)
    if inputs is None or problems:
        raise ReleaseError("\n".join(problems))
    before = deployed_graph(export)
    drift, live, azure = (), LiveAccess(), before
    if before.resources:
        around.report("comparing the state with Azure")
        drift = drifts(stack.refresh_preview())
        around.report("reading access in Azure that nobody declared")
        azure = around.live(before, export)
        live = live_access(before, azure, around.declared, around.origin.time.date(), around.release_roles)
    around.report("previewing the program with the policy pack")
    preview, violations = _previewed(around)
    others = identity_problems(before, azure, preview)
    return _Facts(
        inputs=inputs,
        preview=preview,
        violations=violations,
        changes=resource_changes(preview),
        drift=drift,
        before=before,
        live=replace(live, undeclared=(*live.undeclared, *others)),
    )


def _previewed(around: Surroundings) -> tuple[Mapping[str, Any], tuple[Violation, ...]]:
    """Return the document of a preview, and the violations of mandatory policies."""
    # The identity that plans may read; the deployer's data actions are checked when the deployer applies.
    variables = {PLANNING: "1"}
    try:
        return around.stack.preview(around.packs, variables), ()
    except ReleaseError:
        violations = around.stack.policy_violations(around.packs, variables)
        if not violations:
            raise
    # The evidence of a refused plan needs a complete preview, which a violated policy prevents.
    return around.stack.preview((), variables), violations


def _refuse_credential(approved: object) -> None:
    """Raise an error if a planned value looks like a credential, which the evidence would spread."""
    name = credential_place(approved)
    if name is not None:
        raise ReleaseError(
            f"the evidence is not written: the value of {name or 'a property'!r} in the preview looks like a"
            " credential; `agent-network access check` names the resource"
        )

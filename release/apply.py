"""Deployment of an approved plan: the engine runs only if nothing differs, and stops at what was not approved.

Owns the order of the checks. First the inputs are compared with the evidence, then the approval, then a new preview;
the engine runs with the approved plan as a mandatory policy; afterwards the access is read back from Azure. What was
applied before a stop is reported. `access` judges; nothing is judged here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from azure.core.exceptions import AzureError

from access.azure.errors import AccessError
from access.model.json_values import listed
from access.model.urns import resource_name
from access.questions.deviations import with_images
from access.readers.export import resource_rows
from access.readers.planned_resources import planned_resources
from release import statements
from release.access_review import Verdict, review_access
from release.approval import Approval, ApprovalRule, ApprovalSource, approval_statement, check_approved, clock_problem
from release.current_identities import identity_problems
from release.deployment_record import keep_result, result_document, sign_result
from release.enforcement.enforced_run import enforced_up, observed_preview
from release.enforcement.planned_steps import PlannedSteps
from release.engine.interruption import InterruptedRun, Interruption, interruptible
from release.engine.stack import Outcome
from release.errors import ReleaseError
from release.evidence import Evidence, read_evidence
from release.foundry.state import agent_identities
from release.live_access import LiveAccess, live_access
from release.plan import STATEMENT, deployed_graph, inputs_and_problems
from release.resource_changes import changed_urns, resource_changes
from release.surroundings import Surroundings

__all__ = ["Applied", "apply", "approve"]

APPROVAL = "derived-approval.intoto.json"
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Applied:
    """Result of a deployment of an approved plan."""

    outcome: Outcome
    read_back: LiveAccess | None
    """Difference of the assignments that were read back from Azure; None after a stop."""
    document: Mapping[str, Any]
    unsigned: str = ""
    """Reason why the statement of the result is not signed, although it must be; empty otherwise."""

    @property
    def is_complete(self) -> bool:
        """Return True if everything was deployed, and Azure has exactly the approved access."""
        is_deployed = not self.outcome.failure and self.read_back is not None and self.read_back.is_equal
        return is_deployed and not self.unsigned


def approve(
    around: Surroundings, folder: Path, rule: ApprovalRule, source: ApprovalSource, *, digest: str | None = None
) -> Approval | None:
    """Write the statement of the approval that a source has for the evidence; None if the plan needs none.

    Raises:
        ReleaseError: the evidence was edited or has another digest, or no approval is valid; with the reasons.
    """
    evidence = read_evidence(folder, digest)
    if around.signing is not None:
        around.signing.required(evidence, STATEMENT, statements.PLAN)
    grows = evidence.document.get("verdict") != Verdict.UNCHANGED
    found = check_approved(rule, source, evidence, around.now(), grows=grows)
    _check_digest_is_given(around, found, digest)
    if found is not None and not found.digest:  # a signed approval has its statement already
        statements.write(folder / APPROVAL, approval_statement(found, rule, evidence))
        if around.signing is not None:
            around.signing.sign(evidence, APPROVAL)
    return found


def apply(
    around: Surroundings, folder: Path, rule: ApprovalRule, source: ApprovalSource, *, digest: str | None = None
) -> Applied:
    """Deploy the plan of the evidence in a folder.

    The first signal stops the deployment in order, and the statement of its result is written all the same.

    Raises:
        InterruptedRun: a signal was received; nothing was changed.
        ReleaseError: something differs from the evidence, or the plan is not approved; nothing was changed.
        UnreadableSource: the state or the preview cannot be read; nothing was changed.
    """
    with interruptible() as interruption:
        return _apply(around, folder, rule, source, digest, interruption)


def _apply(  # noqa: PLR0913, PLR0917 (those of `apply`)
    around: Surroundings,
    folder: Path,
    rule: ApprovalRule,
    source: ApprovalSource,
    digest: str | None,
    interruption: Interruption,
) -> Applied:
    around.report("comparing the evidence with this commit, these tools and the state")
    evidence = read_evidence(folder, digest)
    export = around.stack.export()
    _refuse_other_inputs(around, evidence, export)
    if around.signing is not None:
        around.report("verifying the signature of the plan")
        around.signing.required(evidence, STATEMENT, statements.PLAN)
    around.report("previewing again")
    preview = _same_preview(around, evidence)
    grows = _grows(around, evidence, export, preview)
    _refuse_other_identities(around, export, preview)
    around.report("looking for the approval")
    approval = check_approved(rule, source, evidence, around.now(), grows=grows)
    _check_digest_is_given(around, approval, digest)
    _refuse_unsigned_approval(around, evidence, rule, approval)
    around.report("deploying, with the approved plan as a mandatory policy")
    outcome = enforced_up(
        around.stack,
        planned=with_images(planned_resources(preview), around.rehearsed()),
        steps=PlannedSteps(preview),
        export=export,
        pack=around.enforcement,
        others=around.packs,
    )
    read_back = None
    if not outcome.failure:
        outcome, read_back = _followed_up(around, outcome)
    interruption.finish()
    document, unsigned = result_document(around, evidence, approval, outcome, read_back), ""
    try:
        unsigned = sign_result(around, evidence, keep_result(around, evidence, document))
    except ReleaseError as error:
        outcome = replace(outcome, failure=outcome.failure or f"everything was deployed, and {error}")
        document["failure"] = outcome.failure
    return Applied(outcome=outcome, read_back=read_back, document=document, unsigned=unsigned)


def _refuse_unsigned_approval(
    around: Surroundings, evidence: Evidence, rule: ApprovalRule, approval: Approval | None
) -> None:
    """Raise an error for an approval from a platform's records whose signed statement is missing or is another one."""
    if around.signing is None or approval is None or approval.digest:  # one with a key has its own signature
        return
    signed = around.signing.required(evidence, APPROVAL, statements.APPROVAL)
    found = json.loads(json.dumps(approval_statement(approval, rule, evidence).document()))
    if signed.document() != found:
        raise ReleaseError(
            f"{evidence.folder / APPROVAL}: the signed approval is another one than {approval.by} gave"
            f" ({approval.source}); run `release approve` again"
        )


def _followed_up(around: Surroundings, outcome: Outcome) -> tuple[Outcome, LiveAccess | None]:
    """Follow a complete deployment up; return its outcome and the assignments that were read back.

    The deployment was made, whatever happens now: an error becomes the failure in its outcome.
    """
    step = "reading the state of the stack"
    try:
        export = around.stack.export()
        if agent_identities(resource_rows(export)):
            step = "moving role assignments to current identities of Foundry agents"
            around.report(step)
            around.reconcile()
            export = around.stack.export()
        step = "reading the assignments back from Azure"
        around.report(step)
        return outcome, _read_back(around, export)
    except InterruptedRun as interrupted:
        failure = f"{interrupted} after everything was deployed, while {step}"
        return replace(outcome, failure=failure, is_interrupted=True), None
    except (ReleaseError, AccessError, AzureError) as error:
        return replace(outcome, failure=f"everything was deployed, and {step} failed: {error}"), None


def _read_back(around: Surroundings, export: Mapping[str, Any]) -> LiveAccess:
    """Return how Azure differs from the stack; a new assignment is waited for, since Azure lists it a little later."""
    state = deployed_graph(export)
    for wait in (*around.waits, None):
        live = around.live(state, export)
        found = live_access(state, live, around.declared, around.origin.time.date(), around.release_roles)
        if found.is_equal or wait is None:
            return found
        around.sleep(wait)
    raise AssertionError  # the last wait is None


def _check_digest_is_given(around: Surroundings, approval: Approval | None, digest: str | None) -> None:
    """Raise an error if neither approval, caller nor signature names the evidence, which somebody may have edited."""
    is_bound = digest is not None or around.signing is not None
    if approval is not None and approval.run and not approval.digest and not is_bound:
        raise ReleaseError(
            f"the approval of {approval.by} ({approval.source}) names no evidence; pass --digest with the digest that"
            " the plan of this run reported"
        )


def _refuse_other_inputs(around: Surroundings, evidence: Evidence, export: Mapping[str, Any]) -> None:
    inputs, missing = inputs_and_problems(around, export)
    problems = [*missing, *filter(None, [clock_problem(around.now(), evidence)])]
    if evidence.document.get("verdict") == Verdict.REFUSED:
        problems.append("the plan was refused, and no approval changes that; see its findings")
    if inputs is not None:
        problems += [f"since the plan, {each}" for each in evidence.inputs.differences(inputs)]
    if problems:
        raise ReleaseError("\n".join([*problems, "nothing was changed; make a new plan with `release plan`"]))


def _refuse_other_identities(around: Surroundings, export: Mapping[str, Any], preview: Mapping[str, Any]) -> None:
    """Raise an error for an identity that Azure has with another principal than the state."""
    state = deployed_graph(export)
    if not state.resources:
        return
    around.report("reading the identities of the stack in Azure")
    problems = identity_problems(state, around.live(state, export), preview)
    if problems:
        raise ReleaseError("\n".join([*problems, "nothing was changed"]))


def _same_preview(around: Surroundings, evidence: Evidence) -> Mapping[str, Any]:
    """Return a new preview; raise an error if it differs from the one of the plan."""
    preview = observed_preview(around.stack, pack=around.enforcement)
    rows = [cast("Mapping[str, Any]", row) for row in listed(evidence.document.get("resources"))]
    different = changed_urns(rows, resource_changes(preview))
    if different:
        names = ", ".join(resource_name(urn) for urn in different[:_SHOWN])
        more = f" and {len(different) - _SHOWN} more" if len(different) > _SHOWN else ""
        raise ReleaseError(
            f"the preview differs from the plan in {names}{more}; nothing was changed; make a new plan with `release"
            " plan`"
        )
    return preview


def _grows(around: Surroundings, evidence: Evidence, export: Mapping[str, Any], preview: Mapping[str, Any]) -> bool:
    """Return True if somebody gains access, as computed again; raise an error for a plan that is refused."""
    found = review_access(around, deployed_graph(export), preview, evidence.inputs.commit).verdict
    if found is Verdict.REFUSED:
        raise ReleaseError("the proof fails or a finding is an error; nothing was changed; see `access review`")
    return found is Verdict.GROWTH or bool(around.loosened_approval)

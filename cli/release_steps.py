"""Runs the steps of a release, prints their results, and returns the exit codes."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from access.model.urns import resource_name
from access.reports import text
from access.reports.terminal import Style
from cli.approval_records import approving
from cli.exit_codes import ExitCode
from cli.output import print_error, print_text
from cli.project_root import shown_path
from cli.release_surroundings import prepared
from release.access_review import Verdict
from release.apply import Applied, apply, approve
from release.approval import Approval, ApprovalRule, check_approved
from release.approval_sources.signed import sign_approval
from release.engine.interruption import interruptible
from release.errors import NotApprovedError, ReleaseError
from release.evidence import EVIDENCE, Evidence, read_evidence
from release.job_outputs import hand_over, without_commands
from release.plan import PAGE, plan
from release.pull_request_comment import write_comment
from release.summary import earlier_findings, noted_parts, refused_parts, verdict_clause
from safe_text.display import visible

__all__ = ["run_apply", "run_approve", "run_comment", "run_plan", "run_sign"]

_CODES = {Verdict.UNCHANGED: ExitCode.OK, Verdict.GROWTH: ExitCode.GROWTH, Verdict.REFUSED: ExitCode.NO}
_FOLDER = ".release"


def run_plan(root: Path, stack: str, folder: Path | None, *, as_json: bool, in_pipeline: bool) -> ExitCode:
    """Make a plan, print it, and return the exit code of its verdict; in a pipeline, hand the digest over.

    Raises:
        ReleaseError: the plan cannot be made; with everything that is missing.
    """
    with interruptible(), prepared(root, stack) as preparation:
        evidence, verdict = plan(preparation.around, folder or root / _FOLDER / stack)
    if as_json:
        print_text(json.dumps({**evidence.document, "digest": evidence.digest}, indent=2))
    else:
        print_text(without_commands("\n".join(_plan_lines(evidence, Style.of(sys.stdout)))))
    if in_pipeline:
        hand_over(evidence, os.environ, print_text)
        return ExitCode.OK if verdict is Verdict.GROWTH else _CODES[verdict]
    return _CODES[verdict]


def run_comment(folder: Path, digest: str | None) -> ExitCode:
    """Write the summary of a plan as a comment on the pull request, and print what was done.

    Raises:
        ReleaseError: the evidence was edited or has another digest, or the comment cannot be written.
    """
    is_new = write_comment(read_evidence(folder, digest), os.environ)
    print_text("wrote a comment on the pull request" if is_new else "replaced the comment on the pull request")
    return ExitCode.OK


def run_approve(root: Path, stack: str, folder: Path | None, digest: str | None) -> ExitCode:
    """Record the approval of a plan from the records that have it, print who gave it, and return the exit code.

    Without an approval, evidence that is to be signed is added for its approvers.

    Raises:
        ReleaseError: the evidence was edited or has another digest.
    """
    folder = folder or root / _FOLDER / stack
    with interruptible(), prepared(root, stack) as preparation:
        around, rule, exchange = preparation.around, preparation.rule, preparation.exchange
        try:
            found = approve(around, folder, rule, preparation.source(), digest=digest)
        except NotApprovedError as error:
            print_error(str(error))
            if exchange is not None:
                evidence = read_evidence(folder, digest)
                exchange.publish(evidence)
                print_text(
                    "approvers can read and sign the evidence now; run this job again after that:\n"
                    f"  agent-network release approve --stack {stack} --digest {evidence.digest} --key FILE"
                )
            return ExitCode.NO
    _print_approval(read_evidence(folder), found, rule)
    return ExitCode.OK


def run_sign(root: Path, stack: str, folder: Path | None, key: Path | None, digest: str | None) -> ExitCode:
    """Sign an approval of a plan with a registered key and hand it in, or only download the evidence.

    Evidence that is not on this machine is downloaded by its digest. The state of the stack is not used, so that an
    approver needs no access to it.

    Args:
        root: folder of the project.
        stack: name of the stack.
        folder: folder of the evidence; None for `.release/<stack>`.
        key: file of the private key; None to download alone.
        digest: digest of the evidence.

    Raises:
        ReleaseError: there is no such evidence, it is of another stack, or the key may not approve it.
    """
    folder = folder or root / _FOLDER / stack
    using = approving(root, stack)
    is_here = (folder / EVIDENCE).is_file()
    if key is None or (digest is not None and not is_here):
        evidence = using.exchange.download(digest or "", folder)
        print_text(f"downloaded evidence {evidence.digest[:12]}: {shown_path(folder)} ({PAGE} for people)")
    else:
        evidence = read_evidence(folder, digest)
    if evidence.inputs.stack != stack:
        raise ReleaseError(f"the evidence is of stack {evidence.inputs.stack!r}; pass it with --stack")
    if key is None:
        return ExitCode.OK
    now = datetime.now(UTC)
    signed = sign_approval(root, evidence, using.rule, using.setting.keys, key, now)
    grows = evidence.document.get("verdict") != Verdict.UNCHANGED
    found = check_approved(using.rule, using.source, evidence, now, grows=grows)
    print_text(f"signed approval: {using.exchange.hand_in(evidence, signed)}")
    _print_approval(evidence, found, using.rule)
    return ExitCode.OK


def run_apply(root: Path, stack: str, folder: Path, *, digest: str | None, as_json: bool) -> ExitCode:
    """Deploy an approved plan, print the result, and return the exit code.

    Raises:
        ReleaseError: something differs from the evidence, or the plan is not approved; nothing was changed.
    """
    with interruptible(), prepared(root, stack) as preparation:
        applied = apply(preparation.around, folder, preparation.rule, preparation.source(), digest=digest)
    if as_json:
        print_text(json.dumps(applied.document, indent=2))
    else:
        print_text(without_commands("\n".join(_applied_lines(applied, Style.of(sys.stdout)))))
    if applied.unsigned:
        print_error(f"the statement of the result is not signed: {applied.unsigned}")
    if applied.outcome.is_interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.OK if applied.is_complete else ExitCode.NO


def _print_approval(evidence: Evidence, found: Approval | None, rule: ApprovalRule) -> None:
    short = evidence.digest[:12]
    if found is None:
        print_text(f"plan {short} needs no approval")
        return
    print_text(f"plan {short} is approved by {visible(found.by)} ({visible(found.source)}), for {rule.hours} hours")
    if found.authors is not None:
        names = ", ".join(visible(each) for each in sorted(found.authors.names))
        print_text(f"authors, who may not approve: {names} ({visible(found.authors.commits)})")


def _plan_lines(evidence: Evidence, style: Style) -> Iterator[str]:
    content = evidence.document
    yield text.diff(content["access"], style)
    yield ""
    yield text.proof(content["proof"], style)
    earlier = earlier_findings(content)
    if earlier:
        yield text.findings(earlier, style)
    for title, rows in (*refused_parts(content).items(), *noted_parts(content).items()):
        if rows:
            yield f"{title}:"
            yield from (style.paragraph(visible(row), indent=2) for row in rows)
    counted = ", ".join(f"{number} {operation}" for operation, number in content["counts"].items())
    yield style.paragraph(f"resources: {counted or 'no changes'}")
    yield style.paragraph(f"plan {evidence.digest[:12]}: {verdict_clause(content)}")
    yield f"evidence: {shown_path(evidence.folder)} (for people: {PAGE})"


def _applied_lines(applied: Applied, style: Style) -> Iterator[str]:
    outcome, read_back = applied.outcome, applied.read_back
    yield f"{len(outcome.applied)} changes applied"
    if outcome.failure:
        yield from (f"  {operation} {resource_name(urn)}" for operation, urn in outcome.applied)
        for each in outcome.violations:
            yield style.paragraph(visible(each), mark="stopped by the approved plan:", colour="red")
        yield style.paragraph(visible(outcome.failure), mark="stopped:", colour="red")
    elif read_back is not None and read_back.is_equal:
        result = "Azure has every assignment of the plan, and no access that nobody declared"
        yield style.paragraph(result, mark="assignments read back:", colour="green")
    elif read_back is not None:
        yield style.paragraph("not what was approved", mark="assignments read back:", colour="red")
        yield from (style.paragraph(visible(each), indent=2) for each in (*read_back.undeclared, *read_back.missing))
    if read_back is not None:
        for each in read_back.unread:
            yield style.paragraph(visible(each), mark="not read in Azure:", colour="yellow")

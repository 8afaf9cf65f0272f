"""Runs the steps of a release, prints their results, and returns the exit codes."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from access.reports import text
from access.reports.terminal import Style
from cli.exit_codes import ExitCode
from cli.output import print_error, print_text
from cli.project_root import shown_path
from cli.release_surroundings import prepared
from release.access_review import Verdict
from release.apply import Applied, apply, approve
from release.approval_sources.signed import sign_approval
from release.engine.interruption import interruptible
from release.errors import NotApprovedError
from release.evidence import Evidence, read_evidence
from release.job_outputs import hand_over, without_commands
from release.plan import PAGE, plan
from release.pull_request_comment import write_comment
from release.summary import earlier_findings, noted_parts, refused_parts, verdict_clause
from safe_text.display import visible

__all__ = ["run_apply", "run_approve", "run_comment", "run_plan"]

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


def run_approve(root: Path, stack: str, folder: Path, key: Path | None, digest: str | None) -> ExitCode:
    """Record the approval of a plan, print who gave it, and return the exit code.

    Raises:
        ReleaseError: the evidence was edited or has another digest.
    """
    with interruptible(), prepared(root, stack) as preparation:
        around, rule = preparation.around, preparation.rule
        if key is not None:
            sign_approval(root, read_evidence(folder, digest), rule, preparation.setting.keys, key, around.now())
        try:
            found = approve(around, folder, rule, preparation.source(), digest=digest)
        except NotApprovedError as error:
            print_error(str(error))
            return ExitCode.NO
    short = read_evidence(folder).digest[:12]
    if found is None:
        print_text(f"plan {short} needs no approval")
        return ExitCode.OK
    print_text(f"plan {short} is approved by {visible(found.by)} ({visible(found.source)}), for {rule.hours} hours")
    if found.authors is not None:
        names = ", ".join(visible(each) for each in sorted(found.authors.names))
        print_text(f"authors, who may not approve: {names} ({visible(found.authors.commits)})")
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
        yield from (f"  {operation} {urn.rpartition('::')[2]}" for operation, urn in outcome.applied)
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

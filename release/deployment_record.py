"""Record of a deployment: the statement of its result, kept with the others next to the state, and its signature.

Owns what the result is about and where statements are kept. The record is written before it is signed: if Sigstore does
not answer, the deployment is recorded all the same.
"""

from collections.abc import Mapping
from typing import Any

from release import statements
from release.approval import Approval
from release.engine.stack import Outcome
from release.errors import ReleaseError
from release.evidence import Evidence
from release.live_access import LiveAccess
from release.signing.statement_signing import bundle_path
from release.surroundings import Surroundings

__all__ = ["RESULT", "keep_result", "result_document", "sign_result"]

RESULT = "result.intoto.json"


def result_document(
    around: Surroundings,
    evidence: Evidence,
    approval: Approval | None,
    outcome: Outcome,
    read_back: LiveAccess | None,
) -> dict[str, Any]:
    """Return what happened in a deployment, as a JSON object."""
    return {
        "project": evidence.document["project"],
        "stack": evidence.document["stack"],
        "commit": evidence.inputs.commit,
        "at": around.now().isoformat(timespec="seconds"),
        "run": dict(around.run),
        "approved_by": approval.by if approval else "",
        "approval": approval.source if approval else "",
        "approval_setting": dict(around.approval_setting),
        "failure": outcome.failure,
        "interrupted": outcome.is_interrupted,
        "violations": list(outcome.violations),
        "applied": [{"operation": operation, "urn": urn} for operation, urn in outcome.applied],
        "read_back": None if read_back is None else read_back.document(),
    }


def keep_result(around: Surroundings, evidence: Evidence, document: Mapping[str, Any]) -> str:
    """Write the statement of the result, keep all statements next to the state, and return the start of their names."""
    result = statements.Statement(kind=statements.RESULT, subjects=evidence.subjects, predicate=document)
    statements.write(evidence.folder / RESULT, result)
    moment = str(document["at"]).replace(":", "")
    place = f"{document['project']}/{document['stack']}/{evidence.digest[:16]}/{moment}-"
    bundle_path(evidence.folder / RESULT).unlink(missing_ok=True)  # of an earlier result
    for path in evidence.statements:
        around.backend.releases.add(f"{place}{path.name}", path.read_bytes())
    return place


def sign_result(around: Surroundings, evidence: Evidence, place: str) -> str:
    """Sign the statement of the result, and keep the signature; return the reason if that fails.

    What was deployed stays deployed, and its statement is kept already.
    """
    if around.signing is None:
        return ""
    around.report("signing the statement of the result")
    try:
        bundle = around.signing.sign(evidence, RESULT)
        around.backend.releases.add(f"{place}{bundle.name}", bundle.read_bytes())
    except ReleaseError as error:
        return str(error)
    return ""

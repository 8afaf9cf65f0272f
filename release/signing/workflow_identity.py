"""Identity of the workflow that signs a release, and the ID token with which its job proves that identity.

Owns which platforms can sign. GitHub gives a job ID tokens for any audience. Azure Pipelines gives ID tokens for
Azure alone, with which their receiver could sign in to Azure, so that they are sent to no other service; and Sigstore
does not accept their issuer (sigstore/fulcio#1803, 2024-09, open). The claims are compared here for a clear message;
what counts is the certificate of a signature.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from access.model.json_values import text
from release.errors import ReleaseError
from release.sign_in.id_tokens import MAY_NOT_REQUEST, fetch, github_request

__all__ = ["WorkflowIdentity", "signing_token", "unsigned_reason"]

_AUDIENCE = "sigstore"
_SETTING = "'release' in the stack's file"


@dataclass(frozen=True, kw_only=True)
class WorkflowIdentity:
    """Workflow of GitHub Actions whose signatures count, as the certificate of a signature names it."""

    workflow: str
    """Address of the workflow's file with its branch or tag: the subject of the certificate."""
    issuer: str
    """Issuer of the workflow's ID tokens."""
    repository: str
    """Address of the repository that the workflow runs for; another one can call a workflow that can be reused."""
    repository_id: str = ""
    """Id of that repository; empty to accept its name alone."""


def unsigned_reason(environment: Mapping[str, str]) -> str:
    """Return the reason why a plan in this process stays unsigned; empty if it is to be signed.

    A person's machine and the run of a pull request may plan, to show what would change.
    """
    if not environment.get("GITHUB_ACTIONS") and not environment.get("TF_BUILD"):
        return "this process does not run in a pipeline, and has no identity to sign with"
    if environment.get("GITHUB_REF", "").startswith("refs/pull/"):
        return "the run of a pull request does not sign"
    return ""


def signing_token(identity: WorkflowIdentity, environment: Mapping[str, str]) -> str:
    """Return a new ID token of this job for Sigstore, which proves the declared identity.

    Raises:
        ReleaseError: the platform gives no such token, or the job has another identity.
    """
    if environment.get("TF_BUILD"):
        raise ReleaseError(
            "Azure Pipelines cannot sign with Sigstore: its ID tokens are for Azure alone, and are not sent to another"
            f" service; release from GitHub Actions, or remove {_SETTING}"
        )
    if not environment.get("GITHUB_ACTIONS"):
        raise ReleaseError(
            f"the statements of this release must be signed, by {_SETTING}, and this process has no identity to sign"
            " with; run this step in a job of GitHub Actions"
        )
    url, bearer = (environment.get(f"ACTIONS_ID_TOKEN_REQUEST_{name}", "") for name in ("URL", "TOKEN"))
    if not url or not bearer:
        raise ReleaseError(MAY_NOT_REQUEST)
    token = fetch(github_request(url, bearer, _AUDIENCE))
    differences = list(_differences(identity, token.claims))
    if differences:
        raise ReleaseError(
            f"this job has another identity than {_SETTING} declares: {'; '.join(differences)}; run the declared"
            " workflow, or correct the setting"
        )
    return token.text


def _differences(identity: WorkflowIdentity, claims: Mapping[str, Any]) -> Iterator[str]:
    parts = urlsplit(identity.workflow)
    server = f"{parts.scheme}://{parts.netloc}"
    found = {
        "audience": (text(claims, "aud"), _AUDIENCE),
        "issuer": (text(claims, "iss"), identity.issuer),
        "workflow": (f"{server}/{text(claims, 'job_workflow_ref')}", identity.workflow),
        "repository": (f"{server}/{text(claims, 'repository')}", identity.repository),
        "repository's id": (text(claims, "repository_id"), identity.repository_id or text(claims, "repository_id")),
    }
    for what, (is_now, declared) in found.items():
        if is_now != declared:
            yield f"the {what} is {is_now!r} instead of {declared!r}"

"""Model of the setting `release` of a stack: the workflow that signs the statements of a release with Sigstore.

A certificate of Sigstore names the workflow, and anyone with a repository can get one for their own. So the setting
names exactly one workflow, and has no patterns.
"""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from manifest.base_model import StrictModel
from manifest.message_formatting import quote_value

__all__ = ["GITHUB_ISSUER", "ReleaseSigning", "SigningIdentity"]

GITHUB_ISSUER = "https://token.actions.githubusercontent.com"
"""Issuer of ID tokens of GitHub Actions ("OpenID Connect reference", docs.github.com, 2026)."""

_EXAMPLE = "https://github.com/OWNER/REPOSITORY/.github/workflows/release.yml@refs/heads/main"
_PART = "[A-Za-z0-9._-]+"
# The subject alternative name that Fulcio writes for GitHub (sigstore/fulcio, config/identity/config.yaml, 2026-08).
_WORKFLOW = re.compile(
    rf"(?P<repository>https://[a-z0-9.-]+/{_PART}/{_PART})/\.github/workflows/{_PART}\.ya?ml@(?P<ref>[^\s*?\\^$()|]+)"
)
_REPOSITORY = re.compile(rf"https://[a-z0-9.-]+/{_PART}/{_PART}")
_REF = re.compile(r"refs/(?:heads|tags)/\S+|[0-9a-f]{40}")


def _workflow(value: str) -> str:
    found = _WORKFLOW.fullmatch(value)
    if found is None:
        raise ValueError(
            f"{quote_value(value)} is not the address of one workflow; write it without a pattern, like '{_EXAMPLE}'"
        )
    if found["ref"].startswith("refs/pull/"):
        raise ValueError(
            f"{quote_value(found['ref'])} is a pull request, and anyone who can open one would sign; write the branch"
            " that is deployed, like 'refs/heads/main'"
        )
    if _REF.fullmatch(found["ref"]) is None:
        raise ValueError(
            f"{quote_value(found['ref'])} is not the full name of a branch or tag; write it like 'refs/heads/main'"
        )
    return value


def _issuer(value: str) -> str:
    if re.fullmatch(r"https://[a-z0-9.-]+(?:/[A-Za-z0-9._-]+)*", value) is None:
        raise ValueError(
            f"{quote_value(value)} is not the issuer of ID tokens; write its address like '{GITHUB_ISSUER}', without a"
            " slash at the end"
        )
    return value


def _repository(value: str) -> str:
    if _REPOSITORY.fullmatch(value) is None:
        raise ValueError(
            f"{quote_value(value)} is not the address of a repository; write it like"
            " 'https://github.com/OWNER/REPOSITORY'"
        )
    return value


def _trust_config(value: str) -> str:
    parts = re.split(r"[/\\]", value)
    if value.startswith(("/", "\\", "~")) or ":" in value or not all(parts) or {".", ".."} & set(parts):
        raise ValueError(f"{quote_value(value)} is not a file of the project; write its path from the project's folder")
    return value


class SigningIdentity(StrictModel):
    """Workflow whose signatures count, as the certificate of a signature names it."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "subject": "the subject of a certificate is the workflow; write it as 'workflow'",
        "email": "releases are signed by workflows; a person approves with a key, see 'approval'",
    }

    workflow: Annotated[str, AfterValidator(_workflow)]
    """Address of the workflow's file, with the branch or tag that it is from."""
    issuer: Annotated[str, AfterValidator(_issuer)] = GITHUB_ISSUER
    """Issuer of the workflow's ID tokens; by default, GitHub."""
    repository: Annotated[str, AfterValidator(_repository)] | None = None
    """Address of the repository that the workflow runs for, if its file is in another one; by default, of the file."""
    repository_id: Annotated[int, Field(ge=1)] | None = None
    """Id of the repository, which another repository of the same name does not have."""

    @property
    def run_repository(self) -> str:
        """Return the address of the repository that the workflow runs for."""
        found = _WORKFLOW.fullmatch(self.workflow)
        return self.repository or (found["repository"] if found else "")


class ReleaseSigning(StrictModel):
    """Keyless signatures of a stack's releases, which publish the names of the repository and the workflow."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "approval": "approvals are a setting of their own: 'approval'",
        "key": "signatures are keyless; approvers register public keys in 'approval'",
    }

    sign: Literal["sigstore"]
    """Service that signs the statements of plan, approval and result."""
    identity: SigningIdentity
    """Workflow whose signatures count."""
    trust_config: Annotated[str, AfterValidator(_trust_config)] | None = None
    """File of the project with the addresses and keys of an own instance of Sigstore; by default, the public one."""

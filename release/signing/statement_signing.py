"""Signatures of the statements of a release, next to the statements in the folder of its evidence.

Owns which statement a signature must be about, and by whom. A bundle has the signed statement itself, so the plain
statement next to it is for people; a difference is refused. The library `sigstore` is needed only where a stack
declares who signs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from access.model.json_values import mapping, text
from release import statements
from release.errors import ReleaseError
from release.evidence import Evidence
from release.signing.workflow_identity import WorkflowIdentity, signing_token, unsigned_reason

if TYPE_CHECKING:
    from release.signing.sigstore_client import Demands, SigstoreClient

__all__ = ["StatementSigning", "bundle_path"]

_STATEMENT, _BUNDLE = ".intoto.json", ".sigstore.json"


def bundle_path(statement: Path) -> Path:
    """Return the file with the signature of a statement."""
    return statement.with_name(f"{statement.name.removesuffix(_STATEMENT)}{_BUNDLE}")


@dataclass(frozen=True)
class StatementSigning:
    """Signing and verification of a stack's statements with Sigstore."""

    identity: WorkflowIdentity
    """Workflow whose signatures count."""
    environment: Mapping[str, str]
    """Environment variables of this process."""
    trust_config: Path | None = None
    """File with the trust configuration of an own instance of Sigstore; None for the public one."""

    @property
    def unsigned_reason(self) -> str:
        """Return the reason why a plan in this process stays unsigned; empty if it is to be signed."""
        return unsigned_reason(self.environment)

    def check(self) -> None:
        """Do nothing if this process can sign.

        Raises:
            ReleaseError: the package is missing, the job has no identity or another one, or Sigstore does not answer.
        """
        client = self._client
        signing_token(self.identity, self.environment)
        client.check_services()

    def sign(self, evidence: Evidence, name: str) -> Path:
        """Sign a statement in the folder of the evidence, and return the file with the signature.

        Raises:
            ReleaseError: Sigstore has not signed, or not with the declared identity.
        """
        path = evidence.folder / name
        statement = statements.read(path, {}).statement
        document = json.dumps(statement.document(), sort_keys=True).encode()
        bundle = self._client.signed(document, signing_token(self.identity, self.environment))
        self._client.verified(bundle, self._demands(evidence, statement.kind))
        try:
            bundle_path(path).write_text(f"{bundle}\n", "utf-8")
        except OSError as error:
            raise ReleaseError(f"{bundle_path(path)}: cannot be written: {error.strerror}") from None
        return bundle_path(path)

    def required(self, evidence: Evidence, name: str, kind: str) -> statements.Statement:
        """Return a statement about the evidence that the declared workflow has signed.

        Args:
            evidence: the evidence.
            name: name of the statement's file.
            kind: type of its predicate.

        Raises:
            ReleaseError: the signature is missing, is not valid, or is about something else.
        """
        path = evidence.folder / name
        bundle = bundle_path(path)
        if not bundle.is_file():
            raise ReleaseError(
                f"{bundle}: is missing, and this stack deploys only what {self.identity.workflow} has signed; plan"
                " and approve in that workflow"
            )
        try:
            payload = self._client.verified(statements.file_text(bundle), self._demands(evidence, kind))
        except ReleaseError as error:
            raise ReleaseError(f"{bundle}: {error}; nothing was changed") from None
        signed = statements.parsed(bundle, payload.decode("utf-8", "replace"))
        if signed.kind != kind:
            raise ReleaseError(f"{bundle}: the signed statement is {signed.kind!r} instead of {kind!r}")
        if signed.subjects != evidence.subjects:
            raise ReleaseError(f"{bundle}: the signed statement is about other evidence than {evidence.digest[:12]}")
        if statements.read(path, {}).statement != signed:
            raise ReleaseError(f"{path}: differs from the statement that was signed")
        return signed

    @cached_property
    def _client(self) -> "SigstoreClient":
        try:
            from release.signing.sigstore_client import SigstoreClient  # noqa: PLC0415 (an optional package)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "sigstore":
                raise
            raise ReleaseError(
                "the package sigstore is missing, with which 'release' in the stack's file has statements signed;"
                " install agent-network[sigstore]"
            ) from None
        return SigstoreClient(self.trust_config)

    def _demands(self, evidence: Evidence, kind: str) -> "Demands":
        from release.signing.sigstore_client import Demands  # noqa: PLC0415 (an optional package)

        run = _run_address(self.identity, evidence) if kind == statements.PLAN else ""
        return Demands(identity=self.identity, commit=evidence.inputs.commit, run=run)


def _run_address(identity: WorkflowIdentity, evidence: Evidence) -> str:
    """Return the address of the run that the evidence names, as a certificate has it.

    An approval of an environment is for a run, so that nobody may name another one than they planned in.
    """
    run = mapping(evidence.document.get("run"))
    return f"{identity.repository}/actions/runs/{text(run, 'run_id')}/attempts/{text(run, 'attempt')}"

"""Approvals as statements that are signed with a registered key.

Owns which files count: each statement of an approval next to the evidence or in the exchange. The public keys are in
the stack's file, so that a change of them is a change of the commit. The authors of a commit come from git; a key is
registered under the e-mail address that its owner commits with.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import SSlibKey  # pyright: ignore[reportPrivateImportUsage] (documented as public)

from release import statements
from release.approval import Approval, ApprovalRule, approval_statement, made_at
from release.approval_sources.commit_history import committed_authors
from release.authors import Authors
from release.errors import ReleaseError
from release.evidence import EVIDENCE, Evidence
from release.signed_exchange import ApprovalExchange
from release.times import zoned_time

__all__ = ["SignedApprovals", "sign_approval"]

_PATTERN = "approval*.intoto.json"


class SignedApprovals:
    """Approvals that are signed with registered keys, next to the evidence and in the exchange with approvers."""

    def __init__(self, root: Path, keys: Mapping[str, SSlibKey], exchange: ApprovalExchange | None = None) -> None:
        """Use the registered keys.

        Args:
            root: folder of the project, for the authors of its commits.
            keys: public keys by the e-mail address of their owner.
            exchange: files that approvers have handed in; None if there are only those next to the evidence.
        """
        self._root, self._keys, self._exchange = root, keys, exchange
        owners = {key.keyid: name for name, key in keys.items()}
        for name, key in keys.items():
            if owners[key.keyid] != name:
                raise ReleaseError(
                    f"{name} and {owners[key.keyid]} have the same key in 'approval', so that an author could approve"
                    " under the other name; register a key of each"
                )

    def approvals(self, evidence: Evidence) -> Iterator[Approval]:
        """Yield the approval in each statement that is signed with a registered key.

        A statement from the exchange is written next to the evidence if its signature is valid. Anything else there is
        an approval that does not count: a person who may write there must not be able to stop a deployment.

        Raises:
            ReleaseError: a file next to the evidence is not a statement with the signature of a registered key.
        """
        for name, content in () if self._exchange is None else self._exchange.approvals(evidence):
            try:
                signed = statements.verified(Path(name), content.decode("utf-8", "replace"), self._keys)
                list(self._signed(name, signed, evidence))
            except ReleaseError as error:
                yield Approval(by=name, source="exchange", at=made_at(evidence), objections=(str(error),))
            else:
                (evidence.folder / name).write_bytes(content)
        for path in sorted(evidence.folder.glob(_PATTERN)):
            yield from self._signed(path.name, statements.read(path, self._keys), evidence)

    @staticmethod
    def _signed(name: str, signed: statements.SignedStatement, evidence: Evidence) -> Iterator[Approval]:
        if signed.statement.kind != statements.APPROVAL:
            raise ReleaseError(f"{name}: is not a statement of an approval")
        if not signed.signers:
            raise ReleaseError(f"{name}: has no signature, and so nobody has approved")
        for signer in signed.signers:
            yield Approval(
                by=signer,
                source=name,
                at=zoned_time(signed.statement.predicate.get("at"), f"{name}: 'at' is not a time with a time zone"),
                digest=signed.statement.subjects.get(EVIDENCE, "none"),
                objections=tuple(_objections(signed.statement, evidence)),
            )

    def authors(self, evidence: Evidence) -> Authors:
        """Return the e-mail addresses of all authors of what the plan deploys."""
        return committed_authors(self._root, evidence.inputs.released, evidence.inputs.commit)


def _objections(statement: statements.Statement, evidence: Evidence) -> Iterator[str]:
    """Yield why a signed statement is not about this evidence alone, as clauses."""
    if dict(statement.subjects) != evidence.subjects:
        yield "it is about other files than the evidence"
    for name in ("project", "stack"):
        if statement.predicate.get(name) != evidence.document[name]:
            yield f"it is for the {name} {statement.predicate.get(name)!r}"


def sign_approval(  # noqa: PLR0913, PLR0917 (one argument for each thing that a signature is about)
    root: Path, evidence: Evidence, rule: ApprovalRule, keys: Mapping[str, str], key: Path, now: datetime
) -> Path:
    """Write an approval of the evidence that is signed with a private key, and return the file.

    Args:
        root: folder of the project.
        evidence: the evidence.
        rule: approvals that the environment requires.
        keys: registered public keys, as PEM, by the e-mail address of their owner.
        key: file of the private key.
        now: time of the approval.

    Raises:
        ReleaseError: the key is not registered, or belongs to an author of what the plan deploys.
    """
    signer = statements.private_key(key)
    owners = [name for name, pem in keys.items() if statements.public_key(name, pem).keyid == signer.public_key.keyid]
    if not owners:
        raise ReleaseError(f"{key}: its public key is not registered; add it to 'approval' in the stack's file")
    authors = committed_authors(root, evidence.inputs.released, evidence.inputs.commit)
    if owners[0] in authors.names:
        raise ReleaseError(f"{owners[0]} is an author ({authors.commits}), and nobody approves their own change")
    approval = Approval(by=owners[0], source=key.name, at=now, digest=evidence.digest, authors=authors)
    # Names for each key and time: an approval that has expired is followed by another one.
    name = f"{re.sub('[^a-z0-9.-]', '-', owners[0].partition('@')[0])}-{signer.public_key.keyid[:8]}"
    path = evidence.folder / f"approval-{name}-{now:%Y%m%dT%H%M%S}.intoto.json"
    statements.write(path, approval_statement(approval, rule, evidence), signer)
    return path

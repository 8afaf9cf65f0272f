"""Statements about a release in the form of in-toto, unsigned or signed in a DSSE envelope.

Owns reading and writing of statements; `release.evidence` and `release.approval` own what they say. Forms: "Statement
layer specification" v1 of in-toto/attestation, 2024, and "DSSE: Dead Simple Signing Envelope" v1.0.2 of
secure-systems-lab/dsse, 2024. A statement without a signature binds files by digest, and proves nobody's identity.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, Signer, SSlibKey  # pyright: ignore[reportPrivateImportUsage] (documented as public)

from access.model.json_values import mapping
from release.errors import ReleaseError

__all__ = [
    "APPROVAL",
    "PLAN",
    "RESULT",
    "SignedStatement",
    "Statement",
    "file_text",
    "parsed",
    "private_key",
    "public_key",
    "read",
    "verified",
    "write",
]

_STATEMENT = "https://in-toto.io/Statement/v1"
_PAYLOAD = "application/vnd.in-toto+json"
_MOST_BYTES = 4 * 1024 * 1024

# Names for the three kinds; nothing is published at an address.
PLAN = "urn:agent-network:release:plan:v1"
APPROVAL = "urn:agent-network:release:approval:v1"
RESULT = "urn:agent-network:release:result:v1"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Statement of one kind about files, which it names with their digests."""

    kind: str
    """Type of the predicate: `PLAN`, `APPROVAL` or `RESULT`."""
    subjects: Mapping[str, str]
    """File name → SHA-256 digest as hexadecimal digits."""
    predicate: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """Return the statement as in-toto's JSON object."""
        return {
            "_type": _STATEMENT,
            "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(self.subjects.items())],
            "predicateType": self.kind,
            "predicate": dict(self.predicate),
        }


@dataclass(frozen=True, kw_only=True)
class SignedStatement:
    """Statement from a file, with the names of the registered keys whose signatures are valid."""

    statement: Statement
    signers: tuple[str, ...] = ()


def private_key(path: Path) -> Signer:
    """Return the signer of a private key in a PEM file without a password.

    Raises:
        ReleaseError: the file cannot be read as a private key; nothing of it is shown.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
        return CryptoSigner(cast("Any", key))
    except (OSError, ValueError, TypeError):
        raise ReleaseError(
            f"{path}: is not a readable private key; give a PEM file in the form PKCS#8, of type Ed25519, ECDSA or RSA"
        ) from None


def public_key(name: str, pem: str) -> SSlibKey:
    """Return a registered public key.

    Raises:
        ReleaseError: the text is not a public key in the form PEM.
    """
    try:
        return SSlibKey.from_crypto(cast("Any", load_pem_public_key(pem.encode())))
    except ValueError:
        raise ReleaseError(f"the key of approver {name!r} is not a public key; write it as PEM") from None


def write(path: Path, statement: Statement, signer: Signer | None = None) -> None:
    """Write a statement to a file, in an envelope if it is signed.

    Raises:
        ReleaseError: the file cannot be written.
    """
    document = statement.document()
    if signer is not None:
        envelope = Envelope(json.dumps(document, sort_keys=True).encode(), _PAYLOAD, {})
        envelope.sign(signer)
        document = cast("dict[str, Any]", cast("Any", envelope).to_dict())
    try:
        path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", "utf-8")
    except OSError as error:
        raise ReleaseError(f"{path}: cannot be written: {error.strerror}") from None


def read(path: Path, keys: Mapping[str, SSlibKey]) -> SignedStatement:
    """Read a statement from a file, and verify its signatures with registered keys.

    Args:
        path: the file.
        keys: registered public keys by name.

    Raises:
        ReleaseError: the file is not a statement, or it is signed and no registered key fits.
    """
    return verified(path, file_text(path), keys)


def verified(path: Path, text: str, keys: Mapping[str, SSlibKey]) -> SignedStatement:
    """Return the statement in a text, after its signatures were verified with registered keys.

    Args:
        path: file that the text is from, for messages.
        text: the text.
        keys: registered public keys by name.

    Raises:
        ReleaseError: the text is not a statement, or it is signed and no registered key fits.
    """
    if len(text) > _MOST_BYTES:
        raise ReleaseError(f"{path}: is larger than a statement can be")
    document = _object(path, text)
    if "payload" not in document:
        return SignedStatement(statement=_statement(path, document))
    try:
        envelope = cast("Envelope", cast("Any", Envelope).from_dict(dict(document)))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ReleaseError(f"{path}: is not a signed statement in the form DSSE") from None
    if envelope.payload_type != _PAYLOAD:
        raise ReleaseError(f"{path}: the payload is {envelope.payload_type!r} and not a statement of in-toto")
    signers = tuple(name for name, key in keys.items() if _is_signed_by(envelope, key))
    if not signers:
        known = ", ".join(sorted(keys)) or "none"
        raise ReleaseError(f"{path}: no signature is of a registered key; registered approvers: {known}")
    return SignedStatement(statement=parsed(path, envelope.payload.decode()), signers=signers)


def parsed(path: Path, text: str) -> Statement:
    """Return the statement in a text, such as the payload of an envelope.

    Args:
        path: file that the text is from, for messages.
        text: the text.

    Raises:
        ReleaseError: the text is not a statement.
    """
    return _statement(path, _object(path, text))


def file_text(path: Path) -> str:
    """Return the text of a file with a statement or its signature.

    Raises:
        ReleaseError: the file cannot be read, or is too large.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ReleaseError(
                f"{path}: is larger than a statement can be; write it again with `release plan` or `release approve`"
            )
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise ReleaseError(
            f"{path}: cannot be read as a statement; write it again with `release plan` or `release approve`"
        ) from None


def _is_signed_by(envelope: Envelope, key: SSlibKey) -> bool:
    try:
        envelope.verify([key], 1)
    except (VerificationError, ValueError, KeyError, TypeError):
        return False  # a signature that is malformed counts like a wrong one
    return True


def _statement(path: Path, document: Mapping[str, Any]) -> Statement:
    if document.get("_type") != _STATEMENT:
        raise ReleaseError(f"{path}: is not a statement of in-toto, version 1")
    subjects: dict[str, str] = {}
    for row in cast("Sequence[object]", document.get("subject") or ()):
        subject = mapping(row)
        name, digest = subject.get("name"), mapping(subject.get("digest")).get("sha256")
        if not isinstance(name, str) or not isinstance(digest, str) or name in subjects:
            raise ReleaseError(f"{path}: a subject of the statement has no name or no SHA-256 digest")
        subjects[name] = digest
    return Statement(
        kind=str(document.get("predicateType")), subjects=subjects, predicate=mapping(document.get("predicate"))
    )


def _object(path: Path, text: str) -> Mapping[str, Any]:
    try:
        found: object = json.loads(text, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError):
        raise ReleaseError(f"{path}: is not a JSON object with each member once") from None
    if not isinstance(found, dict):
        raise ReleaseError(f"{path}: is not a JSON object")
    return cast("Mapping[str, Any]", found)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; of a member that occurs twice, two readers could see two values."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member occurs twice")
    return found

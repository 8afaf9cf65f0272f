"""Exchange of evidence and signed approvals between a pipeline and approvers, in a store that both can write.

Owns the names in the store, which begin with the digest of the evidence. Write access to the store is worth nothing:
evidence is compared with its digest, and an approval counts only with the signature of a registered key.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from access.model.json_values import mapping
from release.errors import ReleaseError
from release.evidence import EVIDENCE, Evidence, read_evidence
from release.file_stores import FileStore
from release.inputs.files import text_digest

__all__ = ["ApprovalExchange"]

_DIGEST = re.compile("[0-9a-f]{64}")
_APPROVAL = re.compile(r"approval-[\w.+-]{1,200}[.]intoto[.]json")


@dataclass(frozen=True)
class ApprovalExchange:
    """Store with evidence that waits for an approval, and with signed approvals."""

    store: FileStore

    def publish(self, evidence: Evidence) -> None:
        """Add evidence for its approvers; files that are there already stay as they are.

        Raises:
            ReleaseError: the store cannot be written.
        """
        place = f"{evidence.digest}/evidence/"
        present = self.store.names(place)
        for name in evidence.subjects:
            if f"{place}{name}" not in present:
                self.store.add(f"{place}{name}", (evidence.folder / name).read_bytes())

    def download(self, digest: str, folder: Path) -> Evidence:
        """Write evidence into a folder, which must be new or empty.

        Raises:
            ReleaseError: the store does not have the evidence, it has another digest, or the folder has files.
        """
        digest = digest.lower()
        if not _DIGEST.fullmatch(digest):
            raise ReleaseError(f"--digest {digest!r} is not a SHA-256 digest; copy it from the run that waits")
        if folder.is_dir() and any(folder.iterdir()):
            raise ReleaseError(f"{folder}: has files already; remove them, or name another folder with --evidence")
        place = f"{digest}/evidence/"
        if f"{place}{EVIDENCE}" not in self.store.names(place):
            raise ReleaseError(
                f"there is no evidence {digest[:12]} for approvers; a run adds it when it finds no approval, so wait"
                " for the run, and compare the digest"
            )
        content = self.store.content(f"{place}{EVIDENCE}")
        try:
            document = content.decode("utf-8")
            names = list(mapping(mapping(json.loads(document)).get("files")))
        except ValueError:
            document, names = "", []
        if text_digest(document) != digest:
            raise ReleaseError(
                f"the evidence {digest[:12]} for approvers was edited; report that to the administrator of the state"
            )
        unusable = [each for each in names if Path(each).name != each or each.startswith(".")]
        if unusable:
            raise ReleaseError(f"the evidence {digest[:12]} names a file {unusable[0]!r}, which is not a plain name")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ".gitignore").write_text("*\n", "utf-8")
            (folder / EVIDENCE).write_bytes(content)
            for name in names:
                (folder / name).write_bytes(self.store.content(f"{place}{name}"))
        except OSError as error:
            raise ReleaseError(f"{folder}: the evidence cannot be written: {error.strerror}") from None
        return read_evidence(folder, digest)

    def hand_in(self, evidence: Evidence, approval: Path) -> str:
        """Add the signed statement of an approval, and return its address.

        Raises:
            ReleaseError: the store cannot be written.
        """
        return self.store.add(f"{evidence.digest}/approvals/{approval.name}", approval.read_bytes())

    def approvals(self, evidence: Evidence) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of each file in the place of approvals of the evidence.

        Raises:
            ReleaseError: the store cannot be read.
        """
        for name in self.store.names(f"{evidence.digest}/approvals/"):
            short = name.rpartition("/")[2]
            if _APPROVAL.fullmatch(short):
                yield short, self.store.content(name)

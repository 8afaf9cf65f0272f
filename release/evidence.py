"""Evidence of a plan: a folder with one JSON document that binds all other files by digest.

Owns the folder's form. The digest of `evidence.json` is what an approval and a deployment name. Nothing is written that
looks like a credential.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from release.errors import ReleaseError
from release.inputs.bound_inputs import BoundInputs
from release.inputs.files import file_digest, text_digest
from release.untrusted_folder import check_members, irregular_names, json_object

__all__ = ["EVIDENCE", "Evidence", "read_evidence", "write_evidence"]

FORMAT, VERSION = "agent-network-release-evidence", 1
EVIDENCE = "evidence.json"
_ADDED = (".intoto.json", ".sigstore.json")
"""Ends of the names of files that are added after the plan: statements, and their signatures."""
_IGNORE = ".gitignore"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Evidence of a plan, as read from its folder."""

    folder: Path
    document: Mapping[str, Any]
    digest: str
    """SHA-256 digest of `evidence.json`, as hexadecimal digits."""

    @property
    def inputs(self) -> BoundInputs:
        """Return the inputs that the plan was made with."""
        return BoundInputs.of(self.document.get("inputs"))

    def text(self, name: str) -> str:
        """Return the text of a file of the evidence."""
        return (self.folder / name).read_text("utf-8")

    @property
    def subjects(self) -> dict[str, str]:
        """Return name and digest of each file, as a statement about the evidence names them."""
        return {EVIDENCE: self.digest, **cast("dict[str, str]", self.document["files"])}

    @property
    def statements(self) -> tuple[Path, ...]:
        """Return the files of the statements about the evidence, and of their signatures."""
        return tuple(sorted(each for each in self.folder.iterdir() if each.name.endswith(_ADDED)))


def write_evidence(folder: Path, document: Mapping[str, Any], files: Mapping[str, str]) -> Evidence:
    """Write the evidence of a plan into a folder, which is made; statements from before are removed.

    Args:
        folder: the folder. Git ignores it.
        document: the JSON document, without format and files.
        files: text of each other file by name.

    Raises:
        ReleaseError: the folder cannot be written.
    """
    digests = {name: text_digest(text) for name, text in sorted(files.items())}
    bound: dict[str, Any] = {"format": FORMAT, "version": VERSION, **document, "files": digests}
    text = json.dumps(bound, indent=2, sort_keys=True) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if old.name.endswith(_ADDED):
                old.unlink()
        for name, content in {**files, EVIDENCE: text, _IGNORE: "*\n"}.items():
            (folder / name).write_text(content, "utf-8", newline="\n")
    except OSError as error:
        raise ReleaseError(f"{folder}: the evidence cannot be written: {error.strerror}") from None
    return Evidence(folder=folder, document=bound, digest=text_digest(text))


def read_evidence(folder: Path, digest: str | None = None) -> Evidence:
    """Read the evidence of a plan from its folder.

    Args:
        folder: folder of the evidence.
        digest: SHA-256 digest that `evidence.json` must have, from a place that the folder's writer cannot change.

    Raises:
        ReleaseError: a file is missing, was edited or is not part of the evidence, or the digest is another one.
    """
    try:
        irregular = irregular_names(folder)
        text, document = json_object(folder / EVIDENCE)
    except OSError:
        raise ReleaseError(
            f"{folder}: has no {EVIDENCE}; write the evidence with `agent-network release plan`"
        ) from None
    if irregular:
        raise ReleaseError(
            f"{folder}: {', '.join(irregular)} is a link or a folder, and no file of the evidence; remove it"
        )
    if (document.get("format"), document.get("version")) != (FORMAT, VERSION):
        raise ReleaseError(f"{folder / EVIDENCE}: is not evidence of this version; write the evidence again")
    check_members(folder / EVIDENCE, document)
    files = cast("Mapping[str, str]", document["files"])
    for name, bound in files.items():
        if Path(name).name != name or file_digest(folder / name) != bound:
            raise ReleaseError(f"{folder / name}: was edited after the plan; write the evidence again")
    present = {each.name for each in folder.iterdir() if not each.name.endswith(_ADDED)}
    foreign = present - {EVIDENCE, _IGNORE, *files}
    if foreign:
        raise ReleaseError(f"{folder}: {', '.join(sorted(foreign))} is not part of the evidence; remove it")
    evidence = Evidence(folder=folder, document=document, digest=text_digest(text))
    if digest is not None and digest.lower() != evidence.digest:  # an empty one is another one, too
        raise ReleaseError(
            f"{folder}: the evidence has the digest {evidence.digest}, and --digest is {digest or 'empty'}; pass the"
            " digest that the plan reported, with the evidence of that plan"
        )
    return evidence

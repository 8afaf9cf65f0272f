"""Outputs of a pipeline's job: the digest of the evidence for later jobs, and the summary for people.

Sources: "Workflow commands for GitHub Actions", docs.github.com, 2026, and "Logging commands" of Azure Pipelines,
Microsoft Learn, 2026.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from release.errors import ReleaseError
from release.evidence import Evidence

__all__ = ["DIGEST", "hand_over", "without_commands"]

DIGEST = "evidence_sha256"
"""Name of the output with the digest of the evidence."""
_SUMMARY = "summary.md"
_COMMAND = re.compile(r"##(?=\w*\[)|^(\s*):(?=:)", re.MULTILINE)
"""Beginning of a command to the platform: `##vso[` or `##[` within a line, and `::` in front of one."""


def hand_over(evidence: Evidence, environment: Mapping[str, str], show: Callable[[str], None]) -> None:
    """Give the digest of the evidence to the later jobs of this run, and show the summary on the page of the run.

    Args:
        evidence: the evidence of a plan.
        environment: environment variables of the run.
        show: prints a line to standard output, which Azure Pipelines reads.

    Raises:
        ReleaseError: this is not a run of GitHub Actions or Azure Pipelines, or an output cannot be written.
    """
    if environment.get("GITHUB_ACTIONS"):
        _append(environment, "GITHUB_OUTPUT", f"{DIGEST}={evidence.digest}\n")
        _append(environment, "GITHUB_STEP_SUMMARY", f"{evidence.text(_SUMMARY)}\nEvidence `{evidence.digest}`\n")
    elif environment.get("TF_BUILD"):
        show(f"##vso[task.setvariable variable={DIGEST};isOutput=true;isReadOnly=true]{evidence.digest}")
        show(f"##vso[task.uploadsummary]{(evidence.folder / _SUMMARY).absolute()}")
    else:
        raise ReleaseError("--pipeline is for a run of GitHub Actions or Azure Pipelines; leave it out on this machine")


def without_commands(text: str) -> str:
    """Return a text in which a platform finds no command: names from Azure could have one, and set the digest."""
    return _COMMAND.sub(lambda found: "# #" if found[1] is None else f"{found[1]}: ", text)


def _append(environment: Mapping[str, str], variable: str, text: str) -> None:
    try:
        with Path(environment[variable]).open("a", encoding="utf-8") as file:
            file.write(text)
    except (KeyError, OSError):
        raise ReleaseError(f"{variable} is not a file that can be written; run this in a step of a workflow") from None

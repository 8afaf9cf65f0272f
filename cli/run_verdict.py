"""Computes the verdict of proof and findings on a finished run on local Azure, for `--summary`."""

from datetime import UTC, datetime
from pathlib import Path

from access.model.declared import Declared
from access.readers import local
from access.reports.verdict import Verdict, verdict
from cli import answers
from cli.declared import read_declared_document
from cli.run_report import FinishedRun
from cli.sources import texts_of

__all__ = ["verdict_of"]


def verdict_of(run: FinishedRun, root: Path, stack: str) -> Verdict:
    """Compute the verdict of proof and findings on the result of a run."""
    content = run.document()
    declared = Declared.from_json(read_declared_document(root, stack))
    today = datetime.now(UTC).date()
    return verdict(answers.run_report(local.read(content), declared, today, texts_of(content, root, stack)))

"""Computes the verdict of proof and findings on a finished run on local Azure, for `--summary`."""

from pathlib import Path

from access.model.declared import Declared
from access.readers import local
from access.reports.verdict import Verdict, verdict
from cli import answers
from cli.declared import read_declared_document
from cli.run_report import FinishedRun
from cli.sources import texts_of
from manifest.loading import NETWORK_FILE
from safe_text.current_date import current_date

__all__ = ["verdict_of"]


def verdict_of(run: FinishedRun, root: Path, stack: str) -> Verdict:
    """Compute the verdict of proof and findings on the result of a run; of findings alone without a network.yaml."""
    content = run.document()
    graph, texts, today = local.read(content), texts_of(content, root, stack), current_date()
    if not (root / NETWORK_FILE).is_file():
        findings = answers.run_check_of_program(graph, today, texts).document
        return verdict({"proof": None, "findings": findings, "unread": graph.unread})
    declared = Declared.from_json(read_declared_document(root, stack))
    return verdict(answers.run_report(graph, declared, today, texts))

"""Deploys the working tree's program to local Azure, and records the files that the program reads."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cli.cache.reads import recorded
from cli.environment import DEBUG, is_on
from cli.errors import CommandError
from cli.program_run import run_program
from cli.run_report import run_document
from localazure.deployment.steps import Failure
from localazure.output.text import HINT
from localazure.run import Operation

__all__ = ["deployment_of"]


def deployment_of(root: Path, stack: str) -> tuple[Mapping[str, Any], Mapping[str, str] | None]:
    """Preview a project's program on local Azure; return the document of the result and the files that it read.

    Returns:
        The document of a preview, and a digest of each file outside of the project that the program read; None for
        these where it depended on more than files, such as a network.

    Raises:
        CommandError: the program failed.
        LocalAzureError: the project cannot be run.
    """
    with recorded(root) as reads:
        result, found = run_program(root, stack, Operation.PREVIEW)
    if result.failures:
        raise CommandError("\n".join(_lines(root, result.failures)))
    return run_document(result, found), None if reads.depends_on_more else reads.digests()


def _lines(root: Path, failures: Iterable[Failure]) -> Iterator[str]:
    """Yield the failures of a run as lines of text; an error in the program has its own file and line."""
    for failure in failures:
        if not failure.traceback:
            yield f"{root}: {failure.message}"
            continue
        yield failure.message
        yield failure.traceback.rstrip() if is_on(DEBUG) else f"  {HINT}"

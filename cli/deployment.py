"""Deploys the working tree's program to local Azure, and records the files that the program reads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.cache.reads import recorded
from cli.errors import CommandError
from cli.program_run import run_program
from cli.run_report import run_document
from localazure.run import Operation

__all__ = ["deployment_of"]


def deployment_of(root: Path, stack: str) -> tuple[Mapping[str, Any], Mapping[str, str] | None]:
    """Run the program of a project on local Azure; return the document of the deployment.

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
        raise CommandError(f"{root}: " + "; ".join(failure.message for failure in result.failures))
    return run_document(result, found), None if reads.depends_on_more else reads.digests()

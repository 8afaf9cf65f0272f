"""The declared document of a project, read in this process."""

from pathlib import Path
from typing import Any

from cli.errors import CommandError
from manifest.declared_document import declared
from manifest.loading import described
from manifest.phrases import unknown
from manifest.stack_file import config_of, stacks

__all__ = ["check_stack", "declared_document"]


def check_stack(root: Path, stack: str) -> None:
    """Refuse a stack that the project does not have.

    Raises:
        CommandError: with the nearest name.
    """
    known = stacks(root)
    if known and stack not in known:  # where there is none at all, loading reports what one needs
        raise CommandError(unknown("stack", stack, known, there="the stacks are"))


def declared_document(root: Path, stack: str) -> dict[str, Any]:
    """What network.yaml and the configuration of a stack declare.

    Raises:
        CommandError: there is no such stack.
        SpecError: with every mistake in the files.
    """
    check_stack(root, stack)
    # Which roles may be granted is for the program, and for `access`, to judge.
    network, environment, document = described(
        stack, config_of(root, stack), root=root, role_refusal_reason=lambda _role, _kind: None
    )
    return declared(network, environment, document)

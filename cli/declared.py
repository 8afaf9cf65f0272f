"""The declared document of a project, read in this process."""

from pathlib import Path
from typing import Any

from cli.project_root import check_stack
from manifest.declared_document import declared
from manifest.loading import described
from manifest.stack_file import config_of

__all__ = ["declared_document"]


def declared_document(root: Path, stack: str) -> dict[str, Any]:
    """The declarations of network.yaml and of the configuration of a stack.

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

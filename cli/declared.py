"""Reads the declared document of a project's stack: the access that network.yaml and the stack file declare."""

from pathlib import Path
from typing import Any

from access.azure.roles import role_refusal_reason
from cli.project_root import check_stack
from manifest import Environment, Network
from manifest.declared_document import declared_document
from manifest.limits import Limit, limits
from manifest.loading import NETWORK_FILE, load, load_with_document
from manifest.stack_file import config_getter
from manifest.yaml_document import YamlDocument

__all__ = ["check_project_files", "read_declared_document", "read_limits"]


def check_project_files(root: Path, stack: str) -> None:
    """Raise for mistakes in network.yaml or in the stack's file, before the program runs.

    Raises:
        ManifestError: with every mistake in the files.
    """
    if (root / NETWORK_FILE).is_file():
        load(stack, config_getter(root, stack), root=root, role_refusal_reason=role_refusal_reason)


def read_declared_document(root: Path, stack: str) -> dict[str, Any]:
    """Return the declared document of a stack; raise ManifestError for mistakes in the files.

    Raises:
        CommandError: there is no such stack.
        ManifestError: with every mistake in the files.
    """
    return declared_document(*_load(root, stack))


def read_limits(root: Path, stack: str) -> tuple[Limit, ...]:
    """Return the limits and quotas that a stack needs a part of; raise ManifestError for mistakes in the files.

    Raises:
        CommandError: there is no such stack.
        ManifestError: with every mistake in the files, an exceeded limit included.
    """
    network, environment, _ = _load(root, stack)
    return tuple(limits(network, environment))


def _load(root: Path, stack: str) -> tuple[Network, Environment, YamlDocument]:
    check_stack(root, stack)
    # Which roles may be granted is for the program, and for `access`, to judge.
    return load_with_document(
        stack, config_getter(root, stack), root=root, role_refusal_reason=lambda _role, _kind: None
    )

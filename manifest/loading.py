"""Loads a project's files into a valid network and environment, or raises an error with every problem.

It has no rules of its own: `manifest.yaml_document` and `manifest.stack_settings` read the files, the models check
fields, and `manifest.checks` checks everything that takes more than one field.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from manifest.check_input import CheckInput
from manifest.checks import CHECKS
from manifest.declared_models import DeclaredModel
from manifest.environment import Environment
from manifest.errors import KeyPath, ManifestError, Problem
from manifest.network import Network
from manifest.stack_settings import StackSettings
from manifest.validation import FieldError, PartialModel, validate_partially
from manifest.yaml_document import YamlDocument, read_document

__all__ = ["NETWORK_FILE", "load", "load_with_document", "model_problem", "network_problem", "stack_config_problem"]

NETWORK_FILE = "network.yaml"

# Valid values for required keys, so that the rest of the file is checked even if such a key is missing or invalid.
_NETWORK_PLACEHOLDERS: dict[KeyPath, Any] = {
    ("name",): "network",
    ("registry",): {"name": "registry"},
    ("registry", "name"): "registry",
}
_ENVIRONMENT_PLACEHOLDERS: dict[KeyPath, Any] = {
    ("stack",): "stack",
    ("location",): "westeurope",
    ("resource_group",): "group",
    ("suffix",): "suffix",
}


def load(
    stack: str,
    get: Callable[[str], str | None],
    *,
    root: Path = Path(),
    role_refusal_reason: Callable[[str, str], str | None],
) -> tuple[Network, Environment]:
    """Return the valid network of network.yaml and the environment of `stack`; raise ManifestError for problems.

    Args:
        stack: name of the Pulumi stack.
        get: returns a value of the Pulumi configuration by its key, structured values as JSON: `pulumi.Config().get`.
        root: the folder of the project.
        role_refusal_reason: reason why a role, by name, may not be granted on a kind of resource; None if it may.

    Raises:
        ManifestError: a file is invalid; the error has every problem.
    """
    return load_with_document(stack, get, root=root, role_refusal_reason=role_refusal_reason)[:2]


def load_with_document(
    stack: str,
    get: Callable[[str], str | None],
    *,
    root: Path = Path(),
    role_refusal_reason: Callable[[str, str], str | None],
    for_administrator: bool = False,
) -> tuple[Network, Environment, YamlDocument]:
    """Return the network and the environment as `load` does, and the network's file with its line numbers.

    With `for_administrator`, ids of objects in Entra ID that an administrator has to make may still be missing.
    """
    document = read_document(root, NETWORK_FILE)
    settings = StackSettings(stack, get, root)
    environment = validate_partially(Environment, settings.data, _ENVIRONMENT_PLACEHOLDERS)
    problems = [*document.problems, *settings.problems, *_mistakes_of_settings(settings, environment)]
    if not document.exists:
        problems.append(document.problem((), "no such file; it declares the network"))
    if not document.data:
        raise ManifestError(problems)
    network = validate_partially(Network, document.data, _NETWORK_PLACEHOLDERS)
    problems += (_place(document, one) for one in network.errors if one.path not in document.refused_paths)
    inputs = CheckInput(network, environment, document.data, role_refusal_reason, for_administrator)
    for check in CHECKS:
        for finding in check(inputs):
            if finding.file == "network":
                problems.append(document.problem(finding.path, finding.message))
            elif settings.exists:
                problems.append(settings.problem(finding.path, finding.message))
    if problems:
        raise ManifestError(problems)
    return network.model, environment.model, document


def stack_config_problem(
    stack: str, get: Callable[[str], str | None], path: KeyPath, message: str, *, root: Path = Path()
) -> Problem:
    """Return a problem of a stack setting that only the deployment finds, with the setting's file and line."""
    return StackSettings(stack, get, root).problem(path, message)


def network_problem(path: KeyPath, message: str, *, root: Path = Path()) -> Problem:
    """Return a problem of network.yaml that only the deployment finds, with its file and line."""
    return read_document(root, NETWORK_FILE).problem(path, message)


def model_problem(model: DeclaredModel, message: str, *, root: Path = Path()) -> Problem:
    """Return a problem of a model deployment that only the deployment finds, with its file and line."""
    document = read_document(root, NETWORK_FILE)
    return document.problem(model.path(document.data), message)


def _place(document: YamlDocument, mistake: FieldError) -> Problem:
    """Return the problem of an invalid field at its line; for a value that is not in the file, at its parent's line."""
    path = mistake.path
    while path and not document.has(path) and not (mistake.missing and document.has(path[:-1])):
        path = path[:-1]
    return document.problem(path, mistake.message)


def _mistakes_of_settings(settings: StackSettings, environment: PartialModel[Environment]) -> Iterator[Problem]:
    if settings.exists:
        for mistake in environment.errors:
            if mistake.path[0] not in settings.unreadable:
                yield settings.problem(mistake.path, mistake.message)

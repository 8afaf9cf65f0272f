"""From the files of a project to a network and an environment that are known to fit; or every reason why not.

Nothing here judges: reading is `manifest.yaml_document` and `manifest.stack_settings`, fields are the models, the
rest is `manifest.checks`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path as File
from typing import Any

from manifest.check_input import Draft
from manifest.checks import CHECKS
from manifest.environment import Environment
from manifest.errors import Path, Problem, SpecError
from manifest.network import Network
from manifest.stack_settings import Settings
from manifest.validation import Mistake, Outcome, validate
from manifest.yaml_document import Document, read

__all__ = ["NETWORK_FILE", "described", "load", "stack_config_problem"]

NETWORK_FILE = "network.yaml"

# What a model cannot do without, so that the rest of it can be judged where this is missing or wrong.
_NETWORK_STAND_INS: dict[Path, Any] = {
    ("name",): "network",
    ("registry",): {"name": "registry"},
    ("registry", "name"): "registry",
}
_ENVIRONMENT_STAND_INS: dict[Path, Any] = {
    ("stack",): "stack",
    ("location",): "westeurope",
    ("resource_group",): "group",
    ("suffix",): "suffix",
}


def load(
    stack: str,
    get: Callable[[str], str | None],
    *,
    root: File = File(),
    role_refusal_reason: Callable[[str, str], str | None],
) -> tuple[Network, Environment]:
    """Read network.yaml and the environment of `stack`.

    Args:
        stack: name of the Pulumi stack.
        get: a value of the project's Pulumi configuration by its key, structured ones as JSON: `pulumi.Config().get`.
        root: the folder of the project.
        role_refusal_reason: why a role, by its name, may not be granted on a kind of resource; None where it may.

    Raises:
        SpecError: something is wrong; it holds every problem that could be found.
    """
    return described(stack, get, root=root, role_refusal_reason=role_refusal_reason)[:2]


def described(
    stack: str,
    get: Callable[[str], str | None],
    *,
    root: File = File(),
    role_refusal_reason: Callable[[str, str], str | None],
) -> tuple[Network, Environment, Document]:
    """What `load` gives, and the file of the network, which knows in which line each thing stands."""
    document = read(root, NETWORK_FILE)
    settings = Settings(stack, get, root)
    environment = validate(Environment, settings.data, _ENVIRONMENT_STAND_INS)
    problems = [*document.problems, *settings.problems, *_mistakes_of_settings(settings, environment)]
    if not document.there:
        problems.append(document.problem((), "no such file; it describes the network"))
    if not document.data:
        raise SpecError(problems)
    network = validate(Network, document.data, _NETWORK_STAND_INS)
    problems += (_place(document, one) for one in network.mistakes if one.path not in document.refused)
    draft = Draft(network, environment, document.data, role_refusal_reason)
    for check in CHECKS:
        for finding in check(draft):
            if finding.file == "network":
                problems.append(document.problem(finding.path, finding.message))
            elif settings.there:
                problems.append(settings.problem(finding.path, finding.message))
    if problems:
        raise SpecError(problems)
    return network.model, environment.model, document


def stack_config_problem(
    stack: str, get: Callable[[str], str | None], path: Path, message: str, *, root: File = File()
) -> Problem:
    """A problem that only Azure shows, where the file of the stack has its cause; `stack` and `get` as for `load`."""
    return Settings(stack, get, root).problem(path, message)


def _place(document: Document, mistake: Mistake) -> Problem:
    """A mistake where the file has it; a value that was filled in or spelled out stands nowhere, so around it."""
    path = mistake.path
    while path and not document.known(path) and not (mistake.missing and document.known(path[:-1])):
        path = path[:-1]
    return document.problem(path, mistake.message)


def _mistakes_of_settings(settings: Settings, environment: Outcome[Environment]) -> Iterator[Problem]:
    if settings.there:
        for mistake in environment.mistakes:
            if mistake.path[0] not in settings.misread:
                yield settings.problem(mistake.path, mistake.message)

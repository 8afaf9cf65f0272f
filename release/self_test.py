"""Checks before a release that everything it needs is there: commit, backend, no lock, key, sign-in, signing.

Owns one message for each thing that is missing; all are reported at once, and nothing is changed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from access.model.json_values import mapping, text
from access.model.urns import resource_name
from release.backend import Backend
from release.errors import ReleaseError
from release.inputs.commit import working_tree_problems
from release.inputs.state import pending_operations
from release.inputs.variables import variable_problems
from release.surroundings import Surroundings
from safe_text.yaml_loading import load_yaml

__all__ = ["problems"]

_RECOVERY = "docs/howto/recover-an-interrupted-update.md"
_SHOWN = 3
_VERSIONED = 5
"""Number of parts of the address of a version of a key: scheme and host, `keys`, the name and the version."""


def problems(around: Surroundings, export: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a message for each thing that a release needs and that is missing.

    Args:
        around: the stack and everything else outside.
        export: state of the stack.
    """
    stack = around.stack.name
    found: list[str] = []
    checks: Sequence[Callable[[], Iterator[str]]] = (
        lambda: working_tree_problems(around.root),
        lambda: variable_problems(around.stack.full_environment),
        lambda: _of_lock(around.backend, around.stack.project, stack),
        lambda: _of_state(stack, export),
        # Stacks on local Azure are encrypted with a passphrase of their own.
        lambda: iter(()) if around.is_local else _of_secrets(around.root, stack),
        lambda: _of_call(around.sign_in),
        lambda: iter(()) if around.signing is None else _of_call(around.signing.check),
    )
    for check in checks:
        try:
            found += check()
        except ReleaseError as error:
            found.append(str(error))
    return tuple(found)


def _of_lock(backend: Backend, project: str, stack: str) -> Iterator[str]:
    for lock in backend.locks(project, stack):
        yield (
            f"stack {stack!r} is locked by {lock.owner} ({lock.name}): another update is running, or one was killed;"
            f" wait until it ends, or see {_RECOVERY}"
        )


def _of_state(stack: str, export: Mapping[str, Any]) -> Iterator[str]:
    interrupted = [resource_name(urn) for urn in pending_operations(export)]
    if interrupted:
        more = f" and {len(interrupted) - _SHOWN} more" if len(interrupted) > _SHOWN else ""
        yield (
            f"stack {stack!r} has an interrupted operation on {', '.join(interrupted[:_SHOWN])}{more}, of which nobody"
            f" knows if Azure did it; recover the stack first: {_RECOVERY}"
        )


def _of_secrets(root: Path, stack: str) -> Iterator[str]:
    """Check the key of the stack's secrets: without it in the file, the engine would make a new one silently."""
    name = f"Pulumi.{stack}.yaml"
    try:
        settings = mapping(load_yaml((root / name).read_text("utf-8")))
    except OSError:
        yield f"{name}: cannot be read"
        return
    provider = text(settings, "secretsprovider")
    if not provider.startswith("azurekeyvault://"):
        yield f"{name}: secretsprovider is not a key of Key Vault; run `pulumi stack change-secrets-provider` with one"
    elif len([part for part in provider.partition("?")[0].split("/") if part]) != _VERSIONED:
        yield (
            f"{name}: secretsprovider names no version of its key, and after a rotation the newest version cannot open"
            " the secrets; add the version"
        )
    if not text(settings, "encryptedkey"):
        yield (
            f"{name}: encryptedkey is missing, and the engine would encrypt the state with a new key; restore the line"
            " from the last commit that has it"
        )


def _of_call(check: Callable[[], None]) -> Iterator[str]:
    check()
    return iter(())

"""Inputs of a deployment in one record, which a plan writes and the deployment compares with its own."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from access.model.json_values import mapping
from release.errors import ReleaseError
from release.inputs.commit import commit_id, tracked_files
from release.inputs.files import file_digests
from release.inputs.installed import installed_code
from release.inputs.state import state_digest
from release.inputs.tools import tool_versions
from release.inputs.variables import bound_variables

__all__ = ["BoundInputs", "read_inputs"]

_SHOWN = 8
_TABLES = {
    "files": "file",
    "outside": "file",
    "tools": "tool",
    "installed": "installed package",
    "variables": "variable",
}
"""Field with several inputs → noun for one of them."""


@dataclass(frozen=True, kw_only=True)
class BoundInputs:
    """Inputs of a deployment: if all are equal, the same program runs with the same tools on the same state."""

    project: str
    stack: str
    commit: str
    """Git commit; a release refuses a working tree that differs from it."""
    released: str
    """Git commit of the last release of the stack, since which authors count; empty if none is recorded."""
    files: Mapping[str, str]
    """Path below the project's folder → SHA-256 digest."""
    outside: Mapping[str, str]
    """Path of a file that the program reads outside its project → digest."""
    tools: Mapping[str, str]
    """Tool → version, or the digest of its program."""
    installed: Mapping[str, str]
    """Python package or module that the program can import → digest of its code."""
    variables: Mapping[str, str]
    """Environment variable that decides what a deployment does → digest of its value."""
    state: str
    """Digest of the stack's state."""

    def document(self) -> dict[str, Any]:
        """Return the inputs as a JSON object."""
        return asdict(self)

    @classmethod
    def of(cls, document: object) -> "BoundInputs":
        """Return the inputs in a JSON object.

        Raises:
            ReleaseError: the object has another form.
        """
        values = mapping(document)
        tables = {name for name, value in values.items() if mapping(value) == value}
        if set(values) != {each.name for each in fields(cls)} or tables != set(_TABLES):
            raise ReleaseError("evidence.json: 'inputs' has another form; write the evidence again with `release plan`")
        return cls(**values)

    def differences(self, now: "BoundInputs") -> tuple[str, ...]:
        """Return a clause for each input that is different now, such as `the file network.yaml changed`."""
        return tuple(self._differences(now))

    def _differences(self, now: "BoundInputs") -> Iterator[str]:
        names = (("project", "project"), ("stack", "stack"), ("commit", "commit"), ("released", "last released commit"))
        for name, what in names:
            before, after = getattr(self, name), getattr(now, name)
            if before != after:
                yield f"the {what} is {after or 'none'} instead of {before or 'none'}"
        if self.state != now.state:
            yield "the state of the stack changed"
        for name, noun in _TABLES.items():
            yield from _changed(noun, getattr(self, name), getattr(now, name))


def _changed(noun: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    names = [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
    for name in names[:_SHOWN]:
        word = "changed" if name in before and name in after else "is new" if name in after else "is missing"
        yield f"the {noun} {name} {word}"
    if len(names) > _SHOWN:
        yield f"{len(names) - _SHOWN} more {noun}s differ"


def read_inputs(  # noqa: PLR0913 (one argument for each input)
    root: Path,
    *,
    project: str,
    stack: str,
    released: str,
    export: Mapping[str, Any],
    outside: Mapping[str, str],
    environment: Mapping[str, str],
) -> BoundInputs:
    """Read the inputs of a deployment.

    Args:
        root: folder of the project.
        project: name of the project.
        stack: name of the stack.
        released: commit of the last release of the stack; empty if none is recorded.
        export: state of the stack, as `pulumi stack export` prints it.
        outside: digests of the files that the program reads outside its project.
        environment: environment variables with which the Pulumi CLI runs.

    Raises:
        ReleaseError: there is no commit.
    """
    return BoundInputs(
        project=project,
        stack=stack,
        commit=commit_id(root),
        released=released,
        files=file_digests(root, tracked_files(root)),
        outside=dict(sorted(outside.items())),
        tools=tool_versions(environment),
        installed=installed_code(root, environment),
        variables=bound_variables(environment),
        state=state_digest(export),
    )

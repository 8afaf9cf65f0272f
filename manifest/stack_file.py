"""Configuration of a stack, read from `Pulumi.yaml` and `Pulumi.<stack>.yaml` without the Pulumi engine.

Owns the format of both files. Values have the form in which the engine passes them to a program: texts, structured
values as JSON. An encrypted value is an error, because it needs the stack's key. `manifest.stack_settings` validates
the values.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from safe_text.yaml_loading import load_yaml

__all__ = [
    "PROJECT_FILE",
    "ProjectFile",
    "StackFileError",
    "config_getter",
    "read_project",
    "stack_config",
    "stack_names",
]

PROJECT_FILE = "Pulumi.yaml"


class StackFileError(Exception):
    """Error of a Pulumi project file or stack file that cannot be read or has an encrypted value."""


@dataclass(frozen=True)
class ProjectFile:
    """Contents of `Pulumi.yaml` that a program needs: name, folder of the program, configuration."""

    name: str
    main: str
    """Path of the program, a file or a folder, relative to the project."""
    config: Mapping[str, str]
    """Default configuration of every stack, by full key."""


def stack_names(root: Path) -> tuple[str, ...]:
    """Return the names of the stacks that have a file in the project at `root`."""
    return tuple(sorted(path.name[len("Pulumi.") : -len(".yaml")] for path in root.glob("Pulumi.?*.yaml")))


def read_project(root: Path) -> ProjectFile:
    """Return the parsed `Pulumi.yaml` of the project at `root`; raise StackFileError if it cannot be read.

    Raises:
        StackFileError: the file cannot be read, or has no name, or has an encrypted value.
    """
    path = root / PROJECT_FILE
    content = _mapping(path)
    name = content.get("name")
    if not isinstance(name, str) or not name:
        raise StackFileError(f"{path.name} name: missing; every project has a name")
    return ProjectFile(name, str(content.get("main", ".")), dict(_values(path, content, name, declared=True)))


def stack_config(root: Path, stack: str, project: ProjectFile) -> dict[str, str]:
    """Return a stack's configuration by full key (`project:key`), from Pulumi.yaml and the stack file.

    Raises:
        StackFileError: the file cannot be read, or has an encrypted value.
    """
    path = root / f"Pulumi.{stack}.yaml"
    return {**project.config, **dict(_values(path, _mapping(path), project.name))}


def config_getter(root: Path, stack: str) -> Callable[[str], str | None]:
    """Return a function that reads configuration from the project's files, like `pulumi.Config().get`.

    An unreadable file has no values: `manifest.stack_settings` reports its problems by line.

    Raises:
        StackFileError: from the returned function, for an encrypted value.
    """
    paths = (root / PROJECT_FILE, root / f"Pulumi.{stack}.yaml")
    project, own = (_mapping_or_empty(path) for path in paths)
    namespace = project.get("name")
    found: dict[str, tuple[Path, str, object]] = {}
    for path, content, declared in ((paths[0], project, True), (paths[1], own, False)):
        for key, value in _entries(content.get("config"), declared=declared):
            space, _, field = key.rpartition(":")
            # A project without a name is an error of its own; its stack's keys are still read.
            if space in ("", namespace) or not isinstance(namespace, str):
                found[field] = (path, key, value)

    def get(field: str) -> str | None:
        return _text(*found[field]) if field in found else None

    return get


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = load_yaml(path.read_text("utf-8-sig"))
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise StackFileError(f"{path.name}{line}: not YAML: {error.problem}") from None
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise StackFileError(f"{path.name}: cannot be read: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise StackFileError(f"{path.name}: expected a mapping, got {type(content).__name__}")
    return cast("dict[str, Any]", content)


def _mapping_or_empty(path: Path) -> dict[str, Any]:
    try:
        return _mapping(path)
    except StackFileError:
        return {}


def _values(
    path: Path, content: Mapping[str, Any], project: str, *, declared: bool = False
) -> Iterator[tuple[str, str]]:
    """Yield the full keys and the values of a file's `config` block, as texts."""
    config: Any = content.get("config") or {}
    if not isinstance(config, dict):
        raise StackFileError(f"{path.name} config: expected a mapping, got {type(config).__name__}")
    for key, value in _entries(cast("object", config), declared=declared):
        yield (key if ":" in key else f"{project}:{key}"), _text(path, key, value)


def _entries(config: object, *, declared: bool) -> Iterator[tuple[str, object]]:
    """Yield keys and values of a `config` block; `declared` for `Pulumi.yaml`, whose entries may be declarations."""
    for key, entry in cast("dict[object, object]", config).items() if isinstance(config, dict) else ():
        value = entry
        if declared and isinstance(entry, dict) and "secure" not in entry:
            fields = cast("dict[str, object]", entry)
            value = fields.get("value", fields.get("default"))
        if value is not None:
            yield str(key), value


def _text(path: Path, key: str, value: object) -> str:
    if isinstance(value, dict) and "secure" in value:
        # the message shows no part of the value, encrypted or not
        raise StackFileError(
            f"{path.name} config.{key}: is a secret, which cannot be read without the stack's key; a network needs"
            " none: remove it, and set the value in a key vault"
        )
    return value if isinstance(value, str) else json.dumps(value, default=str)

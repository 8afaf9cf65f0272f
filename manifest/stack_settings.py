"""Reads a stack's settings: the values that Pulumi returns, with their lines in the stack's file.

The values are those of `Config.get` (texts, structured values as JSON), so that values from other sources count too.
The stack's file is read in addition, for line numbers, unknown keys and encrypted values.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from manifest.base_model import as_mapping
from manifest.config_namespace import misplaced_keys, namespace_message
from manifest.environment import Environment
from manifest.errors import KeyPath, Problem, format_path
from manifest.message_formatting import join_choices, quote_value, unknown_name_message
from manifest.stack_file import PROJECT_FILE
from manifest.yaml_document import read_document

__all__ = ["StackSettings", "environment_keys"]

_TEXT_OR_MAPPING = frozenset({"resource_group"})
"""Keys whose value is a text or a mapping; every other key has one form."""


def environment_keys() -> tuple[str, ...]:
    """Return the names of the configuration keys of an environment; the stack's name is not a key."""
    return tuple(name for name in Environment.model_fields if name != "stack")


class StackSettings:
    """Configuration values of one stack, with their line numbers in the stack's file.

    Attributes:
        data: the values, parsed, for `Environment`.
        exists: True if there are values to validate.
        problems: problems of the files, apart from the values.
        unreadable: fields whose value Pulumi returns in another form than the file has; they are not validated.
    """

    def __init__(self, stack: str, get: Callable[[str], str | None], root: Path) -> None:
        project = read_document(root, PROJECT_FILE)
        name = project.data.get("name")
        self._namespace = name if isinstance(name, str) else ""
        self.problems: list[Problem] = []
        if not project.exists:
            self.problems.append(project.problem((), "no such file; it contains the project's name"))
        elif not self._namespace:
            self.problems += project.problems or [project.problem(("name",), "missing: the project's name")]
        self._file = read_document(root, f"Pulumi.{stack}.yaml")
        self.problems += self._file.problems
        self.unreadable: set[str] = set()
        self.problems += self._key_problems()
        readable = (field for field in environment_keys() if field not in self.unreadable)
        values = {field: value for field in readable if (value := get(field)) is not None}
        misplaced_problems = list(self._misplaced(values))
        self.problems += misplaced_problems
        self.exists = not misplaced_problems and (bool(values) or (self._file.exists and not self._file.problems))
        if not self.exists and not self._file.exists:
            required = join_choices(name for name in environment_keys() if Environment.model_fields[name].is_required())
            self.problems.append(self._file.problem((), f"no such file; an environment needs at least {required}"))
        self.data = {"stack": stack} | {field: _parsed(field, value) for field, value in values.items()}

    def problem(self, path: KeyPath, message: str) -> Problem:
        """Return a problem with the setting at `path` of the environment's model, with the line in the stack file."""
        if path == ("stack",):
            return Problem(self._file.name, 0, "stack", message)
        in_file = self._path_in_file(path)
        return Problem(self._file.name, self._file.line(in_file), format_path(in_file[1:]), message)

    def _path_in_file(self, path: KeyPath) -> KeyPath:
        """Return the path in the stack file of a path of the model, even if the file has no such value."""
        bare = ("config", *path)
        return bare if self._file.has(bare[:2]) else ("config", f"{self._namespace}:{path[0]}", *path[1:])

    def _misplaced(self, values: Mapping[str, str]) -> Iterator[Problem]:
        """Yield one problem for each other namespace that has keys of the environment."""
        keys = as_mapping(self._file.data.get("config")) or {}
        if self._namespace:
            for namespace, found in misplaced_keys(
                keys, self._namespace, environment_keys(), values.__contains__
            ).items():
                message = namespace_message(namespace, found, self._namespace)
                yield Problem(self._file.name, self._file.line(("config", found[0])), found[0], message)

    def _key_problems(self) -> Iterator[Problem]:
        for key, value in (as_mapping(self._file.data.get("config")) or {}).items():
            namespace, _, field = key.rpartition(":")
            if namespace not in ("", self._namespace):
                continue
            in_file: KeyPath = ("config", key)
            if field not in environment_keys():
                reason = Environment.unsupported_keys.get(field)
                message = reason or unknown_name_message(
                    "key", field, environment_keys(), there="the keys of an environment are"
                )
                yield Problem(self._file.name, self._file.line(in_file), key, message)
            elif any(one[-1] == "secure" for one in self._file.paths_below(in_file)):
                self.unreadable.add(field)
                message = "encrypted, but no setting of an environment is secret; write the value as plain text"
                yield Problem(self._file.name, self._file.line(in_file), key, message)
            elif _is_text(field) and isinstance(value, int | float):
                self.unreadable.add(field)
                message = f"{quote_value(value)} is not a text in YAML and can change its form; write it in quotes"
                yield Problem(self._file.name, self._file.line(in_file), key, message)


def _is_text(field: str) -> bool:
    if field in _TEXT_OR_MAPPING:
        return True
    annotation = Environment.model_fields[field].annotation
    return annotation is str or any(one is str or str in get_args(one) for one in _options(annotation))


def _options(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401 - annotations are of every type
    return get_args(annotation) if type(None) in get_args(annotation) else ()


def _parsed(field: str, value: str) -> object:
    """Parse a setting's value: a text for a text field, otherwise JSON, or a text that the model will refuse.

    Pulumi returns a mapping as JSON, and no name of a resource group begins with a brace.
    """
    if _is_text(field) and not (field in _TEXT_OR_MAPPING and value.lstrip().startswith("{")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value

"""The environment's values as Pulumi hands them out, and the file that they come from.

The values are Pulumi's (`Config.get`: texts, with JSON for everything structured), so that whatever else may set them
counts too. The file of the stack is read beside that, for what a value cannot tell: its line, keys that nobody reads,
and secrets.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as File
from typing import Any, get_args

from manifest.base_model import mapping
from manifest.config_namespace import misplaced, namespace_message
from manifest.environment import Environment
from manifest.errors import Path, Problem, spell
from manifest.phrases import choices, show, unknown
from manifest.stack_file import PROJECT_FILE
from manifest.yaml_document import read

__all__ = ["Settings", "fields"]


def fields() -> tuple[str, ...]:
    """The keys of an environment; the stack's name is not among them."""
    return tuple(name for name in Environment.model_fields if name != "stack")


class Settings:
    """The values of one stack, and where they stand.

    Attributes:
        data: the values, parsed, for `Environment`.
        there: are there values of this environment that can be judged?
        problems: what is wrong with the files around the values.
        misread: fields whose value cannot be what the file says; it is not looked at.
    """

    def __init__(self, stack: str, get: Callable[[str], str | None], root: File) -> None:
        project = read(root, PROJECT_FILE)
        name = project.data.get("name")
        self._namespace = name if isinstance(name, str) else ""
        self.problems: list[Problem] = []
        if not project.there:
            self.problems.append(project.problem((), "no such file; it gives the project its name"))
        elif not self._namespace:
            self.problems += project.problems or [project.problem(("name",), "missing: the project's name")]
        self._file = read(root, f"Pulumi.{stack}.yaml")
        self.problems += self._file.problems
        self.misread: set[str] = set()
        self.problems += self._odd_keys()
        readable = (field for field in fields() if field not in self.misread)
        values = {field: value for field in readable if (value := get(field)) is not None}
        elsewhere = list(self._misplaced(values))
        self.problems += elsewhere
        self.there = not elsewhere and (bool(values) or (self._file.there and not self._file.problems))
        if not self.there and not self._file.there:
            required = choices(name for name in fields() if Environment.model_fields[name].is_required())
            self.problems.append(self._file.problem((), f"no such file; an environment needs at least {required}"))
        self.data = {"stack": stack} | {field: _parsed(field, value) for field, value in values.items()}

    def problem(self, path: Path, message: str) -> Problem:
        """A problem with the value at `path`, a path of the model."""
        if path == ("stack",):
            return Problem(self._file.name, 0, "stack", message)
        written = self._written(path)
        return Problem(self._file.name, self._file.line(written), spell(written[1:]), message)

    def _written(self, path: Path) -> Path:
        """Where the file has, or would have, the value at `path`."""
        bare = ("config", *path)
        return bare if self._file.known(bare[:2]) else ("config", f"{self._namespace}:{path[0]}", *path[1:])

    def _misplaced(self, values: Mapping[str, str]) -> Iterator[Problem]:
        """One problem for each other namespace that has keys of the environment."""
        keys = mapping(self._file.data.get("config")) or {}
        if self._namespace:
            for namespace, found in misplaced(keys, self._namespace, fields(), values.__contains__).items():
                message = namespace_message(namespace, found, self._namespace)
                yield Problem(self._file.name, self._file.line(("config", found[0])), found[0], message)

    def _odd_keys(self) -> Iterator[Problem]:
        for key, value in (mapping(self._file.data.get("config")) or {}).items():
            namespace, _, field = key.rpartition(":")
            if namespace not in ("", self._namespace):
                continue
            place: Path = ("config", key)
            if field not in fields():
                reason = Environment.refused.get(field)
                message = reason or unknown("key", field, fields(), there="the keys of an environment are")
                yield Problem(self._file.name, self._file.line(place), key, message)
            elif any(one[-1] == "secure" for one in self._file.under(place)):
                self.misread.add(field)
                message = "encrypted here, but nothing of an environment is secret; write the value openly"
                yield Problem(self._file.name, self._file.line(place), key, message)
            elif _is_text(field) and isinstance(value, int | float):
                self.misread.add(field)
                message = f"{show(value)} is no text in YAML; write it in quotes, so that it stays as it is"
                yield Problem(self._file.name, self._file.line(place), key, message)


def _is_text(field: str) -> bool:
    annotation = Environment.model_fields[field].annotation
    return annotation is str or any(one is str or str in get_args(one) for one in _options(annotation))


def _options(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401 - annotations are of every type
    return get_args(annotation) if type(None) in get_args(annotation) else ()


def _parsed(field: str, value: str) -> object:
    """A text for a field that is one; anything else is JSON, or a text that the model will refuse."""
    if _is_text(field):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value

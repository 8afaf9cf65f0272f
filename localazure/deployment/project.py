"""A Pulumi project on disk, as far as a local run needs it.

Owns what is read from `Pulumi.yaml` and `Pulumi.<stack>.yaml`, and starting the program as the engine's language host
does. What the configuration means is the program's business.
"""

import json
import runpy
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from os import chdir
from pathlib import Path
from typing import Any, cast

import yaml

from localazure.errors import LocalAzureError


class ProjectError(LocalAzureError):
    """The project or one of its stacks cannot be run as it stands on disk."""


class NoSuchStackError(ProjectError):
    """The command line names a stack that the project does not have."""


@dataclass(frozen=True)
class Project:
    """A folder with a `Pulumi.yaml`."""

    root: Path
    name: str
    main: Path
    """The program: a file, or a folder with a `__main__.py`."""
    defaults: Mapping[str, str]
    """Configuration that every stack has unless it says otherwise."""

    @classmethod
    def at(cls, root: Path) -> "Project":
        """The project in a folder.

        Raises:
            ProjectError: there is none, or its file cannot be read.
        """
        path = root / "Pulumi.yaml"
        if not path.exists():
            raise ProjectError(f"{root}: no Pulumi.yaml here; run this in the folder of the project")
        content = _mapping(path)
        name = content.get("name")
        if not isinstance(name, str) or not name:
            raise ProjectError(f"{path.name} name: is missing; every project has one")
        main = root / str(content.get("main", "."))
        if not (main.is_file() or (main / "__main__.py").is_file()):
            raise ProjectError(f"{path.name} main: there is no program at {main}")
        return cls(root, name, main, dict(_configuration(name, path.name, _config_in(path, content), declared=True)))

    @property
    def stacks(self) -> list[str]:
        """The stacks that have a file."""
        return sorted(path.name[len("Pulumi.") : -len(".yaml")] for path in self.root.glob("Pulumi.?*.yaml"))

    def config(self, stack: str) -> dict[str, str]:
        """The configuration of a stack by full key (`project:key`), as the engine hands it to the program.

        Raises:
            NoSuchStackError: there is no such stack.
            ProjectError: its file cannot be read, or it holds what needs a key to read.
        """
        if stack not in self.stacks:
            near = get_close_matches(stack, self.stacks, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"stacks are {', '.join(self.stacks) or 'none'}"
            raise NoSuchStackError(f"no stack {stack!r}: there is no Pulumi.{stack}.yaml; {hint}")
        path = self.root / f"Pulumi.{stack}.yaml"
        content = _mapping(path)
        return {**self.defaults, **dict(_configuration(self.name, path.name, _config_in(path, content)))}

    def run(self) -> None:
        """Run the program once, as the engine would: in the project's folder, under the name `__main__`."""
        with _inside(self.root):
            runpy.run_path(str(self.main), run_name="__main__")


@contextmanager
def _inside(root: Path) -> Generator[None]:
    """Work in a folder, whose modules can be imported; afterwards everything is as before."""
    here, path = Path.cwd(), list(sys.path)
    chdir(root)
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        chdir(here)
        sys.path[:] = path


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ProjectError(f"{path.name}{line}: not YAML: {error.problem}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProjectError(f"{path.name}: cannot be read: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ProjectError(f"{path.name}: expected a mapping, got {type(content).__name__}")
    return cast("dict[str, Any]", content)


def _config_in(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    config: Any = content.get("config") or {}
    if not isinstance(config, dict):
        raise ProjectError(f"{path.name} config: expected a mapping, got {type(config).__name__}")
    return cast("dict[str, Any]", config)


def _configuration(
    project: str, file: str, config: Mapping[str, Any], *, declared: bool = False
) -> Iterator[tuple[str, str]]:
    """Full keys and texts; `declared` where the entries are declarations, as in `Pulumi.yaml`."""
    for key, entry in config.items():
        value: Any = entry
        if isinstance(entry, dict):
            fields = cast("dict[str, Any]", entry)
            if "secure" in fields:
                # nothing of the value is shown, encrypted or not
                raise ProjectError(
                    f"{file} config.{key}: holds a secret, which needs the stack's key to read; a network needs none:"
                    " take it out, and set the value in the vault that it belongs to"
                )
            if declared:
                value = fields.get("value", fields.get("default"))
        if value is not None:
            yield (key if ":" in str(key) else f"{project}:{key}"), _text(value)


def _text(value: Any) -> str:  # noqa: ANN401 (any YAML value)
    """A value as the engine hands it over: texts as they are, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, default=str)

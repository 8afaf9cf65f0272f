"""The configuration of a stack from its file, for those who read a project where Pulumi is not running.

It hands out what `pulumi.Config().get` would. What the values mean, and what is wrong with the file, is
`manifest.stack_settings`'s to say; here a file that cannot be read has no values.
"""

import json
from collections.abc import Callable
from pathlib import Path as File
from typing import Any

import yaml

from manifest.base_model import mapping
from manifest.stack_settings import PROJECT_FILE

__all__ = ["config_of", "stacks"]


def stacks(root: File) -> tuple[str, ...]:
    """The stacks of the project at `root` that have a file."""
    return tuple(sorted(path.name[len("Pulumi.") : -len(".yaml")] for path in root.glob("Pulumi.?*.yaml")))


def config_of(root: File, stack: str) -> Callable[[str], str | None]:
    """What gives a value of the stack by its key, as a text; JSON for everything structured.

    An encrypted value is not decrypted: something stands for it, so that it counts as given.
    """
    project = _read(root / PROJECT_FILE)
    namespace = project.get("name")
    values: dict[str, str] = {}
    for config, declared in (
        (project.get("config"), True),
        (_read(root / f"Pulumi.{stack}.yaml").get("config"), False),
    ):
        for key, written in (mapping(config) or {}).items():
            space, _, field = str(key).rpartition(":")
            value = _declared(written) if declared else written
            # Without a name, the project itself is what is wrong; its stack's keys are then still understood.
            if value is not None and (space in ("", namespace) or not isinstance(namespace, str)):
                values[field] = _text(value)
    return values.get


def _read(path: File) -> dict[str, Any]:
    try:
        return mapping(yaml.safe_load(path.read_text(encoding="utf-8-sig"))) or {}
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, yaml.YAMLError):
        return {}


def _declared(written: object) -> object:
    """What an entry of Pulumi.yaml gives every stack: a value, or the default of a declaration."""
    declaration = mapping(written)
    return written if declaration is None else declaration.get("value", declaration.get("default"))


def _text(value: object) -> str:
    if "secure" in (mapping(value) or {}):
        return "encrypted"
    return value if isinstance(value, str) else json.dumps(value, default=str)

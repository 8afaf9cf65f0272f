"""Finds keys of Pulumi's files that change what the engine does after a plan, or replace the programs that it starts.

Owns which keys a release refuses. A plan binds the content of a file in the project, and not what the file refers to:
programs elsewhere, and values that Pulumi ESC gives. Source: pulumi/pulumi, sdk/go/common/workspace/project.go,
2026-08.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from access.model.json_values import mapping
from safe_text.yaml_loading import load_yaml

__all__ = ["engine_overrides"]

_PROJECT = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")


def engine_overrides(root: Path, stack: str) -> Iterator[str]:
    """Yield a message for each key of a file of Pulumi that changes what the engine does and that no plan binds.

    Args:
        root: folder of the project.
        stack: name of the stack.
    """
    for name in _PROJECT:
        if "plugins" in _content(root / name):
            yield (
                f"{name}: plugins has the engine start other programs as providers or policy packs; remove it, and"
                " install plugins with `pulumi plugin install`"
            )
    for name in (f"Pulumi.{stack}.yaml", f"Pulumi.{stack}.yml", f"Pulumi.{stack}.json"):
        if "environment" in _content(root / name):
            yield (
                f"{name}: environment takes variables and settings from Pulumi ESC, which may change after the plan;"
                " write them in config"
            )


def _content(path: Path) -> Mapping[str, object]:
    """Return the keys and values of a file of Pulumi; none if there is no such file, or the engine will refuse it."""
    try:
        return mapping(load_yaml(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}

"""Helpers that write a project's files from plain data to a test's folder, and load them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from manifest import Environment, Network, load
from manifest.stack_file import config_getter

__all__ = ["NAMESPACE", "any_role", "load_project", "to_yaml", "write_project"]

NAMESPACE = "agent-network"


class _Quoting(yaml.SafeDumper):
    """YAML dumper that quotes every text: YAML 1.1 (PyYAML) and 1.2 (editors, Pulumi) differ on unquoted texts."""

    def ignore_aliases(self, data: object) -> bool:
        """Write repeated values in full, without YAML aliases."""
        return data is not None


_Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def to_yaml(data: Mapping[str, Any]) -> str:
    """Format plain data as YAML, with keys in their given order."""
    return yaml.dump(data, Dumper=_Quoting, sort_keys=False, allow_unicode=True, width=120)


def write_project(root: Path, network: Mapping[str, Any], environment: Mapping[str, Any], stack: str = "dev") -> Path:
    """Write Pulumi.yaml, network.yaml and the stack file of a project to a folder."""
    config = {f"{NAMESPACE}:{key}": value for key, value in environment.items()}
    (root / "Pulumi.yaml").write_text(f"name: {NAMESPACE}\nruntime: python\n")
    (root / "network.yaml").write_text(to_yaml(network))
    (root / f"Pulumi.{stack}.yaml").write_text(to_yaml({"config": config}))
    return root


def any_role(_role: str, _kind: str) -> None:
    """Stub of the role check of `load` that accepts every role."""


def load_project(root: Path, stack: str = "dev") -> tuple[Network, Environment]:
    """Call `manifest.load` on the files of a project, with its configuration as Pulumi returns it."""
    return load(stack, config_getter(root, stack), root=root, role_refusal_reason=any_role)

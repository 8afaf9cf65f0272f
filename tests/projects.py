"""Projects on disk for tests: Pulumi's configuration as the program sees it, and files written from plain data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from manifest import Environment, Network, load
from manifest.stack_file import config_getter

__all__ = ["NAMESPACE", "any_role", "load_project", "to_yaml", "write_project"]

NAMESPACE = "agent-network"


class _Quoting(yaml.SafeDumper):
    """Quotes every text: YAML 1.1, which PyYAML writes, and 1.2, which editors and Pulumi read, differ on bare ones."""

    def ignore_aliases(self, data: object) -> bool:
        """Write equal things out, as a person would."""
        return data is not None


_Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def to_yaml(data: Mapping[str, Any]) -> str:
    """Plain data as YAML, in the order it is in."""
    return yaml.dump(data, Dumper=_Quoting, sort_keys=False, allow_unicode=True, width=120)


def write_project(root: Path, network: Mapping[str, Any], environment: Mapping[str, Any], stack: str = "dev") -> Path:
    """Write the three files that `load` reads."""
    config = {f"{NAMESPACE}:{key}": value for key, value in environment.items()}
    (root / "Pulumi.yaml").write_text(f"name: {NAMESPACE}\nruntime: python\n")
    (root / "network.yaml").write_text(to_yaml(network))
    (root / f"Pulumi.{stack}.yaml").write_text(to_yaml({"config": config}))
    return root


def any_role(_role: str, _kind: str) -> None:
    """No role is objected to."""


def load_project(root: Path, stack: str = "dev") -> tuple[Network, Environment]:
    """`manifest.load` on the files of a project, with its configuration as Pulumi would hand it out."""
    return load(stack, config_getter(root, stack), root=root, role_refusal_reason=any_role)

"""The network that the tests are about, a project of their own.

The files at the root of the repository belong to the user, who changes them: no test reads those but the one of the
shipped sample (`tests/contracts/test_shipped_sample.py`).
"""

import shutil
from pathlib import Path
from typing import Any

import yaml

__all__ = ["FABRIKAM", "FILES", "PACKAGES", "REPOSITORY", "copy_project", "environment", "network"]

REPOSITORY = Path(__file__).parents[1]
FABRIKAM = REPOSITORY / "tests" / "networks" / "fabrikam"
FILES = ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "__main__.py", "network.yaml")
PACKAGES = ("access", "agent_network", "cli", "components", "localazure", "manifest", "policies", "release")


def copy_project(root: Path) -> Path:
    """A copy of the project to change at will, with the repository's packages next to it."""
    for name in FILES:
        shutil.copy(FABRIKAM / name, root / name)
    for name in PACKAGES:
        (root / name).symlink_to(REPOSITORY / name)
    return root


def network() -> dict[str, Any]:
    """The plain data of its `network.yaml`, a new copy for each caller."""
    return yaml.safe_load((FABRIKAM / "network.yaml").read_text("utf-8"))


def environment(stack: str) -> dict[str, Any]:
    """The plain data of a stack's file, by key without the project's name."""
    config = yaml.safe_load((FABRIKAM / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    return {name.partition(":")[2]: value for name, value in config.items()}

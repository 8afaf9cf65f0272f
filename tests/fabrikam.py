"""Test projects of the sample company Fabrikam, in tests/networks: paths, copies and parsed files.

`LEGACY` is the network as version 0.1.0 had it: its Foundry agents share an identity in dev, and are published as
applications in prod.

The files at the root of the repository belong to the user, who changes them: no test reads those but the one of the
shipped sample (`tests/contracts/test_shipped_sample.py`).
"""

import shutil
from pathlib import Path
from typing import Any

import yaml

from localazure.arm.world import SUBSCRIPTION_ID

__all__ = [
    "FABRIKAM",
    "FILES",
    "LEGACY",
    "PACKAGES",
    "REPOSITORY",
    "copy_project",
    "environment",
    "network",
    "restore_recorded_settings",
]

REPOSITORY = Path(__file__).parents[1]
FABRIKAM = REPOSITORY / "tests" / "networks" / "fabrikam"
LEGACY = REPOSITORY / "tests" / "networks" / "fabrikam-legacy"
FILES = ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "__main__.py", "network.yaml")
PACKAGES = (
    "access",
    "agent_network",
    "cli",
    "components",
    "localazure",
    "manifest",
    "policies",
    "release",
    "safe_text",
)


def copy_project(root: Path, source: Path = FABRIKAM) -> Path:
    """Copy a project of Fabrikam and the repository's packages into a folder, where a test can change the files."""
    for name in FILES:
        shutil.copy(source / name, root / name)
    for name in PACKAGES:
        (root / name).symlink_to(REPOSITORY / name)
    return root


def restore_recorded_settings(root: Path) -> Path:
    """Put the models and the Defender of the recorded stacks into a copy of `LEGACY`; Azure accepts no new ones.

    The exception accepts that the region no longer has the models: a stack may keep what it has.
    """
    path = root / "network.yaml"
    text = path.read_text("utf-8").replace("gpt-5.6-luna", "gpt-4.1-mini").replace("gpt-5.6-sol", "gpt-4.1")
    accepted = [
        {"finding": "unavailable-model", "on": name, "because": "deployed before", "expires": "2099-12-31"}
        for name in ("models", "research")
    ]
    content: dict[str, Any] = yaml.safe_load(text.replace("2026-07-09", "2025-04-14"))
    for one in (*content["resources"]["models"]["deployments"], *content["hosts"]["research"]["deployments"]):
        one["sku"] = "Standard"
    path.write_text(yaml.safe_dump({**content, "exceptions": accepted}, sort_keys=False), "utf-8")
    for stack, group in (("dev", "dev"), ("prod", "production")):
        settings = yaml.safe_load((root / f"Pulumi.{stack}.yaml").read_text("utf-8"))
        settings["config"]["agent-network:clusters"]["fleet"]["defender_workspace"] = (
            f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/fabrikam-agents-{group}"
            f"/providers/Microsoft.OperationalInsights/workspaces/fabrikam-{stack}"
        )
        (root / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")
    return root


def network(source: Path = FABRIKAM) -> dict[str, Any]:
    """Read Fabrikam's `network.yaml` as plain data; each call returns a new copy."""
    return yaml.safe_load((source / "network.yaml").read_text("utf-8"))


def environment(stack: str, source: Path = FABRIKAM) -> dict[str, Any]:
    """Read the configuration of a Fabrikam stack as plain data, by key without the project's name."""
    config = yaml.safe_load((source / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    return {name.partition(":")[2]: value for name, value in config.items()}

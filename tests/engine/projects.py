"""Projects on disk on which tests run the real Pulumi CLI, each in a separate environment."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from localazure.ambient_credentials import VARIABLES
from localazure.arm.world import World
from tests.fabrikam import FABRIKAM, PACKAGES, REPOSITORY, copy_project
from tests.user_files import IN_CHANGED_COPY

REASON = "the pulumi CLI (with pulumi-language-python) is not on PATH"


def cli_is_here() -> bool:
    """Report if the real Pulumi CLI can be started; never in a copy with another network, where it is too slow."""
    if IN_CHANGED_COPY in os.environ:
        return False
    return shutil.which("pulumi") is not None and shutil.which("pulumi-language-python") is not None


@dataclass(frozen=True)
class Outcome:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str

    @property
    def steps(self) -> dict[str, set[str]]:
        """Return the URNs of a run with `--json` by operation, without unchanged resources and the engine's own."""
        done: dict[str, set[str]] = {}
        for line in self.out.splitlines():
            step = json.loads(line).get("resourcePreEvent", {}).get("metadata")
            if step and step["op"] != "same" and not step["type"].startswith("pulumi:providers:"):
                done.setdefault(step["op"], set()).add(step["urn"])
        return done


@dataclass(frozen=True)
class Project:
    """A project folder in which commands run as by `make engine`."""

    root: Path

    @classmethod
    def of_fabrikam(cls, root: Path, source: Path = FABRIKAM) -> "Project":
        """Create a copy of a project of Fabrikam, which the test may change."""
        copy_project(root, source)
        (root / ".venv").symlink_to(sys.prefix)
        return cls(root)

    def keep(self, *agents: str) -> "Project":
        """Reduce the network to some agents and what they need, and return the project; a run takes half the time."""
        path = self.root / "network.yaml"
        network = yaml.safe_load(path.read_text("utf-8"))
        kept = {name: network["agents"][name] for name in agents}
        used = {agent.get("project") or agent.get("cluster") for agent in kept.values()}
        accessed = {name for agent in kept.values() for name in agent.get("access", {})}
        network["agents"] = kept
        network["hosts"] = {name: host for name, host in network["hosts"].items() if name in used}
        network["resources"] = {name: one for name, one in network["resources"].items() if name in accessed}
        path.write_text(yaml.safe_dump(network, sort_keys=False), "utf-8")
        if not any(host["kind"] == "aks-cluster" for host in network["hosts"].values()):
            for settings in self.root.glob("Pulumi.*.yaml"):
                written = yaml.safe_load(settings.read_text("utf-8"))
                for name in ("clusters", "destinations"):
                    written["config"].pop(f"agent-network:{name}", None)
                settings.write_text(yaml.safe_dump(written, sort_keys=False), "utf-8")
        return self

    @classmethod
    def written(cls, root: Path, program: str) -> "Project":
        """Create a project that consists of a program and a stack `dev`."""
        (root / "Pulumi.yaml").write_text(
            "name: tiny\nruntime: {name: python, options: {toolchain: pip, virtualenv: .venv}}\n"
        )
        (root / "Pulumi.dev.yaml").write_text("config: {}\n")
        (root / "__main__.py").write_text(program)
        for package in PACKAGES:
            (root / package).symlink_to(REPOSITORY / package)
        (root / ".venv").symlink_to(sys.prefix)
        return cls(root)

    @property
    def world(self) -> World:
        """Return the simulated resources in local Azure of all stacks of the project."""
        return World.load(self.world_file)

    @property
    def world_file(self) -> Path:
        """Return the path of local Azure's state file."""
        return self.root / ".localazure" / "engine.json"

    def run(self, line: str, *, path: str | None = None, **variables: str) -> Outcome:
        """Run one command line with the Pulumi engine."""
        outside = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        done = subprocess.run(  # noqa: S603 (this interpreter)
            [sys.executable, "-m", "agent_network", "engine", "--", line],
            cwd=self.root,
            env=outside | ({} if path is None else {"PATH": path}) | {"NO_COLOR": "1"} | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def pulumi(self, line: str, **variables: str) -> Outcome:
        """Run the Pulumi CLI without prompts, and fail the test if the command fails.

        The engine writes the state once, at the end, and not twice a resource: that is a quarter of the time of a
        deployment, and only matters if it fails or is killed.
        """
        once = {"PULUMI_SKIP_CHECKPOINTS": "true"}
        outcome = self.run(f"pulumi {line} --non-interactive", **once, **variables)
        assert outcome.code == 0, f"pulumi {line}\n{outcome.out}\n{outcome.err}"
        return outcome

    def state(self, stack: str) -> list[dict[str, Any]]:
        """Return the resources in the Pulumi state of a stack, from the file that holds it."""
        (path,) = (self.root / ".localazure" / "pulumi" / "state" / ".pulumi" / "stacks").glob(f"*/{stack}.json")
        return (json.loads(path.read_text("utf-8"))["checkpoint"]["latest"] or {}).get("resources", [])

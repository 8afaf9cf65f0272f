"""A project in a git repository, which tests plan, approve and apply on the real Pulumi engine."""

import subprocess
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.engine.projects import Outcome, Project
from tests.fabrikam import PACKAGES
from tests.projects import write_project

PROGRAM = "from agent_network.program import deploy\n\ndeploy()\n"
NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "resources": {
        "uploads": {"kind": "blob-container", "account": "contosodata"},
        "archive": {"kind": "blob-container", "account": "contosodata"},
    },
    "agents": {"intake": {"image": "intake", "access": {"uploads": "write"}}},
}
REVIEWER = "reviewer@example.com"
RELEASE = "python -m agent_network release"


class Releasing:
    """A project in a git repository, whose plans with growth need the signature of a reviewer."""

    def __init__(  # noqa: PLR0913 (an argument for each part of the project)
        self,
        root: Path,
        *,
        program: str = PROGRAM,
        network: dict[str, Any] | None = None,
        when: str = "growth",
        has_prod: bool = False,
        entra: dict[str, Any] | None = None,
    ) -> None:
        """Create the project, with a stack `dev`.

        Args:
            root: folder of the project and the reviewer's key.
            program: the program.
            network: the first network.
            when: plans that need an approval.
            has_prod: True for a second stack `prod`.
            entra: setting about Entra ID; by default, there is none.
        """
        self.has_prod = has_prod
        key = Ed25519PrivateKey.generate()
        pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.settings = {
            "location": "westeurope",
            "resource_group": "contoso-dev",
            "suffix": "rel1",
            "production": False,
            "image_tag": "1.0",
            "approval": {"when": when, "by": "keys", "keys": {REVIEWER: pem.decode()}},
        }
        if entra is not None:
            self.settings["entra"] = entra
        self.key = root / "reviewer.pem"
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        folder = root / "project"
        folder.mkdir()
        self.project = Project.written(folder, program)
        (folder / "Pulumi.yaml").write_text(
            "name: agent-network\nruntime: {name: python, options: {toolchain: pip, virtualenv: .venv}}\n"
        )
        (folder / ".gitignore").write_text("\n".join([".localazure/", ".venv", "__pycache__/", ".release/", *PACKAGES]))
        self.git("init", "--quiet")
        self.declare(NETWORK if network is None else network)

    def git(self, *arguments: str) -> None:
        names = ("-c", "user.email=author@example.com", "-c", "user.name=Author", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *names, *arguments], cwd=self.project.root, check=True, capture_output=True)  # noqa: S603, S607 (the machine's git)

    def declare(self, network: dict[str, Any]) -> None:
        """Commit a network."""
        kept = (self.project.root / "Pulumi.yaml").read_text()
        write_project(self.project.root, network, self.settings)
        if self.has_prod:
            write_project(self.project.root, network, {**self.settings, "resource_group": "contoso-prod"}, "prod")
        (self.project.root / "Pulumi.yaml").write_text(kept)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "network")

    def plan(self) -> Outcome:
        return self.project.run(f"{RELEASE} plan --stack dev")

    def approve(self) -> Outcome:
        return self.project.run(f"{RELEASE} approve --stack dev --evidence .release/dev --key '{self.key}'")

    def apply(self, **variables: str) -> Outcome:
        # The program of a test may send a signal to the command, whose process id it gets.
        return self.project.run(f"RELEASE=$$ exec {RELEASE} apply --stack dev --evidence .release/dev", **variables)

    @property
    def grants(self) -> set[str]:
        """Return the logical names of the role assignments in the state."""
        rows = self.project.state("dev")
        return {one["urn"].rpartition("::")[2] for one in rows if one["type"].endswith(":RoleAssignment")}

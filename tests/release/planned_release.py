"""A planned release of a small project in a git repository, with an engine that records what it is to do."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from access.model.declared import Declared
from access.model.graph import Graph
from access.reports.provenance import Provenance
from release.apply import apply
from release.approval import Approval, ApprovalRule, When
from release.authors import Authors
from release.backend import FolderBackend
from release.engine.stack import EngineStack, Event, Outcome, Pack, Violation
from release.errors import ReleaseError
from release.evidence import Evidence, write_evidence
from release.plan import APPROVED, inputs_now
from release.resource_changes import change_rows, resource_changes
from release.signing.statement_signing import StatementSigning
from release.surroundings import Surroundings

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
AUTHOR, REVIEWER = "author@example.com", "reviewer@example.com"
STATE: dict[str, Any] = {"version": 3, "deployment": {"manifest": {"time": "1"}, "resources": []}}
_GROUP = "urn:pulumi:dev::tiny::azure-native:resources:ResourceGroup::group"
_READER = "urn:pulumi:dev::tiny::azure-native:authorization:RoleAssignment::somebody-may-read"
_PROVIDER = "urn:pulumi:dev::tiny::pulumi:providers:azure-native::default"
_SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111"


def _step(urn: str, **inputs: str) -> dict[str, Any]:
    kind = urn.split("::")[2]
    state = {"urn": urn, "type": kind, "custom": True, "provider": f"{_PROVIDER}::1", "inputs": inputs}
    return {"op": "create", "urn": urn, "newState": state}


UNCHANGED: dict[str, Any] = {"steps": [_step(_GROUP, resourceGroupName="rg")]}
"""Preview in which nobody gains access."""
PREVIEW: dict[str, Any] = {
    "steps": [
        *UNCHANGED["steps"],
        _step(
            _READER,
            scope=f"{_SUBSCRIPTION}/resourceGroups/rg",
            principalId="22222222-2222-4222-8222-222222222222",
            principalType="User",
            roleDefinitionId=f"{_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/"
            "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        ),
    ]
}
"""Preview in which a person becomes Reader."""
NOBODY = Declared.from_json(
    {"format": "agent-network-declared", "version": 1, "network": "tiny", "stack": "dev", "file": "network.yaml"}
)


def git(root: Path, *arguments: str) -> str:
    names = ("-c", "user.email=" + AUTHOR, "-c", "user.name=Author", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *names, *arguments], cwd=root, check=True, capture_output=True, text=True)  # noqa: S603, S607 (the machine's git)
    return done.stdout


@dataclass
class RecordingStack:
    """Stack with a fixed state and preview; it records deployments."""

    root: Path
    name: str = "dev"
    project: str = "tiny"
    state: dict[str, Any] = field(default_factory=lambda: json.loads(json.dumps(STATE)))
    shown: dict[str, Any] = field(default_factory=lambda: PREVIEW)
    variables: dict[str, str] = field(default_factory=dict[str, str])
    calls_policy: bool = True
    """False if the engine starts policy packs and does not call them."""
    violated: tuple[Violation, ...] = ()
    """Violations of mandatory policies by each preview with a policy pack."""
    deployments: int = 0
    stops: int = 0
    steps: list[dict[str, Any]] | None = None
    """Steps of a deployment, whose events are sent; by default, those of the preview, without events."""

    @property
    def full_environment(self) -> dict[str, str]:
        return self.variables

    def export(self) -> Mapping[str, Any]:
        return self.state

    def preview(self, packs: Sequence[Pack] = (), _variables: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        for pack in packs if self.calls_policy else ():
            if pack.configuration is not None:
                (config,) = json.loads(pack.configuration.read_text()).values()
                calls = ({"urn": step["urn"], "digest": config["digest"]} for step in self.shown["steps"])
                Path(config["compared"]).write_text("".join(f"{json.dumps(call)}\n" for call in calls))
        if packs and self.violated:
            raise ReleaseError("the preview failed: preview failed")
        return self.shown

    def policy_violations(
        self, _packs: Sequence[Pack], _variables: Mapping[str, str] | None = None
    ) -> tuple[Violation, ...]:
        return self.violated

    def stop(self) -> None:
        """Count the signal that a deployment gets."""
        self.stops += 1

    def up(self, _packs: Sequence[Pack], on_event: Callable[[Event], None]) -> Outcome:
        self.deployments += 1
        done = self.shown["steps"] if self.steps is None else self.steps
        for row in self.steps or ():
            on_event({"resourcePreEvent": {"metadata": {**row, "type": row["urn"].split("::")[2]}}})
        return Outcome(applied=tuple((row["op"], row["urn"]) for row in done))


@dataclass
class Records:
    """Approvals as a source has them."""

    found: list[Approval] = field(default_factory=list[Approval])

    def approvals(self, evidence: Evidence) -> list[Approval]:
        del evidence
        return self.found

    def authors(self, evidence: Evidence) -> Authors:
        return Authors(names=frozenset({AUTHOR}), commits=f"commit {evidence.inputs.commit}")


class PlannedRelease:
    """A project in a git repository, with the evidence of a plan in which access grows, and an approval of it."""

    def __init__(self, root: Path, **run: str) -> None:
        """Make the project; the plan is of a run of a pipeline with these names."""
        self.run = run or {"run_id": "7"}
        self.reported = list[str]()
        self.signing: StatementSigning | None = None
        self.root = root / "project"
        self.root.mkdir(parents=True)
        (self.root / ".gitignore").write_text(".release/\n")
        (self.root / "network.yaml").write_text("name: tiny\n")
        (self.root / "Pulumi.dev.yaml").write_text("config: {}\n")
        git(self.root, "init", "--quiet")
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", "one")
        plugins = root / "bin"
        plugins.mkdir()
        self.plugin = plugins / "pulumi-resource-azure-native"
        self.plugin.write_text("the plugin")
        python = plugins / "python3"
        # Without `site`, nothing that this process can import is installed for the program.
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
        python.chmod(0o755)
        self.stack = RecordingStack(self.root, variables={"PATH": str(plugins), "PULUMI_HOME": str(root / "home")})
        self.backend = FolderBackend(root / "backend")
        self.declared = NOBODY
        self.texts: dict[str, str] = {}
        self.packs: tuple[Pack, ...] = ()
        self.now = NOW
        self.folder = self.root / ".release" / "dev"
        self.records = Records()
        self.evidence = self.plan()
        self.approve()

    def around(self) -> Surroundings:
        return Surroundings(
            root=self.root,
            stack=cast("EngineStack", self.stack),
            backend=self.backend,
            declared=self.declared,
            outside=dict,
            texts=lambda _preview: self.texts,
            packs=self.packs,
            enforcement=self.root,
            live=lambda _state, _export: Graph(),
            sign_in=lambda: None,
            is_local=True,
            origin=Provenance(time=self.now, version="1"),
            now=lambda: self.now,
            run=self.run,
            report=self.reported.append,
            signing=self.signing,
            waits=(),
        )

    def plan(self, verdict: str = "growth") -> Evidence:
        """Write the evidence of a plan that has been made now."""
        content = {
            "project": self.stack.project,
            "stack": self.stack.name,
            "made": self.now.isoformat(),
            "run": self.run,
            "verdict": verdict,
            "inputs": inputs_now(self.around(), self.stack.state).document(),
            "resources": change_rows(resource_changes(self.stack.shown)),
        }
        return write_evidence(self.folder, content, {APPROVED: "[]\n"})

    def approve(self, **other: Any) -> None:  # noqa: ANN401 (fields of an approval)
        """Let the reviewer approve the evidence, one minute after the plan."""
        right: dict[str, Any] = {"by": REVIEWER, "source": "records", "at": self.now + timedelta(minutes=1)}
        fields: dict[str, Any] = {**right, "digest": self.evidence.digest, **other}
        self.records.found = [Approval(**fields)]

    @property
    def rule(self) -> ApprovalRule:
        return ApprovalRule(when=When.GROWTH, hours=24)


def refusal(release: PlannedRelease) -> str:
    """Return the error that refuses the deployment of a planned release."""
    with pytest.raises(ReleaseError) as refused:
        apply(release.around(), release.folder, release.rule, release.records)
    assert release.stack.deployments == 0
    return str(refused.value)

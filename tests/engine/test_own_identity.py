"""Tests of an agent with a user-assigned identity of its own on the Pulumi engine."""

import json
from pathlib import Path

import pytest
import yaml

from access.model.graph import Graph
from access.readers import export, preview
from tests.engine.projects import REASON, Project, cli_is_here

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

GRANTED = {
    ("own", "report-may-read-findings"),
    ("own", "report-may-write-reports"),
    ("pull", "report-may-pull-fabrikam"),
}


def with_identity(project: Project, kind: str) -> None:
    """Reduce the network to one agent, with an identity of a kind."""
    path = project.root / "network.yaml"
    network = yaml.safe_load(path.read_text())
    network["resources"] = {name: network["resources"][name] for name in ("findings", "reports")}
    agent = {"image": "report", "identity": kind, "access": {"findings": "read", "reports": "write"}}
    network = {**network, "agents": {"report": agent}}
    network.pop("hosts", None)
    path.write_text(yaml.safe_dump(network, sort_keys=False))
    settings = project.root / "Pulumi.dev.yaml"
    written = yaml.safe_load(settings.read_text())
    kept = ("location", "resource_group", "suffix", "production")
    written["config"] = {f"agent-network:{name}": written["config"][f"agent-network:{name}"] for name in kept}
    settings.write_text(yaml.safe_dump(written, sort_keys=False))


def granted(graph: Graph) -> set[tuple[str, str]]:
    """Return the purpose of the identity, and the name, of every role assignment."""
    found: set[tuple[str, str]] = set()
    for one in graph.assignments:
        principal = graph.principal(one.principal)
        assert principal is not None
        assert principal.agents == ("report",)
        found.add((principal.purpose, one.name))
    return found


def deployed(project: Project) -> Graph:
    """Deploy the network, and return the access graph of the exported state."""
    project.pulumi("up --yes --skip-preview --stack dev")
    return export.read(json.loads(project.pulumi("stack export --stack dev").out))


def test_pulumi_up_creates_grants_before_an_app_with_own_identity_and_moves_them_when_the_identity_changes(
    tmp_path: Path,
) -> None:
    project = Project.of_fabrikam(tmp_path)
    with_identity(project, "user-assigned")

    planned = json.loads(project.pulumi("preview --json --stack dev").out)
    urns = [step["urn"].rpartition("$")[2] for step in planned["steps"]]
    app = urns.index("azure-native:app:ContainerApp::report")
    assert {name for _, name in GRANTED} <= {urn.rpartition("::")[2] for urn in urns[:app]}
    assert granted(preview.read(planned)) == GRANTED

    for kind in ("user-assigned", "system-assigned", "user-assigned"):
        with_identity(project, kind)
        graph = deployed(project)

        assert granted(graph) == GRANTED
        world = project.world
        held = [one for one in world.resources.values() if one.token.endswith("RoleAssignment")]
        assert len(held) == len(GRANTED)
        assert all(world.find_principal(one.outputs["principalId"]) for one in held)

    project.pulumi("destroy --yes --skip-preview --stack dev")
    assert (project.world.resources, project.world.principals) == ({}, {})

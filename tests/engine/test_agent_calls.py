"""Test of an agent that calls another one, on the real Pulumi engine: the same access in every source."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from access.model.graph import Graph
from access.questions.matrix import AccessMatrix
from access.readers import export, preview
from tests.engine.projects import REASON, Project, cli_is_here

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

OWNER = "0b1f2c3d-0000-4000-8000-0000000000f1"


def write(project: Project, access: dict[str, str]) -> None:
    """Reduce the network to an agent that is called and one that has the given access."""
    path = project.root / "network.yaml"
    network: dict[str, Any] = yaml.safe_load(path.read_text())
    called = {
        "image": "ingestion",
        "callable": True,
        "platform_authentication": True,
        "port": 8080,
        "ingress": "internal",
    }
    agents = {"ingestion": called, "intake": {"image": "intake", "access": access}}
    network = {**network, "resources": {}, "agents": agents}
    network.pop("hosts", None)
    path.write_text(yaml.safe_dump(network, sort_keys=False))
    settings = project.root / "Pulumi.dev.yaml"
    written = yaml.safe_load(settings.read_text())
    kept = ("location", "resource_group", "suffix", "production")
    written["config"] = {f"agent-network:{name}": written["config"][f"agent-network:{name}"] for name in kept}
    written["config"]["agent-network:entra"] = {"deployer_rights": "all", "owners": [OWNER]}
    settings.write_text(yaml.safe_dump(written, sort_keys=False))


def calls(graph: Graph) -> dict[tuple[str, str], list[str]]:
    matrix = AccessMatrix(graph)
    agents = ("ingestion", "intake")
    return {cell: matrix.verbs(entry) for cell, entry in matrix.entries.items() if cell[1] in agents}


def test_call_between_agents_is_the_same_access_in_preview_and_export_and_ends_with_its_declaration(
    tmp_path: Path,
) -> None:
    project = Project.of_fabrikam(tmp_path)
    write(project, {"ingestion": "use"})

    planned = preview.read(json.loads(project.pulumi("preview --json --stack dev").out))
    project.pulumi("up --yes --skip-preview --stack dev")
    project.pulumi("preview --refresh --expect-no-changes --stack dev")
    exported = export.read(json.loads(project.pulumi("stack export --stack dev").out))

    expected = {("intake", "ingestion"): ["use"]}
    assert calls(planned) == calls(exported) == expected
    assert exported.unread == ()

    write(project, {})
    project.pulumi("up --yes --skip-preview --stack dev")
    assert calls(export.read(json.loads(project.pulumi("stack export --stack dev").out))) == {}
    assert not [one for one in project.world.resources.values() if one.token.endswith(":AppRoleAssignment")]

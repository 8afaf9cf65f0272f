"""Tests that the access graph from the Pulumi engine's output equals the graph from a local run's output."""

import json
from pathlib import Path

import pytest

from access.model.errors import UnreadableSource
from access.model.graph import Graph
from access.readers import export, local, preview
from tests.access.readers.sources import granted_in
from tests.engine.projects import REASON, Project, cli_is_here

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)


def test_pulumi_preview_stack_export_and_local_preview_show_the_same_access(tmp_path: Path) -> None:
    project = Project.of_fabrikam(tmp_path)

    planned = json.loads(project.pulumi("preview --json --stack dev").out)
    project.pulumi("up --yes --skip-preview --stack dev")
    partial = json.loads(project.pulumi("preview --json --stack dev").out)
    again = json.loads(project.pulumi("preview --json --show-sames --stack dev").out)
    exported = json.loads(project.pulumi("stack export --stack dev").out)
    printed = json.loads(project.run("python -m agent_network preview --stack dev --json").out)

    found: dict[str, Graph] = {
        "preview": preview.read(planned),
        "preview without a change": preview.read(again),
        "export": export.read(exported),
        "local": local.read(printed),
    }
    for name, graph in found.items():
        assert granted_in(graph) == granted_in(found["local"]), name
        assert graph.unread == (), name
    assert len(found["local"].assignments) == 18
    with pytest.raises(UnreadableSource, match="--show-sames"):
        preview.read(partial)

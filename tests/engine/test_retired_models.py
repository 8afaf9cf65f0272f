"""Tests of retired models with the real Pulumi engine: new deployments are refused in a preview, existing ones kept."""

from pathlib import Path
from typing import Any

import pytest

from safe_text.current_date import TODAY
from tests.engine.projects import REASON, Project, cli_is_here
from tests.projects import to_yaml

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

BEFORE, AFTER = {TODAY: "2026-11-29"}, {TODAY: "2027-03-01"}


def declare(root: Path, *names: str) -> None:
    """Write a network with one account of models, whose deployments have the names and a model that retires."""
    deployments = [{"name": name, "model": "gpt-5", "version": "2025-08-07"} for name in names]
    models: dict[str, Any] = {"kind": "model-account", "account": "contoso-ai", "deployments": deployments}
    network = {
        "name": "contoso",
        "registry": {"name": "contoso"},
        "resources": {"models": models},
        "agents": {"report": {"image": "report", "access": {"models": "use"}}},
    }
    (root / "network.yaml").write_text(to_yaml(network))


def test_pulumi_engine_refuses_new_deployments_of_a_retired_model_and_keeps_existing_ones(tmp_path: Path) -> None:
    project = Project.of_fabrikam(tmp_path)
    config = {"location": "westeurope", "resource_group": "contoso-dev", "suffix": "dev7", "production": False}
    settings = {"config": {f"agent-network:{key}": value for key, value in config.items()}}
    (tmp_path / "Pulumi.dev.yaml").write_text(to_yaml(settings))
    declare(tmp_path, "first")

    new = project.run("pulumi preview --stack dev --non-interactive", **AFTER)
    project.pulumi("up --yes --skip-preview --stack dev", **BEFORE)
    kept = project.pulumi("preview --expect-no-changes --stack dev", **AFTER)
    declare(tmp_path, "first", "second")
    added = project.run("pulumi up --yes --stack dev --non-interactive", **AFTER)

    place = "network.yaml:{} resources.models.deployments[{}]: the model 'gpt-5 2025-08-07' was retired on 2027-02-09"
    assert new.code != 0
    assert place.format(9, 0) in new.out + new.err
    assert place.format(9, 0) in kept.out + kept.err
    assert added.code != 0
    assert place.format(12, 1) in added.out + added.err
    assert not [one for one in project.world.resources if one.endswith("/deployments/second")]

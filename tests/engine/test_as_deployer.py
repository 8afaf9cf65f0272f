"""Tests on the real Pulumi engine as the deployer: the bootstrap creates it, and its role is enough for every run."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from localazure.arm.permissions import CUSTOM_ROLE
from localazure.arm.world import World
from localazure.fronts.packages import CALLER
from tests.engine.projects import REASON, Project, cli_is_here
from tests.fabrikam import PACKAGES, REPOSITORY
from tests.network.deployer import without_action
from tests.projects import to_yaml

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

GROUP = "fabrikam-agents"
APPLICATION = {
    "client_id": "5f0e1a00-0000-4000-8000-0000000000d1",
    "application": "5f0e1a00-0000-4000-8000-0000000000d2",
    "service_principal": "5f0e1a00-0000-4000-8000-0000000000d3",
}
STATUS_READ = "Microsoft.ContainerRegistry/registries/operationStatuses/read"


_FIRST: list[tuple[Project, dict[str, Any]]] = []
"""Project and outputs of the first bootstrap, which later tests read."""


def bootstrap(root: Path) -> tuple[Project, dict[str, Any]]:
    """Run the bootstrap program as an administrator; return its project and its outputs."""
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(REPOSITORY / "bootstrap" / name, root / name)
    (root / "Pulumi.yaml").write_text((root / "Pulumi.yaml").read_text().replace("../.venv", ".venv"))
    settings = {"location": "westeurope", "resource_group": GROUP, "callers": ["agents"]}
    config = {f"agent-network-bootstrap:{key}": value for key, value in settings.items()}
    (root / "Pulumi.dev.yaml").write_text(to_yaml({"config": config}))
    for package in PACKAGES:
        (root / package).symlink_to(REPOSITORY / package)
    (root / ".venv").symlink_to(sys.prefix)
    project = Project(root)
    project.pulumi("up --yes --skip-preview --stack dev")
    return project, json.loads(project.pulumi("stack output --json --stack dev").out)


@pytest.fixture
def network(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """Return Fabrikam's project on the state that a bootstrap left, and the principal id of the deployer."""
    if not _FIRST:
        _FIRST.append(bootstrap(tmp_path_factory.mktemp("bootstrap")))
    made, outputs = _FIRST[0]
    project = Project.of_fabrikam(tmp_path)
    project.world_file.parent.mkdir()
    made.world.save(project.world_file)
    for stack in ("dev", "prod"):
        # The bootstrap gives no permission of Microsoft Graph: an administrator has made the application.
        config = yaml.safe_load((project.root / f"Pulumi.{stack}.yaml").read_text())["config"]
        entra = config["agent-network:entra"] | {"deployer_rights": "none", "existing": {"ingestion": APPLICATION}}
        write_settings(project, stack, entra=entra)
    return project, outputs["principal_id"]


def write_settings(project: Project, stack: str, **changed: object) -> None:
    path = project.root / f"Pulumi.{stack}.yaml"
    config = yaml.safe_load(path.read_text())["config"]
    config |= {f"agent-network:{key}": value for key, value in changed.items()}
    path.write_text(to_yaml({"config": config}))


def without_agent(project: Project, agent: str) -> None:
    path = project.root / "network.yaml"
    network = yaml.safe_load(path.read_text())
    del network["agents"][agent]
    path.write_text(to_yaml(network))


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_deployer_on_the_pulumi_engine_creates_changes_reduces_destroys_and_recreates_the_network(
    network: tuple[Project, str], stack: str
) -> None:
    project, principal = network
    up = f"up --yes --skip-preview --stack {stack}"
    write_settings(project, stack, resource_group={"name": GROUP, "existing": True}, deleted="recover")

    project.pulumi(up, **{CALLER: principal})
    created = {one["urn"] for one in project.state(stack)}
    write_settings(project, stack, image_tags={"report": "next"})
    without_agent(project, "security-scanner")
    changed = project.pulumi(f"{up} --json", **{CALLER: principal}).steps
    project.pulumi(f"destroy --yes --skip-preview --stack {stack}", **{CALLER: principal})
    left = [one.id for one in project.world.resources.values() if f"/{GROUP}/" in one.id]
    project.pulumi(up, **{CALLER: principal})

    # Exactly these: what neither the image nor the agent concerns is unchanged.
    names = {operation: {urn.rpartition("::")[2] for urn in urns} for operation, urns in changed.items()}
    assert (names.pop("read"), names.pop("update"), set(names)) == ({"fabrikam"}, {"report"}, {"delete"})
    assert [one for one in left if "/roleAssignments/" not in one] == []
    assert {one["urn"] for one in project.state(stack)} == created - changed["delete"]
    assert names["delete"] >= {"security-scanner"}


def test_update_that_the_deployers_role_does_not_let_finish_is_finished_once_the_role_has_the_status_read(
    network: tuple[Project, str],
) -> None:
    project, principal = network
    up = "pulumi up --yes --skip-preview --stack prod --non-interactive"
    write_settings(project, "prod", resource_group={"name": GROUP, "existing": True})
    whole = project.world
    (role,) = [
        one for one in whole.resources.values() if one.token == CUSTOM_ROLE and "deployer" in one.inputs["roleName"]
    ]
    without_action(whole, role.id, STATUS_READ).save(project.world_file)

    stopped = project.run(up, **{CALLER: principal})
    world: World = project.world
    world.put(role)
    world.save(project.world_file)
    finished = project.run(up, **{CALLER: principal})

    assert stopped.code != 0
    assert f"does not have authorization to perform action '{STATUS_READ}'" in stopped.out
    assert "Traceback" not in stopped.out + stopped.err
    assert finished.code == 0, finished.out
    assert "already existing" not in finished.out

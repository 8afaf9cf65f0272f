"""The network of this repository on the real engine, from the first preview to nothing left."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from localazure.arm import UNKNOWN
from tests.engine.projects import REASON, Project, cli_is_here

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

FILES = ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "__main__.py", "network.yaml")
GRANT = "azure-native:authorization:RoleAssignment"
APP = "azure-native:app:ContainerApp"
AGENTS = ("analysis", "compliance", "ingestion", "market-analysis", "notifier", "report", "security-scanner")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.of(tmp_path, FILES)


def name_of(urn: str) -> str:
    return urn.rpartition("::")[2]


def type_of(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def family(resources: list[dict[str, Any]], urn: str) -> set[str]:
    """A resource and everything below it."""
    children = {each["urn"] for each in resources if each.get("parent") == urn}
    return {urn}.union(*(family(resources, child) for child in children))


def is_agent(resource: dict[str, Any]) -> bool:
    return "principal_id" in resource.get("outputs", {})


def without(project: Project, agent: str) -> None:
    """Take an agent out of the network."""
    network = yaml.safe_load((project.root / "network.yaml").read_text())
    del network["agents"][agent]
    (project.root / "network.yaml").write_text(yaml.safe_dump(network, sort_keys=False))


def with_image(project: Project, stack: str, agent: str, tag: str) -> None:
    """Give one agent an image of its own in one environment."""
    path = project.root / f"Pulumi.{stack}.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["config"]["agent-network:image_tags"] = {agent: tag}
    path.write_text(yaml.safe_dump(settings, sort_keys=False))


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_network_lives_from_preview_to_destroy(project: Project, stack: str) -> None:
    previewed = json.loads(project.pulumi(f"preview --json --stack {stack}").out)["steps"]
    planned = {step["urn"]: step["newState"] for step in previewed}
    grants = {name_of(urn): state for urn, state in planned.items() if type_of(urn) == GRANT}
    grant = grants["ingestion-may-write-code-uploads"]
    (identity,) = grant["propertyDependencies"]["principalId"]

    assert {step["op"] for step in previewed} == {"create"}
    assert project.world.resources == {}
    assert (grant["inputs"]["principalId"], type_of(identity), name_of(identity)) == (UNKNOWN, APP, "ingestion")

    created = project.pulumi(f"up --yes --skip-preview --json --stack {stack}").steps
    before = project.state(stack)
    apps = {each.id.rpartition("/")[2] for each in project.world.resources.values() if each.token == APP}

    assert created == {"create": set(planned)}
    assert apps == {f"fabrikam-{agent}-{stack}" for agent in AGENTS}

    project.pulumi(f"up --yes --skip-preview --expect-no-changes --stack {stack}")
    with_image(project, stack, "report", "2.0.0")
    without(project, "market-analysis")
    changed = project.pulumi(f"up --yes --skip-preview --json --stack {stack}").steps

    (agent,) = (each["urn"] for each in before if name_of(each["urn"]) == "market-analysis" and is_agent(each))
    assert {operation: {name_of(urn) for urn in urns} for operation, urns in changed.items()} == {
        "update": {"report"},
        "delete": {name_of(urn) for urn in family(before, agent)},
    }
    assert {each["urn"] for each in project.state(stack)} == {each["urn"] for each in before} - family(before, agent)
    assert not [key for key in project.world.resources if "market-analysis" in key]
    assert not [each.owner for each in project.world.principals.values() if "market-analysis" in each.owner]

    project.pulumi(f"refresh --yes --skip-preview --expect-no-changes --stack {stack}")
    project.pulumi(f"destroy --yes --skip-preview --stack {stack}")

    assert project.state(stack) == []
    assert (project.world.resources, project.world.principals) == ({}, {})


def test_a_mistake_in_the_network_is_its_line_and_no_traceback(project: Project) -> None:
    path = project.root / "network.yaml"
    path.write_text(path.read_text().replace("reports: write", "report: write"))
    line = path.read_text().splitlines().index("      report: write") + 1

    refused = project.run("pulumi preview --non-interactive")

    assert refused.code != 0
    assert (
        f"network.yaml:{line} agents.report.access.report: no resource 'report'; did you mean 'reports'?" in refused.out
    )
    assert "Traceback" not in refused.out + refused.err

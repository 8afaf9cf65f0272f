"""Tests of Fabrikam's network on the real Pulumi engine, from the first preview to destroy."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from access.azure.catalogue import by_id
from localazure.arm.resource_type import UNKNOWN
from localazure.fronts.shared_world import SharedWorld
from tests.engine.projects import REASON, Project, cli_is_here
from tests.fabrikam import LEGACY
from tests.projects import to_yaml

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

GRANT = "azure-native:authorization:RoleAssignment"
APP = "azure-native:app:ContainerApp"
ON_CONTAINER_APPS = ("analysis", "ingestion", "report", "security-scanner")
ON_FOUNDRY = ("compliance", "market-analysis")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.of_fabrikam(tmp_path)


@pytest.fixture
def legacy(tmp_path: Path) -> Project:
    """Create a project whose two Foundry agents are published or share an identity."""
    return Project.of_fabrikam(tmp_path, LEGACY).keep("compliance", "market-analysis")


@pytest.fixture
def legacy_with_notifier(tmp_path: Path) -> Project:
    """Create a project with an agent in a cluster, which has its own identity, and the two Foundry agents."""
    return Project.of_fabrikam(tmp_path, LEGACY).keep("compliance", "market-analysis", "notifier")


def name_of(urn: str) -> str:
    return urn.rpartition("::")[2]


def type_of(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def family(resources: list[dict[str, Any]], urn: str) -> set[str]:
    """Return the URNs of a resource and every resource below it."""
    children = {each["urn"] for each in resources if each.get("parent") == urn}
    return {urn}.union(*(family(resources, child) for child in children))


def is_agent(resource: dict[str, Any]) -> bool:
    return "principal_id" in resource.get("outputs", {})


def without(project: Project, agent: str) -> None:
    """Remove an agent from the network."""
    network = yaml.safe_load((project.root / "network.yaml").read_text())
    del network["agents"][agent]
    (project.root / "network.yaml").write_text(yaml.safe_dump(network, sort_keys=False))


def with_image(project: Project, stack: str, agent: str, tag: str) -> None:
    """Give one agent a different image tag in one stack."""
    path = project.root / f"Pulumi.{stack}.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["config"]["agent-network:image_tags"] = {agent: tag}
    path.write_text(yaml.safe_dump(settings, sort_keys=False))


# `test_as_deployer` creates, changes and destroys both stacks; this test adds previews and refreshes, which are alike.
@pytest.mark.parametrize("stack", ["prod"])
def test_sample_network_on_the_pulumi_engine_is_previewed_created_updated_refreshed_and_destroyed(
    project: Project, stack: str
) -> None:
    previewed = json.loads(project.pulumi(f"preview --json --stack {stack}").out)["steps"]
    states = {step["urn"]: step["newState"] for step in previewed}
    planned = {urn: state for urn, state in states.items() if not type_of(urn).startswith("pulumi:providers:")}
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
    assert apps == {f"fabrikam-{agent}-{stack}" for agent in ON_CONTAINER_APPS}

    with_image(project, stack, "report", "2.0.0")
    without(project, "security-scanner")
    changed = project.pulumi(f"up --yes --skip-preview --json --stack {stack}").steps

    (agent,) = (each["urn"] for each in before if name_of(each["urn"]) == "security-scanner" and is_agent(each))
    # Exactly these: what neither the image nor the agent concerns is unchanged.
    assert {operation: {name_of(urn) for urn in urns} for operation, urns in changed.items()} == {
        "update": {"report"},
        "delete": {name_of(urn) for urn in family(before, agent)},
    }
    assert {each["urn"] for each in project.state(stack)} == {each["urn"] for each in before} - family(before, agent)
    assert not [key for key in project.world.resources if "security-scanner" in key]
    assert not [each.owner for each in project.world.principals.values() if "security-scanner" in each.owner]

    # The first refresh reads the identifier URI that a resource of its own has set on the application.
    project.pulumi(f"refresh --yes --skip-preview --stack {stack}")
    project.pulumi(f"refresh --yes --skip-preview --expect-no-changes --stack {stack}")
    project.pulumi(f"destroy --yes --skip-preview --stack {stack}")

    assert project.state(stack) == []
    assert project.world.resources == {}
    assert {each.type for each in project.world.principals.values()} == {"Group"}  # of the tenant, not of the program

    check_created_again(project, stack)


def check_created_again(project: Project, stack: str) -> None:
    """Deploy a destroyed stack again: `dev` recovers its deleted resources, and `prod` reports them."""
    if stack == "prod":
        outcome = project.run(f"pulumi up --yes --skip-preview --non-interactive --stack {stack}")
        assert outcome.code != 0
        assert "deleted resources still have names that this network needs" in outcome.out + outcome.err
        assert project.world.resources == {}
        return
    assert set(project.pulumi(f"up --yes --skip-preview --json --stack {stack}").steps) == {"create"}
    assert set(project.pulumi(f"up --yes --skip-preview --json --stack {stack}").steps) == {"update"}
    project.pulumi(f"preview --expect-no-changes --stack {stack}")


def publish(project: Project, *, published: bool) -> None:
    """Publish the Foundry agents in the stack dev, or unpublish them."""
    path = project.root / "Pulumi.dev.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["config"]["agent-network:published"] = published
    path.write_text(yaml.safe_dump(settings, sort_keys=False))


def holders(project: Project) -> dict[str, list[str]]:
    """Return the roles of each Foundry agent identity, by the resource that owns the identity; not of the project."""
    world = project.world
    found: dict[str, list[str]] = {}
    for one in world.resources.values():
        if one.token == GRANT:
            principal, role = world.find_principal(one.outputs["principalId"]), by_id(one.outputs["roleDefinitionId"])
            assert role is not None
            if principal is None:
                found.setdefault("nobody", []).append(role.name)
            elif "/" in principal.owner.partition("/projects/")[2]:
                found.setdefault(principal.owner.rpartition("/")[2], []).append(role.name)
    return {owner: sorted(roles) for owner, roles in found.items()}


def test_pulumi_up_that_publishes_agents_creates_new_role_assignments_before_deleting_old_ones(
    legacy: Project,
) -> None:
    both = ["Cognitive Services OpenAI User", "Storage Blob Data Reader"]
    own = {"fabrikam-compliance-dev": both[1:], "fabrikam-market-analysis-dev": both[:1]}
    legacy.pulumi("up --yes --skip-preview --stack dev")
    assert holders(legacy) == {"sharedAgentIdentity": both}

    publish(legacy, published=True)
    lines = [json.loads(line) for line in legacy.pulumi("up --yes --skip-preview --json --stack dev").out.splitlines()]
    done = [one["resOutputsEvent"]["metadata"] for one in lines if "resOutputsEvent" in one]
    of_grants = [
        (one["op"], name_of(one["urn"])) for one in done if type_of(one["urn"]) == GRANT and one["op"] != "same"
    ]

    assert holders(legacy) == own
    assert [op for op, _ in of_grants] == ["create", "create", "delete", "delete"]
    legacy.pulumi("up --yes --skip-preview --expect-no-changes --stack dev")
    legacy.pulumi("refresh --yes --skip-preview --expect-no-changes --stack dev")

    publish(legacy, published=False)
    legacy.pulumi("up --yes --skip-preview --stack dev")
    assert holders(legacy) == {"sharedAgentIdentity": both}
    publish(legacy, published=True)
    legacy.pulumi("up --yes --skip-preview --stack dev")
    assert holders(legacy) == own


def with_notifier_on(project: Project, host: str) -> None:
    """Move the notifier to a host and let it receive from a topic; another agent stays in the cluster."""
    network = yaml.safe_load((project.root / "network.yaml").read_text())
    notifier = network["agents"]["notifier"]
    network["resources"]["news"] = {"kind": "service-bus-topic", "namespace": "fabrikam-events"}
    egress = ["events", "secrets", "sign-in"]
    in_cluster = {"host": "aks", "cluster": "fleet", "image": "notifier", "egress": egress}
    network["agents"]["porter"] = in_cluster
    where = {
        "aks": in_cluster,
        "container-app": {"image": "notifier"},
        "foundry": {"host": "foundry", "project": "research", "version": "1"},
    }
    network["agents"]["notifier"] = where[host] | {"access": notifier["access"] | {"news": "receive"}}
    (project.root / "network.yaml").write_text(to_yaml(network))


def test_pulumi_up_that_moves_an_agent_to_another_host_keeps_its_service_bus_subscription(project: Project) -> None:
    with_notifier_on(project, "aks")
    project.pulumi("up --yes --skip-preview --stack prod")

    for host in ("container-app", "foundry"):
        with_notifier_on(project, host)
        moved = project.pulumi("up --yes --skip-preview --json --stack prod")

        assert not any("Subscription" in type_of(urn) for urns in moved.steps.values() for urn in urns)
        assert "nobody" not in holders(project)


def test_pulumi_up_with_refresh_assigns_roles_to_the_new_identity_of_a_republished_agent(legacy: Project) -> None:
    """An agent whose application was deleted and published again has a new identity without roles."""
    legacy.pulumi("up --yes --skip-preview --stack prod")
    token = "azure-native:cognitiveservices:AgentApplication"  # noqa: S105 - a type token
    with SharedWorld(legacy.world_file).writing() as azure:
        applications = (one.id for one in azure.world.resources.values() if one.token == token)
        (where,) = (one for one in applications if one.endswith("/fabrikam-compliance-prod"))
        known = azure.read(token, where)
        assert known is not None
        azure.delete(token, where)
        azure.create(token, known[0])
    assert set(holders(legacy)) == {"fabrikam-market-analysis-prod", "nobody"}

    legacy.pulumi("up --yes --skip-preview --refresh --stack prod")

    assert set(holders(legacy)) == {"fabrikam-compliance-prod", "fabrikam-market-analysis-prod"}


def test_pulumi_preview_reports_a_mistake_in_network_yaml_with_its_line_and_no_traceback(project: Project) -> None:
    path = project.root / "network.yaml"
    path.write_text(path.read_text().replace("reports: write", "report: write"))
    line = path.read_text().splitlines().index("      report: write") + 1

    refused = project.run("pulumi preview --non-interactive")

    assert refused.code != 0
    assert (
        f"network.yaml:{line} agents.report.access.report: no resource 'report'; did you mean 'reports'?" in refused.out
    )
    assert "Traceback" not in refused.out + refused.err


def give(project: Project, **ids: dict[str, str]) -> None:
    """Configure the ids of agent identities in the stack dev, where only market-analysis is published."""
    path = project.root / "Pulumi.dev.yaml"
    settings = yaml.safe_load(path.read_text())
    given = {f"agent-network:{key}": value for key, value in ids.items()}
    settings["config"] |= {"agent-network:published": ["market-analysis"], **given}
    path.write_text(yaml.safe_dump(settings, sort_keys=False))


def test_pulumi_up_refuses_a_configured_agent_identity_id_of_another_identity_and_assigns_no_role(
    legacy_with_notifier: Project,
) -> None:
    legacy = legacy_with_notifier
    own = "5c1d0000-0000-4000-8000-000000000001"
    give(legacy)
    legacy.pulumi("up --yes --skip-preview --stack dev")
    principals = {one.owner.rpartition("/")[2]: one.id for one in legacy.world.principals.values()}
    held = {one for one in legacy.world.resources if "/roleAssignments/" in one}

    for owner, why in {
        "sharedAgentIdentity": "is the identity that all unpublished agents of project 'research'",
        "fabrikam-notifier-dev": "is already the id of the agent 'notifier'",
    }.items():
        give(legacy, agent_identities={"compliance": principals[owner]})
        failed = legacy.run("pulumi up --yes --skip-preview --stack dev --non-interactive")
        assert failed.code != 0

        lines = (legacy.root / "Pulumi.dev.yaml").read_text().splitlines()
        line = 1 + next(at for at, text in enumerate(lines) if principals[owner] in text)
        place = f"Pulumi.dev.yaml:{line} agent-network:agent_identities.compliance"
        assert f"{place}: '{principals[owner]}' {why}" in failed.out + failed.err
        assert "Traceback" not in failed.out + failed.err
    assert {one for one in legacy.world.resources if "/roleAssignments/" in one} == held

    give(legacy, agent_identities={"compliance": own})
    legacy.pulumi("up --yes --skip-preview --stack dev")
    legacy.pulumi("up --yes --skip-preview --expect-no-changes --stack dev")

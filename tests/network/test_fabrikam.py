"""Tests of Fabrikam's network on local Azure: access, names and outputs in the stacks dev and prod."""

from pathlib import Path

import pytest

from localazure.arm.world import World
from tests.network.fabrikam import ACCESS, AGENTS, Run, changed

SOFT_DELETED = {"fabrikam-vault", "fabrikam-openai", "fabrikam-foundry"}
STACKS = pytest.mark.parametrize("stack", ["dev", "prod"])

ON_FOUNDRY, ON_AKS = {"market-analysis", "compliance"}, {"notifier"}
ON_CONTAINER_APPS = AGENTS - ON_FOUNDRY - ON_AKS
# Foundry pulls no images, and the nodes of a cluster pull them for all its agents.
PULLS = {(who, "pull", "fabrikam") for who in (*ON_CONTAINER_APPS, "fleet")}
# A project uses the models of its account for its agents.
FOR_MODELS = "accounts fabrikam-foundry"
SUFFIX = {"dev": "-dev7", "prod": "-prd7"}
MATRIX = ACCESS | PULLS | {("research", "Foundry User", FOR_MODELS)}

# The end of the scope of each resource in dev; Azure has no narrower one.
SCOPES = {
    "code-uploads": "/storageAccounts/fabrikaminputdev7/blobServices/default/containers/code-uploads",
    "reports": "/storageAccounts/fabrikamoutputdev7/blobServices/default/containers/reports",
    "documents": "/storageAccounts/fabrikamdocumentsdev7/blobServices/default/containers/documents",
    "models": "/accounts/fabrikam-openai-dev7",
    "findings": "/databaseAccounts/fabrikam-findings-dev7/dbs/findings/colls/findings",
    "review-done": "/namespaces/fabrikam-events-dev7/queues/review-done",
    "webhook-signing-key": "/vaults/fabrikam-vault-dev7/secrets/webhook-signing-key",
    "fabrikam": "/registries/fabrikamdev7",
    FOR_MODELS: "/accounts/fabrikam-foundry-dev7",
}


@STACKS
@pytest.mark.parametrize("operation", ["preview", "up"])
def test_local_preview_and_up_grant_exactly_the_access_expected_of_the_sample_network(
    run: Run, operation: str, stack: str
) -> None:
    document = run(operation, "--stack", stack)

    found = {(one["agent"], one["verb"], one["resource"].removesuffix(SUFFIX[stack])) for one in document["access"]}
    assert found == MATRIX
    assert len(document["access"]) == len(MATRIX)


def test_local_preview_assigns_each_role_of_the_sample_network_at_its_resource(run: Run) -> None:
    for one in run("preview")["access"]:
        assert one["scope"].endswith(SCOPES[one["resource"].removesuffix(SUFFIX["dev"])]), one


@STACKS
def test_container_apps_and_namespaces_are_named_network_agent_stack_and_no_foundry_application_is_made(
    run: Run, stack: str
) -> None:
    resources = run("preview", "--stack", stack)["resources"]

    def named(kind: str, key: str) -> set[str]:
        found = (one for one in resources if one["type"].startswith("azure-native:"))
        return {one["inputs"][key] for one in found if one["type"].endswith(f":{kind}")}

    groups = {one["inputs"]["resourceGroupName"] for one in resources if "resourceGroupName" in one["inputs"]}
    spaces = {one["inputs"]["metadata"]["name"] for one in resources if one["type"] == "kubernetes:core/v1:Namespace"}

    assert named("ContainerApp", "containerAppName") == {f"fabrikam-{agent}-{stack}" for agent in ON_CONTAINER_APPS}
    assert named("AgentApplication", "name") == set(), "applications are legacy"
    assert spaces == {f"fabrikam-{agent}-{stack}" for agent in ON_AKS}
    assert groups == {"fabrikam-agents-dev" if stack == "dev" else "fabrikam-agents-production"}


@STACKS
def test_stack_output_agents_lists_host_endpoint_principal_and_role_assignments_of_each_agent(
    run: Run, stack: str
) -> None:
    agents = run("up", "--stack", stack)["outputs"]["agents"]

    assert set(agents) == AGENTS
    assert {key for agent in agents.values() for key in agent} == {
        "app_name",
        "application",
        "credential_principal_id",
        "endpoint",
        "grants",
        "host",
        "principal_id",
    }
    assert {grant for agent in agents.values() for grant in agent["grants"]} == {
        f"{agent}-may-{verb}-{resource}" for agent, verb, resource in ACCESS
    }
    assert len({agent["principal_id"] for agent in agents.values()}) == len(AGENTS)


@STACKS
def test_local_up_creates_what_preview_planned_repeats_without_changes_and_destroy_deletes_it(
    project: Path, run: Run, stack: str
) -> None:
    planned = changed(run("preview", "--stack", stack))

    assert changed(run("up", "--stack", stack)) == planned
    assert set(planned) == {"create"}
    assert changed(run("up", "--stack", stack)) == {}
    assert changed(run("preview", "--stack", stack)) == {}
    assert changed(run("destroy", "--stack", stack)) == {"delete": planned["create"]}
    left = World.load(project / ".localazure" / f"{stack}.json")
    assert left.resources == {}
    assert {one.id.rpartition("/")[2].rpartition("-")[0] for one in left.soft_deleted.values()} == SOFT_DELETED


def test_destroying_the_prod_stack_on_local_azure_leaves_the_dev_stack_unchanged(run: Run) -> None:
    run("up", "--stack", "dev")
    run("up", "--stack", "prod")
    run("destroy", "--stack", "prod")

    assert changed(run("up", "--stack", "dev")) == {}

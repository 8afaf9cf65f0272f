"""The network of Fabrikam: exactly the access that its table says, in dev and in prod."""

from pathlib import Path

import pytest

from tests.network.fabrikam import ACCESS, AGENTS, Run, changed

STACKS = pytest.mark.parametrize("stack", ["dev", "prod"])

ON_FOUNDRY, ON_AKS = {"market-analysis", "compliance"}, {"notifier"}
ON_CONTAINER_APPS = AGENTS - ON_FOUNDRY - ON_AKS
# Foundry pulls nothing, and the nodes of a cluster pull for all agents in it.
PULLS = {(who, "pull", "fabrikam") for who in (*ON_CONTAINER_APPS, "fleet")}
# In dev nobody is published: agents of one project act as one, each with what either is given.
SHARED = {("market-analysis", "read", "documents"), ("compliance", "use", "models")}
MATRIX = {"dev": ACCESS | PULLS | SHARED, "prod": ACCESS | PULLS}

# The end of the narrowest scope that Azure has for each, in dev.
SCOPES = {
    "code-uploads": "/storageAccounts/fabrikaminputdev7/blobServices/default/containers/code-uploads",
    "reports": "/storageAccounts/fabrikamoutputdev7/blobServices/default/containers/reports",
    "documents": "/storageAccounts/fabrikamdocumentsdev7/blobServices/default/containers/documents",
    "models": "/accounts/fabrikam-openai-dev7",
    "findings": "/databaseAccounts/fabrikam-findings-dev7/dbs/findings/colls/findings",
    "review-done": "/namespaces/fabrikam-events-dev7/queues/review-done",
    "webhook-signing-key": "/vaults/fabrikam-vault-dev7/secrets/webhook-signing-key",
    "fabrikam": "/registries/fabrikamdev7",
}


@STACKS
@pytest.mark.parametrize("operation", ["preview", "up"])
def test_every_agent_may_do_what_the_table_says_and_nothing_more(run: Run, operation: str, stack: str) -> None:
    document = run(operation, "--stack", stack)

    assert {(one["agent"], one["verb"], one["resource"]) for one in document["access"]} == MATRIX[stack]
    assert len(document["access"]) == len(MATRIX[stack])


def test_every_grant_is_at_the_narrowest_scope(run: Run) -> None:
    for one in run("preview")["access"]:
        assert one["scope"].endswith(SCOPES[one["resource"]]), one


@STACKS
def test_agents_are_named_after_network_agent_and_stack_wherever_they_run(run: Run, stack: str) -> None:
    resources = run("preview", "--stack", stack)["resources"]

    def named(kind: str, key: str) -> set[str]:
        return {one["inputs"][key] for one in resources if one["type"].endswith(f":{kind}")}

    groups = {one["inputs"]["resourceGroupName"] for one in resources if "resourceGroupName" in one["inputs"]}
    spaces = {one["inputs"]["metadata"]["name"] for one in resources if one["type"] == "kubernetes:core/v1:Namespace"}
    applications = {f"fabrikam-{agent}-{stack}" for agent in ON_FOUNDRY} if stack == "prod" else set()

    assert named("ContainerApp", "containerAppName") == {f"fabrikam-{agent}-{stack}" for agent in ON_CONTAINER_APPS}
    assert named("AgentApplication", "name") == applications
    assert spaces == {f"fabrikam-{agent}-{stack}" for agent in ON_AKS}
    assert groups == {"fabrikam-agents-dev" if stack == "dev" else "fabrikam-agents-production"}


@STACKS
def test_the_outputs_say_of_each_agent_where_it_is_and_what_it_was_granted(run: Run, stack: str) -> None:
    agents = run("up", "--stack", stack)["outputs"]["agents"]

    assert set(agents) == AGENTS
    assert {key for agent in agents.values() for key in agent} == {
        "app_name",
        "endpoint",
        "grants",
        "host",
        "principal_id",
    }
    as_one = dict.fromkeys(ON_FOUNDRY, "unpublished-in-research") if stack == "dev" else {}
    assert {grant for agent in agents.values() for grant in agent["grants"]} == {
        f"{as_one.get(agent, agent)}-may-{verb}-{resource}" for agent, verb, resource in ACCESS
    }
    assert len({agent["principal_id"] for agent in agents.values()}) == len(AGENTS) - (1 if as_one else 0)


@STACKS
def test_a_stack_is_created_kept_and_destroyed(project: Path, run: Run, stack: str) -> None:
    planned = changed(run("preview", "--stack", stack))

    assert changed(run("up", "--stack", stack)) == planned
    assert set(planned) == {"create"}
    assert changed(run("up", "--stack", stack)) == {}
    assert changed(run("preview", "--stack", stack)) == {}
    assert changed(run("destroy", "--stack", stack)) == {"delete": planned["create"]}
    assert not (project / ".localazure" / f"{stack}.json").exists()


def test_two_stacks_do_not_touch_each_other(run: Run) -> None:
    run("up", "--stack", "dev")
    run("up", "--stack", "prod")
    run("destroy", "--stack", "prod")

    assert changed(run("up", "--stack", "dev")) == {}

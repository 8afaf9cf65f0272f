"""The network of Fabrikam: exactly the access that its table says, in dev and in prod."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.main import run as main
from tests.fabrikam import copy_project

STACKS = pytest.mark.parametrize("stack", ["dev", "prod"])

# What the table in network.yaml's description says, agent by agent.
ACCESS = {
    ("ingestion", "write", "code-uploads"),
    ("analysis", "read", "code-uploads"),
    ("analysis", "use", "models"),
    ("analysis", "write", "findings"),
    ("report", "write", "reports"),
    ("report", "read", "findings"),
    ("report", "send", "review-done"),
    ("security-scanner", "use", "models"),
    ("market-analysis", "use", "models"),
    ("compliance", "read", "documents"),
    ("notifier", "receive", "review-done"),
    ("notifier", "read", "webhook-signing-key"),
}
AGENTS = {agent for agent, _, _ in ACCESS}
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

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project to change at will; the packages are the repository's."""
    copy_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line with `--json` and read what it prints."""
    assert project.is_dir()

    def command(*arguments: str, code: int = 0) -> dict[str, Any]:
        assert main([*arguments, "--json"]) == code, capsys.readouterr()
        return json.loads(capsys.readouterr().out)

    return command


def changed(document: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in document["resources"]:
        if each["change"] != "same":
            found.setdefault(each["change"], set()).add(each["name"])
    return found


def edit(project: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = project / "network.yaml"
    network = yaml.safe_load(path.read_text())
    change(network)
    path.write_text(yaml.safe_dump(network, sort_keys=False))


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


def test_removing_an_agent_removes_its_app_its_identities_and_its_grants_and_nothing_else(
    project: Path, run: Run
) -> None:
    run("up")
    edit(project, lambda network: network["agents"].pop("report"))

    document = run("up")

    assert changed(document) == {
        "delete": {
            "report",
            "report-pull",
            "report-may-pull-fabrikam",
            "report-may-write-reports",
            "report-may-read-findings",
            "report-may-send-review-done",
        }
    }
    assert {one["agent"] for one in document["access"]} == {*AGENTS, "fleet"} - {"report"}


def test_a_new_image_touches_that_agent_alone(project: Path, run: Run) -> None:
    run("up")
    path = project / "Pulumi.dev.yaml"
    path.write_text(path.read_text() + "  agent-network:image_tags: { analysis: 2.0.0 }\n")

    document = run("up")

    assert changed(document) == {"update": {"analysis"}}
    (app,) = (
        one for one in document["resources"] if one["change"] == "update" and one["type"].endswith("ContainerApp")
    )
    assert [(one["path"], one["old"], one["new"]) for one in app["differences"]] == [
        (
            "template.containers[0].image",
            "fabrikamdev7.azurecr.io/analysis:dev",
            "fabrikamdev7.azurecr.io/analysis:2.0.0",
        )
    ]


def test_a_new_name_touches_that_agent_alone(project: Path, run: Run) -> None:
    run("up")

    def rename(network: dict[str, Any]) -> None:
        network["agents"]["reviewer"] = network["agents"].pop("report")

    edit(project, rename)
    touched = set().union(*changed(run("up")).values())

    assert {name for name in touched if not name.startswith(("reviewer", "report"))} == set()


def test_a_changed_verb_is_another_assignment(project: Path, run: Run) -> None:
    run("up")
    edit(project, lambda network: network["agents"]["analysis"]["access"].update({"code-uploads": "write"}))

    document = run("up")

    assert changed(document)["create"] == {"analysis-may-write-code-uploads"}
    assert changed(document)["delete"] == {"analysis-may-read-code-uploads"}
    assert ("analysis", "write", "code-uploads") in {
        (one["agent"], one["verb"], one["resource"]) for one in document["access"]
    }


def test_a_mistake_in_the_network_is_told_with_its_line_and_changes_nothing(
    project: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("up")
    before = (project / ".localazure" / "dev.json").read_bytes()
    edit(project, lambda network: network["agents"]["report"].update(access={"report": "write", "findings": "rite"}))

    assert main(["up"]) == 2

    said = capsys.readouterr().err
    assert "agents.report.access.report: no resource 'report'; did you mean 'reports'?" in said
    assert "agents.report.access.findings" in said
    assert "Traceback" not in said
    assert (project / ".localazure" / "dev.json").read_bytes() == before

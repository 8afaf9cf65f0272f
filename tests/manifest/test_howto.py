"""Tests of docs/howto/write-your-own-network.md: its examples load, its errors are real, and every key is named."""

import re
from pathlib import Path

import pytest

from manifest import AksCluster, Cluster, Destination, Environment, FoundryProject, ManifestError, Network, People
from manifest.agents import Agent
from manifest.base_model import StrictModel
from manifest.environment import ExistingLocation
from manifest.ingress import Ingress, Probe
from manifest.kinds import KINDS, ModelDeployment
from manifest.logs import Logs
from manifest.safeguards import Budget, Exemption, Separation
from tests.projects import load_project

TEXT = (Path(__file__).parents[2] / "docs/howto/write-your-own-network.md").read_text()
NETWORK, HOSTS, PEOPLE, SAFEGUARDS, ENVIRONMENT, EXISTING, PLACES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
MODELS = [
    Network,
    Agent,
    FoundryProject,
    AksCluster,
    Probe,
    Budget,
    Separation,
    Exemption,
    People,
    Ingress,
    Environment,
    ExistingLocation,
    Cluster,
    Destination,
    Logs,
    ModelDeployment,
]
(ERRORS,) = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)


def project(root: Path, network: str, environment: str) -> Path:
    (root / "Pulumi.yaml").write_text("name: agent-network\n")
    (root / "network.yaml").write_text(network)
    (root / "Pulumi.dev.yaml").write_text(environment)
    return root


def test_network_of_the_how_to_for_writing_a_network_loads(tmp_path: Path) -> None:
    network, _ = load_project(project(tmp_path, NETWORK, ENVIRONMENT))

    assert set(network.agents) == {"reader", "bookkeeper"}


def test_budget_separation_and_exception_examples_of_the_how_to_for_writing_a_network_load(tmp_path: Path) -> None:
    agents, lists = SAFEGUARDS.split("\n\n", 1)
    (budget,) = [line for line in agents.splitlines() if "budget" in line]
    whole = NETWORK.replace("    image: reader\n", f"    image: reader\n{budget}\n") + "\n" + lists

    network, _ = load_project(project(tmp_path, whole, ENVIRONMENT))

    assert network.agents["reader"].budget == Budget(secrets=0, destroys=1)
    assert (len(network.separation), len(network.exceptions)) == (1, 1)


def test_agent_host_examples_of_the_how_to_for_writing_a_network_load_and_give_the_foundry_agent_its_own_identity(
    tmp_path: Path,
) -> None:
    hosts, agents = HOSTS.split("\n\n", 1)
    whole = NETWORK.replace("agents:\n", hosts + "\n\n" + agents + "\n") + "\n" + PEOPLE

    network, environment = load_project(project(tmp_path, whole, ENVIRONMENT + PLACES))
    assert (set(network.hosts), set(network.agents)) == (
        {"research", "fleet"},
        {"reader", "bookkeeper", "analyst", "notifier"},
    )
    assert environment.identity_source_of("analyst", network) == "per-agent"
    assert [(one.resource, one.verb) for one in network.people["analysts"].access] == [("analyst", "use")]


def test_existing_model_account_example_of_the_how_to_for_writing_a_network_loads(tmp_path: Path) -> None:
    deployments = re.search(r"    deployments:\n.*\n", NETWORK)
    assert deployments
    existing = NETWORK.replace(deployments[0], "    existing: true\n")

    _, environment = load_project(project(tmp_path, existing, ENVIRONMENT + EXISTING))

    assert environment.existing["contoso-openai"].resource_group == "shared-ai"


def test_error_messages_shown_in_the_how_to_for_writing_a_network_are_the_actual_ones(tmp_path: Path) -> None:
    bad = NETWORK.replace("invoices: read", "invoice: read").replace("models: use", "models: read")
    bad = bad.replace("image: bookkeeper", "image: bookkeeper:1.2")

    with pytest.raises(ManifestError) as caught:
        load_project(project(tmp_path, bad, ENVIRONMENT))

    assert str(caught.value) + "\n" == ERRORS


@pytest.mark.parametrize("name", KINDS)
def test_how_to_for_writing_a_network_lists_verbs_parent_and_keys_of_every_resource_kind(name: str) -> None:
    kind = KINDS[name]
    (row,) = [line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |")]
    cells = [re.findall("`([^`/]+)`", cell) for cell in row.split("|")[1:-1]]

    assert cells[:3] == [[name], list(kind.verbs), [kind.parent[0]]]
    assert {*kind.keys, *([kind.child[0]] if kind.child else [])} <= set(cells[3])


@pytest.mark.parametrize("model", MODELS)
def test_how_to_for_writing_a_network_names_every_key_of_network_yaml_and_stack_files(model: type[StrictModel]) -> None:
    keys = {info.alias or name for name, info in model.model_fields.items()} - {"stack"}

    assert {key for key in keys if f"`{key}`" not in TEXT and f"{key}:" not in TEXT} == set()

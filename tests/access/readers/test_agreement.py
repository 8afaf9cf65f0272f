"""Tests that every reader builds the same graph from the same network."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from access.azure.scopes import key
from access.azure.types import of_kind
from access.model.graph import Graph, Resource
from access.readers import export, local, preview
from components.resources.kinds import KINDS
from localazure.run import RunResult
from tests import fabrikam as fabrikam_files
from tests.access.readers.sources import deployed, every_graph, exported, granted_in, previewed, rows
from tests.derandomized import derandomized
from tests.strategies import projects

Project = tuple[dict[str, Any], dict[str, Any], str]

few = derandomized(5)


def words(network: dict[str, Any]) -> set[tuple[str, ...]]:
    """Return agent, purpose, role, resource and kind of each declared access, from the plain YAML data."""
    registry = network["registry"]
    by_repository = registry.get("permissions") == "repository"
    pull = "Container Registry Repository Reader" if by_repository else "AcrPull"
    found: set[tuple[str, ...]] = set()
    for agent, entry in network["agents"].items():
        found.add((agent, "pull", pull, registry["name"], "image-registry"))
        for resource, access in entry["access"].items():
            verbs = access["verbs"] if isinstance(access, dict) else access
            kind = network["resources"][resource]["kind"]
            for verb in [verbs] if isinstance(verbs, str) else verbs:
                found.add((agent, "own", KINDS[kind].VERBS[verb].role, resource, kind))
    return found


def check_rows(source: str, network: dict[str, Any]) -> str:
    """Return the message that names the registry rows to check if readers differ."""
    kinds = {resource["kind"] for resource in network["resources"].values()}
    types = sorted(row.arm_type for kind in kinds for row in of_kind(kind))
    return f"{source}: check 'path', 'kind', 'verbs' and 'named_only' in access/azure/types of {', '.join(types)}"


@few
@given(projects())
def test_every_graph_reader_reads_exactly_the_declared_access_of_any_network(project: Project) -> None:
    network, environment, stack = project
    result, world = deployed(network, environment, stack)

    for name, graph in every_graph(result, world).items():
        check = check_rows(name, network)
        assert granted_in(graph) == words(network), check
        assert graph.unread == (), check
        named = {(each.name, each.kind) for each in graph.resources if each.declared}
        assert named == {(each, declared["kind"]) for each, declared in network["resources"].items()} | {
            (network["registry"]["name"], "image-registry")
        }, check
    foresees_the_ids_that_azure_gives(result, world)


def foresees_the_ids_that_azure_gives(result: RunResult, world: Graph) -> None:
    foreseen = preview.read(previewed(rows(result)))
    # Where everything exists already, in another subscription, it is unknown which subscription the others will be in.
    mine = f"subscriptions/{result.world.subscription_id}/"

    assert {key(one.id).replace("subscriptions/unknown/", mine) for one in foreseen.resources if within(one)} == {
        key(one.id) for one in world.resources if within(one)
    }
    assert {(key(one.scope), one.name) for one in foreseen.assignments} == {
        (key(one.scope), one.name) for one in world.assignments
    }


def within(resource: Resource) -> bool:
    """Return True if the exact scope of a resource matters; False for diagnostic settings."""
    return resource.kind != "microsoft.insights/diagnosticsettings"


ON_CONTAINER_APPS = ("analysis", "ingestion", "report", "security-scanner")


def deployed_as(stack: str) -> tuple[RunResult, Graph]:
    """Return the deployed Fabrikam network."""
    return deployed(fabrikam_files.network(), fabrikam_files.environment(stack), stack)


@pytest.fixture(scope="module")
def fabrikam() -> tuple[RunResult, Graph]:
    return deployed_as("dev")


def test_every_graph_reader_reads_key_access_as_disabled_on_all_resources_of_fabrikam(
    fabrikam: tuple[RunResult, Graph],
) -> None:
    for name, graph in every_graph(*fabrikam).items():
        found = {each.local_auth for each in graph.resources if each.declared and each.id.startswith("/subscriptions/")}
        assert found == {False}, name


def test_every_graph_reader_reads_an_own_and_a_pull_identity_of_a_container_app_agent(
    fabrikam: tuple[RunResult, Graph],
) -> None:
    for name, graph in every_graph(*fabrikam).items():
        identities = [(each.purpose, graph.resource(each.owner)) for each in graph.principals_of_agent("report")]
        assert sorted(purpose for purpose, _ in identities) == ["own", "pull"], name
        assert all(owner is not None for _, owner in identities), name


@pytest.mark.parametrize(
    ("stack", "holders"),
    [
        (
            "dev",
            {
                ("compliance", "own", "Storage Blob Data Reader", "documents"),
                ("market-analysis", "own", "Cognitive Services OpenAI User", "models"),
                ("research", "host", "Foundry User", "fabrikam-foundry-dev7"),
            },
        ),
        (
            "prod",
            {
                ("compliance", "own", "Storage Blob Data Reader", "documents"),
                ("market-analysis", "own", "Cognitive Services OpenAI User", "models"),
                ("research", "host", "Foundry User", "fabrikam-foundry-prd7"),
            },
        ),
    ],
)
def test_every_graph_reader_maps_the_identities_of_foundry_and_aks_agents_to_their_agents(
    stack: str, holders: set[tuple[str, ...]]
) -> None:
    """Before publishing two agents act as one; the cluster's nodes pull for the agent that runs there."""
    in_cluster = {
        ("notifier", "own", "Azure Service Bus Data Receiver", "review-done"),
        ("notifier", "own", "Key Vault Secrets User", "webhook-signing-key"),
        ("fleet", "pull", "AcrPull", "fabrikam"),
    }

    for name, graph in every_graph(*deployed_as(stack)).items():
        elsewhere = {one[:4] for one in granted_in(graph) if not one[0].startswith(ON_CONTAINER_APPS)}
        assert elsewhere == holders | in_cluster, name
        assert graph.unread == (), name


def test_stack_export_with_ids_in_upper_case_gives_the_same_access(fabrikam: tuple[RunResult, Graph]) -> None:
    result, _ = fabrikam
    shouted = [
        {**row, "inputs": {**row["inputs"], **{name: row["inputs"][name].upper() for name in ("scope", "principalId")}}}
        if row["type"].endswith("RoleAssignment") and not row["type"].startswith("azuread:")
        else row
        for row in rows(result)
    ]

    assert granted_in(export.read(exported(shouted))) == granted_in(export.read(exported(rows(result))))


def test_role_assignments_that_a_preview_deletes_are_not_in_the_access_graph(fabrikam: tuple[RunResult, Graph]) -> None:
    result, _ = fabrikam
    names = [row["urn"] for row in rows(result) if "-may-" in row["urn"]]
    steps = previewed(rows(result))["steps"]
    for step in steps:
        step["op"] = "delete" if step["urn"] in names else step["op"]
    document = {"resources": [{**row, "change": "delete"} for row in rows(result) if row["urn"] in names]}

    assert preview.read({"steps": steps}).assignments == ()
    assert local.read(document).assignments == ()


def test_local_azure_state_file_reader_keeps_role_assignments_of_a_deleted_identity_as_orphaned(
    fabrikam: tuple[RunResult, Graph], tmp_path: Path
) -> None:
    result, _ = fabrikam
    app = next(row for row in rows(result) if row["type"].endswith(":ContainerApp") and row["urn"].endswith("::report"))
    world = result.world.copy()
    world.remove_principal(app["id"])
    world.stack = [row for row in rows(result) if row["urn"] != app["urn"]]
    world.remove(app["id"])
    world.save(tmp_path / "world.json")

    graph = local.read_world(tmp_path / "world.json")
    gone = graph.principal(app["outputs"]["identity"]["principalId"])

    assert gone is not None
    assert (gone.exists, gone.agent, gone.purpose) == (False, "", "other")
    assert {one.name for one in graph.assignments_of(gone.id)} == {
        "report-may-write-reports",
        "report-may-read-findings",
        "report-may-send-review-done",
    }


def test_local_azure_state_file_reader_includes_role_assignments_outside_the_program(
    fabrikam: tuple[RunResult, Graph], tmp_path: Path
) -> None:
    result, _ = fabrikam
    world = result.world.copy()
    world.stack = [row for row in rows(result) if "-may-write-reports" not in row["urn"]]
    world.save(tmp_path / "world.json")

    before, after = every_graph(*fabrikam)["world"], local.read_world(tmp_path / "world.json")

    assert granted_in(after) == granted_in(before)
    assert json.loads((tmp_path / "world.json").read_text())["stack"] != rows(result)

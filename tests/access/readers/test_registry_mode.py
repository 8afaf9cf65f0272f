"""Tests that every reader judges image pulls by the permissions mode that a program sets for its registry."""

import copy
from typing import Any

import pytest

from access.evaluate.decisions import Decision, decide
from access.readers import export, pack, preview
from tests.access.readers.sources import deployed, exported, previewed, rows, shown

NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "agents": {"report": {"image": "report"}},
}
ENVIRONMENT: dict[str, Any] = {
    "location": "westeurope",
    "resource_group": "agents",
    "suffix": "dev7",
    "production": False,
}
PULL = "Microsoft.ContainerRegistry/registries/pull/read"
OF_VERSION = "azure-native_containerregistry_v20251101:containerregistry:Registry"
"""Type of a registry in the package that Pulumi generates for one API version, which has the mode."""


@pytest.fixture(scope="module")
def program() -> list[dict[str, Any]]:
    """Return the resources of a deployed network with one agent."""
    return rows(deployed(NETWORK, ENVIRONMENT, "dev")[0])


def with_mode(program: list[dict[str, Any]], mode: str) -> list[dict[str, Any]]:
    """Return the program with a registry of an API version that has the permissions mode."""
    changed = copy.deepcopy(program)
    (registry,) = (row for row in changed if row["type"].endswith(":containerregistry:Registry"))
    before, registry["type"] = registry["urn"], OF_VERSION
    registry["urn"] = before.replace("azure-native:containerregistry:Registry", OF_VERSION)
    registry["inputs"]["roleAssignmentMode"] = mode
    for row in changed:
        dependencies = row.get("propertyDependencies", {})
        for name, urns in dependencies.items():
            dependencies[name] = [registry["urn"] if urn == before else urn for urn in urns]
    return changed


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("AbacRepositoryPermissions", Decision.DENIED), ("LegacyRegistryPermissions", Decision.ALLOWED)],
)
def test_every_reader_judges_image_pulls_by_the_permissions_mode_of_the_registry(
    program: list[dict[str, Any]], mode: str, expected: Decision
) -> None:
    changed = with_mode(program, mode)
    graphs = {
        "export": export.read(exported(changed)),
        "preview": preview.read(previewed(changed)),
        "pack": pack.read(shown(changed)),
    }

    for source, graph in graphs.items():
        (pull,) = (each for each in graph.assignments if each.role and each.role.name == "AcrPull")
        assert decide(graph, pull.principal, pull.scope, PULL).decision is expected, source

"""Deploys every resource kind to local Azure, and compares the access that every reader finds."""

import pytest

from access.azure.scopes import key
from access.azure.types import of_kind
from components.resources.kinds import KINDS
from tests.access.readers.sources import deployed, every_graph, granted_in
from tests.contracts import networks


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_resource_kind_deploys_to_local_azure_and_all_readers_agree_on_its_access(kind: str) -> None:
    (row,) = of_kind(kind)
    check = f"check 'path', 'kind', 'verbs' and 'named_only' of {row.arm_type} in access/azure/types"
    result, world = deployed(networks.described(kind), networks.ENVIRONMENT, "dev")
    graphs = every_graph(result, world)

    for source, graph in graphs.items():
        granted = {one[1:] for one in granted_in(graph) if one[0] == "worker" and one[1] == "own"}
        assert granted == {("own", each.role, networks.RESOURCE, kind) for each in row.verbs}, f"{source}: {check}"
        assert graph.unread == (), f"{source}: {check}"
        assert {one.local_auth for one in graph.resources if one.declared} == {False}, f"{source}: {check}"
    places = {source: {key(one.id) for one in graph.resources if one.declared} for source, graph in graphs.items()}
    assert places["preview"] == places["world"], check

"""Tests of the finding for a Container App whose latest revision is not ready, in every source of a graph."""

from datetime import date
from typing import Any

import pytest

from access.findings import check
from access.model.graph import Graph
from localazure.run import RunResult
from tests.access.readers.sources import deployed, every_graph
from tests.network.deploying import APP

NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "agents": {"report": {"image": "report", "identity": "user-assigned"}, "review": {"image": "review"}},
}
ENVIRONMENT: dict[str, Any] = {
    "location": "westeurope",
    "resource_group": "agents",
    "suffix": "dev7",
    "production": False,
}
SHOWS_PRESENT_STATE = {"document": True, "export": False, "preview": False}
"""Source → True if its outputs are what Azure returns now; at a deployment, a revision is only about to be ready."""


@pytest.fixture(scope="module")
def graphs() -> dict[str, Graph]:
    """Return the graphs of a deployed network in which one app never became ready."""
    result, world = deployed(NETWORK, ENVIRONMENT, "dev")
    return every_graph(failed(result, "report"), world)


def failed(result: RunResult, agent: str) -> RunResult:
    """Change the outputs of an agent's app as if its latest revision had failed."""
    for record in result.records:
        if (record.type, record.name) == (APP, agent):
            record.outputs["latestReadyRevisionName"] = f"{agent}--before"
    return result


@pytest.mark.parametrize(("source", "found"), SHOWS_PRESENT_STATE.items())
def test_unready_revision_is_found_only_in_sources_that_show_the_present_state(
    graphs: dict[str, Graph],
    source: str,
    found: bool,  # noqa: FBT001 - of the table
) -> None:
    unready = [one for one in check(graphs[source], today=date(2026, 1, 1)) if one.rule.id == "unready-revision"]

    assert [one.agent for one in unready] == ["report"] * found
    assert all("'report--before' still serves" in one.what for one in unready)

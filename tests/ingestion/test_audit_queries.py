"""Tests of the queries that answer which agent did what, for whom, under which line of network.yaml."""

import re
from datetime import date
from pathlib import Path

import pytest

from access.readers import local
from access.reports.audit_table import COLUMNS as GRANT_COLUMNS
from access.reports.audit_table import audit_rows, datatable
from tests import fabrikam
from tests.access.readers.sources import printed
from tests.ingestion.kusto import UnknownPartError, columns_of, queries
from tests.ingestion.log_columns import COLUMNS
from tests.network.deploying import deploy, described

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "howto" / "find-out-which-agent-did-what.md").read_text("utf-8")
QUERIES = queries(PAGE)
TABLES: dict[str, set[str]] = {**COLUMNS, "grants": {*GRANT_COLUMNS}}


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_every_query_uses_only_columns_that_its_tables_have(query: str) -> None:
    assert columns_of(query, TABLES)


def test_the_main_query_answers_agent_line_operation_and_target() -> None:
    assert columns_of(QUERIES[0], TABLES)[-1] >= {"agent", "verb", "resource", "location", "operation", "principal"}
    assert columns_of(QUERIES[1], TABLES)[-1] >= {"agent", "user", "location", "token", "request"}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("RequesterObjectId", "RequesterId"),
        ("StorageBlobLogs", "BlobLogs"),
        ("| lookup", "| vlookup"),
        ("on assignment", "on id"),
    ],
)
def test_a_wrong_name_in_a_query_is_found(right: str, wrong: str) -> None:
    with pytest.raises(UnknownPartError):
        columns_of(QUERIES[0].replace(right, wrong), TABLES)


def test_fields_of_log_lines_in_queries_are_those_that_the_agent_writes() -> None:
    agent = REPOSITORY / "agents" / "ingestion" / "ingestion_agent"
    written = " ".join(path.read_text("utf-8") for path in agent.glob("*.py"))
    named = set(re.findall(r"line\.(\w+)", " ".join(QUERIES))) - {"event"}

    assert named >= {"correlation_id", "user_object_id", "agent_principal_id"}
    assert {name for name in named if not re.search(rf"\b{name}\b", written)} == set()
    assert '"review begins"' in written


def test_grants_of_a_deployed_network_have_the_ids_of_its_role_assignments_and_the_lines_of_its_file() -> None:
    network = fabrikam.network()
    read, around = described(network, fabrikam.environment("dev"), "dev")
    result = deploy(read, around)
    rows = audit_rows(local.read(printed(result)), None, date(2026, 6, 1))
    # The app role of the groups whose users may call the agent is not a grant of the agent.
    assigned = {
        each.id.rpartition("/")[2].lower()
        for each in result.world.resources.values()
        if each.token.startswith("azure-native:") and each.token.endswith("RoleAssignment")
    }

    assert {row["assignment"] for row in rows} == assigned
    text = datatable(rows)
    assert text.startswith(f"let grants = datatable({', '.join(f'{name}: string' for name in GRANT_COLUMNS)}) [")
    assert text.count("\n") == len(rows) + 1


def test_texts_in_the_table_of_grants_cannot_end_their_quotation() -> None:
    row: dict[str, str] = dict.fromkeys(GRANT_COLUMNS, 'a"] | take 1; \\ \n')
    line = datatable([row]).splitlines()[1]
    assert line.strip() == ", ".join(['"a\\"] | take 1; \\\\  "'] * len(GRANT_COLUMNS))

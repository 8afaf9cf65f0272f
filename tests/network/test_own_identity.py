"""Tests of agents with a user-assigned identity of their own: nobody shares it, and it is deleted with the agent."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

from access.findings import check
from access.model.declared import Declared
from access.questions.proof import prove
from access.readers import export
from localazure.run import RunResult
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.stack_file import config_getter
from tests.access.readers.sources import exported, rows
from tests.network.deploying import APP, deploy, described, verbs
from tests.network.holding import orphaned_assignments
from tests.projects import any_role, write_project

IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
ENVIRONMENT: dict[str, Any] = {
    "location": "westeurope",
    "resource_group": "agents",
    "suffix": "dev7",
    "production": False,
}


def network(*agents: str) -> dict[str, Any]:
    """Return a network of agents with identities of their own."""
    entry = {"image": "worker", "identity": "user-assigned", "access": {"findings": "read"}}
    return {
        "name": "contoso",
        "registry": {"name": "contosoimages"},
        "resources": {"findings": {"kind": "cosmos-container", "account": "contoso-findings", "database": "main"}},
        "agents": dict.fromkeys(agents, entry),
    }


def up(path: Path, *agents: str) -> RunResult:
    return deploy(*described(network(*agents), ENVIRONMENT, "dev"), path)


def identities(result: RunResult) -> set[str]:
    """Return the names of all user-assigned identities in local Azure."""
    return {one.id.rpartition("/")[2] for one in result.world.resources.values() if one.token == IDENTITY}


def test_own_identity_and_its_grants_are_deleted_with_the_agent(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    both = up(path, "report", "review")
    before = identities(both)

    one = up(path, "report")

    assert before - identities(one) == {"contoso-review-dev-own", "contoso-review-dev-pull"}
    assert verbs(one) == {("report", "read", "findings")}
    assert orphaned_assignments(one) == []


def test_agent_with_an_own_identity_may_receive_in_its_subscription_of_a_topic(tmp_path: Path) -> None:
    given = network("report")
    given["resources"] = {"events": {"kind": "service-bus-topic", "namespace": "contoso-events"}}
    given["agents"]["report"] = {**given["agents"]["report"], "access": {"events": ["send", "receive"]}}
    root = write_project(tmp_path, given, ENVIRONMENT)
    get = config_getter(root, "dev")
    read, around, document = load_with_document("dev", get, root=root, role_refusal_reason=any_role)
    result = deploy(read, around)

    declared = Declared.from_json(json.loads(json.dumps(declared_document(read, around, document))))
    assert prove(export.read(exported(rows(result))), declared).failures == ()


def test_app_that_also_has_the_own_identity_of_an_agent_is_found_as_sharing_it(tmp_path: Path) -> None:
    deployed = rows(up(tmp_path / "dev.json", "report"))
    (app,) = (row for row in deployed if row["type"] == APP)
    other: Any = copy.deepcopy(app)
    for field in ("urn", "id"):
        other[field] = other[field].removesuffix(app[field].rpartition("report")[2]) + "-copy"

    def shared(state: list[dict[str, Any]]) -> list[str]:
        found = check(export.read(exported(state)), today=date(2026, 1, 1))
        return [each.what for each in found if each.rule.id == "shared-identity"]

    assert shared(deployed) == []
    assert any("all run as identity 'contoso-report-dev-own'" in each for each in shared([*deployed, other]))

"""Tests that the reconcile command pins the versions that the endpoints of Foundry agents serve."""

import json
from typing import Any

import pytest

from access.azure.foundry_endpoints import LATEST
from localazure.fronts.rest import RestApi
from localazure.fronts.status_reads import Reply
from tests.release.foundry_project import Project, of_agents, project_of, recreate_compliance


def served(project: Project) -> str:
    own = project.world.find_owned_principal(f"{project_of(project.world)}/agents/compliance")
    assert own is not None
    return own.agent_version or LATEST


@pytest.fixture
def own_identities(project: Project) -> Project:
    of_agents(project)
    project.up()
    return project


def test_reconcile_pins_the_declared_version_of_every_agent_with_an_endpoint(own_identities: Project) -> None:
    project = own_identities

    code, printed = project.reconcile("--pin-versions")
    assert code == 3
    assert "compliance serves @latest, and the stack has version 1\n  ~ pin version 1\n" in printed
    assert "plan: 2 versions to pin; run again with --apply" in printed
    assert served(project) == LATEST, "a plan changes nothing"

    code, printed = project.reconcile("--pin-versions", "--apply")
    assert (code, served(project)) == (0, "1")
    assert "pinning version: 1 of compliance" in printed
    assert "done: 2 versions pinned" in printed
    assert project.reconcile("--pin-versions")[0] == 0
    assert project.up() == [], "a deployment keeps the pinned versions"


def test_reconcile_without_the_option_pins_no_version(own_identities: Project) -> None:
    assert own_identities.reconcile("--apply")[0] == 0

    assert served(own_identities) == LATEST


def test_reconcile_pins_the_version_of_a_recreated_agent_and_moves_its_roles(own_identities: Project) -> None:
    project = own_identities
    project.reconcile("--pin-versions", "--apply")
    before = project.held()
    project.outside_the_program(recreate_compliance)
    assert served(project) == LATEST

    code, printed = project.reconcile("--pin-versions", "--apply", "--json")

    document = json.loads(printed)
    assert (code, document["pins"]) == (0, [{"name": "compliance", "version": "1", "served": [LATEST]}])
    assert (project.held(), served(project)) == (before, "1")


def test_legacy_agents_with_a_shared_identity_have_no_version_to_pin(project: Project) -> None:
    project.stack = "dev"
    project.up()

    assert project.reconcile("--pin-versions")[0] == 0


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (403, "it needs the data action Microsoft.CognitiveServices/accounts/AIServices/agents/write"),
        (400, "cannot be pinned: Foundry responded with 400; pin it in the portal"),
        (200, "but its endpoint serves @latest; pin it in the portal"),
    ],
)
def test_reconcile_fails_with_the_reason_if_foundry_does_not_pin_a_version(
    own_identities: Project, monkeypatch: pytest.MonkeyPatch, status: int, why: str
) -> None:
    answer = RestApi.handle

    def refusing(rest: RestApi, verb: str, target: str, token: str, body: dict[str, Any] | None = None) -> Reply:
        return Reply(status, {}) if verb == "PATCH" else answer(rest, verb, target, token, body)

    monkeypatch.setattr(RestApi, "handle", refusing)

    code, printed = own_identities.reconcile("--pin-versions", "--apply")

    assert code != 0
    assert why in printed

"""Tests of the credentials of applications and blueprints behind agents, from a fake Microsoft Graph."""

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from access.evaluate.foreign_actors import actor_sentence, foreign_actors
from access.model.graph import Graph
from access.questions.proof import prove
from access.questions.role_changes import packed_roles
from access.readers import live, local
from localazure.run import RunResult
from tests import fabrikam as fabrikam_files
from tests.access import fabrikam
from tests.access.readers.arm_server import SUBSCRIPTION, Arm, Signed, notes, of_stack, serving
from tests.access.readers.sources import deployed, printed, rows

BLUEPRINT = "b1000000-0000-4000-8000-000000000001"
ENTRA = "https://login.microsoftonline.com/7e000000-0000-4000-8000-000000000001/v2.0"
PLATFORM = {"name": "platform", "issuer": ENTRA, "subject": "f0000000-0000-4000-8000-000000000001"}
EVIL = {"name": "ci", "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:evil/evil"}
Row = dict[str, Any]


@cache
def network() -> RunResult:
    return deployed(fabrikam_files.network(), fabrikam_files.environment("dev"), "dev")[0]


@cache
def program() -> Graph:
    return local.read(printed(network()))


@cache
def served() -> Arm:
    used = {one.role.name for one in program().assignments if one.role}
    return of_stack(rows(network()), [role for role in packed_roles() if role.name in used])


@pytest.fixture
def arm() -> Iterator[Arm]:
    arm = copy.deepcopy(served())
    with serving(arm):
        yield arm


def reading(arm: Arm) -> Graph:
    names: dict[str, Any] = {"network": "fabrikam", "stack": "dev", "like": program(), "directory": arm.endpoint}
    return live.read(SUBSCRIPTION, Signed(), endpoint=arm.endpoint, **names)


def agent() -> tuple[str, str]:
    """Return name and principal id of one Foundry agent."""
    found = [one for one in program().principals if one.agent and "microsoft.cognitiveservices" in one.owner.lower()]
    return found[0].agent, found[0].id


def blueprint_of(arm: Arm, *federated: Row, **secrets: list[Row]) -> None:
    agent_path, app = f"/v1.0/serviceprincipals/{agent()[1]}", f"/v1.0/applications(appid='{BLUEPRINT}')"
    arm.objects[agent_path] = {"id": agent()[1], "agentIdentityBlueprintId": BLUEPRINT, "appId": agent()[1]}
    arm.objects[app] = {"id": "object", **secrets}
    arm.objects[f"{app}/federatedidentitycredentials"] = {"value": list(federated)}


def sentences(graph: Graph) -> list[str]:
    return [actor_sentence(graph, one) for one in foreign_actors(graph)]


def test_one_federated_credential_of_a_blueprint_of_foundry_is_noted_and_does_not_fail_the_proof(arm: Arm) -> None:
    before = reading(arm)
    blueprint_of(arm, PLATFORM)
    after = reading(arm)

    (note,) = set(notes(after)) - set(notes(before))
    assert (note.where, note.about) == (f"application {BLUEPRINT}", ())
    assert note.what.startswith(f"{PLATFORM['subject']} of {ENTRA} can act as ")
    assert sentences(after) == sentences(before)
    assert prove(after, fabrikam.declared()).failures == prove(before, fabrikam.declared()).failures


@pytest.mark.parametrize(
    ("federated", "secrets", "expected"),
    [
        ([PLATFORM, EVIL], {}, ["{} of {}".format(*each) for each in [(PLATFORM["subject"], ENTRA)]] + ["repo:evil"]),
        ([PLATFORM], {"passwordCredentials": [{"displayName": "old"}]}, ["anybody with the password 'old'"]),
        ([], {"keyCredentials": [{"keyId": "k"}]}, ["anybody with the certificate 'k'"]),
    ],
)
def test_further_credentials_of_a_blueprint_let_foreign_subjects_act_as_its_agent_and_fail_the_proof(
    arm: Arm, federated: list[Row], secrets: dict[str, list[Row]], expected: list[str]
) -> None:
    before = prove(reading(arm), fabrikam.declared()).failures
    blueprint_of(arm, *federated, **secrets)
    graph = reading(arm)

    found = sentences(graph)
    assert [next(each for each in expected if one.startswith(each)) for one in found] == expected
    assert all(f"act as {agent()[0]}" in one for one in found)
    failures = [one.what for one in prove(graph, fabrikam.declared()).failures if one not in before]
    assert len(failures) == len(expected)


def test_federated_credential_for_an_identity_of_the_network_lets_no_foreign_subject_act_as_the_agent(arm: Arm) -> None:
    before = reading(arm)
    project = next(one for one in before.principals if one.party and "/projects/" in one.owner.lower())
    blueprint_of(arm, {"name": "own", "issuer": ENTRA, "subject": project.id.upper()})

    assert (sentences(reading(arm)), notes(reading(arm))) == (sentences(before), notes(before))


@pytest.mark.parametrize("path", ["serviceprincipals/{agent}", "applications(appid='{app}')"])
def test_missing_permission_for_applications_is_noted_once_and_ends_the_requests(arm: Arm, path: str) -> None:
    blueprint_of(arm, EVIL, EVIL)
    arm.refuse(f"/v1.0/{path.format(agent=agent()[1], app=BLUEPRINT)}", 403)
    graph = reading(arm)

    (note,) = notes(graph)
    assert (note.where, note.about) == ("Microsoft Graph", ())
    assert note.what.startswith("credentials of the applications behind the network's agents are not known; ")
    assert not [path for path, _ in arm.requested if path.endswith("/federatedidentitycredentials") and "v1.0" in path]


def test_application_of_another_tenant_is_noted_and_the_other_agents_are_read(arm: Arm) -> None:
    blueprint_of(arm, EVIL)
    arm.refuse(f"/v1.0/applications(appid='{BLUEPRINT}')", 404)

    (note,) = notes(reading(arm))
    assert (note.where, note.about) == (f"application {BLUEPRINT}", ())
    assert "another tenant" in note.what

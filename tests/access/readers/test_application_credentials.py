"""Tests of the credentials of Entra applications: who can act as a service principal that holds a role."""

from typing import Any

import pytest

from access.evaluate.foreign_actors import actor_sentence, foreign_actors
from access.findings import check
from access.model.graph import Graph
from access.questions.diff import difference
from tests.access import fabrikam
from tests.access.findings.small import TODAY
from tests.access.readers.programs import CONTAINER, account, assignment, container, graph_of, row

Row = dict[str, Any]

APP_ID, CLIENT, OBJECT = "a0000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000001", "sp-of-robot"
EVIL = {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:evil/evil:ref:refs/heads/main"}


def entra(name: str, resource: str, where: str = "", **more: Any) -> Row:  # noqa: ANN401 - any part of a row
    return row(f"azuread:index/{name[0].lower()}{name[1:]}:{name}", resource, where, **more)


def robot(*, deployed: bool = True) -> list[Row]:
    """Return an application with its service principal, which reads a container."""
    app = entra("Application", "robot", f"/applications/{APP_ID}" if deployed else "")
    depends = {"clientId": [app["urn"]]}
    if deployed:
        app["outputs"] = {"clientId": CLIENT, "objectId": APP_ID}
        principal = entra("ServicePrincipal", "robot", f"/servicePrincipals/{OBJECT}", inputs={"clientId": CLIENT})
        principal["outputs"] = {"objectId": OBJECT, "clientId": CLIENT}
        reads = assignment("reads", OBJECT)
    else:
        principal = entra("ServicePrincipal", "robot", propertyDependencies=depends)
        reads = assignment("reads", None, propertyDependencies={"principalId": [principal["urn"]]})
        reads["inputs"]["principalType"] = "ServicePrincipal"
    return [account(), container(), app, principal, reads]


def sentences(graph: Graph) -> list[str]:
    return [actor_sentence(graph, one) for one in foreign_actors(graph)]


WAYS: list[tuple[str, Row, str]] = [
    ("ApplicationFederatedIdentityCredential", EVIL, "repo:evil/evil:ref:refs/heads/main of https://token"),
    ("ApplicationFlexibleFederatedIdentityCredential", {"claimsMatchingExpression": "x"}, "x of an issuer that"),
    ("ApplicationPassword", {}, "anybody with the password 'way'"),
    ("ApplicationCertificate", {"value": "-----"}, "anybody with the certificate 'way'"),
    ("ApplicationOwner", {"ownerObjectId": "somebody"}, "owner somebody"),
    ("ServicePrincipalPassword", {}, "anybody with the password 'way'"),
    ("ServicePrincipalCertificate", {"value": "-----"}, "anybody with the certificate 'way'"),
]


@pytest.mark.parametrize(("kind", "inputs", "subject"), WAYS)
@pytest.mark.parametrize("deployed", [True, False])
def test_credential_of_an_application_with_a_role_lets_a_foreign_subject_act_as_its_service_principal(
    kind: str, inputs: Row, subject: str, *, deployed: bool
) -> None:
    program = robot(deployed=deployed)
    name, number, given = ("applicationId", 2, f"/applications/{APP_ID}")
    if kind.startswith("ServicePrincipal"):
        name, number, given = ("servicePrincipalId", 3, f"/servicePrincipals/{OBJECT}")
    depends = {name: [program[number]["urn"]]}
    way = entra(kind, "way", inputs={**inputs, **({name: given} if deployed else {})}, propertyDependencies=depends)
    before, after = graph_of(*program), graph_of(*program, way)

    (sentence,) = sentences(after)
    assert sentence.startswith(subject)
    assert sentences(before) == []
    assert difference(before, after).grows
    assert after.unread == before.unread
    errors = [one for one in check(after, today=TODAY) if one.rule.id == "foreign-actor"]
    assert [one.what for one in errors] == [sentence]


@pytest.mark.parametrize("kind", ["ApplicationPassword", "ApplicationFederatedIdentityCredential"])
def test_credential_of_an_application_without_a_role_is_reported_as_not_read_and_concerns_no_identity(
    kind: str,
) -> None:
    program = robot()[:-1]
    way = entra(kind, "way", inputs={"applicationId": f"/applications/{APP_ID}", **EVIL})
    (note,) = graph_of(*program, way).unread

    assert (note.where, note.about) == (way["urn"], ())
    assert sentences(graph_of(*program, way)) == []


@pytest.mark.parametrize(
    ("properties", "subject"),
    [
        ({"owners": ["somebody"]}, "owner somebody"),
        ({"password": {"displayName": "x"}}, "anybody with the password of 'robot'"),
    ],
)
def test_owner_or_password_in_the_properties_of_an_application_with_a_role_acts_as_its_service_principal(
    properties: Row, subject: str
) -> None:
    program = robot()
    program[2]["inputs"] = properties

    assert [one.split(",")[0] for one in sentences(graph_of(*program))] == [f"{subject} can act as {OBJECT}"]


def test_credential_of_an_application_that_the_program_does_not_show_concerns_only_agents_of_entra_id() -> None:
    program = [account(), container(), assignment("reads", "somebody", CONTAINER)]
    way = entra("ApplicationPassword", "way", inputs={"applicationId": "/applications/elsewhere"})

    (note,) = [each for each in graph_of(*program, way).unread if each.where == way["urn"]]
    assert note.about == ()
    assert fabrikam.graph().unread == ()

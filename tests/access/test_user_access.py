"""Tests of access as a user in every answer: matrix, why, diff and blast radius, apart from the agent's own access."""

import pytest

from access.findings import check
from access.questions.blast_radius import blast_radius
from access.questions.diff import difference
from access.questions.matrix import AccessMatrix
from access.questions.why import why
from access.reports import markdown, text
from access.reports.acting_for_users import as_section, user_rows
from access.reports.document import document
from access.reports.owner_table import owner_rows
from access.reports.terminal import Style, width
from cli.answers import run_why
from tests.access import acting_program as acting
from tests.access.acting_program import declared, graphs, program
from tests.access.test_acting_for_users import AGAINST_THE_MANIFEST, EVERYBODY, IN_ANY_PROGRAM

PLAIN = Style(coloured=False)
EXPORT = graphs(program())["export"]


@pytest.mark.parametrize("source", acting.SOURCES)
def test_matrix_rows_of_access_as_a_user_name_permissions_people_clients_and_consent(source: str) -> None:
    rows = user_rows(graphs(program())[source], declared())

    assert [(row["agent"], row["resource"], row["verbs"]) for row in rows] == [
        ("ingestion", "azure-devops", ["vso.code"]),
        ("ingestion", "microsoft-graph", ["User.Read"]),
    ]
    assert {(*row["people"], *row["clients"], row["consent"], row["location"]) for row in rows} == {
        ("reviewers", "review-portal", "each user", "network.yaml:7")
    }


def test_access_of_the_agent_itself_does_not_contain_access_as_a_user() -> None:
    assert AccessMatrix(EXPORT).entries == {}
    found = document(EXPORT, declared(), today=acting.TODAY)
    assert found["access"] == []
    assert found["user_access"] == user_rows(EXPORT, declared())


def test_matrix_text_and_markdown_have_access_as_a_user_within_the_width_of_the_terminal() -> None:
    rows = user_rows(EXPORT, declared())
    shown = text.matrix([], ["ingestion"], [], [], PLAIN, rows)

    assert "ingestion, as a user: may use vso.code of azure-devops" in shown
    assert max(map(len, shown.splitlines())) <= width()
    assert "| ingestion | azure-devops | vso.code | reviewers | review-portal | each user |" in markdown.matrix(
        [], ["ingestion"], [], [], rows
    )


def test_html_page_has_a_section_about_access_as_a_user_only_where_an_agent_has_any() -> None:
    found = document(EXPORT, declared(), today=acting.TODAY)

    assert "vso.code" in as_section(found)
    assert not as_section({**found, "user_access": []})


@pytest.mark.parametrize(
    ("api", "scope", "decision"),
    [
        ("azure-devops", "vso.code", "conditional"),
        ("azure-devops", "use", "conditional"),
        (acting.DEVOPS, "vso.code", "conditional"),
        ("azure-devops", "vso.code_write", "denied"),
        ("azure-resource-manager", "user_impersonation", "denied"),
    ],
)
def test_why_answers_for_a_permission_of_an_api_that_is_not_a_resource(api: str, scope: str, decision: str) -> None:
    for graph in graphs(program()).values():
        (answer,) = why(graph, declared(), "ingestion", api, scope)
        assert answer.answer.decision.value == decision
        assert answer.identity == "as a user"
        if decision == "conditional":
            assert "reviewers, who has consented, whose token review-portal sends" in answer.because[0]
            assert answer.locations == ("network.yaml:7",)


def test_why_has_its_reasons_within_the_width_of_the_terminal() -> None:
    answer = run_why(EXPORT, declared(), "ingestion", "azure-devops", "vso.code")

    head, *reasons = answer.as_text(PLAIN).splitlines()

    assert head == "ingestion × azure-devops × vso.code: conditional"
    assert len(reasons) > 2
    assert max(map(len, reasons)) <= width()
    assert " ".join(" ".join(reasons).split()).startswith("as a user: for a user among reviewers, who has consented,")


@pytest.mark.parametrize("name", [*AGAINST_THE_MANIFEST, "assignment not required"])
def test_diff_shows_each_new_right_to_act_as_a_user_as_growth_and_its_removal_as_none(name: str) -> None:
    changed = program()
    {**AGAINST_THE_MANIFEST, **IN_ANY_PROGRAM}[name][1](changed)

    for source, after in graphs(changed).items():
        before = graphs(program())[source]
        assert difference(before, after).grows, source
        back = difference(after, before).changes
        assert back
        assert all(not one.grows or "owns" in one.words for one in back), source


def test_diff_of_a_preview_and_the_deployed_program_has_no_change() -> None:
    every = list(graphs(program()).values())

    assert [difference(one, other).changes for one in every for other in every] == [()] * len(every) ** 2


def test_diff_of_two_tenants_compares_clients_and_people_by_name_and_the_same_tenant_by_id() -> None:
    elsewhere = program()
    elsewhere["reviewers-may-use-ingestion"]["inputs"]["principalObjectId"] = acting.PULL_ID[::-1]
    changes = difference(EXPORT, graphs(elsewhere)["export"]).changes

    assert {(str(one.agent), one.grows) for one in changes} == {("reviewers", True), ("reviewers", False)}


def test_consent_of_one_user_to_a_required_permission_is_neither_a_change_nor_a_finding() -> None:
    from tests.access.test_acting_for_users import consent  # noqa: PLC0415 - one use

    rows = program()
    consent("vso.code", user=acting.OWNER)(rows)
    after = graphs(rows)["export"]

    assert difference(EXPORT, after).changes == ()
    assert check(after, declared(), today=acting.TODAY) == ()
    assert {row["consent"] for row in user_rows(after, declared())} == {"each user", "each user, 1 so far"}


def test_blast_radius_has_the_tokens_of_users_now_and_leaked_tokens_while_they_live() -> None:
    notes = " ".join(blast_radius(EXPORT, "ingestion").notes)

    assert "has the tokens of users who call ingestion now (reviewers)" in notes
    assert "vso.code of azure-devops and User.Read of microsoft-graph" in notes
    assert "leaks elsewhere, as long as the token lives: 60 to 90 minutes" in notes
    assert "up to 8 hours" in notes


def test_blast_radius_names_every_user_of_the_tenant_where_no_assignment_is_required() -> None:
    rows = program()
    IN_ANY_PROGRAM["assignment not required"][1](rows)

    assert IN_ANY_PROGRAM["assignment not required"][0] == EVERYBODY
    assert "every user of the tenant" in blast_radius(graphs(rows)["export"], "ingestion").notes[0]


@pytest.mark.parametrize("source", acting.SOURCES)
def test_every_identity_of_the_network_is_listed_with_its_owners(source: str) -> None:
    rows = owner_rows(graphs(program())[source], declared())

    assert {(row["kind"], *row["owners"]) for row in rows} == {
        ("identity of the agent", "agent ingestion"),
        ("identity that pulls images", "agent ingestion"),
        ("credential of the application", "agent ingestion"),
        ("application", acting.OWNER),
        ("service principal", acting.OWNER),
    }
    assert all(row["known"] for row in rows)


@pytest.mark.parametrize("source", acting.SOURCES)
def test_identity_that_nothing_uses_is_listed_without_an_owner(source: str) -> None:
    rows = program()
    acting.identity(rows, "left", "d1000000-0000-4000-8000-000000000001")

    found = [one for one in owner_rows(graphs(rows)[source], declared()) if one["name"] == "left"]

    assert [(one["kind"], one["owners"], one["known"]) for one in found] == [("identity that nothing uses", [], True)]


def test_list_of_identities_shows_an_application_without_an_owner_within_the_width_of_the_terminal() -> None:
    changed = program()
    changed["Application"]["inputs"]["owners"] = []
    rows = owner_rows(graphs(changed)["export"], declared())
    shown = text.owners(rows, PLAIN)

    assert "application: no owner" in shown
    assert "no owner" in markdown.owners(rows)
    assert max(map(len, shown.splitlines())) <= width()

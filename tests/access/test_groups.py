"""Tests of groups: known members hold the group's roles, unknown ones perhaps, and only that can fail a proof."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from access.azure.catalogue import Permission
from access.evaluate.decisions import decide, unevaluated
from access.findings import check
from access.model.declared import Exemption
from access.model.graph import Assignment, DenyAssignment, Graph, Principal
from access.model.memberships import Memberships
from access.questions.proof import Proof, prove
from access.reports import markdown, text
from access.reports.document import document, proof_document
from access.reports.page import page
from access.reports.terminal import Style
from tests.access import fabrikam
from tests.access.graphs import READ, UPLOADS, deny, graph_of, held
from tests.access.readers.programs import (
    CONTAINER,
    UNKNOWN,
    Row,
    account,
    app,
    assignment,
    container,
    row,
)
from tests.access.readers.programs import (
    graph_of as graph_of_rows,
)

STAFF = "99999999-9999-4999-8999-999999999999"
COMPANY = "/providers/Microsoft.Management/managementGroups/company"
FABRIKAM, DECLARED = fabrikam.graph(), fabrikam.declared()
READER = "Storage Blob Data Reader"


def group_row(*members: str, name: str = "ops") -> Row:
    inputs = {"displayName": name, **({"members": list(members)} if members else {})}
    return row("azuread:index/group:Group", "g", f"/groups/{STAFF}", inputs=inputs, outputs={"objectId": STAFF})


def member_row(principal: object, group: object = STAFF, **more: Any) -> Row:  # noqa: ANN401
    inputs = {"groupObjectId": group, "memberObjectId": principal}
    return row("azuread:index/groupMember:GroupMember", "m", "m", inputs=inputs, **more)


def granted(role: str = READER, scope: object = CONTAINER, kind: str = "Group", **more: Any) -> Row:  # noqa: ANN401
    return assignment("a", more.pop("who", STAFF), scope, role=role, inputs={"principalType": kind}, **more)


def outcome(*rows: Row) -> str:
    graph = graph_of_rows(account(), container(), app("shop"), *rows)
    return decide(graph, "principal-of-shop", CONTAINER, READ).decision.value


def with_role(role: str, scope: str, kind: Any = "group", **more: Any) -> Graph:  # noqa: ANN401
    """Return Fabrikam with one more principal and its role."""
    one = held(role, scope, principal=STAFF, id="staff")
    people = (*FABRIKAM.principals, Principal(id=STAFF, name="staff", purpose="other", kind=kind))
    return fabrikam.changed(FABRIKAM, [*FABRIKAM.assignments, one], principals=people, **more)


def group_scope() -> str:
    return "/".join(next(one.scope for one in FABRIKAM.assignments).split("/")[:5])


def judged(graph: Graph) -> Proof:
    return prove(graph, DECLARED)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([group_row(), member_row("principal-of-shop"), granted()], "allowed"),
        ([group_row("principal-of-shop"), granted()], "allowed"),
        ([group_row(), granted()], "conditional"),
        ([granted()], "conditional"),
        ([granted(kind="User")], "denied"),
        ([granted(kind="ServicePrincipal")], "denied"),
        ([group_row(), member_row("principal-of-other"), granted()], "conditional"),
    ],
)
def test_role_of_an_entra_group_is_allowed_for_known_members_and_conditional_if_members_are_unknown(
    rows: list[Row], expected: str
) -> None:
    assert outcome(*rows) == expected


def test_preview_reader_matches_an_entra_group_and_its_members_by_property_dependencies() -> None:
    group, shop = group_row(), app("shop")
    group |= {"id": "", "outputs": {}}
    shop |= {"outputs": {}}
    member = member_row(
        UNKNOWN, UNKNOWN, propertyDependencies={"groupObjectId": [group["urn"]], "memberObjectId": [shop["urn"]]}
    )
    grant = granted(who=UNKNOWN, propertyDependencies={"principalId": [group["urn"]]})

    graph = graph_of_rows(account(), container(), shop, group, member, grant)

    (principal,) = (one for one in graph.principals if one.agents)
    assert decide(graph, principal.id, CONTAINER, READ).decision == "allowed"


def test_member_of_a_nested_entra_group_is_a_member_of_the_outer_group() -> None:
    found = Memberships.of([("outer", "inner"), ("inner", "app"), ("inner", "outer")])

    assert found.is_member("APP", "Outer") is True
    assert found.is_member("app", "other") is None
    assert Memberships.of([], ["app"]).is_member("app", "other") is False


def test_access_check_names_an_entra_group_of_the_program_and_does_not_report_it_as_deleted() -> None:
    graph = graph_of_rows(account(), container(), app("shop"), group_row(), granted())

    found = check(graph, today=date(2026, 11, 28))

    assert "orphaned-assignment" not in {one.rule.id for one in found}
    assert [one.what for one in found if "group ops" in one.what] == [
        f"group ops: who is in it is not read; its members hold what it holds: {READER} at 'reports'"
    ]


def test_role_assignment_of_an_unknown_principal_id_is_reported_as_possibly_for_any_agent() -> None:
    grant = granted(who=UNKNOWN, kind="ServicePrincipal", propertyDependencies={"principalId": ["urn:x::y::z"]})

    (doubt,) = graph_of_rows(account(), container(), app("shop"), grant).unread

    assert "the principal of this role assignment is unknown" in doubt.what
    assert doubt.about is None


@pytest.mark.parametrize("kind", ["group", "user", ""])
def test_access_proof_holds_with_an_outside_auditor_that_is_reader_at_a_management_group(kind: str) -> None:
    found = judged(with_role("Reader", COMPANY, kind))

    assert found.failures == ()
    assert any("Reader" in one.what and "staff" in one.what for one in found.ignored)


@pytest.mark.parametrize("role", ["Owner", READER, "Key Vault Secrets User", "Contributor"])
def test_access_proof_fails_for_a_role_of_an_entra_group_unless_no_agent_is_a_member(role: str) -> None:
    agents = [one.id for one in FABRIKAM.principals if one.agents]
    unknown = judged(with_role(role, group_scope()))
    outside = judged(with_role(role, group_scope(), memberships=Memberships.of([], agents)))
    inside = judged(with_role(role, group_scope(), memberships=Memberships.of([(STAFF, agents[0])], agents)))

    assert ["cannot be judged: group staff" in one.what for one in unknown.failures] == [True]
    assert not [one for one in unknown.ignored if "staff" in one.what], "the group is reported once"
    assert [one for one in outside.ignored if "staff" in one.what]
    assert outside.holds
    assert not inside.holds
    assert "cannot be judged" not in "".join(one.what for one in inside.failures)


@pytest.mark.parametrize("kind", ["user", ""])
def test_access_proof_fails_for_an_unknown_role_of_an_agent_but_not_of_an_outside_principal(kind: Any) -> None:  # noqa: ANN401
    one = held(None, group_scope(), principal=STAFF, id="staff")
    people = (*FABRIKAM.principals, Principal(id=STAFF, name="staff", purpose="other", kind=kind))
    graph = fabrikam.changed(FABRIKAM, [*FABRIKAM.assignments, one], principals=people)
    mine = next(each for each in FABRIKAM.principals if each.agents)
    theirs = held(None, group_scope(), principal=mine.id, id="mine")

    assert judged(graph).holds
    assert unevaluated(graph)
    assert not judged(fabrikam.changed(FABRIKAM, [*FABRIKAM.assignments, theirs])).holds


def denied_by(**more: Any) -> str:  # noqa: ANN401
    denies: tuple[DenyAssignment, ...] = (deny(UPLOADS, Permission(data_actions=("*",)), **more),)
    grants: tuple[Assignment, ...] = (held(READER, UPLOADS),)
    members = Memberships.of([("staff", "p")], ["p"])
    return " ".join(
        decide(graph_of(*grants, denies=denies, memberships=known), "p", UPLOADS, READ).decision.value
        for known in (Memberships(), members, Memberships.of([], ["p"]))
    )


def test_deny_assignment_with_an_entra_group_is_conditional_until_members_are_known() -> None:
    everyone = ("00000000-0000-0000-0000-000000000000",)

    excluded = denied_by(principals=everyone, excluded_principals=("staff",), groups=("staff",))
    named = denied_by(principals=("staff",), groups=("staff",))
    other = denied_by(principals=everyone, excluded_principals=("robot",))

    assert excluded == "conditional allowed denied"
    assert named == "conditional denied allowed"
    assert other == "denied denied denied"


@pytest.mark.parametrize("kind", ["group", "user"])
@pytest.mark.parametrize(("role", "rule"), [("Owner", "privileged-stranger"), ("Reader", "stranger")])
def test_access_check_reports_an_outside_owner_of_the_whole_network_as_error_and_a_reader_as_warning(
    kind: str, role: str, rule: str
) -> None:
    found = check(with_role(role, group_scope(), kind), DECLARED, today=date(2026, 11, 28))

    about = [one for one in found if one.rule.id != "unread" and "staff" in one.what]
    assert [(one.rule.id, one.rule.severity) for one in about] == [(rule, "error" if role == "Owner" else "warning")]
    assert about[0].what.startswith(f"{kind} 'staff' is not an agent")
    assert "deleted" not in about[0].what


def test_role_assignments_that_a_proof_ignores_are_in_text_markdown_json_and_page() -> None:
    found = judged(with_role("Reader", COMPANY))
    report = document(with_role("Reader", COMPANY), DECLARED, today=date(2026, 11, 28))
    line = "role 'Reader' at management group 'company' is assigned to group staff, which is not in the network"

    printed = " ".join(text.proof(proof_document(found), Style(coloured=False)).split())
    assert (line in printed, "left out:" in printed) == (True, True)
    assert line in markdown.proof(proof_document(found)).replace("\\", "")
    assert line in [one["what"] for one in report["proof"]["ignored"]]
    assert "cannot concern" in page(report)


@pytest.mark.parametrize(("kind", "fails"), [("", True), ("user", False)])
def test_access_proof_fails_for_a_key_vault_access_policy_of_a_principal_that_may_be_a_group(
    kind: Any,  # noqa: ANN401
    *,
    fails: bool,
) -> None:
    secret = next(one for one in FABRIKAM.resources if one.name == "webhook-signing-key")
    one = held("Key Vault Secrets User", secret.id, principal=STAFF, id="policy")
    one = replace(one, system="settings")
    staff = Principal(id=STAFF, name=STAFF, purpose="other", kind=kind, exists=bool(kind))
    graph = fabrikam.changed(FABRIKAM, [*FABRIKAM.assignments, one], principals=(*FABRIKAM.principals, staff))

    assert ["if it is a group" in failure.what for failure in judged(graph).failures] == [True] * fails


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (None, "conditional"),
        ("[secret]", "conditional"),
        (UNKNOWN, "conditional"),
        ("SomethingNew", "conditional"),
        ("ServicePrincipal", "denied"),
        ("User", "denied"),
    ],
)
def test_role_of_a_principal_of_unknown_type_gives_an_app_conditional_access_as_to_a_possible_group_member(
    kind: str | None, expected: str
) -> None:
    given = {"principalType": kind} if kind else {}
    graph = graph_of_rows(app("web"), container(), assignment("a", STAFF, role="Storage Blob Data Owner", inputs=given))

    assert decide(graph, "principal-of-web", CONTAINER, READ).decision.value == expected


@pytest.mark.parametrize(("role", "fails"), [("Owner", True), ("Reader", False)])
def test_owner_of_unknown_type_at_the_whole_network_fails_the_proof_and_is_an_error_of_check(
    role: str, *, fails: bool
) -> None:
    secret = next(one for one in FABRIKAM.resources if one.name == "webhook-signing-key")
    one = held(role, secret.id.partition("/providers/")[0], principal=STAFF, id="unknown")
    staff = Principal(id=STAFF, name=STAFF, purpose="other", exists=False, may_be_group=True)
    graph = fabrikam.changed(FABRIKAM, [*FABRIKAM.assignments, one], principals=(*FABRIKAM.principals, staff))

    found = {each.rule.id for each in check(graph, DECLARED, today=date(2026, 11, 28))}

    assert ("privileged-stranger" in found, prove(graph, DECLARED).holds) == (fails, not fails)


@pytest.mark.parametrize(
    ("role", "kind", "expected"),
    [
        ("Owner", None, True),
        ("Owner", "User", True),
        ("Owner", "ServicePrincipal", True),
        ("User Access Administrator", "ServicePrincipal", True),
        ("Contributor", "User", True),
        ("Contributor", "ServicePrincipal", False),
        ("Reader", "User", False),
    ],
)
def test_role_of_a_principal_from_elsewhere_is_a_privileged_role_without_a_manifest_if_it_assigns_roles(
    role: str, kind: str | None, *, expected: bool
) -> None:
    given = {"principalType": kind} if kind else {}
    graph = graph_of_rows(account(), assignment("a", STAFF, CONTAINER, role=role, inputs=given))

    found = {each.rule.id for each in check(graph, None, today=date(2026, 11, 28))}

    assert ("privileged-role" in found) is expected


NEVER = "!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {4633458b-17de-408a-b874-0445c86b69e6})"  # noqa: E501


@pytest.mark.parametrize(
    ("role", "place", "condition", "expected"),
    [
        ("Owner", "group", None, ["privileged-stranger"]),
        ("User Access Administrator", "group", None, ["privileged-stranger"]),
        ("User Access Administrator", "account", None, ["privileged-stranger"]),
        ("Role Based Access Control Administrator", "group", None, ["privileged-stranger"]),
        ("Role Based Access Control Administrator", "group", NEVER, []),
        ("Contributor", "group", None, []),
        ("Reader", "group", None, []),
    ],
)
def test_access_check_reports_a_service_principal_from_elsewhere_that_may_assign_any_role_as_an_error(
    role: str, place: str, condition: str | None, expected: list[str]
) -> None:
    """The pipeline that deploys has a role with a condition, and every other reader or deployer stays a warning."""
    scope = group_scope() if place == "group" else next(one.id for one in FABRIKAM.resources if one.name == "reports")
    more: dict[str, Any] = {"condition": condition, "condition_version": "2.0"} if condition else {}
    one = held(role, scope, principal=STAFF, id="elsewhere", **more)
    pipeline = Principal(id=STAFF, name=STAFF, purpose="other", exists=False)
    graph = fabrikam.changed(FABRIKAM, [*FABRIKAM.assignments, one], principals=(*FABRIKAM.principals, pipeline))

    found = check(graph, DECLARED, today=date(2026, 11, 28))

    assert [each.rule.id for each in found if each.rule.severity == "error"] == expected
    assert "orphaned-assignment" in {each.rule.id for each in found}
    assert prove(graph, DECLARED).holds


@pytest.mark.parametrize("on", [STAFF, STAFF.upper(), "reports"])
def test_exception_for_the_object_id_of_an_outside_owner_accepts_the_finding(on: str) -> None:
    exemption = Exemption(finding="privileged-stranger", on=on, because="the platform team", expires=date(2026, 12, 31))
    declared = replace(DECLARED, exceptions=(exemption,))

    found = check(with_role("Owner", group_scope(), "user"), declared, today=date(2026, 11, 28))

    assert [each.exception for each in found if each.rule.id == "privileged-stranger"] == [exemption]

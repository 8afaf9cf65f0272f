"""Tests that a diff reports what a check reports: access without a role, new findings and new doubts."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from access.findings.additions import added_findings
from access.model.graph import Graph
from access.questions.diff import difference
from access.readers import local
from access.reports import markdown, text
from access.reports.document import diff_document
from access.reports.terminal import Style
from cli.answers import run_diff
from cli.exit_codes import ExitCode
from tests.access import fabrikam
from tests.access.readers.programs import UNKNOWN

Row = dict[str, Any]
TODAY = date(2026, 1, 1)
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
DOCUMENT = fabrikam.document()
BEFORE = local.read(DOCUMENT)
STORAGE = "azure-native:storage:StorageAccount"


def changed(change: Callable[[list[Row]], None]) -> Graph:
    document = deepcopy(DOCUMENT)
    change(document["resources"])
    return local.read(document)


def one(rows: list[Row], token: str, part: str = "") -> Row:
    return next(each for each in rows if each["type"] == token and part in each["id"])


def put(token: str, part: str, **values: Any) -> Callable[[list[Row]], None]:  # noqa: ANN401 - any property
    def change(rows: list[Row]) -> None:
        for name in ("inputs", "outputs"):
            one(rows, token, part)[name].update(values)

    return change


def public_container(rows: list[Row]) -> None:
    put(STORAGE, "fabrikaminputdev7", allowBlobPublicAccess=True)(rows)
    put("azure-native:storage:BlobContainer", "code-uploads", publicAccess="Blob")(rows)


def grant(principal: str, role: str, **more: Any) -> Callable[[list[Row]], None]:  # noqa: ANN401 - any property
    def change(rows: list[Row]) -> None:
        row = deepcopy(one(rows, "azure-native:authorization:RoleAssignment"))
        group = row["id"].partition("/providers/")[0]
        row["id"] = f"{group}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000001"
        row["urn"] += "-added"
        row["parent"] = ""
        for name in ("inputs", "outputs"):
            definition = str(row[name]["roleDefinitionId"])
            row[name] |= {
                "principalId": principal,
                "scope": group,
                "roleDefinitionId": f"{definition.rpartition('/')[0]}/{role}",
                **more,
            }
        rows.append(row)

    return change


OPENED: dict[str, tuple[Callable[[list[Row]], None], str]] = {
    "public container": (public_container, "anybody may read code-uploads"),
    "public account": (
        put(STORAGE, "fabrikaminputdev7", allowBlobPublicAccess=True),
        "anybody may read public containers of fabrikaminputdev7",
    ),
    "keys": (
        put(STORAGE, "fabrikaminputdev7", allowSharedKeyAccess=True),
        "anyone with a key has all access to fabrikaminputdev7",
    ),
    "anonymous pull": (
        put("azure-native:containerregistry:Registry", "", anonymousPullEnabled=True),
        "anybody may pull from fabrikam",
    ),
    "external ingress": (
        put("azure-native:app:ContainerApp", "report", configuration={"ingress": {"external": True}}),
        "anybody may call fabrikam-report-dev",
    ),
}


@pytest.mark.parametrize("name", OPENED)
def test_access_diff_counts_a_resource_that_is_opened_without_a_role_as_growth(name: str) -> None:
    change, sentence = OPENED[name]
    after = changed(change)
    result = run_diff(BEFORE, after, ("a", "b"), TODAY)

    assert f"+ {sentence}" in [str(each) for each in difference(BEFORE, after).changes]
    assert f"- {sentence}" in [str(each) for each in difference(after, BEFORE).changes]
    assert not difference(after, BEFORE).grows
    assert (result.code, run_diff(after, BEFORE, ("a", "b"), TODAY).code) == (ExitCode.GROWTH, ExitCode.OK)
    assert result.document["findings"]
    assert f"+ {sentence}" in markdown.diff(result.document)


def test_access_diff_of_keys_turned_on_lists_the_agent_that_may_read_the_keys_as_growth() -> None:
    """Reading keys is harmless while they are off: turning them on gives the data to everybody who may."""
    contributor = "17d1049b-9a84-46fb-8f53-869881c3d3ab"
    agent = next(each for each in BEFORE.principals if each.agent == "report" and each.purpose == "own")
    may_read_keys = grant(agent.id, contributor)

    def both(rows: list[Row]) -> None:
        may_read_keys(rows)
        put(STORAGE, "fabrikaminputdev7", allowSharedKeyAccess=True)(rows)

    found = difference(changed(may_read_keys), changed(both))
    assert ("report", "code-uploads", True) in {(each.agent, each.resource, each.grows) for each in found.changes}


def test_access_diff_exits_with_3_for_a_new_role_of_an_unknown_principal() -> None:
    after = changed(grant(UNKNOWN, OWNER))
    found = difference(BEFORE, after)
    result = run_diff(BEFORE, after, ("a", "b"), TODAY)

    assert found.new_unread
    assert result.code is ExitCode.GROWTH
    assert any(each["new"] for each in result.document["unread"])
    assert text.diff(result.document, Style(coloured=False)).count("new doubt") > 1
    assert "What can no longer be evaluated" in markdown.diff(result.document)
    assert run_diff(after, after, ("a", "b"), TODAY).code is ExitCode.OK
    assert run_diff(after, BEFORE, ("a", "b"), TODAY).code is ExitCode.OK


def test_access_diff_exits_with_3_for_a_new_finding_about_a_bypassed_condition() -> None:
    """A condition that is bypassed by an operation of its role is a finding, and the exit code is that of growth."""
    blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
    names = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]"
    contributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
    guards = [f"!(ActionMatches{{'{blobs}/{name}'}})" for name in ("write", "add/action", "move/action")]
    tight = f"(({' AND '.join(guards)}) OR {names} StringEquals 'x')"
    loose = f"(({guards[0]}) OR {names} StringEquals 'x')"
    agent = next(each for each in BEFORE.principals if each.agent == "report" and each.purpose == "own")
    before, after = (
        changed(grant(agent.id, contributor, condition=condition, conditionVersion="2.0"))
        for condition in (tight, loose)
    )

    assert [each.rule.id for each in added_findings(before, after, today=TODAY)] == ["half-guarded-condition"]
    assert added_findings(after, before, today=TODAY) == ()
    assert run_diff(before, after, ("a", "b"), TODAY).code is ExitCode.GROWTH


def test_text_and_markdown_of_an_access_diff_of_a_graph_with_itself_state_that_access_is_the_same() -> None:
    document = diff_document("a", "b", difference(BEFORE, BEFORE), added_findings(BEFORE, BEFORE, today=TODAY))

    assert text.diff(document, Style(coloured=False)) == "access is the same in a and b"
    assert markdown.diff(document) == "Access is the same in `a` and `b`."

"""Tests that a diff reports what a check reports: access without a role, new findings and new doubts."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from access.findings.additions import added_findings
from access.model.declared import Exemption
from access.model.graph import Graph
from access.questions.diff import difference
from access.readers import local
from access.reports import markdown, text
from access.reports.document import diff_document
from access.reports.terminal import Style
from cli.answers import Earlier, Result, run_diff
from cli.exit_codes import ExitCode
from tests.access import fabrikam
from tests.access.readers.programs import UNKNOWN

Row = dict[str, Any]
Texts = Mapping[str, str]
TODAY = date(2026, 1, 1)
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
DOCUMENT = fabrikam.document()
BEFORE = local.read(DOCUMENT)
DECLARED = fabrikam.declared()
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
    result = run_diff(Earlier(BEFORE, ("a", "b")), after, TODAY)

    assert f"+ {sentence}" in [str(each) for each in difference(BEFORE, after).changes]
    assert f"- {sentence}" in [str(each) for each in difference(after, BEFORE).changes]
    assert not difference(after, BEFORE).grows
    assert (result.code, run_diff(Earlier(after, ("a", "b")), BEFORE, TODAY).code) == (ExitCode.GROWTH, ExitCode.OK)
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
    result = run_diff(Earlier(BEFORE, ("a", "b")), after, TODAY)

    assert found.new_unread
    assert result.code is ExitCode.GROWTH
    assert any(each["new"] for each in result.document["unread"])
    assert text.diff(result.document, Style(coloured=False)).count("new doubt") > 1
    assert "What can no longer be evaluated" in markdown.diff(result.document)
    assert run_diff(Earlier(after, ("a", "b")), after, TODAY).code is ExitCode.OK
    assert run_diff(Earlier(after, ("a", "b")), BEFORE, TODAY).code is ExitCode.OK


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
    assert run_diff(Earlier(before, ("a", "b")), after, TODAY).code is ExitCode.GROWTH


def test_text_and_markdown_of_an_access_diff_of_a_graph_with_itself_state_that_access_is_the_same() -> None:
    document = diff_document("a", "b", difference(BEFORE, BEFORE), added_findings(BEFORE, BEFORE, today=TODAY))

    assert text.diff(document, Style(coloured=False)) == "access is the same in a and b"
    assert markdown.diff(document) == "Access is the same in `a` and `b`."


PASSWORD = "Pwd=" + "hunter2-is-not-it"  # put together here, so that no scanner of this repository finds it
LOGIN = {"output login": json.dumps(f"Server=db;Uid=app;{PASSWORD}")}
ADDRESS = {"output address": json.dumps("https://contoso.example")}


def diff_of_texts(before: Texts, after: Texts, *exceptions: Exemption) -> Result:
    """Return the diff of two sources with one graph, whose outputs and lines of the stack file differ."""
    declared = replace(DECLARED, exceptions=exceptions)
    return run_diff(Earlier(BEFORE, ("a", "b"), (before, after)), BEFORE, TODAY, declared)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (ADDRESS, ADDRESS | LOGIN, ["output login has a password"]),
        (LOGIN, LOGIN, []),
        (LOGIN, {"output login": json.dumps(f"Server=other;Uid=app;{PASSWORD}")}, []),
        (LOGIN, ADDRESS, []),
        ({"Pulumi.dev.yaml:2": "  a:b: 1"}, {"Pulumi.dev.yaml:2": f"  a:b: {PASSWORD}"}, ["Pulumi.dev.yaml:2 has"]),
        ({"Pulumi.dev.yaml:2": f"  a:b: {PASSWORD}"}, {"Pulumi.dev.yaml:9": f"  a:b: {PASSWORD}"}, []),
        (
            {"Pulumi.dev.yaml:2": f"  a:b: {PASSWORD}"},
            {"Pulumi.dev.yaml:2": f"  a:c: {PASSWORD}", "Pulumi.dev.yaml:3": f"  a:b: {PASSWORD}"},
            ["Pulumi.dev.yaml:2 has"],
        ),
    ],
    ids=["output", "same", "changed value", "removed", "line of the stack file", "moved line", "added above"],
)
def test_access_diff_exits_with_3_for_a_new_credential_in_outputs_or_in_the_stack_file(
    before: Texts, after: Texts, found: list[str]
) -> None:
    result = diff_of_texts(before, after)

    new = result.document["findings"]
    assert [one["id"] for one in new] == ["credential-in-plain-sight"] * len(found)
    assert all(one["what"].startswith(start) for one, start in zip(new, found, strict=True))
    assert result.code is (ExitCode.GROWTH if found else ExitCode.OK)


@pytest.mark.parametrize(
    ("expires", "sentence", "code"),
    [
        (date(2026, 1, 1), "accepted until 2026-01-01: it is rotated daily", ExitCode.OK),
        (None, "accepted without an expiry date: it is rotated daily", ExitCode.OK),
        (date(2025, 12, 31), "", ExitCode.GROWTH),
    ],
    ids=["until today", "forever", "expired"],
)
def test_access_diff_shows_a_new_finding_that_network_yaml_accepts_with_its_expiry_and_exits_with_0(
    expires: date | None, sentence: str, code: ExitCode
) -> None:
    exemption = Exemption(
        finding="credential-in-plain-sight", on="output login", because="it is rotated daily", expires=expires
    )
    result = diff_of_texts(ADDRESS, LOGIN, exemption)

    assert result.code is code
    shown = [text.diff(result.document, Style(coloured=False)), markdown.diff(result.document)]
    assert all(sentence in one for one in map(unwrapped, shown))
    assert ("1 accepted new finding" in shown[0]) == bool(sentence)
    assert ("accepted" in "".join(shown)) == bool(sentence)


def unwrapped(shown: str) -> str:
    return " ".join(shown.split())

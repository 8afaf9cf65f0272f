"""Tests of the reconcile command's JSON output, and of the stack exports that it reads and writes."""

import json
from typing import Any

import pytest

from localazure.fronts.rest import LocalCredential
from localazure.fronts.serving import serve_http
from release.errors import ReleaseError
from release.foundry.azure import Azure
from release.foundry.reconciling import plan
from release.foundry.stack import ExportedStack
from tests.release.foundry_project import GIVEN, Project, reconcile_export, republish_compliance, row_of, watched


def test_reconcile_json_prints_one_document_with_role_assignments_to_create_and_delete(project: Project) -> None:
    project.up()
    project.outside_the_program(republish_compliance)

    code, printed = project.reconcile("--json")

    (move,) = json.loads(printed)["moves"]
    assert (code, move["name"]) == (3, "compliance")
    (grant,), (prune,) = move["grant"], move["prune"]
    assert grant["principal"] == move["principal"] != prune["principal"]
    assert (grant["role"], grant["scope"]) == (prune["role"], prune["scope"])


@pytest.mark.parametrize("refused_from", [None, 0], ids=["done", "refused"])
def test_reconcile_json_states_if_the_plan_was_applied_or_refused_by_azure(
    project: Project, monkeypatch: pytest.MonkeyPatch, refused_from: int | None
) -> None:
    project.up()
    project.outside_the_program(republish_compliance)
    watched(monkeypatch, refused_from)

    code, printed = project.reconcile("--json", "--apply")

    document, _, error = printed.partition("\nerror: ")
    assert (code, json.loads(document)["applied"]) == ((0, True) if refused_from is None else (2, False))
    assert ("not any more" in error) is (refused_from is not None)


def test_reconcile_of_a_stack_export_writes_a_reconciled_copy_and_keeps_the_original(project: Project) -> None:
    project.up()
    project.outside_the_program(republish_compliance)
    document = {"version": 3, "deployment": {"manifest": {}, "resources": project.world.stack}}

    after = reconcile_export(project, document)["resources"]

    with serve_http(project.path) as endpoint:
        assert (
            plan(ExportedStack(project.root / "stack.reconciled.json"), Azure(LocalCredential(), endpoint)).moves == ()
        )
    assert [one["urn"] for one in after] == [one["urn"] for one in project.world.stack]


def test_reconcile_reports_a_reconciled_export_that_cannot_be_written_as_release_error(project: Project) -> None:
    project.up()
    exported = project.root / "stack.json"
    exported.write_text(json.dumps({"version": 3, "deployment": {"resources": project.world.stack}}))
    (project.root / "stack.reconciled.json").mkdir()

    with pytest.raises(
        ReleaseError, match=r"stack\.reconciled\.json cannot be written: Is a directory; run this command again"
    ):
        ExportedStack(exported).replace_guids({GIVEN: "another"})


def test_reconcile_leaves_an_export_row_pending_deletion_unchanged(project: Project) -> None:
    """An interrupted update leaves such rows: with a changed id, the engine would delete the new resource."""
    project.up()
    project.outside_the_program(republish_compliance)
    published = next(dict(one) for one in project.world.stack if one["urn"].endswith("AgentApplication::compliance"))
    replaced: dict[str, Any] = {**published, "id": f"{published['id']}-before", "delete": True}
    rows = [replaced, *project.world.stack]

    after = reconcile_export(project, {"version": 3, "deployment": {"resources": rows}})["resources"]

    was = replaced["outputs"]["properties"]["defaultInstanceIdentity"]["principalId"]
    assert after[0] == replaced
    assert was not in json.dumps(after[1:])


def test_reconcile_plan_reports_a_role_assignment_pending_deletion_as_an_obstacle(project: Project) -> None:
    """Such a row has the name of the agent's role assignment, and the engine deletes it in the next update."""
    project.up()
    grant = row_of(project, "compliance-may-read-documents")
    rows = [{**grant, "id": grant["id"].replace("0", "1"), "delete": True}, *project.world.stack]
    exported = project.root / "stack.json"
    exported.write_text(json.dumps({"version": 3, "deployment": {"resources": rows}}))

    with serve_http(project.path) as endpoint:
        planned = plan(ExportedStack(exported), Azure(LocalCredential(), endpoint))

    assert planned.moves == ()
    assert [(one.identity, one.message.partition(";")[0]) for one in planned.obstacles] == [
        ("compliance", "an interrupted update still has to delete an old role assignment of this identity")
    ]

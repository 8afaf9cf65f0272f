"""Documents of the reconciler: its plan as JSON, and the export of a stack that it reads and writes."""

import json
from typing import Any

import pytest

from localazure.fronts.rest import LocalCredential
from localazure.fronts.serving import serve_http
from release.errors import ReleaseError
from release.foundry.azure import Azure
from release.foundry.reconciling import plan
from release.foundry.stack import ExportedStack
from tests.release.foundry_project import GIVEN, Project, applications_again, reconciled, row_of, watched


def test_it_is_one_document_where_that_is_asked_for(project: Project) -> None:
    project.up()
    project.beside(applications_again)

    code, told = project.reconcile("--json")

    (move,) = json.loads(told)["moves"]
    assert (code, move["name"]) == (3, "compliance")
    (grant,), (prune,) = move["grant"], move["prune"]
    assert grant["principal"] == move["principal"] != prune["principal"]
    assert (grant["role"], grant["scope"]) == (prune["role"], prune["scope"])


@pytest.mark.parametrize("refused_from", [None, 0], ids=["done", "refused"])
def test_the_document_says_whether_it_was_done(
    project: Project, monkeypatch: pytest.MonkeyPatch, refused_from: int | None
) -> None:
    project.up()
    project.beside(applications_again)
    watched(monkeypatch, refused_from)

    code, told = project.reconcile("--json", "--apply")

    document, _, error = told.partition("\nerror: ")
    assert (code, json.loads(document)["applied"]) == ((0, True) if refused_from is None else (2, False))
    assert ("not any more" in error) is (refused_from is not None)


def test_an_export_is_read_and_what_changed_is_written_beside_it(project: Project) -> None:
    project.up()
    project.beside(applications_again)
    document = {"version": 3, "deployment": {"manifest": {}, "resources": project.world.stack}}

    after = reconciled(project, document)["resources"]

    with serve_http(project.path) as endpoint:
        assert (
            plan(ExportedStack(project.root / "stack.reconciled.json"), Azure(LocalCredential(), endpoint)).moves == ()
        )
    assert [one["urn"] for one in after] == [one["urn"] for one in project.world.stack]


def test_an_export_beside_which_nothing_can_be_written_is_a_sentence(project: Project) -> None:
    project.up()
    exported = project.root / "stack.json"
    exported.write_text(json.dumps({"version": 3, "deployment": {"resources": project.world.stack}}))
    (project.root / "stack.reconciled.json").mkdir()

    with pytest.raises(
        ReleaseError, match=r"stack\.reconciled\.json cannot be written: Is a directory; run this again"
    ):
        ExportedStack(exported).rename({GIVEN: "another"})


def test_what_the_engine_has_still_to_delete_stays_what_it_was(project: Project) -> None:
    """It was replaced, and the update interrupted then: the engine would delete what took its place."""
    project.up()
    project.beside(applications_again)
    published = next(dict(one) for one in project.world.stack if one["urn"].endswith("AgentApplication::compliance"))
    replaced: dict[str, Any] = {**published, "id": f"{published['id']}-before", "delete": True}
    rows = [replaced, *project.world.stack]

    after = reconciled(project, {"version": 3, "deployment": {"resources": rows}})["resources"]

    was = replaced["outputs"]["properties"]["defaultInstanceIdentity"]["principalId"]
    assert after[0] == replaced
    assert was not in json.dumps(after[1:])


def test_a_grant_that_the_engine_has_still_to_take_away_is_nobodys(project: Project) -> None:
    """It looks like the agent's, under the same name, and the engine deletes it with the next update."""
    project.up()
    grant = row_of(project, "compliance-may-read-documents")
    rows = [{**grant, "id": grant["id"].replace("0", "1"), "delete": True}, *project.world.stack]
    exported = project.root / "stack.json"
    exported.write_text(json.dumps({"version": 3, "deployment": {"resources": rows}}))

    with serve_http(project.path) as endpoint:
        planned = plan(ExportedStack(exported), Azure(LocalCredential(), endpoint))

    assert planned.moves == ()
    assert [(one.holder, one.what.partition(";")[0]) for one in planned.obstacles] == [
        ("compliance", "an update was interrupted before it had taken an old grant away")
    ]

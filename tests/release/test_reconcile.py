"""The reconciler: whoever an agent really is gets its grants, whatever happened beside the program."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from access.azure.catalogue import by_id
from cli.main import run
from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.fronts.rest import LocalCredential, Reply, RestApi
from localazure.fronts.serving import serve_http
from localazure.fronts.shared_world import SharedWorld
from localazure.republish import republish
from localazure.services.foundry import APPLICATION, PROJECT, recreate_agent
from release.errors import ReleaseError
from release.foundry.azure import Azure
from release.foundry.reconciling import apply, plan
from release.foundry.stack import EngineStack, ExportedStack, LocalStack
from tests.fabrikam import copy_project

ASSIGNMENT = "azure-native:authorization:RoleAssignment"
IN_COSMOS = "azure-native:cosmosdb:SqlResourceSqlRoleAssignment"
GIVEN = "5c1d0000-0000-4000-8000-000000000001"
MORE = {"findings": "write", "review-done": "send", "webhook-signing-key": "read", "models": "use"}

Held = Counter[tuple[str, str, str]]


class Project:
    """A copy of the project, deployed to local Azure without the engine."""

    def __init__(self, root: Path, stack: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.stack, self._capsys = root, stack, capsys

    @property
    def path(self) -> Path:
        return self.root / ".localazure" / f"{self.stack}.json"

    @property
    def world(self) -> World:
        return World.load(self.path)

    def edit(self, name: str, change: Callable[[dict[str, Any]], object]) -> None:
        path = self.root / name
        document = yaml.safe_load(path.read_text())
        change(document)
        path.write_text(yaml.safe_dump(document, sort_keys=False))

    def up(self) -> list[str]:
        """Deploy; answers the names of what changed."""
        assert run(["up", "--stack", self.stack, "--json"]) == 0, self._capsys.readouterr()
        document = json.loads(self._capsys.readouterr().out)
        return sorted(one["name"] for one in document["resources"] if one["change"] != "same")

    def reconcile(self, *arguments: str) -> tuple[int, str]:
        code = run(["release", "foundry", "reconcile", "--local", "--stack", self.stack, *arguments])
        said = self._capsys.readouterr()
        return code, said.out + said.err

    def proof(self) -> int:
        """Hold what there is against what is declared."""
        code = run(["access", "proof", "--stack", self.stack, "--of", str(self.path)])
        self._capsys.readouterr()
        return code

    def beside(self, change: Callable[[LocalAzure], object]) -> None:
        """Do something in Azure that the program does not know of."""
        with SharedWorld(self.path).writing() as azure:
            change(azure)

    def held(self) -> Held:
        """Whose identity, role and scope of everything that agents of Foundry hold; `gone` for nobody's."""
        world, found = self.world, Held()
        for one in world.resources.values():
            if one.token in {ASSIGNMENT, IN_COSMOS}:
                principal = world.find_principal(one.outputs["principalId"])
                role = by_id(one.outputs["roleDefinitionId"])
                assert role is not None
                owner = "gone" if principal is None else principal.owner
                if principal is None or "/projects/" in owner:
                    found[owner.rpartition("/")[2], role.name, one.outputs["scope"].rpartition("/")[2]] += 1
        return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    """In prod: both agents are published."""
    copy_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, "prod", capsys)


def with_more(network: dict[str, Any]) -> None:
    network["agents"]["compliance"]["access"] |= MORE


def each_has_its_own(network: dict[str, Any]) -> None:
    network["hosts"]["research"]["identities"] = "per-agent"


def applications_again(azure: LocalAzure) -> None:
    """Somebody deletes what compliance is published as, and publishes it anew: in the portal, say."""
    republish(azure, "compliance")


def project_of(world: World) -> str:
    return next(one.id for one in world.resources.values() if one.token == PROJECT)


def agent_again(azure: LocalAzure) -> None:
    recreate_agent(azure.world, project_of(azure.world), "compliance")


def shared_again(azure: LocalAzure) -> None:
    azure.world.remove_principal(f"{project_of(azure.world)}/sharedAgentIdentity")


def of_applications(project: Project) -> None:
    project.edit("network.yaml", with_more)


def of_agents(project: Project) -> None:
    project.edit("network.yaml", lambda network: (with_more(network), each_has_its_own(network)))


def of_a_project(project: Project) -> None:
    project.edit("network.yaml", with_more)
    project.stack = "dev"


EVERY_IDENTITY = pytest.mark.parametrize(
    ("identity", "again"),
    [
        pytest.param(of_applications, applications_again, id="an application's"),
        pytest.param(of_agents, agent_again, id="an agent's own"),
        pytest.param(of_a_project, shared_again, id="the one that they share"),
    ],
)
Setting = Callable[[Project], None]
Again = Callable[[LocalAzure], None]


@EVERY_IDENTITY
def test_where_everybody_is_who_they_were_there_is_nothing_to_do(
    project: Project, identity: Setting, again: Again
) -> None:
    assert again
    identity(project)
    project.up()
    before = project.path.read_bytes()

    assert project.reconcile() == (0, "2 agents of Foundry hold what they are given, as who they are: nothing to do\n")
    assert project.reconcile("--apply")[0] == 0
    assert project.path.read_bytes() == before


@EVERY_IDENTITY
def test_whoever_an_agent_is_now_gets_what_it_held(project: Project, identity: Setting, again: Again) -> None:
    identity(project)
    project.up()
    before = project.held()
    project.beside(again)
    orphaned = project.held()

    code, told = project.reconcile()
    assert code == 3
    assert "nothing was changed" in told
    assert project.held() == orphaned, "a plan changes nothing"
    assert any(owner == "gone" for owner, _, _ in orphaned)

    assert project.reconcile("--apply")[0] == 0
    assert project.held() == before
    assert project.reconcile()[0] == 0
    assert project.up() == [], "the program finds what it would have made"


@EVERY_IDENTITY
def test_until_then_the_proof_of_what_there_is_fails(project: Project, identity: Setting, again: Again) -> None:
    identity(project)
    project.up()
    assert project.proof() == 0

    project.beside(again)
    assert project.proof() == 1

    project.reconcile("--apply")
    assert project.proof() == 0


@EVERY_IDENTITY
def test_everything_is_granted_before_anything_is_taken_away(
    project: Project, identity: Setting, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity(project)
    project.up()
    project.beside(again)
    written = watched(monkeypatch)

    project.reconcile("--apply")

    methods = [method for method, _ in written]
    grants = methods.count("PUT")
    assert grants >= 5
    assert methods == ["PUT"] * grants + ["DELETE"] * grants
    assert any("/sqlRoleAssignments/" in path for _, path in written)


def with_a_given_id(project: Project) -> None:
    """Compliance is said to be somebody whom Foundry does not know of."""
    given = {"agent-network:published": False, "agent-network:agent_identities": {"compliance": GIVEN}}
    project.edit("network.yaml", each_has_its_own)
    project.edit("Pulumi.prod.yaml", lambda stack: stack["config"].update(given))
    project.up()


def watched(monkeypatch: pytest.MonkeyPatch, refused_from: int | None = None) -> list[tuple[str, str]]:
    """Everything that is written from now on; from a number on, Azure refuses it."""
    written: list[tuple[str, str]] = []
    answer = RestApi.handle

    def watching(rest: RestApi, method: str, target: str, token: str, body: dict[str, Any] | None = None) -> Reply:
        if method == "GET":
            return answer(rest, method, target, token, body)
        if refused_from is not None and len(written) >= refused_from:
            return Reply(403, {"error": {"code": "AuthorizationFailed", "message": "not any more"}})
        written.append((method, target.partition("?")[0]))
        return answer(rest, method, target, token, body)

    monkeypatch.setattr(RestApi, "handle", watching)
    return written


@EVERY_IDENTITY
def test_wherever_it_is_interrupted_a_second_run_finishes_it(
    project: Project, identity: Setting, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity(project)
    project.up()
    before = project.held()
    project.beside(again)
    start, moving = project.path.read_bytes(), gone_of(project.held())

    for done in range(1, 2 * moving):
        project.path.write_bytes(start)
        with monkeypatch.context() as patched:
            watched(patched, refused_from=done)
            code, told = project.reconcile("--apply")
        held = project.held()

        assert (code, "not any more" in told) == (1, True)
        # Until all that is new is there, nothing old has gone.
        assert gone_of(held) == moving - max(0, done - moving)
        assert held.total() - gone_of(held) == before.total() - moving + min(done, moving)
        assert project.reconcile("--apply")[0] == 0
        assert project.held() == before
        if done in {1, moving}:  # a run takes its time
            assert project.up() == []


def gone_of(held: Held) -> int:
    """How many roles nobody holds any more."""
    return sum(count for (owner, _, _), count in held.items() if owner == "gone")


def test_interrupted_before_the_stack_is_written_it_is_remembered_the_next_time(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.up()
    before = project.held()
    project.beside(applications_again)

    def interrupted(*_: object) -> None:
        raise ReleaseError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(LocalStack, "rename", interrupted)
        assert project.reconcile("--apply")[0] == 1
    assert project.held() == before

    code, told = project.reconcile()
    assert (code, "remember it in the stack" in told, "+ grant" in told) == (3, True, False)
    assert project.reconcile("--apply")[0] == 0
    assert project.up() == []


def test_a_grant_that_somebody_took_away_is_given_again(project: Project) -> None:
    project.up()
    before = project.held()

    def taken(azure: LocalAzure) -> None:
        (one,) = (
            one.id for one in azure.world.resources.values() if "/documents/" in one.id and one.token == ASSIGNMENT
        )
        azure.delete(ASSIGNMENT, one)

    project.beside(taken)
    assert project.proof() == 1

    code, told = project.reconcile()
    assert (code, "not every grant is there" in told) == (3, True)
    assert project.reconcile("--apply")[0] == 0
    assert project.held() == before
    assert project.up() == []


def with_callers(network: dict[str, Any]) -> None:
    """Of every kind: in a cluster, on Container Apps, on Foundry itself, and people."""
    for caller in ("notifier", "report", "market-analysis"):
        network["agents"][caller]["access"] |= {"compliance": "use"}
    network["people"] = {"analysts": {"kind": "group", "access": {"compliance": "use"}}}


def callers(world: World) -> set[str]:
    """Who holds anything at the application that compliance is published as."""
    there = [one for one in world.resources.values() if one.token == ASSIGNMENT]
    at = [one for one in there if one.outputs["scope"].endswith("/applications/fabrikam-compliance-prod")]
    owners = [world.find_principal(one.outputs["principalId"]) for one in at]
    return {(one.owner if one else "").rpartition("/")[2] or "analysts" for one in owners}


def with_what_is_given_at_it(azure: LocalAzure) -> None:
    """Azure is reported to keep that (Azure/azure-powershell#25375), and to take it away; local Azure keeps it."""
    applications_again(azure)
    resources = list(azure.world.resources.values())
    for one in [one for one in resources if "/fabrikam-compliance-prod/" in one.id and one.token == ASSIGNMENT]:
        azure.delete(ASSIGNMENT, one.id)


@pytest.mark.parametrize(("again", "gone"), [(applications_again, 0), (with_what_is_given_at_it, 4)])
def test_whoever_could_call_an_agent_can_after_it_was_made_again(project: Project, again: Again, gone: int) -> None:
    project.edit("network.yaml", with_callers)
    people = {"agent-network:people": {"analysts": GIVEN}}
    project.edit("Pulumi.prod.yaml", lambda stack: stack["config"].update(people))
    project.up()
    everybody = callers(project.world)
    assert everybody == {
        "analysts",
        "fabrikam-notifier-prod",
        "fabrikam-report-prod",
        "fabrikam-market-analysis-prod",
    }
    project.beside(again)

    code, told = project.reconcile()
    assert (code, told.count("+ grant  Foundry User")) == (3, gone)
    assert project.reconcile("--apply")[0] == 0
    assert callers(project.world) == everybody
    assert project.reconcile()[0] == 0
    assert project.up() == []


def test_what_somebody_granted_by_hand_is_not_taken_over_silently(project: Project) -> None:
    project.up()
    project.beside(applications_again)

    def by_hand(azure: LocalAzure) -> None:
        (old,) = (one for one in azure.world.resources.values() if "/documents/" in one.id and one.token == ASSIGNMENT)
        application = next(
            one for one in azure.world.resources.values() if one.id.endswith("/fabrikam-compliance-prod")
        )
        who = application.outputs["properties"]["defaultInstanceIdentity"]["principalId"]
        azure.create(ASSIGNMENT, {**old.inputs, "principalId": who, "roleAssignmentName": GIVEN})

    project.beside(by_hand)

    code, told = project.reconcile("--apply")

    assert code == 1
    assert f"roleAssignments/{GIVEN}, which this stack did not make" in told
    assert "delete that one" in told


def test_a_plan_that_would_change_something_is_code_3_whatever_else_is_in_the_way(project: Project) -> None:
    project.up()

    def one_again_and_one_gone(azure: LocalAzure) -> None:
        applications_again(azure)
        resources = azure.world.resources.values()
        azure.delete(APPLICATION, next(o.id for o in resources if o.token == APPLICATION and "market" in o.id))

    project.beside(one_again_and_one_gone)

    code, told = project.reconcile()
    assert (code, "its application is gone" in told, "+ grant" in told) == (3, True, True)
    code, told = project.reconcile("--apply")
    assert (code, "its application is gone" in told) == (1, True)
    assert project.reconcile()[0] == 1


def test_an_id_that_was_given_and_is_wrong_is_the_files_to_correct(project: Project) -> None:
    with_a_given_id(project)
    project.beside(agent_again)

    code, told = project.reconcile("--apply")

    assert code == 1
    assert f"its id stands in the stack's file as {GIVEN}, and it runs as " in told
    assert "correct 'agent_identities'" in told


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (
            Reply(200, {"properties": {"agentIdentity": {"agentIdentityId": GIVEN.upper()}}}),
            "which all unpublished agents of its project share; give its own in 'agent_identities' there",
        ),
        (Reply(403, {}), "may not read project"),
    ],
    ids=["the shared one", "may not ask"],
)
def test_an_id_that_is_the_shared_one_or_might_be_is_not_believed(
    project: Project, monkeypatch: pytest.MonkeyPatch, reply: Reply, why: str
) -> None:
    with_a_given_id(project)
    answer = RestApi.handle

    def of_the_project(
        rest: RestApi, method: str, target: str, token: str, body: dict[str, Any] | None = None
    ) -> Reply:
        if target.partition("?")[0].endswith("/projects/research"):
            return reply
        if "/agents/compliance" in target:
            return Reply(404, {})
        return answer(rest, method, target, token, body)

    monkeypatch.setattr(RestApi, "handle", of_the_project)

    code, told = project.reconcile()
    assert code == 1
    assert why in told


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(403, {}), "whoever deploys may not read agent 'compliance' (403)"),
        (Reply(200, {"name": "compliance"}), "agent 'compliance' has no identity of its own"),
        (Reply(404, {}), "its project has no such agent yet"),
    ],
    ids=["may not ask", "has none", "is not there"],
)
def test_an_id_that_was_given_is_believed_where_foundry_does_not_tell_it(
    project: Project, monkeypatch: pytest.MonkeyPatch, reply: Reply, why: str
) -> None:
    with_a_given_id(project)
    answer = RestApi.handle

    def silent(rest: RestApi, method: str, target: str, token: str, body: dict[str, Any] | None = None) -> Reply:
        return reply if "/agents/compliance" in target else answer(rest, method, target, token, body)

    monkeypatch.setattr(RestApi, "handle", silent)

    code, told = project.reconcile()
    assert code == 0
    assert f"? compliance: taken to be {GIVEN}, as the stack's file says: {why}" in told

    def taken(azure: LocalAzure) -> None:
        held = [one.id for one in azure.world.resources.values() if one.outputs.get("principalId") == GIVEN]
        azure.delete(ASSIGNMENT, held[0])

    project.beside(taken)
    assert project.reconcile("--apply")[0] == 0
    assert project.up() == []


def test_an_application_that_is_gone_is_the_programs_to_make(project: Project) -> None:
    project.up()

    def gone(azure: LocalAzure) -> None:
        (one,) = (one.id for one in azure.world.resources.values() if one.token == APPLICATION and "compl" in one.id)
        azure.delete(APPLICATION, one)

    project.beside(gone)

    code, told = project.reconcile("--apply")

    assert (code, "compliance: its application is gone; run `pulumi up --refresh`" in told) == (1, True)


def test_an_agent_that_has_an_identity_of_its_own_now_shares_none(project: Project) -> None:
    project.stack = "dev"
    project.up()
    project.beside(agent_again)

    code, told = project.reconcile("--apply")

    assert code == 1
    assert "agent 'compliance' shares no identity, but has" in told


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
    assert (code, json.loads(document)["applied"]) == ((0, True) if refused_from is None else (1, False))
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


def reconciled(project: Project, document: dict[str, Any]) -> dict[str, Any]:
    """The deployment of an export, once what it says was moved."""
    exported = project.root / "stack.json"
    exported.write_text(json.dumps(document))
    with serve_http(project.path) as endpoint:
        azure, stack = Azure(LocalCredential(), endpoint), ExportedStack(exported)
        planned = plan(stack, azure)
        assert planned.obstacles == ()
        apply(planned, stack, azure, lambda *_: None)
    assert json.loads(exported.read_text()) == document
    return json.loads((project.root / "stack.reconciled.json").read_text())["deployment"]


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


def row_of(project: Project, name: str) -> dict[str, Any]:
    return next(dict(row) for row in project.world.stack if row["urn"].endswith(f"::{name}"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--local"], "nothing is deployed there; run `make up STACK=prod` first"),
        (["--export", "nowhere.json"], "nowhere.json cannot be read"),
        (["--export", "network.yaml"], "network.yaml cannot be read"),
        (["--export", "empty.json"], "has no resources"),
        (["--export", "going-on.json"], "an update was interrupted, or still goes on"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(
    project: Project, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    going_on = {"resources": [], "pending_operations": [{"type": "creating"}]}
    (project.root / "empty.json").write_text("{}")
    (project.root / "going-on.json").write_text(json.dumps({"deployment": going_on}))

    assert run(["release", "foundry", "reconcile", "--stack", "prod", *arguments]) == 2

    told = capsys.readouterr()
    assert said in told.err
    assert "Traceback" not in told.err


def test_the_alarm_can_be_tried_without_azure(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["republish", "compliance", "--stack", "prod"]) == 2
    assert "run `make up STACK=prod` first" in capsys.readouterr().err
    project.up()
    assert run(["republish", "complaince", "--stack", "prod"]) == 2
    assert "published are: compliance, market-analysis" in capsys.readouterr().err

    assert run(["republish", "compliance", "--stack", "prod"]) == 0
    was, now = capsys.readouterr().out.removeprefix("compliance was ").partition(":")[0].split(", and is ")
    code, told = project.reconcile()
    assert (code, f"runs as {now}, and the grants are those of {was}" in told) == (3, True)


def test_without_the_cli_it_says_what_else_there_is(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project.root))

    with pytest.raises(ReleaseError, match="install the CLI, or give a file of `pulumi stack export` with --export"):
        EngineStack("prod", project.root)


@pytest.mark.parametrize(("version", "said"), [("v3.0.1", "Please update the Pulumi CLI"), ("dev", "Could not parse")])
def test_a_cli_that_is_too_old_is_a_sentence(
    project: Project, monkeypatch: pytest.MonkeyPatch, version: str, said: str
) -> None:
    cli = project.root / "pulumi"
    cli.write_text(f"#!/bin/sh\necho {version}\n")
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", str(project.root))
    monkeypatch.delenv("PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK", raising=False)

    with pytest.raises(ReleaseError, match=f"^pulumi: .*{said}"):
        EngineStack("prod", project.root)

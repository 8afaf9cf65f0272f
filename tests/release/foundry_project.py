"""A project on local Azure with agents of Foundry, and what happens to them outside the program."""

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
from localazure.services.foundry import PROJECT, recreate_agent
from release.foundry.azure import Azure
from release.foundry.reconciling import apply, plan
from release.foundry.stack import ExportedStack
from tests.fabrikam import FILES

ASSIGNMENT = "azure-native:authorization:RoleAssignment"


IN_COSMOS = "azure-native:cosmosdb:SqlResourceSqlRoleAssignment"


GIVEN = "5c1d0000-0000-4000-8000-000000000001"


MORE = {"findings": "write", "review-done": "send", "webhook-signing-key": "read", "models": "use"}


Held = Counter[tuple[str, str, str]]


_FIRST: dict[tuple[object, ...], tuple[list[str], bytes]] = {}
"""Stack and files of a project -> what its first deployment created, and the world that it left."""


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
        """Deploy and return the names of what changed; the first deployment of equal files is made once per process."""
        if self.path.exists():
            return self._up()
        files = (self.stack, *((self.root / name).read_bytes() for name in FILES))
        if files not in _FIRST:
            _FIRST[files] = (self._up(), self.path.read_bytes())
        names, world = _FIRST[files]
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_bytes(world)
        return names

    def _up(self) -> list[str]:
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


def gone_of(held: Held) -> int:
    """How many roles nobody holds any more."""
    return sum(count for (owner, _, _), count in held.items() if owner == "gone")


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


def row_of(project: Project, name: str) -> dict[str, Any]:
    return next(dict(row) for row in project.world.stack if row["urn"].endswith(f"::{name}"))

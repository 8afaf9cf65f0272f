"""Fabrikam's project on local Azure, and changes to its Foundry agents outside the program."""

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
from localazure.services.foundry import PROJECT, recreate_agent, shared_agent_identity
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
"""First deployment of each stack and project files: the names it created, and the state file it wrote."""


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
        captured = self._capsys.readouterr()
        return code, captured.out + captured.err

    def proof(self) -> int:
        """Run the access proof on local Azure's state file, and return its exit code."""
        code = run(["access", "proof", "--stack", self.stack, "--of", str(self.path)])
        self._capsys.readouterr()
        return code

    def outside_the_program(self, change: Callable[[LocalAzure], object]) -> None:
        """Change local Azure outside the program."""
        with SharedWorld(self.path).writing() as azure:
            change(azure)

    def held(self) -> Held:
        """Count the Foundry agents' role assignments by owner, role and scope; the owner `gone` is a deleted one."""
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


def with_more_access(network: dict[str, Any]) -> None:
    network["agents"]["compliance"]["access"] |= MORE


def with_own_identities(network: dict[str, Any]) -> None:
    network["hosts"]["research"]["identities"] = "per-agent"


def republish_compliance(azure: LocalAzure) -> None:
    """Delete the published application of the agent compliance and publish it again, as in the portal."""
    republish(azure, "compliance")


def project_of(world: World) -> str:
    return next(one.id for one in world.resources.values() if one.token == PROJECT)


def recreate_compliance(azure: LocalAzure) -> None:
    recreate_agent(azure.world, project_of(azure.world), "compliance")


def recreate_shared_identity(azure: LocalAzure) -> None:
    azure.world.remove_principal(f"{project_of(azure.world)}/sharedAgentIdentity")
    shared_agent_identity(azure.world, project_of(azure.world))


def of_applications(project: Project) -> None:
    project.edit("network.yaml", with_more_access)


def of_agents(project: Project) -> None:
    project.edit("network.yaml", lambda network: (with_more_access(network), with_own_identities(network)))


def of_a_project(project: Project) -> None:
    project.edit("network.yaml", with_more_access)
    project.stack = "dev"


EVERY_IDENTITY = pytest.mark.parametrize(
    ("identity", "again"),
    [
        pytest.param(of_applications, republish_compliance, id="published application"),
        pytest.param(of_agents, recreate_compliance, id="agent's own identity"),
        pytest.param(of_a_project, recreate_shared_identity, id="shared identity"),
    ],
)


Setting = Callable[[Project], None]


Again = Callable[[LocalAzure], None]


def with_a_given_id(project: Project) -> None:
    """Configure an identity id for the agent compliance that Foundry does not know."""
    given = {"agent-network:published": False, "agent-network:agent_identities": {"compliance": GIVEN}}
    project.edit("network.yaml", with_own_identities)
    project.edit("Pulumi.prod.yaml", lambda stack: stack["config"].update(given))
    project.up()


def watched(monkeypatch: pytest.MonkeyPatch, refused_from: int | None = None) -> list[tuple[str, str]]:
    """Record every write to local Azure from now on; after `refused_from` writes, each is refused."""
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


def orphaned_in(held: Held) -> int:
    """Return the number of role assignments whose principal no longer exists."""
    return sum(count for (owner, _, _), count in held.items() if owner == "gone")


def with_callers(network: dict[str, Any]) -> None:
    """Let agents on each host, and a group of people, call the agent compliance."""
    for caller in ("notifier", "report", "market-analysis"):
        network["agents"][caller]["access"] |= {"compliance": "use"}
    network["people"] = {"analysts": {"kind": "group", "access": {"compliance": "use"}}}


def with_reachable_agents(stack: dict[str, Any]) -> None:
    """Let agents in the cluster reach Foundry agents, and give the group of people its object id."""
    stack["config"]["agent-network:destinations"]["azure"]["hosts"].append("*.services.ai.azure.com")
    stack["config"]["agent-network:people"] = {"analysts": GIVEN}


def callers(world: World) -> set[str]:
    """Return the principals with a role at the published application of the agent compliance."""
    there = [one for one in world.resources.values() if one.token == ASSIGNMENT]
    at = [one for one in there if one.outputs["scope"].endswith("/applications/fabrikam-compliance-prod")]
    owners = [world.find_principal(one.outputs["principalId"]) for one in at]
    return {(one.owner if one else "").rpartition("/")[2] or "analysts" for one in owners}


def republish_without_callers_roles(azure: LocalAzure) -> None:
    """Republish compliance and delete its callers' roles; local Azure keeps them (Azure/azure-powershell#25375)."""
    republish_compliance(azure)
    resources = list(azure.world.resources.values())
    for one in [one for one in resources if "/fabrikam-compliance-prod/" in one.id and one.token == ASSIGNMENT]:
        azure.delete(ASSIGNMENT, one.id)


def reconcile_export(project: Project, document: dict[str, Any]) -> dict[str, Any]:
    """Reconcile a stack export, and return the deployment of the written copy."""
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

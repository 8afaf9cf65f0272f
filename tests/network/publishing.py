"""The network of Fabrikam, deployed again and again, with its agents of Foundry published or not."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from access.azure.catalogue import by_id
from localazure.arm.world import World
from tests import fabrikam as fabrikam_files
from tests.network.deploying import deploy, deploy_first, described, granted

AGENTS = ("compliance", "market-analysis")
SHARED = {
    ("compliance", "read", "documents"),
    ("compliance", "use", "models"),
    ("market-analysis", "read", "documents"),
    ("market-analysis", "use", "models"),
}
EACH_ITS_OWN = {("compliance", "read", "documents"), ("market-analysis", "use", "models")}
ASSIGNMENTS = ("RoleAssignment", "SqlResourceSqlRoleAssignment")

Change = Callable[[dict[str, Any], dict[str, Any]], object]


def published(network: dict[str, Any], environment: dict[str, Any]) -> None:
    assert network
    environment["published"] = True


def one_is_published(network: dict[str, Any], environment: dict[str, Any]) -> None:
    assert network
    environment["published"] = ["compliance"]


def each_has_its_own(network: dict[str, Any], environment: dict[str, Any]) -> None:
    assert environment
    network["hosts"]["research"]["identities"] = "per-agent"


def with_more_to_grant(network: dict[str, Any]) -> None:
    """Whatever an agent can be granted on: storage, vault, models, Service Bus, and Cosmos DB by its own roles."""
    more = {"findings": "write", "review-done": "send", "webhook-signing-key": "read", "models": "use"}
    network["agents"]["compliance"]["access"] |= more


class Fabrikam:
    """The network of Fabrikam, deployed again and again into one world."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._environment = fabrikam_files.environment("dev")

    def up(self, change: Change | None = None, *, more: bool = False, without: str = "") -> set[tuple[str, str, str]]:
        """Deploy; answers what the agents of Foundry may do."""
        network = fabrikam_files.network()
        environment = dict(self._environment)
        if more:
            with_more_to_grant(network)
        if change:
            change(network, environment)
        network["agents"].pop(without, None)
        files = described(network, environment, "dev")
        result = (deploy if self._path.exists() else deploy_first)(*files, self._path)
        return {(one.agent, one.verb, one.resource) for one in granted(result) if one.agent in AGENTS}

    @property
    def world(self) -> World:
        return World.load(self._path)

    def assignments(self) -> Counter[tuple[str, str, str]]:
        """Principal, role and scope of everything that is assigned in Azure, whether the stack knows it or not."""
        found: Counter[tuple[str, str, str]] = Counter()
        for one in self.world.resources.values():
            if one.token.rpartition(":")[2] in ASSIGNMENTS:
                role = by_id(one.outputs["roleDefinitionId"])
                assert role is not None
                found[one.outputs["principalId"], role.name, one.outputs["scope"]] += 1
        return found

    def conditions_at(self, scope: str) -> list[str | None]:
        """Of the assignments at whatever a scope ends with, what each is bound to."""
        rows = self.world.resources.values()
        at = [one for one in rows if str(one.outputs.get("scope", "")).endswith(scope)]
        return [one.outputs.get("condition") for one in at]

    def asked_for_who_they_are(self) -> bool:
        """Whether Foundry is asked for an identity that agents share."""
        return any(one.token.rpartition(":")[2] == "AgentIdentity" for one in self.world.resources.values())

    def nothing_is_left_over(self) -> bool:
        """Whether everybody who holds a role exists, and nobody holds one twice."""
        world, held = self.world, self.assignments()
        return set(held.values()) == {1} and all(world.find_principal(who) is not None for who, _, _ in held)

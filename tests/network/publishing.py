"""Deploys Fabrikam's network repeatedly with its Foundry agents published or unpublished."""

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


def only_compliance_published(network: dict[str, Any], environment: dict[str, Any]) -> None:
    assert network
    environment["published"] = ["compliance"]


def with_own_identities(network: dict[str, Any], environment: dict[str, Any]) -> None:
    assert environment
    network["hosts"]["research"]["identities"] = "per-agent"


def with_more_access(network: dict[str, Any]) -> None:
    """Give the agent compliance access to Cosmos DB, Service Bus, a key vault and models, next to storage."""
    more = {"findings": "write", "review-done": "send", "webhook-signing-key": "read", "models": "use"}
    network["agents"]["compliance"]["access"] |= more


class Fabrikam:
    """Fabrikam's network, deployed repeatedly to the same local Azure."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._environment = fabrikam_files.environment("dev", fabrikam_files.LEGACY)

    def up(self, change: Change | None = None, *, more: bool = False, without: str = "") -> set[tuple[str, str, str]]:
        """Deploy the network, and return agent, verb and resource of the Foundry agents' role assignments."""
        network = fabrikam_files.network(fabrikam_files.LEGACY)
        environment = dict(self._environment)
        if more:
            with_more_access(network)
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
        """Return the number of role assignments in local Azure by principal, role and scope."""
        found: Counter[tuple[str, str, str]] = Counter()
        for one in self.world.resources.values():
            if one.token.rpartition(":")[2] in ASSIGNMENTS:
                role = by_id(one.outputs["roleDefinitionId"])
                assert role is not None
                found[one.outputs["principalId"], role.name, one.outputs["scope"]] += 1
        return found

    def conditions_at(self, scope: str) -> list[str | None]:
        """Return the condition of each role assignment at a scope with the given ending."""
        rows = self.world.resources.values()
        at = [one for one in rows if str(one.outputs.get("scope", "")).endswith(scope)]
        return [one.outputs.get("condition") for one in at]

    def reads_the_shared_identity(self) -> bool:
        """Report if the program reads the shared identity of a Foundry project."""
        return any(one.token.rpartition(":")[2] == "AgentIdentity" for one in self.world.resources.values())

    def has_no_orphaned_or_duplicate_assignments(self) -> bool:
        """Report if every role assignment has an existing principal and none exists twice."""
        world, held = self.world, self.assignments()
        return set(held.values()) == {1} and all(world.find_principal(who) is not None for who, _, _ in held)

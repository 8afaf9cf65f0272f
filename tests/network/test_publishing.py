"""Publishing a Foundry agent is another identity: every grant goes with it, none is lost, doubled or left behind."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from access.azure.catalogue import by_id
from localazure.arm.world import World
from localazure.azure import LocalAzure
from tests import fabrikam as fabrikam_files
from tests.network.deploying import deploy, described, granted

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
        result = deploy(*described(network, environment, "dev"), path=self._path)
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


@pytest.fixture
def fabrikam(tmp_path: Path) -> Fabrikam:
    return Fabrikam(tmp_path / "dev.json")


def test_publishing_takes_every_grant_along(fabrikam: Fabrikam) -> None:
    assert fabrikam.up() == SHARED

    assert fabrikam.up(published) == EACH_ITS_OWN
    assert fabrikam.nothing_is_left_over()
    assert not fabrikam.asked_for_who_they_are()


def test_unpublishing_takes_them_back_and_republishing_gives_them_to_somebody_new(fabrikam: Fabrikam) -> None:
    fabrikam.up(published)
    first = fabrikam.assignments()

    assert fabrikam.up() == SHARED
    assert fabrikam.nothing_is_left_over()
    assert fabrikam.up(published) == EACH_ITS_OWN
    assert fabrikam.nothing_is_left_over()
    # An application made again is somebody else; the roles and scopes are the same.
    again = fabrikam.assignments()
    assert first != again
    assert sorted(one[1:] for one in first) == sorted(one[1:] for one in again)


@pytest.mark.parametrize(
    ("theirs", "both"), [({"verbs": "read", "paths": ["2026/"]}, {"2025/", "2026/"}), ("read", set[str]())]
)
def test_agents_that_act_as_one_are_bound_to_the_paths_of_all_of_them(
    fabrikam: Fabrikam, theirs: object, both: set[str]
) -> None:
    def read_paths(network: dict[str, Any], environment: dict[str, Any]) -> None:
        assert environment
        network["agents"]["compliance"]["access"] = {"documents": {"verbs": "read", "paths": ["2025/"]}}
        network["agents"]["market-analysis"]["access"] |= {"documents": theirs}

    fabrikam.up(read_paths)

    (condition,) = fabrikam.conditions_at("/containers/documents")
    assert {path for path in ("2025/", "2026/") if path in (condition or "")} == both


def test_one_of_two_can_be_published(fabrikam: Fabrikam) -> None:
    fabrikam.up()

    assert fabrikam.up(one_is_published) == EACH_ITS_OWN
    assert fabrikam.nothing_is_left_over()
    assert fabrikam.up(published) == EACH_ITS_OWN
    assert fabrikam.nothing_is_left_over()


def test_agents_with_an_identity_from_their_creation_keep_what_they_are_when_published(fabrikam: Fabrikam) -> None:
    fabrikam.up(each_has_its_own)
    before = fabrikam.assignments()

    def both(network: dict[str, Any], environment: dict[str, Any]) -> None:
        each_has_its_own(network, environment)
        published(network, environment)

    assert fabrikam.up(both) == EACH_ITS_OWN
    assert fabrikam.assignments() == before


def test_an_agent_that_goes_takes_its_grants_along_and_one_made_again_gets_them_anew(fabrikam: Fabrikam) -> None:
    fabrikam.up(published)
    before = fabrikam.assignments()

    assert fabrikam.up(published, without="compliance") == {("market-analysis", "use", "models")}
    assert fabrikam.nothing_is_left_over()
    assert fabrikam.up(published) == EACH_ITS_OWN
    assert fabrikam.nothing_is_left_over()
    assert len(fabrikam.assignments()) == len(before)


def test_of_a_shared_identity_only_what_nobody_else_needs_is_taken_away(fabrikam: Fabrikam) -> None:
    fabrikam.up()

    assert fabrikam.up(without="compliance") == {("market-analysis", "use", "models")}
    assert fabrikam.nothing_is_left_over()


@pytest.mark.parametrize("change", [published, one_is_published, each_has_its_own])
def test_everything_that_can_be_granted_moves(fabrikam: Fabrikam, change: Change) -> None:
    """By role assignments of Azure, and for Cosmos DB by those of the account."""
    declared = {
        ("compliance", verb, resource)
        for resource, verb in {
            "documents": "read",
            "findings": "write",
            "review-done": "send",
            "webhook-signing-key": "read",
            "models": "use",
        }.items()
    }
    fabrikam.up(more=True)

    found = fabrikam.up(change, more=True)

    assert {one for one in found if one[0] == "compliance"} == declared
    assert fabrikam.nothing_is_left_over()


def test_no_grant_of_the_old_identity_goes_before_all_of_the_new_one_are_there(
    fabrikam: Fabrikam, monkeypatch: pytest.MonkeyPatch
) -> None:
    fabrikam.up(more=True)
    seen: list[int] = []
    delete = LocalAzure.delete

    def watched(azure: LocalAzure, token: str, resource_id: str) -> None:
        if token.rpartition(":")[2] in ASSIGNMENTS:
            there = [one for one in azure.world.resources.values() if one.token.rpartition(":")[2] in ASSIGNMENTS]
            seen.append(len(there))
        delete(azure, token, resource_id)

    monkeypatch.setattr(LocalAzure, "delete", watched)
    fabrikam.up(published, more=True)

    after = sum(fabrikam.assignments().values())
    assert len(seen) > 1
    assert seen == [after + left for left in range(len(seen), 0, -1)]

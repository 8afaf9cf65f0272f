"""Publishing a Foundry agent is another identity: every grant goes with it, none is lost, doubled or left behind."""

from pathlib import Path
from typing import Any

import pytest

from tests.network.publishing import (
    EACH_ITS_OWN,
    SHARED,
    Fabrikam,
    each_has_its_own,
    one_is_published,
    published,
)


@pytest.fixture
def fabrikam(tmp_path: Path) -> Fabrikam:
    return Fabrikam(tmp_path / "dev.json")


def test_publishing_takes_every_grant_along(fabrikam: Fabrikam) -> None:
    assert fabrikam.up() == SHARED

    assert fabrikam.up(published) == EACH_ITS_OWN
    assert fabrikam.nothing_is_left_over()
    assert not fabrikam.asked_for_who_they_are()


def test_unpublishing_returns_grants_to_the_shared_identity_and_republishing_gives_them_to_new_principals(
    fabrikam: Fabrikam,
) -> None:
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

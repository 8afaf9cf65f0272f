"""Tests that publishing a Foundry agent moves its roles to another identity without losing or doubling any."""

from pathlib import Path
from typing import Any

import pytest

from tests.network.publishing import (
    EACH_ITS_OWN,
    SHARED,
    Fabrikam,
    only_compliance_published,
    published,
    with_own_identities,
)


@pytest.fixture
def fabrikam(tmp_path: Path) -> Fabrikam:
    return Fabrikam(tmp_path / "dev.json")


def test_publishing_foundry_agents_moves_their_roles_from_the_shared_identity_to_their_own(fabrikam: Fabrikam) -> None:
    assert fabrikam.up() == SHARED

    assert fabrikam.up(published) == EACH_ITS_OWN
    assert fabrikam.has_no_orphaned_or_duplicate_assignments()
    assert not fabrikam.reads_the_shared_identity()


def test_unpublishing_returns_roles_to_the_shared_identity_and_republishing_assigns_them_to_new_principals(
    fabrikam: Fabrikam,
) -> None:
    fabrikam.up(published)
    first = fabrikam.assignments()

    assert fabrikam.up() == SHARED
    assert fabrikam.has_no_orphaned_or_duplicate_assignments()
    assert fabrikam.up(published) == EACH_ITS_OWN
    assert fabrikam.has_no_orphaned_or_duplicate_assignments()
    # A recreated application has another principal; the roles and scopes are the same.
    again = fabrikam.assignments()
    assert first != again
    assert sorted(one[1:] for one in first) == sorted(one[1:] for one in again)


@pytest.mark.parametrize(
    ("theirs", "both"), [({"verbs": "read", "paths": ["2026/"]}, {"2025/", "2026/"}), ("read", set[str]())]
)
def test_role_condition_of_a_shared_identity_allows_the_blob_paths_of_all_its_agents(
    fabrikam: Fabrikam, theirs: object, both: set[str]
) -> None:
    def read_paths(network: dict[str, Any], environment: dict[str, Any]) -> None:
        assert environment
        network["agents"]["compliance"]["access"] = {"documents": {"verbs": "read", "paths": ["2025/"]}}
        network["agents"]["market-analysis"]["access"] |= {"documents": theirs}

    fabrikam.up(read_paths)

    (condition,) = fabrikam.conditions_at("/containers/documents")
    assert {path for path in ("2025/", "2026/") if path in (condition or "")} == both


def test_publishing_one_of_two_foundry_agents_separates_the_access_of_both(fabrikam: Fabrikam) -> None:
    fabrikam.up()

    assert fabrikam.up(only_compliance_published) == EACH_ITS_OWN
    assert fabrikam.has_no_orphaned_or_duplicate_assignments()
    assert fabrikam.up(published) == EACH_ITS_OWN
    assert fabrikam.has_no_orphaned_or_duplicate_assignments()


def test_publishing_agents_with_per_agent_identities_keeps_their_role_assignments(fabrikam: Fabrikam) -> None:
    fabrikam.up(with_own_identities)
    before = fabrikam.assignments()

    def both(network: dict[str, Any], environment: dict[str, Any]) -> None:
        with_own_identities(network, environment)
        published(network, environment)

    assert fabrikam.up(both) == EACH_ITS_OWN
    assert fabrikam.assignments() == before


def test_removing_a_published_agent_deletes_its_role_assignments_and_adding_it_back_restores_them(
    fabrikam: Fabrikam,
) -> None:
    fabrikam.up(published)
    before = fabrikam.assignments()

    assert fabrikam.up(published, without="compliance") == {("market-analysis", "use", "models")}
    assert fabrikam.has_no_orphaned_or_duplicate_assignments()
    assert fabrikam.up(published) == EACH_ITS_OWN
    assert fabrikam.has_no_orphaned_or_duplicate_assignments()
    assert len(fabrikam.assignments()) == len(before)


def test_removing_one_of_two_agents_with_a_shared_identity_keeps_only_the_other_agents_roles(
    fabrikam: Fabrikam,
) -> None:
    fabrikam.up()

    assert fabrikam.up(without="compliance") == {("market-analysis", "use", "models")}
    assert fabrikam.has_no_orphaned_or_duplicate_assignments()

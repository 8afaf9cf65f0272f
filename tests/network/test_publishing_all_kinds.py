"""Publishing an agent that holds something of every kind moves each grant; all new ones exist before one is removed."""

from pathlib import Path

import pytest

from localazure.azure import LocalAzure
from tests.network.publishing import (
    ASSIGNMENTS,
    Change,
    Fabrikam,
    each_has_its_own,
    one_is_published,
    published,
)


@pytest.fixture
def fabrikam(tmp_path: Path) -> Fabrikam:
    return Fabrikam(tmp_path / "dev.json")


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

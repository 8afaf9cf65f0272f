"""Tests that publishing moves roles on every kind of resource, and creates the new ones before deleting old ones."""

from pathlib import Path

import pytest

from localazure.azure import LocalAzure
from tests.network.publishing import (
    ASSIGNMENTS,
    Change,
    Fabrikam,
    only_compliance_published,
    published,
    with_own_identities,
)


@pytest.fixture
def fabrikam(tmp_path: Path) -> Fabrikam:
    return Fabrikam(tmp_path / "dev.json")


@pytest.mark.parametrize("change", [published, only_compliance_published, with_own_identities])
def test_agent_leaving_the_shared_identity_keeps_its_roles_on_storage_vault_models_and_cosmos_db(
    fabrikam: Fabrikam, change: Change
) -> None:
    """Cosmos DB has role assignments of its own, at the account."""
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
    assert fabrikam.has_no_orphaned_or_duplicate_assignments()


def test_publishing_agents_creates_all_new_role_assignments_before_deleting_any_old_one(
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

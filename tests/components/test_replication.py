"""Tests of the retries while a new identity is not replicated, on local Azure with that fault."""

import asyncio
from collections.abc import Callable

import pulumi
import pytest
from pulumi_azure_native import cosmosdb, managedidentity, resources

from components import replication
from components.replication import retry_while_principal_is_new
from localazure.arm.faults import NO_FAULTS, Faults
from localazure.run import Operation, RunResult, run

CONTRIBUTOR = "sqlRoleDefinitions/00000000-0000-0000-0000-000000000002"
OTHER_ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/other"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that the program waits, without waiting."""
    found: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        found.append(seconds)
        await sleep(0)

    monkeypatch.setattr(replication, "asyncio", type("Asyncio", (), {"sleep": staticmethod(noted)}))
    return found


def program(scope: Callable[[str], str] = lambda account: account) -> Callable[[], None]:
    """Return a program with two role assignments of a new identity in Cosmos DB, of which the second waits."""

    def registered() -> None:
        group = resources.ResourceGroup("rg", resource_group_name="rg", location="westeurope")
        account = cosmosdb.DatabaseAccount(
            "items",
            account_name="items-dev7",
            resource_group_name=group.name,
            location="westeurope",
            database_account_offer_type=cosmosdb.DatabaseAccountOfferType.STANDARD,
            locations=[cosmosdb.LocationArgs(location_name="westeurope", failover_priority=0)],
        )
        agent = managedidentity.UserAssignedIdentity("agent", resource_name_="agent", resource_group_name=group.name)
        cosmosdb.SqlResourceSqlRoleAssignment(
            "agent-may-write-items",
            role_assignment_id="0b1f2c3d-0000-4000-8000-00000000000c",
            account_name=account.name,
            resource_group_name=group.name,
            scope=account.id.apply(scope),
            principal_id=agent.principal_id,
            role_definition_id=account.id.apply(lambda known: f"{known}/{CONTRIBUTOR}"),
            opts=pulumi.ResourceOptions(hooks=retry_while_principal_is_new("items")),
        )

    return registered


def deploy(body: Callable[[], None], faults: Faults) -> RunResult:
    return run(body, project="tiny", stack="dev", config={}, operation=Operation.UP, faults=faults)


def test_role_assignment_in_cosmos_is_retried_until_the_new_identity_is_found(pauses: list[float]) -> None:
    result = deploy(program(), Faults(principal_replication=4))

    assert result.ok, result.failures
    assert pauses == [1, 2, 4, 8]
    assert [
        "agent-may-write-items: Azure has not replicated the new identity yet" in one for one in result.messages
    ] == [True] * 4


def test_role_assignment_in_cosmos_of_an_identity_that_is_found_at_once_is_not_retried(pauses: list[float]) -> None:
    assert deploy(program(), NO_FAULTS).ok
    assert pauses == []


def test_retries_of_an_identity_that_is_never_found_end_after_about_five_minutes(pauses: list[float]) -> None:
    result = deploy(program(), Faults(principal_replication=1000))

    (failure,) = result.failures
    assert "was not found in the AAD tenant(s)" in failure.message
    assert 280 <= sum(pauses) <= 330


def test_role_assignment_that_azure_refuses_for_another_reason_is_not_retried(pauses: list[float]) -> None:
    result = deploy(program(lambda _: OTHER_ACCOUNT), NO_FAULTS)

    (failure,) = result.failures
    assert "Could not parse property [scope]" in failure.message
    assert pauses == []


def test_program_has_no_retries_on_an_engine_without_error_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replication, "monitor_supports_feature", lambda _feature: False)

    assert deploy(program(), NO_FAULTS).ok
    assert [one.code for one in deploy(program(), Faults(principal_replication=1)).failures] == ["BadRequest"]

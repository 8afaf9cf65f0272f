"""Tests of Log Analytics workspaces in local Azure."""

import pytest

from localazure.azure import LocalAzure
from tests.localazure.samples import WORKSPACE, make
from tests.localazure.services.refusals import refusal


@pytest.mark.parametrize(
    ("sku", "days", "allowed"),
    [("PerGB2018", 29, "30 and 730"), ("PerGB2018", 731, "30 and 730"), ("Free", 30, "7")],
)
def test_log_analytics_retention_outside_the_range_of_its_sku_is_refused_by_local_azure(
    azure: LocalAzure, sku: str, days: int, allowed: str
) -> None:
    refused = refusal(azure, WORKSPACE, sku={"name": sku}, retentionInDays=days)

    assert refused.code == "BadRequest"
    assert str(days) in refused.message
    assert allowed in refused.message


def test_recreated_log_analytics_workspace_has_the_same_customer_id_in_local_azure(azure: LocalAzure) -> None:
    workspace, before = make(azure, WORKSPACE)
    azure.delete(WORKSPACE, workspace)

    assert make(azure, WORKSPACE)[1]["customerId"] == before["customerId"]


@pytest.mark.parametrize("name", ["abc", "-abcd", "abcd-", "a_bcd", "x" * 64])
def test_invalid_log_analytics_workspace_name_is_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    assert refusal(azure, WORKSPACE, workspaceName=name).code == "InvalidResourceName"

"""Tests of federated credentials: their subjects, their order, and the maximum of twenty per identity."""

import pytest
from pulumi_azure_native import managedidentity

from components.federation import MOST, ServiceAccount, trust
from tests.components.recorder import Recorded, record


def trusting(count: int) -> Recorded:
    def program() -> None:
        identity = managedidentity.UserAssignedIdentity("report", resource_name_="report", resource_group_name="group")
        trust(
            "report-is-trusted",
            [ServiceAccount("https://issuer.test/", f"space-{number:02}", "report") for number in range(count)],
            identity=identity,
            identity_name="report",
            resource_group_name="group",
            parent=identity,
        )

    return record(program)


def test_federated_credentials_of_an_identity_depend_on_each_other_in_turn() -> None:
    """Azure reports a conflict for two simultaneous writes of federated credentials of one identity."""
    recorded = trusting(3)

    first, second, third = recorded.all("FederatedIdentityCredential")
    assert recorded.one("UserAssignedIdentity").urn in first.dependencies
    assert first.urn in second.dependencies
    assert second.urn in third.dependencies


def test_each_federated_credential_trusts_one_service_account_of_one_namespace() -> None:
    recorded = trusting(2)

    assert [one.inputs["subject"] for one in recorded.all("FederatedIdentityCredential")] == [
        "system:serviceaccount:space-00:report",
        "system:serviceaccount:space-01:report",
    ]


def test_component_accepts_twenty_federated_credentials_per_identity() -> None:
    assert len(trusting(MOST).all("FederatedIdentityCredential")) == MOST


def test_component_refuses_a_twenty_first_federated_credential_of_an_identity() -> None:
    with pytest.raises(ValueError, match="would trust 21 service accounts; Azure accepts at most 20"):
        trusting(MOST + 1)

"""Which service accounts an identity trusts: one credential after another, and no more than Azure takes."""

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


def test_each_credential_waits_for_the_one_before() -> None:
    """Writing two of one identity at the same time is a conflict in Azure."""
    recorded = trusting(3)

    first, second, third = recorded.all("FederatedIdentityCredential")
    assert recorded.one("UserAssignedIdentity").urn in first.dependencies
    assert first.urn in second.dependencies
    assert second.urn in third.dependencies


def test_each_is_for_one_service_account_of_one_namespace() -> None:
    recorded = trusting(2)

    assert [one.inputs["subject"] for one in recorded.all("FederatedIdentityCredential")] == [
        "system:serviceaccount:space-00:report",
        "system:serviceaccount:space-01:report",
    ]


def test_as_many_as_azure_takes() -> None:
    assert len(trusting(MOST).all("FederatedIdentityCredential")) == MOST


def test_one_more_is_refused_before_anything_is_made() -> None:
    with pytest.raises(ValueError, match="would trust 21 service accounts; Azure takes 20"):
        trusting(MOST + 1)

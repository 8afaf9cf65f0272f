"""Local Azure does not run beside real credentials."""

import pytest

from localazure.ambient_credentials import VARIABLES, credentials_error


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_variable_that_holds_a_credential_is_refused_by_name_and_never_by_value(variable: str) -> None:
    refusal = credentials_error({variable: "true-value"})

    assert refusal is not None
    assert f"({variable})" in refusal
    assert f"env -u {variable} " in refusal
    assert "true-value" not in refusal


def test_all_of_them_are_named_at_once() -> None:
    refusal = credentials_error({"AZURE_CLIENT_SECRET": "x", "ARM_CLIENT_ID": "x", "HOME": "/root"})

    assert refusal is not None
    assert refusal.startswith("real Azure credentials are set (ARM_CLIENT_ID, AZURE_CLIENT_SECRET):")


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"ARM_CLIENT_ID": ""},
        {"ARM_USE_OIDC": "false", "ARM_USE_MSI": "0"},
        {"ARM_TENANT_ID": "t", "ARM_SUBSCRIPTION_ID": "s"},
    ],
)
def test_what_opens_nothing_is_no_reason_to_refuse(environment: dict[str, str]) -> None:
    assert credentials_error(environment) is None

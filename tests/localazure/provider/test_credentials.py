"""Tests that local Azure refuses to run with real credentials in the environment."""

import pytest

from localazure.ambient_credentials import VARIABLES, credentials_error


@pytest.mark.parametrize("variable", VARIABLES)
def test_azure_credential_variable_is_refused_by_name_without_its_value(variable: str) -> None:
    refusal = credentials_error({variable: "true-value"})

    assert refusal is not None
    assert f"({variable})" in refusal
    assert f"env -u {variable} " in refusal
    assert "true-value" not in refusal


def test_all_azure_credential_variables_are_named_in_one_error() -> None:
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
def test_tenant_and_subscription_id_variables_are_not_refused(environment: dict[str, str]) -> None:
    assert credentials_error(environment) is None

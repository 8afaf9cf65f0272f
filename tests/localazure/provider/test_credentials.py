"""Tests that local Azure refuses to run with real credentials in the environment."""

import pytest

from localazure.ambient_credentials import VARIABLES, credentials_error


@pytest.mark.parametrize("variable", VARIABLES)
def test_local_azure_refuses_an_azure_credential_variable_by_name_without_showing_its_value(variable: str) -> None:
    refusal = credentials_error({variable: "true-value"})

    assert refusal is not None
    assert f"({variable})" in refusal
    assert f"env -u {variable} " in refusal
    assert "true-value" not in refusal


def test_local_azure_names_all_set_azure_credential_variables_in_one_error() -> None:
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
def test_local_azure_accepts_tenant_and_subscription_variables_and_empty_or_false_credential_variables(
    environment: dict[str, str],
) -> None:
    assert credentials_error(environment) is None

"""Detects environment variables with real Azure credentials, with which local Azure refuses to run.

Owns the list and the error. Local Azure never runs with real credentials in the environment: a command typed in the
wrong shell would otherwise reach the wrong Azure silently. Ids of a tenant or a subscription alone open nothing
and are left out.
"""

from collections.abc import Mapping

# What the provider plugins read: `ProviderArgs` of pulumi-azure-native 3.29.0 and pulumi-azuread 6.11.1, and
# https://www.pulumi.com/registry/packages/azure-native/installation-configuration/ (Nov 2026).
_PROVIDER = (
    "ARM_ACCESS_KEY",
    "ARM_CLIENT_CERTIFICATE",
    "ARM_CLIENT_CERTIFICATE_PASSWORD",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_CLIENT_ID",
    "ARM_CLIENT_ID_FILE_PATH",
    "ARM_CLIENT_SECRET",
    "ARM_CLIENT_SECRET_FILE_PATH",
    "ARM_OIDC_REQUEST_TOKEN",
    "ARM_OIDC_TOKEN",
    "ARM_OIDC_TOKEN_FILE_PATH",
)
_PROVIDER_SWITCHES = ("ARM_USE_AKS_WORKLOAD_IDENTITY", "ARM_USE_MSI", "ARM_USE_OIDC")

# What Azure's SDKs read: EnvironmentCredential and WorkloadIdentityCredential,
# https://learn.microsoft.com/dotnet/api/azure.identity.environmentcredential (Nov 2026).
_SDK = (
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_PASSWORD",
)

VARIABLES = tuple(sorted((*_PROVIDER, *_PROVIDER_SWITCHES, *_SDK)))

_OFF = frozenset({"", "0", "false"})


def credentials_error(environment: Mapping[str, str]) -> str | None:
    """Return the error that names the variables with real credentials in `environment`, without values; else None."""
    found = [name for name in VARIABLES if _is_set(name, environment.get(name, ""))]
    if not found:
        return None
    unset = " ".join(f"-u {name}" for name in found)
    return (
        f"real Azure credentials are set ({', '.join(found)}): local Azure does not run with them; "
        f"unset them for this command, as in `env {unset} agent-network engine -- pulumi up`"
    )


def _is_set(name: str, value: str) -> bool:
    return value.lower() not in _OFF if name in _PROVIDER_SWITCHES else bool(value)

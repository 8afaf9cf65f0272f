"""Environment variables of a pipeline's sign-in: which identity it is, and what the engine and the SDKs read.

azblob, azurekeyvault and azure-identity read AZURE_*; azure-native reads the same if it is to use the default
credential, which it prefers to every other method (pulumi/pulumi-azure-native, provider/pkg/provider, 2026).
azuread reads ARM_*: a token file once, at its start, or the platform's address of ID tokens at each renewal
(hashicorp/terraform-provider-azuread, internal/provider/provider.go, 2026).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from release.errors import ReleaseError

__all__ = ["SIGN_IN_OF_PLATFORM", "TOKEN_FILE", "Identity", "engine_variables", "identity_of", "refused"]

TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105 (the name of a variable)
SIGN_IN_OF_PLATFORM = (
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_OIDCREQUESTURI",
)
"""Variables with which any process of the job gets tokens for any audience."""
_OTHER_SIGN_IN = (
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_USERNAME",
    "AZURE_PASSWORD",
    "ARM_CLIENT_SECRET",
    "ARM_CLIENT_SECRET_FILE_PATH",
    "ARM_CLIENT_CERTIFICATE",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_CLIENT_CERTIFICATE_PASSWORD",
    "ARM_ACCESS_KEY",
    "ARM_SAS_TOKEN",
    "ARM_OIDC_TOKEN",
    "ARM_OIDC_TOKEN_FILE_PATH",
    "ARM_OIDC_REQUEST_TOKEN",
    "ARM_OIDC_REQUEST_URL",
    "AZURE_STORAGE_KEY",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_SAS_TOKEN",
    TOKEN_FILE,
)
"""Variables that one of the readers would use in place of the token file, or next to it."""
_SETTING = "azure-native:subscriptionId"
"""Setting of a stack that azure-native prefers to ARM_SUBSCRIPTION_ID."""
_IDS = {
    "client id of the identity": ("AZURE_CLIENT_ID", "ARM_CLIENT_ID", "AZURESUBSCRIPTION_CLIENT_ID"),
    "tenant id": ("AZURE_TENANT_ID", "ARM_TENANT_ID", "AZURESUBSCRIPTION_TENANT_ID"),
    "subscription id": ("ARM_SUBSCRIPTION_ID", "AZURE_SUBSCRIPTION_ID", _SETTING),
}
"""Names of each id, the first of which a message recommends.

AzureCLI@2 sets AZURESUBSCRIPTION_CLIENT_ID, _TENANT_ID and _SERVICE_CONNECTION_ID for a connection with workload
identity federation, and no subscription (microsoft/azure-pipelines-tasks, Tasks/AzureCLIV2/azureclitask.ts, 2026).
"""


@dataclass(frozen=True)
class Identity:
    """Identity that a pipeline signs in as."""

    client_id: str
    tenant_id: str
    subscription_id: str


def identity_of(environment: Mapping[str, str], subscription: str = "") -> Identity:
    """Return the identity that the environment names.

    Args:
        environment: environment variables.
        subscription: subscription in the stack's file; empty if it names none.

    Raises:
        ReleaseError: an id is missing, is not a GUID, or has two values; with all such problems.
    """
    problems: list[str] = []
    given = {**environment, _SETTING: subscription}
    found = [_id(given, called, names, problems) for called, names in _IDS.items()]
    if problems:
        raise ReleaseError("\n".join(problems))
    return Identity(*found)


def refused(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a message for each variable that contradicts the sign-in with the pipeline's token, without its value."""
    for name in _OTHER_SIGN_IN:
        if environment.get(name):
            yield f"{name} is set, and could be used in place of the pipeline's sign-in; remove it from the environment"


def engine_variables(
    identity: Identity, file: Path, authority_host: str, *, service_connection: str = "", renews_itself: bool
) -> dict[str, str]:
    """Return the variables with which the engine, its plugins and the Azure SDK sign in.

    Args:
        identity: the pipeline's identity.
        file: file with a fresh token.
        authority_host: address of the cloud's sign-in.
        service_connection: id of the service connection of Azure Pipelines; empty on GitHub.
        renews_itself: True if azuread is to request each token from the platform; else it reads the file at its start.
    """
    variables = {
        "AZURE_CLIENT_ID": identity.client_id,
        "AZURE_TENANT_ID": identity.tenant_id,
        TOKEN_FILE: str(file),
        "AZURE_AUTHORITY_HOST": authority_host,
        # No other credential of the chain is tried: an error is that of this sign-in.
        "AZURE_TOKEN_CREDENTIALS": "WorkloadIdentityCredential",
        "ARM_USE_DEFAULT_AZURE_CREDENTIAL": "true",
        "ARM_SUBSCRIPTION_ID": identity.subscription_id,
        "ARM_TENANT_ID": identity.tenant_id,
        "ARM_CLIENT_ID": identity.client_id,
        "ARM_USE_OIDC": "true",
        "ARM_USE_CLI": "false",
        "ARM_USE_MSI": "false",
        # kubelogin, with which the engine signs in to clusters, reads AZURE_* then: "Using kubelogin with AKS",
        # azure.github.io/kubelogin, 2026.
        "AAD_LOGIN_METHOD": "workloadidentity",
    }
    if not renews_itself:
        variables["ARM_OIDC_TOKEN_FILE_PATH"] = str(file)
    elif service_connection:
        variables["ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID"] = service_connection
    return variables


def _id(environment: Mapping[str, str], called: str, names: tuple[str, ...], problems: list[str]) -> str:
    values = {name: environment[name].strip() for name in names if environment.get(name, "").strip()}
    distinct = {value.lower() for value in values.values()}
    if not values:
        problems.append(f"{names[0]} is missing; set it to the {called}")
        return ""
    if len(distinct) > 1:
        problems.append(f"{' and '.join(values)} are different; set only {names[0]}, to the {called}")
        return ""
    value = distinct.pop()
    try:
        return str(UUID(value))
    except ValueError:
        problems.append(f"{next(iter(values))} is not a GUID; set it to the {called}")
        return ""

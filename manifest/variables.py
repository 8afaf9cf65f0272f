"""Pydantic types of a container's environment variables: no reserved name, and no credential."""

import re
from typing import Annotated

from pydantic import AfterValidator

from manifest.message_formatting import quote_value
from safe_text.credentials import detect_credential, is_credential_name

__all__ = ["VariableName", "VariableValue"]

# Set by the platform ("Environment variables on Azure Container Apps" and "Managed identities in Azure Container
# Apps", Microsoft Learn, 2025).
_PLATFORM = re.compile(r"CONTAINER_APP_.*|IDENTITY_(ENDPOINT|HEADER)|MSI_(ENDPOINT|SECRET)|KUBERNETES_.*")
_RUNTIME = "AGENT_NETWORK_RUNTIME"
# Read by azure-identity ("Environment variables" in its README, 1.25): each of them would change the agent's identity.
_IDENTITY = re.compile(
    r"AZURE_(CLIENT_(ID|SECRET|CERTIFICATE_.*)|TENANT_ID|USERNAME|PASSWORD|FEDERATED_TOKEN_FILE|TOKEN_CREDENTIALS)"
)


def _variable(name: str) -> str:
    if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) is None:
        raise ValueError(
            f"{quote_value(name)} is not a valid variable name; write letters, digits and underscores, no digit first"
        )
    if _PLATFORM.fullmatch(name):
        raise ValueError(f"'{name}' is set by Container Apps; choose another name")
    if name == _RUNTIME:
        raise ValueError(f"'{name}' is set by the deployment for the agent's runtime library; choose another name")
    if _IDENTITY.fullmatch(name):
        raise ValueError(f"'{name}' would make the Azure SDK use another identity than the agent's; remove it")
    if is_credential_name(name):
        raise ValueError(
            f"'{name}' is a name for a credential, and no credential is stored here; put the value"
            " into a key vault and grant"
            " 'read' on a key-vault-secret"
        )
    return name


def _plain(value: str) -> str:
    if kind := detect_credential(value):
        raise ValueError(
            f"the value looks like {kind} (not shown), and no credential is stored here; put it into a key vault and"
            " grant 'read' on a key-vault-secret"
        )
    return value


VariableName = Annotated[str, AfterValidator(_variable)]
VariableValue = Annotated[str, AfterValidator(_plain)]

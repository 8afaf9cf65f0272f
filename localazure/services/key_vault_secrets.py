"""Checks that a container app may read the key vault secrets that its configuration refers to.

Part of the service `app.py`. Azure reads each secret when the app is created or changed, as the identity that is named
with it, and refuses the request with the code ContainerAppSecretKeyVaultUrlInvalid if it cannot
(microsoft/azure-container-apps#733; microsoft/azure-container-apps#1174).

Differences from Azure: whether a vault has the secret is not known; vaults outside this world, and vaults that it did
not create, are assumed to admit every identity that exists before the app.
"""

from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

from localazure.arm import ids
from localazure.arm.permissions import RequestedOperation, is_allowed
from localazure.arm.resource_type import Request, Values
from localazure.arm.world import Resource
from localazure.errors import AzureError

_VAULT = "azure-native:keyvault:Vault"
_DOMAIN = ".vault.azure.net"
_READ = "Microsoft.KeyVault/vaults/secrets/getSecret/action"


def secrets_can_be_read(request: Request) -> Iterator[AzureError]:
    """Yield an error for each key vault secret of a container app that the identity named with it cannot read."""
    for secret in cast("list[Values]", request.input("configuration.secrets") or []):
        url, named = str(secret.get("keyVaultUrl") or ""), str(secret.get("identity") or "")
        if not url or not named:
            continue
        why = _refusal(request, str(secret.get("name")), url, named)
        if why is not None:
            yield AzureError(
                "ContainerAppSecretKeyVaultUrlInvalid",
                f"field 'configuration.secrets' is invalid with details: unable to get value using managed identity"
                f" {named} for secret {secret.get('name')} ({url}): {why}",
            )


def _refusal(request: Request, secret: str, url: str, named: str) -> str | None:
    """Return the reason for which a key vault refuses a secret to an app's identity; None if it does not."""
    is_own = named.lower() == "system"
    if is_own and request.old is None:
        return (
            f"the dependencies form a circle: the app '{request.name}' needs the secret '{secret}', reading the secret"
            " needs a role of the app's system-assigned identity, and that identity begins with the app; read it with"
            " a user-assigned identity that has the role before, or add the secret after the role"
        )
    principal = request.world.find_owned_principal(request.id if is_own else named)
    if principal is None:
        return f"the identity '{named}' does not exist"
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    vault = request.world.find_unique(f"{_VAULT} {host.removesuffix(_DOMAIN)}") if host.endswith(_DOMAIN) else None
    if vault is None or vault.adopted:
        return None
    settings = cast("Values", vault.outputs.get("properties") or {})
    name = parts.path.strip("/").split("/")[1:2]
    if settings.get("enableRbacAuthorization"):
        place = f"{vault.id}/secrets/{name[0] if name else ''}"
        act = RequestedOperation(operation=_READ, data=True, place=place)
        if is_allowed(request.world, principal.id, act):
            return None
        needed = "assign Key Vault Secrets User, and let the app depend on the role assignment"
    elif _has_policy(vault, principal.id):
        return None
    else:
        needed = "add an access policy of the vault that lets it get secrets"
    return f"the identity '{ids.name_of(named)}' (principal {principal.id}) may not read it in '{vault.id}'; {needed}"


def _has_policy(vault: Resource, principal_id: str) -> bool:
    properties: Any = vault.outputs.get("properties") or {}
    for policy in cast("list[Values]", properties.get("accessPolicies") or []):
        rights = cast("list[str]", cast("Values", policy.get("permissions") or {}).get("secrets") or [])
        if str(policy.get("objectId")).lower() == principal_id.lower() and {"get", "all"} & {*map(str.lower, rights)}:
            return True
    return False

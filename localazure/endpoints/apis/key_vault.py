"""Key Vault's data plane in local Azure: signing with a key, reading a key, reading a secret.

Owns the challenge, the requests and their refusals: "Sign", "Get Key" and "Get Secret", REST reference of Key Vault
2025-07-01, Microsoft Learn, 2026; "Authentication, requests and responses" (the challenge) and "Azure Key Vault REST
API error codes", Microsoft Learn, 2025. A vault is one that a program made or refers to; its keys and secrets are given
by a test, as an import would make them. Allowed is what a role assignment allows at the key, the secret, or above.

Differences from Azure: only RS256 signs; vaults with access policies instead of roles refuse everything; networks are
not looked at.
"""

import time
from dataclasses import dataclass, replace

from localazure.arm.world import Resource
from localazure.endpoints.apis.bearer import Caller, InvalidToken, caller_of
from localazure.endpoints.apis.data_access import find_named, may
from localazure.endpoints.entra.tenant import Tenant
from localazure.endpoints.messages import Received, Reply, Values, json_reply
from localazure.endpoints.signed_tokens import MalformedToken, SigningKey, decoded, encoded

__all__ = ["HOST", "KeyVaults", "VaultKey"]

HOST = "*.vault.azure.net"
_VAULT = "azure-native:keyvault:Vault"
_AUDIENCES = frozenset({"https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"})
_SIGN, _READ = "Microsoft.KeyVault/vaults/keys/sign/action", "Microsoft.KeyVault/vaults/keys/read"
_GET_SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action"  # noqa: S105 - an operation
_DIGEST = 32


@dataclass(frozen=True, kw_only=True)
class VaultKey:
    """Key in a vault: the private key that only the vault has, and the operations that it allows."""

    key: SigningKey
    operations: tuple[str, ...] = ("sign",)
    enabled: bool = True
    version: str = "0123456789abcdef0123456789abcdef"


class KeyVaults:
    """Data planes of the key vaults in local Azure, with the keys and secrets that a test imports."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.keys: dict[tuple[str, str], VaultKey] = {}
        """Keys by vault and name."""
        self.secrets: dict[tuple[str, str], str] = {}
        """Values of secrets by vault and name."""

    def import_key(self, vault: str, name: str, key: SigningKey, operations: tuple[str, ...] = ("sign",)) -> str:
        """Import a key into a vault, and return the key's id, which has its version."""
        made = self.keys[vault, name] = VaultKey(key=key, operations=operations)
        return f"https://{vault}.vault.azure.net/keys/{name}/{made.version}"

    def respond(self, received: Received) -> Reply:
        """Return the response of a key vault to a request."""
        vault = find_named(self._tenant.directory.world, _VAULT, received.host)
        if vault is None:
            return _error(404, "VaultNotFound", f"The vault of the host {received.host} was not found.")
        try:
            caller = caller_of(self._tenant, received.token, _AUDIENCES)
        except InvalidToken as error:
            return self._challenge(str(error))
        reply = self._answer(vault, caller, received)
        return replace(reply, user=caller.user, client=caller.client)

    def _answer(self, vault: Resource, caller: Caller, received: Received) -> Reply:
        if not received.query.get("api-version"):
            return _error(400, "BadParameter", "api-version must be specified")
        name = vault.id.rpartition("/")[2].lower()
        match (received.method, *received.path.strip("/").split("/")):
            case ("GET", "keys", key, *_) if self._may(vault, caller, _READ, f"keys/{key}"):
                found = self.keys.get((name, key))
                return _missing("key", key) if found is None else json_reply(_row(received, key, found))
            case ("POST", "keys", key, *version, "sign") if self._may(vault, caller, _SIGN, f"keys/{key}"):
                found = self.keys.get((name, key))
                is_known = found is not None and version in ([], [""], [found.version])
                return self._sign(received, key, found) if found and is_known else _missing("key", key)
            case ("GET", "secrets", secret, *_) if self._may(vault, caller, _GET_SECRET, f"secrets/{secret}"):
                value = self.secrets.get((name, secret))
                where = f"https://{received.host}/secrets/{secret}"
                return _missing("secret", secret) if value is None else json_reply({"value": value, "id": where})
            case ("GET" | "POST", "keys" | "secrets", *_):
                return _forbidden(caller, vault)
            case _:
                return _error(404, "NotFound", "The resource was not found.")

    def _may(self, vault: Resource, caller: Caller, operation: str, inside: str) -> bool:
        properties = {**vault.inputs.get("properties", {}), **vault.outputs.get("properties", {})}
        by_roles = bool(properties.get("enableRbacAuthorization"))
        return by_roles and may(self._tenant.directory.world, caller, operation, f"{vault.id}/{inside}")

    def _sign(self, received: Received, name: str, found: VaultKey) -> Reply:
        body = received.json()
        if not found.enabled:
            return _error(403, "Forbidden", f"Operation sign is not allowed on a disabled key: {name}.")
        if "sign" not in found.operations:
            return _error(403, "Forbidden", f"Operation sign is not permitted on this key: {name}.")
        try:
            digest = decoded(str(body.get("value", "")))
        except MalformedToken:
            digest = b""
        if body.get("alg") != "RS256" or len(digest) != _DIGEST:
            return _error(400, "BadParameter", "alg must be RS256, and value a SHA-256 digest in base64url")
        where = f"https://{received.host}/keys/{name}/{found.version}"
        return json_reply({"kid": where, "value": encoded(found.key.signature(digest))})

    def _challenge(self, why: str) -> Reply:
        authorization = f"{self._tenant.authority_host}/{self._tenant.id}"
        header = f'Bearer authorization="{authorization}", resource="https://vault.azure.net"'
        return _error(401, "Unauthorized", f"AKV10000: {why}.", {"WWW-Authenticate": header})


def _row(received: Received, name: str, found: VaultKey) -> Values:
    public = found.key.public()
    where = f"https://{received.host}/keys/{name}/{found.version}"
    made = int(time.time())
    attributes = {"enabled": found.enabled, "created": made, "updated": made, "exportable": False}
    key = {"kid": where, "kty": "RSA", "key_ops": list(found.operations), "n": public["n"], "e": public["e"]}
    return {"key": key, "attributes": attributes}


def _missing(kind: str, name: str) -> Reply:
    code = f"{kind.capitalize()}NotFound"
    return _error(404, code, f"A {kind} with (name/id) {name} was not found in this key vault.")


def _forbidden(caller: Caller, vault: Resource) -> Reply:
    message = (
        "Caller is not authorized to perform action on resource. If role assignments, deny assignments or role"
        f" definitions were changed recently, please observe propagation time. Caller: appid={caller.client};"
        f"oid={caller.principal}. Vault: {vault.id.rpartition('/')[2]}."
    )
    inner = {"code": "ForbiddenByRbac"}
    return json_reply({"error": {"code": "Forbidden", "message": message, "innererror": inner}}, 403)


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    return json_reply({"error": {"code": code, "message": message}}, status, headers)

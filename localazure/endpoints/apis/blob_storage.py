"""Blob Storage's data plane in local Azure: writing, reading and deleting a blob with an access token.

Owns "Put Blob", "Get Blob" and "Delete Blob", REST reference of Blob Storage, Microsoft Learn, 2026, and the refusals
of "Authorize with Microsoft Entra ID", Microsoft Learn, 2025. Accounts and containers are those that a program made.
Allowed is what a role assignment allows, with its condition on the container's name and the blob's path.

Differences from Azure: keys, shared access signatures and anonymous reads are always refused; blobs have no properties
but their content; networks are not looked at.
"""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote

from localazure.arm.world import Resource
from localazure.endpoints.apis.bearer import Caller, InvalidToken, caller_of
from localazure.endpoints.apis.data_access import find_named, may
from localazure.endpoints.entra.tenant import Tenant
from localazure.endpoints.messages import Received, Reply

__all__ = ["HOST", "BlobStorage"]

HOST = "*.blob.core.windows.net"
_ACCOUNT = "azure-native:storage:StorageAccount"
_AUDIENCES = frozenset({"https://storage.azure.com", "e406a681-f3d4-42a8-90b6-c2b029497af1"})
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_CONTAINERS = "microsoft.storage/storageaccounts/blobservices/containers"
_XML = "application/xml"


class BlobStorage:
    """Blobs of the storage accounts in local Azure."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.blobs: dict[tuple[str, str, str], bytes] = {}
        """Content of the blobs by account, container and path."""

    def respond(self, received: Received) -> Reply:
        """Return the response of Blob Storage to a request."""
        world = self._tenant.directory.world
        name = received.host.partition(".")[0]
        account = find_named(world, _ACCOUNT, received.host)
        if account is None:
            return _error(404, "ResourceNotFound", f"The storage account {name} does not exist.")
        audiences = _AUDIENCES | {f"https://{received.host}"}
        try:
            caller = caller_of(self._tenant, received.token, audiences)
        except InvalidToken as error:
            return self._challenge(received, str(error))
        if not received.headers.get("x-ms-version"):
            return _error(400, "InvalidHeaderValue", "The header x-ms-version is required for an access token.")
        container, _, path = received.path.strip("/").partition("/")
        reply = self._answer(account, caller, received.method, (name, unquote(container), unquote(path)), received.body)
        return replace(reply, user=caller.user, client=caller.client)

    def _answer(self, account: Resource, caller: Caller, method: str, key: tuple[str, str, str], body: bytes) -> Reply:
        _, container, path = key
        place = f"{account.id}/blobServices/default/containers/{container}"
        there = key in self.blobs
        needed = {
            "GET": ("read",),
            "HEAD": ("read",),
            # A new blob can be added with less than the right to write.
            "PUT": ("write",) if there else ("write", "add/action"),
            "DELETE": ("delete",),
        }.get(method)
        if needed is None or not path:
            return _error(405, "UnsupportedHttpVerb", "The resource doesn't support the specified HTTP verb.")
        if not self._may(caller, place, container, path, needed):
            message = "This request is not authorized to perform this operation using this permission."
            return _error(403, "AuthorizationPermissionMismatch", message)
        if self._tenant.directory.world.get(place) is None:
            return _error(404, "ContainerNotFound", "The specified container does not exist.")
        if method == "PUT":
            self.blobs[key] = body
            return Reply(status=201)
        return self._existing(method, key)

    def _existing(self, method: str, key: tuple[str, str, str]) -> Reply:
        content = self.blobs.pop(key, None) if method == "DELETE" else self.blobs.get(key)
        if content is None:
            return _error(404, "BlobNotFound", "The specified blob does not exist.")
        return Reply(status=202) if method == "DELETE" else Reply(body=content, content_type="application/octet-stream")

    def _may(self, caller: Caller, place: str, container: str, path: str, needed: Iterable[str]) -> bool:
        attributes = {f"resource[{_CONTAINERS}:name]": container, f"resource[{_CONTAINERS}/blobs:path]": path}
        world = self._tenant.directory.world
        return any(may(world, caller, f"{_BLOBS}/{each}", place, attributes) for each in needed)

    def _challenge(self, received: Received, why: str) -> Reply:
        tenant = self._tenant
        where = f"{tenant.authority_host}/{tenant.id}/oauth2/authorize"
        header = f"Bearer authorization_uri={where} resource_id=https://storage.azure.com"
        if received.token:
            return _error(401, "InvalidAuthenticationInfo", f"{why}.", {"WWW-Authenticate": header})
        message = (
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."
        )
        return _error(401, "NoAuthenticationInformation", message, {"WWW-Authenticate": header})


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    text = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(
        status=status, body=text.encode(), headers={"x-ms-error-code": code, **(headers or {})}, content_type=_XML
    )

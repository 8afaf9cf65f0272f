"""Identity endpoint of containers: the local HTTP address where a container app gets tokens of its identities.

Owns which container may request which identity: the identities attached to the app whose lifecycle setting includes the
running stage ("Managed identities in Azure Container Apps", Microsoft Learn, 2025-06), and the answers of the endpoint
as MSAL for Python 1.39 and azure-identity 1.27 read them. The query has the resource as the client wrote it.

Differences from Azure: for an identity with lifecycle `None` the endpoint answers as if it was not attached; the answer
of Azure is not documented. Azure keeps a token up to 24 hours and issues it again; here each request gets a new one.
Each container has a path of its own, because all are on one machine.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import cast

from localazure.arm import ids
from localazure.arm.managed_identity import has_system_assigned, user_assigned_ids
from localazure.arm.world import Principal, Resource, Values
from localazure.endpoints.entra.refusals import EntraRefusal
from localazure.endpoints.entra.requested_scopes import known_resource
from localazure.endpoints.entra.role_grants import application_roles
from localazure.endpoints.entra.tenant import Recipient, Tenant
from localazure.endpoints.entra.workloads import CONTAINER_APP, nested, workload
from localazure.endpoints.messages import Received, Reply, json_reply

__all__ = ["Container", "IdentityEndpoint"]

_SELECTORS = ("client_id", "principal_id", "object_id", "mi_res_id")
_STAGES = {"main": {"All", "Main"}, "init": {"All", "Init"}}


@dataclass
class Container:
    """Running container of a container app, with the variables by which it reaches its identity endpoint."""

    app: str
    """Resource id of the container app."""
    stage: str
    url: str
    header: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment variables that the platform sets in the container now."""
        return {"IDENTITY_ENDPOINT": self.url, "IDENTITY_HEADER": self.header}

    def rotate_header(self) -> None:
        """Change the value of the header that the identity endpoint requires, as the platform does at times."""
        self.header = secrets.token_urlsafe(24)


class IdentityEndpoint:
    """Identity endpoints of the containers that a test has started."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._containers: dict[str, Container] = {}
        self.base = ""
        """Address of the HTTP server of all identity endpoints."""

    def start(self, agent: str, stage: str = "main") -> Container:
        """Start a container of an agent's container app, in its stage `main` or `init`, and return it.

        Raises:
            LookupError: local Azure has no such app, or several.
        """
        app = workload(self._tenant.directory.world, CONTAINER_APP, agent)
        if stage not in _STAGES:
            raise ValueError(f"no stage {stage!r} of a container; write main or init")
        key = secrets.token_hex(8)
        self._containers[key] = Container(app.id, stage, f"{self.base}/{key}/msi/token")
        return self._containers[key]

    def respond(self, received: Received) -> Reply:
        """Return the response of a container's identity endpoint to a request."""
        key, _, rest = received.path.strip("/").partition("/")
        container = self._containers.get(key)
        if container is None or rest != "msi/token" or received.method != "GET":
            return _refusal(404, "Not found.")
        if not compare_digest(received.headers.get("x-identity-header", "").encode(), container.header.encode()):
            return _refusal(401, "The header X-IDENTITY-HEADER is missing or wrong.")
        if received.query.get("api-version") != "2019-08-01":
            return _refusal(400, "The api-version is not supported; the supported one is 2019-08-01.")
        resource = received.query.get("resource", "")
        if not resource:
            return _refusal(400, "The parameter resource is missing.")
        identity = self._selected(container, received.query)
        if identity is None:
            message = (
                "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
            )
            return _refusal(400, message)
        return self._token(identity, resource)

    def _token(self, identity: Principal, resource: str) -> Reply:
        tenant = self._tenant
        try:
            api = known_resource(tenant, resource)
            roles = application_roles(tenant, identity.id, identity.client_id, ids.name_of(identity.owner), api)
        except EntraRefusal as refusal:
            # Which form a refusal of Entra has here is not documented.
            return _refusal(400, refusal.text, client=identity.client_id)
        more = {"xms_mirid": identity.owner}
        recipient = Recipient(resource=api, client=identity.client_id, proof="2", audience=resource)
        made = tenant.application_token(identity.id, recipient, roles, more=more)
        body: Values = {
            "access_token": made.text,
            "expires_on": str(made.claims["exp"]),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": identity.client_id,
        }
        return json_reply(body, client=identity.client_id)

    def _selected(self, container: Container, query: dict[str, str]) -> Principal | None:
        """Return the identity that a request selects among those of the container; None if it has no such identity."""
        world = self._tenant.directory.world
        app = world.get(container.app)
        if app is None:
            return None
        given = {name: query[name].lower() for name in _SELECTORS if query.get(name)}
        for resource_id, identity in self._attached(app):
            usable = _lifecycle(app, resource_id) in _STAGES[container.stage]
            named = {
                "client_id": identity.client_id,
                "principal_id": identity.id,
                "object_id": identity.id,
                "mi_res_id": identity.owner.lower(),
            }
            matches = resource_id == "system" if not given else all(named[each] == given[each] for each in given)
            if usable and matches:
                return identity
        return None

    def _attached(self, app: Resource) -> Iterator[tuple[str, Principal]]:
        world = self._tenant.directory.world
        own = world.find_owned_principal(app.id) if has_system_assigned(app.inputs) else None
        if own is not None:
            yield "system", own
        for each in user_assigned_ids(app.inputs):
            found = world.find_owned_principal(each)
            if found is not None:
                yield each, found


def _lifecycle(app: Resource, identity: str) -> str:
    configuration = nested(app.inputs, "configuration")
    for setting in cast("list[Values]", configuration.get("identitySettings") or []):
        if str(setting.get("identity")).lower() == identity.lower():
            return str(setting.get("lifecycle") or "All")
    return "All"


def _refusal(status: int, message: str, *, client: str = "") -> Reply:
    return json_reply({"statusCode": status, "message": message}, status, client=client)

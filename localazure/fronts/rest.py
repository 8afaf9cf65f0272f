"""HTTP API of local Azure: Azure Resource Manager, reads of Microsoft Graph, and the agents of Foundry projects.

Owns the URLs, and Resource Manager's form of resources: a resource by its id, its children, and the role assignments at
a scope. Writable are only types that are changed outside a program: role assignments, those of Cosmos DB, and an
agent's applications; everything else is the engine's to create. Has
no rule of Azure. What Azure changes asynchronously is changed at once here, but the answer has the URLs of the status,
and the first read of either is `InProgress`. Forms: the REST references of Azure RBAC
(2022-04-01), Azure Cosmos DB (2024-11-15) and Azure AI Foundry (2025-10-01-preview), Microsoft Learn.

Differences from Azure: a token is a random word of this run with its audience; every list is one page; of a filter only
`principalId eq '…'` counts. An agent is assumed to exist under any name; `DELETE` and `POST` of one delete and
create its own identity.
"""

import re
import secrets
from collections.abc import Iterator
from functools import cache
from hmac import compare_digest
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

from azure.core.credentials import AccessToken

from access.azure.assignment_types import ASSIGNMENTS
from access.azure.roles import Permission
from localazure.arm import ids
from localazure.arm.permissions import RequestedOperation, permissions_at
from localazure.arm.world import Resource, Values, World
from localazure.azure import LocalAzure
from localazure.errors import AzureError, LateRefusal, LocalAzureError
from localazure.fronts import graph_reads
from localazure.fronts.shared_world import SharedWorld
from localazure.fronts.status_reads import Reply, StatusReads
from localazure.services import catalogue, containerregistry, foundry

MANAGEMENT, AGENTS = "https://management.azure.com/.default", "https://ai.azure.com/.default"
GRAPH = "https://graph.microsoft.com/.default"
"""Audiences of access tokens for Resource Manager, for Foundry agents and for Microsoft Graph."""

_ROLES = "/providers/microsoft.authorization/roleassignments"
_PERMISSIONS = "/providers/microsoft.authorization/permissions"
_OF_PRINCIPAL = re.compile(r"principalId eq '([^']*)'", re.IGNORECASE)
_AGENTS_PATH = re.compile(
    r"/(?P<account>[^/.]+)\.services\.ai\.azure\.com/api/projects/(?P<project>[^/]+)/agents(?:/(?P<agent>[^/]+))?"
)
_WRITTEN = frozenset(
    {
        *ASSIGNMENTS,
        "azure-native:cognitiveservices:AgentApplication",
        "azure-native:cognitiveservices:AgentDeployment",
    }
)
_OUTER = frozenset({"name", "type", "location", "tags", "identity", "sku", "kind"})
_AGENTS = "Microsoft.CognitiveServices/accounts/AIServices/agents"
_VERBS = {"GET": "read", "POST": "write", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
_OK, _CREATED, _NO_CONTENT, _BAD_REQUEST = 200, 201, 204, 400


class LocalCredential:
    """Credential in the form of the Azure SDK, whose tokens only local Azure's HTTP API of this process accepts."""

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        """Return an access token for local Azure; the token has a random part and names the requested scopes."""
        return AccessToken(_token(*scopes), 4_102_444_800)


class RestApi:
    """HTTP API of local Azure on one simulated subscription."""

    def __init__(self, world: SharedWorld, caller: str = "") -> None:
        """Serve a state of local Azure to a caller, by principal id; without one, to an administrator."""
        self._world = world
        self._caller = caller
        self._catalogue = catalogue()
        self._operations = StatusReads()

    def handle(self, method: str, target: str, token: str, body: object = None) -> Reply:
        """Return the response of local Azure to one HTTP request; Azure's errors become error responses.

        Args:
            method: GET, PUT, PATCH, DELETE or POST.
            target: path and query.
            token: the text after `Bearer`.
            body: of a request that writes.
        """
        try:
            return self._answer(method, target, token, _object(body, "the body"))
        except AzureError as error:
            return Reply(error.status, {"error": {"code": error.code, "message": error.message}})
        except LocalAzureError as error:
            return Reply(_BAD_REQUEST, {"error": {"code": "BadRequest", "message": str(error)}})

    def _answer(self, method: str, target: str, token: str, body: Values) -> Reply:
        parts = urlsplit(target)
        path, query = unquote(parts.path).rstrip("/"), parse_qs(parts.query)
        of_agents = _AGENTS_PATH.fullmatch(path)
        of_graph = path.startswith(graph_reads.PREFIX)
        audience = AGENTS if of_agents else GRAPH if of_graph else MANAGEMENT
        if not compare_digest(token.encode(), _token(audience).encode()):
            raise AzureError(
                "InvalidAuthenticationToken", "the access token is missing, or was issued for another audience", 401
            )
        if of_graph and method == "GET":
            with self._world.reading() as azure:
                return Reply(_OK, graph_reads.graph_document(azure, path, parts.query))
        if "api-version" not in query and not of_graph:
            raise AzureError("MissingApiVersionParameter", "the query parameter api-version is missing")
        if of_agents:
            return self._agents(method, body, **of_agents.groupdict())
        if method != "GET":
            reply = self._write(method, path, body)
            urls = {name: f"{url}?{parts.query}" for name, url in reply.headers.items() if url.startswith("/")}
            return reply._replace(headers={**reply.headers, **urls})
        with self._world.reading() as azure:
            return self._read(azure, path, query.get("$filter", [""])[0], query["api-version"][0])

    def _read(self, azure: LocalAzure, path: str, filter_: str, version: str) -> Reply:
        world = azure.world
        operation = self._operations.find(path)
        if operation is not None:
            azure.read_status(operation, path)
            made = world.get(operation.resource_id)
            return self._operations.reply(operation, path, None if made is None else self._row(azure, made, version))
        if path.lower().endswith(_ROLES):
            azure.require(_list_operation("Microsoft.Authorization/roleAssignments", path[: -len(_ROLES)]))
            return Reply(_OK, {"value": list(_assignments(world, path[: -len(_ROLES)], filter_))})
        if path.lower().endswith(_PERMISSIONS):
            place = path[: -len(_PERMISSIONS)]
            azure.require(_list_operation("Microsoft.Authorization/permissions", place))
            held = permissions_at(world, self._caller, place)
            return Reply(_OK, {"value": [_permission_row(each) for each in held]})
        found, holder = world.get(path), world.get(path.rpartition("/")[0])
        if found is not None:
            return Reply(_OK, self._row(azure, found, version))
        if holder is None:
            raise _not_found(path)
        kind = ids.name_of(path).lower()
        azure.require(_list_operation(f"{ids.arm_type_of(holder.id)}/{kind}", holder.id))
        held = (one for one in world.children(holder.id) if one.id.rsplit("/", 2)[1].lower() == kind)
        return Reply(_OK, {"value": [self._row(azure, one, version) for one in held]})

    def _row(self, azure: LocalAzure, found: Resource, version: str) -> Values:
        known = azure.read(found.token, found.id)
        row = _row(found.id, known[1] if known else found.outputs)
        if found.token == containerregistry.REGISTRY:
            row["properties"] |= containerregistry.permissions_mode(found, version)
        if found.token == foundry.PROJECT:
            # What the portal calls the project's JSON view; only a legacy project has it.
            shared = foundry.shared_agent_identity_or_none(azure.world, found.id)
            if shared is not None:
                row["properties"] |= {"agentIdentity": {"agentIdentityId": shared.id}}
        return row

    def _write(self, method: str, path: str, body: Values) -> Reply:
        kind = self._catalogue.of(path)
        if kind is None or kind.token not in _WRITTEN or method not in {"PUT", "DELETE"}:
            raise AzureError(
                "MethodNotAllowed", f"'{path}' can be created only by a Pulumi program, not over HTTP", 405
            )
        named = kind.inputs_in(path)
        if named is None:
            raise _not_found(path)
        with self._world.reading() as azure:
            exclusive_scope = azure.exclusive_scope(kind.token, path, {})
        with self._world.exclusive_write(exclusive_scope), self._world.writing() as azure:
            there = azure.world.get(path) is not None
            if method == "DELETE":
                return self._operations.begin(azure.remove(kind.token, path), Reply(_OK if there else _NO_CONTENT))
            properties = _object(body.get("properties"), "properties")
            # The provider keeps the properties of some types in a block of their own.
            inputs = {**named, **({"properties": properties} if "cognitiveservices" in kind.token else properties)}
            wanted = inputs if there else azure.check(kind.token, inputs, name=ids.name_of(path))
            try:
                made, operation = azure.put(kind.token, wanted)
            except LateRefusal as error:
                return self._operations.begin_refused(azure.begin_write(kind.token, wanted), error)
            return self._operations.begin(operation, Reply(_OK if there else _CREATED, _row(path, made.outputs)))

    def _agents(self, method: str, body: Values, account: str, project: str, agent: str | None) -> Reply:
        with self._world.reading() if method == "GET" else self._world.writing() as azure:
            world = azure.world
            found = [one for one in world.resources.values() if _is_project(one, account, project)]
            if not found:
                raise _not_found(f"{account}/{project}")
            where = found[0].id
            azure.require(RequestedOperation(operation=f"{_AGENTS}/{_VERBS[method]}", data=True, place=where))
            if agent is None:
                rows = [_agent(world, where, name) for name in sorted({*_agents_of(world, where)})]
                return Reply(_OK, {"object": "list", "data": rows, "has_more": False})
            if method == "DELETE":
                world.remove_principal(f"{where}/agents/{agent}")
                return Reply(_OK, {"object": "agent.deleted", "name": agent, "deleted": True})
            if method == "POST":
                foundry.agent_identity(world, where, agent)
            if method == "PATCH":
                foundry.pin_version(world, where, agent, body)
            return Reply(_OK, _agent(world, where, agent))


def _permission_row(block: Permission) -> Values:
    """Return permissions in JSON: "Permissions - List For Resource Group", REST reference, Microsoft Learn, 2026."""
    return {
        "actions": list(block.actions),
        "notActions": list(block.not_actions),
        "dataActions": list(block.data_actions),
        "notDataActions": list(block.not_data_actions),
    }


def _list_operation(arm_type: str, place: str) -> RequestedOperation:
    return RequestedOperation(operation=f"{arm_type}/read", data=False, place=place)


def _token(*scopes: str) -> str:
    return f"local-azure-{_random_word()} for {' '.join(scopes)}"


@cache
def _random_word() -> str:
    """Return the random part of this process's tokens, so that no other program can know a token of a run."""
    return secrets.token_urlsafe(32)


def _object(value: object, what: str) -> Values:
    """Return a JSON object of a request; nothing counts as an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise AzureError("InvalidRequestContent", f"{what} must be a JSON object", _BAD_REQUEST)
    return cast("Values", value)


def _not_found(path: str) -> AzureError:
    return AzureError("ResourceNotFound", f"'{path}' was not found", 404)


def _row(where: str, outputs: Values) -> Values:
    """Return a simulated resource in the JSON form of Azure Resource Manager."""
    outer = {name: value for name, value in outputs.items() if name in _OUTER}
    inner = {name: value for name, value in outputs.items() if name not in _OUTER and name != "azureApiVersion"}
    nested = cast("Values", inner.pop("properties", {}))
    return {"id": where, "name": ids.name_of(where), **outer, "properties": {**nested, **inner}}


def _assignments(world: World, at: str, filter_: str) -> Iterator[Values]:
    """Return the role assignments at a scope, above it and below it, as JSON; a filter may name one principal."""
    wanted = _OF_PRINCIPAL.search(filter_)
    for one in world.resources.values():
        if one.token != "azure-native:authorization:RoleAssignment":  # noqa: S105 - a type token
            continue
        scope, place = str(one.outputs["scope"]).lower().strip("/"), at.lower().strip("/")
        near = _is_within(scope, place) or _is_within(place, scope)
        if near and (wanted is None or wanted[1].lower() == str(one.outputs["principalId"]).lower()):
            yield _row(one.id, one.outputs)


def _is_within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}/")


def _is_project(one: Resource, account: str, project: str) -> bool:
    parts = one.id.lower().split("/")
    return one.token == foundry.PROJECT and (parts[-3], parts[-1]) == (account.lower(), project.lower())


def _agents_of(world: World, project: str) -> Iterator[str]:
    """Return the names of a Foundry project's known agents: requested agents and published agents."""
    inside = f"{project}/".lower()
    for one in world.resources.values():
        if one.token == foundry.IDENTITY and one.id.lower().startswith(inside):
            yield from cast("list[str]", one.inputs.get("agents") or [])
        elif one.token.endswith(":AgentApplication") and one.id.lower().startswith(inside):
            listed = cast("list[Values]", one.outputs["properties"].get("agents") or [])
            yield from (str(each["agentName"]) for each in listed)
    for principal in world.principals.values():
        if principal.owner.lower().startswith(f"{inside}agents/"):
            yield ids.name_of(principal.owner)


def _agent(world: World, project: str, name: str) -> Values:
    """Return a Foundry agent in JSON form, with its own identity if it has one."""
    own = world.find_owned_principal(f"{project}/agents/{name}")
    identity = None if own is None else {"principal_id": own.id, "client_id": own.client_id}
    return {
        "object": "agent",
        "id": name,
        "name": name,
        "instance_identity": identity,
        "agent_endpoint": foundry.agent_endpoint("" if own is None else own.agent_version),
    }

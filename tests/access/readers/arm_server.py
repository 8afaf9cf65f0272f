"""Fake Azure Resource Manager over HTTP, with paging, error responses and a token check."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from azure.core.credentials import AccessToken

from access.azure.definitions import BUILT_IN
from access.azure.roles import Role
from access.model.graph import Graph, Unread
from access.readers.subscription import LISTED
from tests.access.readers.entra_objects import directory_of_stack
from tests.loopback_server import loopback_server

JsonObject = dict[str, Any]
SUBSCRIPTION = "10ca1000-0000-4000-8000-000000000001"
BASE = f"/subscriptions/{SUBSCRIPTION}"
AUTHORIZATION = f"{BASE}/providers/Microsoft.Authorization"
TOKEN = "not-a-secret"  # noqa: S105 - it opens nothing
TOKENS = {
    "https://management.azure.com/.default": TOKEN,
    "https://ai.azure.com/.default": f"{TOKEN}-for-agents",
    "https://graph.microsoft.com/.default": f"{TOKEN}-for-groups",
}
"""Token that the fake credential returns for each service."""


class Signed:
    """Fake credential that returns a fixed token per service."""

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        (scope,) = scopes
        return AccessToken(TOKENS[scope], 4_000_000_000)


class Arm:
    """State of the fake server: responses by path in lower case."""

    def __init__(self) -> None:
        self.lists: dict[str, list[JsonObject]] = {}
        self.objects: dict[str, JsonObject] = {}
        """Path at Microsoft Graph → object that it answers."""
        self.page_size = 1_000
        self.refused: dict[str, int] = {}
        """Path → status that it answers."""
        self.busy: dict[str, list[tuple[int, str]]] = {}
        """Path → statuses that it answers first, each with Retry-After."""
        self.shown_since: dict[str, str] = {}
        """Property → the first API version that shows it."""
        self.elsewhere = ""
        """Address of the next page, if it differs from the real one."""
        self.requested: list[tuple[str, float]] = []
        """Every request: path, and when."""
        self.endpoint = ""

    def put(self, path: str, rows: list[JsonObject]) -> None:
        self.lists[path.lower()] = rows

    def refuse(self, path: str, status: int = 403) -> None:
        self.refused[path.lower()] = status

    def answer(self, target: str, token: str) -> tuple[int, JsonObject, dict[str, str]]:
        parts = urlsplit(target)
        path, query = parts.path.lower(), {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.requested.append((path, monotonic()))
        of_agents, of_groups = ".services.ai.azure.com/" in path, path.startswith("/v1.0/")
        audience = "ai.azure.com" if of_agents else "graph.microsoft.com" if of_groups else "management.azure.com"
        if token != f"Bearer {TOKENS[f'https://{audience}/.default']}":
            return 401, {"error": {"code": "InvalidAuthenticationToken", "message": "no token"}}, {}
        if self.busy.get(path):
            status, wait = self.busy[path].pop(0)
            return status, {"error": {"code": "TooManyRequests"}}, {"Retry-After": wait}
        if unquote(path) in self.refused:
            return (
                self.refused[unquote(path)],
                {"error": {"code": "AuthorizationFailed", "message": "it is not yours"}},
                {},
            )
        assert of_groups or "api-version" in query
        whole = {"id": BASE, "state": "Enabled"} if path == BASE.lower() else self.objects.get(unquote(path))
        if whole is not None:
            return 200, whole, {}
        known = path in self.lists or of_groups
        if known and (of_agents or of_groups):
            return 200, self._agents(path, query) if of_agents else self._groups(path, query), {}
        return (200, self.page(parts.path, query), {}) if known else (404, {"error": {"code": "NotFound"}}, {})

    def page(self, path: str, query: dict[str, str]) -> JsonObject:
        rows, start = self.lists[path.lower()], int(query.get("$skiptoken", 0))
        shown = [self._shown(row, query["api-version"]) for row in rows[start : start + self.page_size]]
        page: JsonObject = {"value": shown}
        if start + self.page_size < len(rows):
            more = {**query, "$skiptoken": str(start + self.page_size)}
            joined = "&".join(f"{quote(name)}={quote(value)}" for name, value in more.items())
            page["nextLink"] = f"{self.elsewhere or self.endpoint}{path}?{joined}"
        return page

    def _shown(self, row: JsonObject, version: str) -> JsonObject:
        """Return a row without the properties that an API version does not have."""
        later = {name for name, since in self.shown_since.items() if version < since}
        properties: JsonObject = row.get("properties", {})
        if not later & properties.keys():
            return row
        return {**row, "properties": {name: value for name, value in properties.items() if name not in later}}

    def _groups(self, path: str, query: dict[str, str]) -> JsonObject:
        """Return one page of a principal's groups in the paging format of Microsoft Graph."""
        rows, start = self.lists.get(path, []), int(query.get("$skiptoken", 0))
        more = f"{self.elsewhere or self.endpoint}{path}?$skiptoken={start + self.page_size}"
        next_link = {"@odata.nextLink": more} if start + self.page_size < len(rows) else {}
        return {"value": rows[start : start + self.page_size], **next_link}

    def _agents(self, path: str, query: dict[str, str]) -> JsonObject:
        """Return one page of agents in the paging format of the Foundry API."""
        rows = self.lists[path]
        start = 1 + [row["id"] for row in rows].index(query["after"]) if "after" in query else 0
        page = rows[start : start + self.page_size]
        more = start + self.page_size < len(rows)
        return {"object": "list", "data": page, "has_more": more, "last_id": page[-1]["id"] if page else None}


def notes(graph: Graph) -> tuple[Unread, ...]:
    """Return the notes of a live graph, without those on everything that a reading of live Azure never shows."""
    return tuple(each for each in graph.unread if each.where.lower() != BASE.lower())


@contextmanager
def serving(arm: Arm) -> Generator[str]:
    """Run the fake server; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer, or each waits for the other side

        def do_GET(self) -> None:
            status, document, headers = arm.answer(self.path, self.headers.get("Authorization", ""))
            body = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    with loopback_server(Handler) as address:
        arm.endpoint = address
        yield arm.endpoint


def definition(role: Role) -> JsonObject:
    """Return a built-in role definition as Azure Resource Manager lists it."""
    blocks = [
        {
            "actions": list(each.actions),
            "notActions": list(each.not_actions),
            "dataActions": list(each.data_actions),
            "notDataActions": list(each.not_data_actions),
            "condition": each.condition,
            "conditionVersion": each.condition_version,
        }
        for each in role.permissions
    ]
    properties = {"roleName": role.name, "type": BUILT_IN, "permissions": blocks, "assignableScopes": ["/"]}
    return {"id": f"{AUTHORIZATION}/roleDefinitions/{role.id}", "name": role.id, "properties": properties}


def of_stack(rows: list[JsonObject], roles: list[Role]) -> Arm:
    """Return a fake server with the resources of a stack of local Azure."""
    arm = Arm()
    there = [_listed(row) for row in rows if row.get("id") and row["outputs"].get("type", "").startswith("Microsoft.")]
    of_type: dict[str, list[JsonObject]] = {name: [] for name in LISTED}
    for row in there:
        of_type.setdefault(row["type"].lower(), []).append(row)
    for name in LISTED:
        arm.put(f"{BASE}/providers/{name}", of_type[name])
    top = [row for row in there if row["type"].count("/") == 1 and "Authorization" not in row["type"]]
    top = [row for row in top if not row["type"].startswith(("Microsoft.Resources/", "Microsoft.Insights/"))]
    arm.put(f"{BASE}/resources", [{name: row[name] for name in row if name != "properties"} for row in top])
    arm.put(f"{AUTHORIZATION}/roleAssignments", of_type["microsoft.authorization/roleassignments"])
    arm.put(f"{AUTHORIZATION}/roleDefinitions", [definition(role) for role in roles])
    arm.put(f"{AUTHORIZATION}/denyAssignments", [])
    credentials = of_type.get("microsoft.managedidentity/userassignedidentities/federatedidentitycredentials", [])
    for row in of_type["microsoft.managedidentity/userassignedidentities"]:
        arm.put(f"{row['id']}/federatedIdentityCredentials", _within(credentials, row))
    for row in of_type["microsoft.app/containerapps"]:
        configs = of_type.get("microsoft.app/containerapps/authconfigs", [])
        arm.put(f"{row['id']}/authConfigs", _within(configs, row))
    for row in of_type["microsoft.documentdb/databaseaccounts"]:
        arm.put(f"{row['id']}/sqlRoleDefinitions", [])
        arm.put(f"{row['id']}/sqlRoleAssignments", of_type["microsoft.documentdb/databaseaccounts/sqlroleassignments"])
    projects = of_type.get(_PROJECTS, [])
    for row in of_type["microsoft.cognitiveservices/accounts"]:
        arm.put(f"{row['id']}/projects", _within(projects, row))
    for row in projects:
        arm.put(f"{row['id']}/applications", _within(of_type.get(f"{_PROJECTS}/applications", []), row))
        _put_agents(arm, row, rows)
    objects, lists = directory_of_stack(rows)
    arm.objects |= objects
    arm.lists |= lists
    return arm


_PROJECTS = "microsoft.cognitiveservices/accounts/projects"


def _within(rows: list[JsonObject], parent: JsonObject) -> list[JsonObject]:
    return [row for row in rows if row["id"].lower().startswith(f"{parent['id'].lower()}/")]


def _put_agents(arm: Arm, project: JsonObject, rows: list[JsonObject]) -> None:
    """Add the responses of a Foundry project's API about its agents and shared identity."""
    agents: dict[str, JsonObject] = {}
    for row in rows:
        if row["type"] == "pulumi-python:dynamic/foundry:AgentIdentity":
            fields, shared = row["outputs"], row["inputs"]["identity"] == "shared"
            own = None if shared else {"principal_id": fields["principal_id"]}
            agents |= {name: {"id": name, "name": name, "instance_identity": own} for name in fields["agents"]}
            if shared:
                project["properties"]["agentIdentity"] = {"agentIdentityId": fields["principal_id"]}
    address = project["properties"]["endpoints"]["AI Foundry API"].removeprefix("https:/")
    arm.put(f"{address}/agents", list(agents.values()))


def _listed(row: JsonObject) -> JsonObject:
    outer = {"name", "type", "location", "tags", "identity", "sku", "kind"}
    fields = {name: value for name, value in row["outputs"].items() if name in outer}
    inner = {name: value for name, value in row["outputs"].items() if name not in outer}
    # Some types nest their properties in the provider's form, too.
    return {"id": row["id"], **fields, "properties": inner.pop("properties", {}) | inner}

"""Builder for a small Pulumi program with an agent that acts for users, in every source format, and its declaration."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

from access.findings import Finding, check
from access.model.declared import Declared
from access.model.graph import Graph
from access.readers import export, pack, preview
from tests.access.readers.sources import exported, previewed, shown

Row = dict[str, Any]
Program = dict[str, Row]
"""Rows of a stack export by the resource's name."""

TENANT = "7e000000-0000-4000-8000-000000000001"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
APP = f"{GROUP}/providers/Microsoft.App/containerApps/ingestion"
PULL = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ingestion-pull"
CREDENTIAL = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ingestion-credential"
CREDENTIAL_ID, PULL_ID, OWN_ID = (f"c{number}000000-0000-4000-8000-000000000001" for number in (1, 2, 3))
CLIENT, OBJECT, PRINCIPAL = (f"a{number}000000-0000-4000-8000-000000000001" for number in (1, 2, 3))
PORTAL, REVIEWERS, OWNER = (f"b{number}000000-0000-4000-8000-000000000001" for number in (1, 2, 3))
GRAPH_API, DEVOPS = "00000003-0000-0000-c000-000000000000", "499b84ac-1321-427f-aa17-267ca6975798"
USER_READ, CODE = "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "b325850d-aa53-41ed-b77a-c5036b2f39fa"
MAIL = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca"
ROLE = "98485803-5bc8-5c6e-80c1-557be828584b"
ISSUER, AUDIENCE = f"https://login.microsoftonline.com/{TENANT}/v2.0", "api://AzureADTokenExchange"
TODAY = date(2026, 6, 1)

_ONE_EACH = frozenset({"AgentApplication", "Application", "ContainerApp", "ContainerAppAgent", "ServicePrincipal"})
_AGENT = "agent-network:index:ContainerAppAgent"


def entra(name: str) -> str:
    """Return the type token of a resource of `azuread`."""
    return f"azuread:index/{name[0].lower()}{name[1:]}:{name}"


def _urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::reviews::{kind}::{name}"


def row(kind: str, name: str, where: str = "", parent: str = "", **more: Any) -> Row:  # noqa: ANN401
    custom = not kind.startswith("agent-network:")
    found = {"urn": _urn(kind, name), "type": kind, "custom": custom, "id": where, **more}
    return found | ({"parent": parent} if parent else {})


def program() -> Program:
    """Return the resources of an agent that reviews code for users, as they are after a deployment."""
    agent = row(_AGENT, "ingestion", inputs={"subscription_id": SUBSCRIPTION.rpartition("/")[2]})
    within = agent["urn"]
    application = row("agent-network:index:AgentApplication", "ingestion", parent=within)
    inside = application["urn"]
    identities = [
        row(
            "azure-native:managedidentity:UserAssignedIdentity",
            name,
            where,
            within,
            inputs={"resourceName": name, "resourceGroupName": "rg"},
            outputs={"principalId": principal, "tenantId": TENANT},
        )
        for name, where, principal in (
            ("ingestion-pull", PULL, PULL_ID),
            ("ingestion-credential", CREDENTIAL, CREDENTIAL_ID),
        )
    ]
    app = row(
        "azure-native:app:ContainerApp",
        "ingestion",
        APP,
        within,
        inputs={
            "containerAppName": "ingestion",
            "resourceGroupName": "rg",
            "identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": [PULL, CREDENTIAL]},
            "configuration": {
                "identitySettings": [
                    {"identity": PULL, "lifecycle": "None"},
                    {"identity": CREDENTIAL, "lifecycle": "Main"},
                ]
            },
        },
        outputs={"identity": {"type": "SystemAssigned,UserAssigned", "principalId": OWN_ID}},
        propertyDependencies={"identity": [each["urn"] for each in identities]},
    )
    registration = row(
        entra("Application"),
        "ingestion-application",
        f"/applications/{OBJECT}",
        inside,
        inputs={
            "displayName": "reviews-ingestion-dev",
            "owners": [OWNER],
            "signInAudience": "AzureADMyOrg",
            "fallbackPublicClientEnabled": False,
            "api": {"requestedAccessTokenVersion": 2, "knownClientApplications": [PORTAL]},
            "appRoles": [{"id": ROLE, "value": "User.Access"}],
            "requiredResourceAccesses": [
                {"resourceAppId": GRAPH_API, "resourceAccesses": [{"id": USER_READ, "type": "Scope"}]},
                {"resourceAppId": DEVOPS, "resourceAccesses": [{"id": CODE, "type": "Scope"}]},
            ],
        },
        outputs={"clientId": CLIENT, "objectId": OBJECT},
    )
    principal = row(
        entra("ServicePrincipal"),
        "ingestion-service-principal",
        f"/servicePrincipals/{PRINCIPAL}",
        inside,
        inputs={"clientId": CLIENT, "appRoleAssignmentRequired": True, "owners": [OWNER]},
        outputs={"objectId": PRINCIPAL, "displayName": "reviews-ingestion-dev", "clientId": CLIENT},
        propertyDependencies={"clientId": [registration["urn"]]},
    )
    found = [
        agent,
        application,
        *identities,
        app,
        registration,
        principal,
        part(registration, "ApplicationPreAuthorized", "review-portal-may-send-users-to-ingestion", parent=inside)
        | {"inputs": {"applicationId": f"/applications/{OBJECT}", "authorizedClientId": PORTAL}},
        row(
            entra("AppRoleAssignment"),
            "reviewers-may-use-ingestion",
            "assignment-1",
            inside,
            inputs={"appRoleId": ROLE, "principalObjectId": REVIEWERS, "resourceObjectId": PRINCIPAL},
            propertyDependencies={"resourceObjectId": [principal["urn"]]},
        ),
        part(
            registration,
            "ApplicationFederatedIdentityCredential",
            "ingestion-application-trusts-its-credential",
            parent=within,
            depends={"subject": [identities[1]["urn"]]},
            displayName="ingestion-application-trusts-its-credential",
            issuer=ISSUER,
            subject=CREDENTIAL_ID,
            audiences=[AUDIENCE],
        ),
    ]
    return {_key(each): each for each in found}


def _key(one: Row) -> str:
    kind = one["type"].rpartition(":")[2]
    return kind if kind in _ONE_EACH else one["urn"].rpartition("::")[2]


def part(
    owner: Row,
    kind: str,
    name: str,
    *,
    parent: str = "",
    depends: dict[str, list[str]] | None = None,
    **inputs: Any,  # noqa: ANN401
) -> Row:
    """Return a resource that belongs to an application, or to a service principal."""
    of = "servicePrincipalId" if kind.startswith("ServicePrincipal") else "applicationId"
    return row(
        entra(kind),
        name,
        f"{owner['id']}/parts/{name}",
        parent,
        inputs={of: owner["id"], **inputs},
        propertyDependencies={of: [owner["urn"]], **(depends or {})},
    )


def add(rows: Program, kind: str, name: str, owner: str = "Application", **inputs: Any) -> Row:  # noqa: ANN401
    """Add a resource outside the agent's component that belongs to its application, or to its service principal."""
    rows[name] = part(rows[owner], kind, name, **inputs)
    return rows[name]


def identity(rows: Program, name: str, principal: str) -> Row:
    """Add a user-assigned identity outside the agent's component."""
    where = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
    inputs = {"resourceName": name, "resourceGroupName": "rg"}
    kind = "azure-native:managedidentity:UserAssignedIdentity"
    rows[name] = row(kind, name, where, inputs=inputs, outputs={"principalId": principal})
    return rows[name]


ACTS: Row = {
    "line": 7,
    "apis": {
        "microsoft-graph": {"client_id": GRAPH_API, "scopes": ["User.Read"]},
        "azure-devops": {"client_id": DEVOPS, "scopes": ["vso.code"]},
    },
    "callers": {"review-portal": PORTAL},
    "groups": {"reviewers": REVIEWERS},
    "consent": "users",
}
APPLICATION: Row = {"deployer_rights": "all", "owners": [OWNER]}
EXISTING: Row = {"client_id": CLIENT, "application": OBJECT, "service_principal": PRINCIPAL}


def declared(application: Row | None = None, **changes: Any) -> Declared:  # noqa: ANN401
    """Return the declared network of the program, with changes of `acts_for_users` and of the application."""
    acts = {"acts_for_users": {**ACTS, **changes}, "application": {**APPLICATION, **(application or {})}}
    agent = {"host": "container-app", "line": 6, "access": [], **acts}
    document = {"format": "agent-network-declared", "version": 1, "network": "reviews", "stack": "dev"}
    return Declared.from_json({**document, "agents": {"ingestion": agent}, "resources": {}})


Rows = list[Row]
SOURCES: dict[str, Callable[[Rows], Graph]] = {
    "export": lambda rows: export.read(exported(rows)),
    "preview": lambda rows: preview.read(previewed(rows)),
    "pack": lambda rows: pack.read(shown(rows)),
}
"""Source → its reader for the rows of a deployed program; a preview has none of the ids that Azure makes."""


def graphs(rows: Program) -> dict[str, Graph]:
    """Return the graph of a program from every source."""
    return {name: read(deepcopy(list(rows.values()))) for name, read in SOURCES.items()}


def findings(graph: Graph, network: Declared | None) -> list[Finding]:
    """Return the findings about a graph, without those about parts that have nothing to do with users."""
    return [one for one in check(graph, network, today=TODAY) if one.rule.id != "redundant-grant"]

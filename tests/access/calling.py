"""Builders for a small network in which `intake` may call `ingestion`, as rows of a stack export or of a preview."""

from typing import Any

from access.azure.roles import by_name
from access.model.declared import Declared, DeclaredAccess, DeclaredAgent
from access.model.graph import Graph
from tests.access.readers.programs import Row, app, graph_of, row

CALL, AS_USER = (by_name(name).id for name in ("Agent.Call", "User.Access"))
NO_ROLE = "00000000-0000-0000-0000-000000000000"
PRINCIPAL = "5e000000-0000-4000-8000-00000000000"
CALLERS = {name: f"principal-of-{name}" for name in ("ingestion", "intake", "other")}


def entra(name: str, resource: str, where: str = "", **more: Any) -> Row:  # noqa: ANN401 - any part of a row
    return row(f"azuread:index/{name[0].lower()}{name[1:]}:{name}", resource, where, **more)


def agent(name: str, *, deployed: bool = True, **configuration: Any) -> list[Row]:  # noqa: ANN401
    """Return the component of an agent and its Container App."""
    component = row("agent-network:index:ContainerAppAgent", name, inputs={"app_name": name})
    running = app(name, configuration=configuration, parent=component["urn"])
    if not deployed:
        running |= {"id": "", "outputs": {}, "inputs": {**running["inputs"], "resourceGroupName": "agents"}}
    return [component, running]


def application(
    name: str = "ingestion", *, deployed: bool = True, number: int = 1, roles: dict[str, str] | None = None
) -> list[Row]:
    """Return the component of an agent's Entra application, with the application and its service principal."""
    component = row("agent-network:index:AgentApplication", name, inputs={"display_name": name})
    found = {"Agent.Call": CALL, "User.Access": AS_USER} if roles is None else roles
    own = {"displayName": name, "appRoles": [{"id": guid, "value": value} for value, guid in found.items()]}
    made = entra("Application", f"{name}-application", inputs=own, parent=component["urn"])
    principal = entra(
        "ServicePrincipal",
        f"{name}-service-principal",
        inputs={"appRoleAssignmentRequired": True},
        propertyDependencies={"clientId": [made["urn"]]},
        parent=component["urn"],
    )
    if deployed:
        client = f"c1000000-0000-4000-8000-00000000000{number}"
        made |= {"id": f"/applications/a{number}", "outputs": {**own, "clientId": client, "objectId": f"a{number}"}}
        ids = {"objectId": f"{PRINCIPAL}{number}", "clientId": client}
        principal |= {"id": f"/servicePrincipals/{PRINCIPAL}{number}", "outputs": ids}
        principal["inputs"] = {**principal["inputs"], "clientId": client}
    return [component, made, principal]


def may_call(  # noqa: PLR0913 - one argument for each part of an assignment
    caller: str,
    callee: str = "ingestion",
    *,
    role: str = CALL,
    deployed: bool = True,
    number: int = 1,
    principal: str = "",
) -> Row:
    """Return the assignment of an app role, below the component of the caller."""
    inputs = {"appRoleId": role}
    depends: dict[str, list[str]] = {}
    if deployed:
        inputs |= {"principalObjectId": principal or CALLERS[caller], "resourceObjectId": f"{PRINCIPAL}{number}"}
    else:
        depends["resourceObjectId"] = [application(callee)[2]["urn"]]
        depends["principalObjectId"] = [agent(caller)[1]["urn"]]
    parent = agent(caller)[0]["urn"] if caller in CALLERS else ""
    return entra(
        "AppRoleAssignment",
        f"{caller}-may-call-{callee}",
        f"/servicePrincipals/{PRINCIPAL}{number}/appRoleAssignedTo/{caller}" if deployed else "",
        inputs=inputs,
        propertyDependencies=depends,
        parent=parent,
    )


def network(*more: Row, deployed: bool = True, roles: dict[str, str] | None = None) -> Graph:
    """Return the graph of three agents, of which `ingestion` has an application, with further rows."""
    agents = [each for name in CALLERS for each in agent(name, deployed=deployed)]
    return graph_of(*agents, *application(deployed=deployed, roles=roles), *more)


def declared(*calls: tuple[str, str]) -> Declared:
    """Return what network.yaml declares: the agents, and the calls as pairs of caller and callee."""
    line = {call: number for number, call in enumerate(calls, 10)}
    agents = {
        name: DeclaredAgent(
            name=name,
            host="container-app",
            access=tuple(DeclaredAccess(resource=to, verb="use", line=line[by, to]) for by, to in calls if by == name),
        )
        for name in CALLERS
    }
    return Declared(network="contoso", stack="dev", resources={}, agents=agents)

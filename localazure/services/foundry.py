"""Microsoft Foundry: projects in an Azure AI services account, their connections, and their published agents.

A project has up to two kinds of principals: the managed identity of its `identity` block, and the agent identities
that Foundry creates. Those of applications are in their outputs; the others are in no output of Resource
Manager, so that `shared_agent_identity` and `agent_identity` return them.

Facts, from Microsoft Learn: "Migrate from agent applications to the new agent endpoint and publishing experience",
2026-07-21 (every agent has an identity of its own from its creation; only agents that were created earlier, whose
`instance_identity` is null, share the one of their project, and none of them can be upgraded in place); "Publish and
share agents in Microsoft Foundry", 2026-06 (an application has a blueprint and an identity of its own, made and deleted
with it, and no grants of the project's; one protocol at a time; an agent's name is all that an application needs).
Names from the published types. That project management needs a managed identity of the account, which is looked at
when a project is made: hashicorp/terraform-provider-azurerm#30423. That an account with projects cannot be deleted is
a rule of the account.

A program reads the identities that no resource has with a dynamic resource, `foundry:AgentIdentity`, as
`components` makes it; here this module serves it, without a network.

Differences from Azure: agents exist in the data plane alone, so that any name of one is taken to exist, in any
version; nothing runs. An agent's own identity begins when it is first requested; a given id is assumed to be
one. A project is taken to be an earlier one, whose agents share an identity, once a program requests that identity.
The address in a project's `endpoints` has the name of the account as its host, whatever the account's subdomain is:
Azure's can have a host that does not resolve (microsoft/aspire#16846, 2026-05). What connections point at is not looked
at. Connections whose type carries a key, a token or a password are refused:
what local Azure is for has none. An existing account is taken to manage projects. The codes
ProjectsNotEnabled, ConnectionCarriesCredentials, IdentityIsComputed, AgentRequired, AgentHasOwnIdentity,
AgentNotInApplication, TooManyProtocols, HostedDeploymentRetired and ToolConnectionIncomplete are ours.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from access.azure.foundry_endpoints import LATEST
from localazure.arm import ids
from localazure.arm.common_rules import all_of, constant, kept_from_creation, off, on, system_data
from localazure.arm.permissions import Purpose, RequestedOperation
from localazure.arm.resource_type import (
    ComputedOutput,
    ExclusiveWrites,
    NameCheck,
    PlaceholderFunction,
    Request,
    ResourceType,
)
from localazure.arm.world import Principal, Resource, Values, World
from localazure.errors import AzureError
from localazure.services.cognitiveservices import ASYNCHRONOUS, OF_APPLICATIONS
from manifest import azure_naming_rules

PROJECT = "azure-native:cognitiveservices:Project"
APPLICATION = "azure-native:cognitiveservices:AgentApplication"
DEPLOYMENT = "azure-native:cognitiveservices:AgentDeployment"
IDENTITY = "pulumi-python:dynamic/foundry:AgentIdentity"
"""Dynamic resource that reads the identity of a Foundry agent."""
TOOL = "pulumi-python:dynamic/foundry:ToolConnection"
"""Dynamic resource for a connection to a tool, which acts with the identity of the agent that calls it."""

_ACCOUNT = (
    "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.CognitiveServices/accounts/{accountName}"
)
_PROJECT = f"{_ACCOUNT}/projects/{{projectName}}"
_APPLICATION = f"{_PROJECT}/applications"

# Types and names
_PROJECT_NAME = NameCheck(azure_naming_rules.FOUNDRY_PROJECT)
_CONNECTION_NAME = NameCheck(azure_naming_rules.FOUNDRY_CONNECTION)
_WITHOUT_CREDENTIALS = (
    *("AAD", "ManagedIdentity", "None", "ProjectManagedIdentity"),
    *("AgenticIdentity", "AgenticIdentityToken"),
)
_OF_AGENTS = ("AgenticIdentity", "AgenticIdentityToken")
_COMPUTED_IDENTITIES = ("agentIdentityBlueprint", "defaultInstanceIdentity")


# Agent identities
def shared_agent_identity(world: World, project_id: str) -> Principal:
    """Return the principal that the agents of a legacy project share; create it in local Azure if missing.

    Raises:
        AzureError: there is no such project.
    """
    return world.get_or_create_principal(_shared_identity_owner(_existing(world, project_id)))


def shared_agent_identity_or_none(world: World, project_id: str) -> Principal | None:
    """Return the principal that the agents of a legacy project share; None for a project that has none.

    Raises:
        AzureError: there is no such project.
    """
    return world.find_owned_principal(_shared_identity_owner(_existing(world, project_id)))


def agent_identity(world: World, project_id: str, agent_name: str) -> Principal:
    """Return the principal of one Foundry agent; create it in local Azure if missing.

    Raises:
        AzureError: there is no such project.
    """
    return world.get_or_create_principal(f"{_existing(world, project_id)}/agents/{agent_name}")


def recreate_agent(world: World, project_id: str, agent_name: str) -> Principal:
    """Delete and recreate a Foundry agent in local Azure, outside the program, which gives it a new identity.

    Raises:
        AzureError: there is no such project.
    """
    world.remove_principal(f"{_existing(world, project_id)}/agents/{agent_name}")
    return agent_identity(world, project_id, agent_name)


def agent_endpoint(version: str = "") -> Values:
    """Return the settings of a Foundry agent's endpoint: those that Azure gives an agent at its creation, or pinned.

    "Configure and share your agent", Microsoft Learn, 2026-04-14: all calls go to the latest version, and callers need
    a role. `AzureRbac` is the later name of `Entra`: "Configure agent endpoint authorization", Microsoft Learn, 2026.
    """
    latest = {"type": "FixedRatio", "agent_version": version or LATEST, "traffic_percentage": 100}
    return {
        "version_selector": {"version_selection_rules": [latest]},
        "authorization_schemes": [{"type": "AzureRbac"}],
        "protocol_configuration": {"responses": {}},
    }


def pin_version(world: World, project_id: str, agent_name: str, settings: Values) -> None:
    """Let the endpoint of a Foundry agent serve one version, by the settings of a request that changes the agent.

    "Configure and share your agent", Microsoft Learn, 2026-04-14. Local Azure has no versions of agents, so any version
    is accepted; the other settings of an endpoint cannot be changed here.

    Raises:
        AzureError: the agent has no endpoint, or the settings are anything but one version for all calls.
    """
    own = world.find_owned_principal(f"{_existing(world, project_id)}/agents/{agent_name}")
    if own is None:
        raise AzureError("ResourceNotFound", f"agent '{agent_name}' does not exist, or has no endpoint", 404)
    match settings:
        case {
            "agent_endpoint": {
                "version_selector": {
                    "version_selection_rules": [
                        {"type": "FixedRatio", "agent_version": str(version), "traffic_percentage": 100}
                    ],
                    **other,
                },
                **others,
            }
        } if version and not other and not others and len(settings) == 1:
            world.add_principal(replace(own, agent_version="" if version == LATEST else version))
        case _:
            raise AzureError(
                "BadRequest", "local Azure changes only the version that an agent's endpoint serves to all calls"
            )


def _existing(world: World, project_id: str) -> str:
    found = world.get(project_id)
    if found is None or found.token != PROJECT:
        raise AzureError("ResourceNotFound", f"the Foundry project '{project_id}' was not found", 404)
    return found.id


def _shared_identity_owner(project: str) -> str:
    return f"{project}/sharedAgentIdentity"


def _blueprint_owner(application: str) -> str:
    return f"{application}/agentIdentityBlueprint"


def _delete_agent_identities(world: World, project: Resource) -> None:
    world.remove_principal(_shared_identity_owner(project.id))
    agents = f"{project.id}/agents/".lower()
    for owner in [each.owner for each in world.principals.values() if each.owner.lower().startswith(agents)]:
        world.remove_principal(owner)


def _delete_blueprint_identity(world: World, application: Resource) -> None:
    world.remove_principal(_blueprint_owner(application.id))


# The dynamic resource that reads an agent's identity
def _identity_inputs(inputs: Values) -> tuple[str, list[str], bool]:
    agents = cast("list[str]", inputs.get("agents") or [])
    return str(inputs.get("project_id") or ""), agents, inputs.get("identity") == "shared"


def _project_placeholder(_world: World, inputs: Values) -> str:
    return _identity_inputs(inputs)[0]


def _agent_placeholder(_world: World, inputs: Values) -> str:
    _, agents, shared = _identity_inputs(inputs)
    return "shared" if shared or not agents else agents[0]


def _project_exists(request: Request) -> Iterator[AzureError]:
    project, agents, shared = _identity_inputs(request.inputs)
    found = request.world.get(project)
    if found is None or found.token != PROJECT:
        yield AzureError("ResourceNotFound", f"the Foundry project '{project}' was not found", 404)
    if not agents or (not shared and len(agents) > 1):
        yield AzureError(
            "AgentRequired", f"{len(agents)} agents are listed; an own agent identity belongs to exactly one agent"
        )
    for name in agents if shared else ():
        own = request.world.find_owned_principal(f"{project}/agents/{name}")
        if own is not None:
            yield AzureError(
                "AgentHasOwnIdentity",
                f"the agent '{name}' does not share the identity of its project, but has its own, {own.id}; remove"
                " 'identities: shared' from its project",
            )


def _identity_outputs(world: World, inputs: Values) -> Values:
    """Return the outputs of an agent identity: the principal id, and the ids that unpublished agents share."""
    project, agents, shared = _identity_inputs(inputs)
    if "given" in inputs:
        sharing = shared_agent_identity_or_none(world, project)
        return {"principal_id": inputs["given"], "shared": [] if sharing is None else [sharing.id]}
    found = shared_agent_identity(world, project) if shared else agent_identity(world, project, agents[0])
    return {"principal_id": found.id, "shared": []}


def _immutable_inputs(old: Values) -> tuple[str, ...]:
    """Return the immutable inputs of an agent identity: agents of an own identity, the kind of a shared identity."""
    return ("identity",) if _identity_inputs(old)[2] else ("agents",)


_IDENTITY_CHOICES: dict[str, PlaceholderFunction] = {"scope": _project_placeholder, "agentName": _agent_placeholder}


# Reasons to refuse a project
def _account_manages_projects(request: Request) -> Iterator[AzureError]:
    account = request.parent
    if account is None or account.adopted:
        return
    properties = cast("Values", account.inputs.get("properties") or {})
    if account.inputs.get("kind") != "AIServices" or properties.get("allowProjectManagement") is not True:
        yield AzureError(
            "ProjectsNotEnabled",
            f"the account '{ids.name_of(account.id)}' of kind '{account.inputs.get('kind')}' has no Foundry projects;"
            " use an account of kind AIServices with allowProjectManagement true",
        )
    elif str(cast("Values", account.inputs.get("identity") or {}).get("type", "None")) == "None":
        yield AzureError(
            "ProjectsNotEnabled",
            f"the account '{ids.name_of(account.id)}' cannot have Foundry projects without a managed identity; add"
            " an identity",
        )


# Reasons to refuse a connection
def _no_credentials(request: Request) -> Iterator[AzureError]:
    kind = request.input("properties.authType")
    if kind not in _WITHOUT_CREDENTIALS:
        yield AzureError(
            "ConnectionCarriesCredentials",
            f"the connection '{request.name}' of authType '{kind}' contains credentials, which would be in the"
            f" state; use one of the types {', '.join(_WITHOUT_CREDENTIALS)}",
        )


def _is_for_agents(request: Request) -> Iterator[AzureError]:
    project = str(request.inputs.get("project_id") or "")
    found = request.world.get(project)
    if found is None or found.token != PROJECT:
        yield AzureError("ResourceNotFound", f"the Foundry project '{project}' was not found", 404)
    kind, audience = request.input("properties.authType"), request.input("properties.audience")
    if kind not in _OF_AGENTS or not audience or not request.input("properties.target"):
        yield AzureError(
            "ToolConnectionIncomplete",
            f"the connection '{request.inputs.get('connection_name')}' of authType '{kind}' needs an authType of agents"
            f" ({', '.join(_OF_AGENTS)}), an audience and a target",
        )


def _project_of_tool(_world: World, inputs: Values) -> str:
    return str(inputs.get("project_id") or "")


def _name_of_tool(_world: World, inputs: Values) -> str:
    return str(inputs.get("connection_name") or "")


_TOOL_CHOICES: dict[str, PlaceholderFunction] = {"scope": _project_of_tool, "connectionName": _name_of_tool}


def _writing_tools(purpose: Purpose, request: Request) -> Iterator[RequestedOperation]:
    """Return the operation on connections that a request for a tool's connection requires."""
    inputs = request.inputs if request.old is None else {**request.old.inputs, **request.inputs}
    if purpose in {Purpose.READ, Purpose.WRITE, Purpose.DELETE}:
        operation = f"Microsoft.CognitiveServices/accounts/projects/connections/{purpose.value}"
        place = _project_of_tool(request.world, inputs)
        yield RequestedOperation(operation=operation, data=False, place=place)


# Reasons to refuse an application
def _identities_are_left_to_foundry(request: Request) -> Iterator[AzureError]:
    for name in _COMPUTED_IDENTITIES:
        if request.input(f"properties.{name}") is not None:
            yield AzureError("IdentityIsComputed", f"properties.{name} is set by Foundry; remove it from the inputs")


def _has_an_agent(request: Request) -> Iterator[AzureError]:
    if not all(agents_in(request.inputs)) or not agents_in(request.inputs):
        yield AzureError(
            "AgentRequired", f"the application '{request.name}' lists no agents; give at least one entry with agentName"
        )


# Reasons to refuse a deployment of agents
def _agents_belong_to_application(request: Request) -> Iterator[AzureError]:
    application = request.parent
    if application is None:
        return
    known, named = agents_in(application.inputs), agents_in(request.inputs)
    if not named:
        yield AzureError(
            "AgentRequired",
            f"the agent deployment '{request.name}' lists no agents; give at least one entry with agentName",
        )
    for name in named:
        if name not in known and not application.adopted:
            yield AzureError(
                "AgentNotInApplication",
                f"the agent '{name}' is not one of the application '{ids.name_of(application.id)}', whose agents are"
                f" {', '.join(map(repr, known))}",
            )


def _one_protocol(request: Request) -> Iterator[AzureError]:
    protocols = cast("list[Values]", request.input("properties.protocols") or [])
    if len(protocols) > 1:
        names = ", ".join(str(each.get("protocol")) for each in protocols)
        yield AzureError(
            "TooManyProtocols",
            f"the agent deployment '{request.name}' lists the protocols {names}; a deployment supports only one",
        )


def _is_not_hosted(request: Request) -> Iterator[AzureError]:
    # Its backend is retired since 2026-08-20: "Migrate hosted agents to the refreshed public preview", Microsoft Learn,
    # 2026-08.
    if request.input("properties.deploymentType") == "Hosted":
        yield AzureError(
            "HostedDeploymentRetired",
            f"the agent deployment '{request.name}' has deploymentType 'Hosted', which ran containers with replicas and"
            " is retired; create a version of the agent with its image instead",
        )


def agents_in(inputs: Values) -> list[str]:
    """Return the names of the agents in a Foundry application's inputs; an empty string for a missing name."""
    listed = cast("list[Values]", cast("Values", inputs.get("properties") or {}).get("agents") or [])
    return [str(each.get("agentName") or "") for each in listed]


# What reading identities requires
def _reading_identities(purpose: Purpose, request: Request) -> Iterator[RequestedOperation]:
    """Return the operations of reading agents in the data plane of a project, and the project's shared identity.

    "Manage hosted agents", Microsoft Learn, 2026-04. The dynamic resource reads them whenever it is not deleted, and so
    in a refresh, too.
    """
    inputs = request.inputs if request.old is None else {**request.old.inputs, **request.inputs}
    if purpose not in {Purpose.READ, Purpose.WRITE} or not inputs:
        return
    project, _, shared = _identity_inputs(inputs)
    if "given" not in inputs:
        yield RequestedOperation(
            operation="Microsoft.CognitiveServices/accounts/AIServices/agents/read", data=True, place=project
        )
    if shared or "given" in inputs:
        yield RequestedOperation(
            operation="Microsoft.CognitiveServices/accounts/projects/read", data=False, place=project
        )


# Outputs
def _project_endpoints(request: Request) -> Values:
    account = "" if request.parent is None else ids.name_of(request.parent.id).lower()
    return {"AI Foundry API": f"https://{account}.services.ai.azure.com/api/projects/{request.name}"}


def _is_first(request: Request) -> bool:
    account = "" if request.parent is None else request.parent.id
    return not any(each.token == PROJECT for each in request.world.children(account))


def _instance(request: Request) -> Values:
    return _identity(request, request.principal, "AgentInstance")


def _blueprint_identity(request: Request) -> Values:
    return _identity(request, request.world.get_or_create_principal(_blueprint_owner(request.id)), "AgentBlueprint")


def _identity(request: Request, principal: Principal, kind: str) -> Values:
    return {
        "kind": kind,
        "type": "System",
        "principalId": principal.id,
        "clientId": principal.client_id,
        "tenantId": request.world.tenant_id,
        "provisioningState": "Succeeded",
    }


_PROJECT_OUTPUTS: Mapping[str, ComputedOutput] = {
    "properties": constant({}),
    "properties.endpoints": _project_endpoints,
    "properties.isDefault": kept_from_creation("properties.isDefault", _is_first),
    "properties.provisioningState": constant("Succeeded"),
    "etag": lambda request: f'"{request.guid(json.dumps(request.inputs, sort_keys=True))}"',
    "systemData": system_data,
}
_APPLICATION_OUTPUTS: Mapping[str, ComputedOutput] = {
    "properties.agentIdentityBlueprint": _blueprint_identity,
    "properties.defaultInstanceIdentity": _instance,
    "properties.authorizationPolicy": constant({"type": "Default"}),
    "properties.isEnabled": on,
    "properties.provisioningState": constant("Succeeded"),
    "systemData": system_data,
}
_DEPLOYMENT_OUTPUTS: Mapping[str, ComputedOutput] = {
    "properties.deploymentId": lambda request: request.guid("deployment"),
    "properties.provisioningState": constant("Succeeded"),
    "properties.state": constant("Running"),
    "systemData": system_data,
}


_ONE_WRITE = ExclusiveWrites(arm_type="microsoft.cognitiveservices/accounts", code="RequestConflict")


def _connection(token: str, parent: str) -> ResourceType:
    return ResourceType(
        token,
        f"{parent}/connections/{{connectionName}}",
        name_check=_CONNECTION_NAME,
        rules=_no_credentials,
        outputs={"properties.isSharedToAll": off},
        adopted_inputs={"properties": {"authType": "AAD"}},
        exclusive_writes=_ONE_WRITE,
    )


TYPES = (
    ResourceType(
        PROJECT,
        _PROJECT,
        name_check=_PROJECT_NAME,
        asynchronous=ASYNCHRONOUS,
        rules=_account_manages_projects,
        outputs=_PROJECT_OUTPUTS,
        volatile=("etag", "systemData"),
        on_deleted=_delete_agent_identities,
        # An agent is not a resource, but callers get roles on it: "Configure and share your agent", 2026-04-14.
        data_plane_children=("agents",),
        adopted_inputs={"location": "westeurope"},
        exclusive_writes=_ONE_WRITE,
    ),
    _connection("azure-native:cognitiveservices:AccountConnection", _ACCOUNT),
    _connection("azure-native:cognitiveservices:ProjectConnection", _PROJECT),
    ResourceType(
        APPLICATION,
        f"{_APPLICATION}/{{name}}",
        asynchronous=OF_APPLICATIONS,
        rules=all_of(_identities_are_left_to_foundry, _has_an_agent),
        outputs=_APPLICATION_OUTPUTS,
        volatile=("systemData",),
        on_deleted=_delete_blueprint_identity,
        adopted_inputs={"properties": {}},
        exclusive_writes=_ONE_WRITE,
    ),
    ResourceType(
        DEPLOYMENT,
        f"{_APPLICATION}/{{appName}}/agentDeployments/{{deploymentName}}",
        asynchronous=OF_APPLICATIONS,
        rules=all_of(_agents_belong_to_application, _one_protocol, _is_not_hosted),
        outputs=_DEPLOYMENT_OUTPUTS,
        volatile=("systemData",),
        adopted_inputs={"properties": {}},
        exclusive_writes=_ONE_WRITE,
    ),
    ResourceType(
        IDENTITY,
        "{scope}/agentIdentities/{agentName}",
        computed_placeholders=_IDENTITY_CHOICES,
        data_plane=_reading_identities,
        rules=_project_exists,
        immutable=("project_id", "project_endpoint"),
        extra_immutable=_immutable_inputs,
        create_before_delete=True,
        outputs={
            "principal_id": lambda request: _identity_outputs(request.world, request.inputs)["principal_id"],
            "shared": lambda request: _identity_outputs(request.world, request.inputs)["shared"],
        },
        read_outputs=lambda world, resource: _identity_outputs(world, resource.inputs),
        inherits_location=False,
        adoptable=False,
        known_inputs=("project_id", "project_endpoint", "agents", "identity", "given", "principal_id", "shared"),
    ),
    ResourceType(
        TOOL,
        "{scope}/toolConnections/{connectionName}",
        computed_placeholders=_TOOL_CHOICES,
        data_plane=_writing_tools,
        rules=_is_for_agents,
        immutable=("project_id", "connection_name"),
        inherits_location=False,
        adoptable=False,
        known_inputs=("project_id", "connection_name", "properties"),
    ),
)

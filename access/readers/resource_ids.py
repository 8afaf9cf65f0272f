"""Where a resource is in Azure, also before Azure has said so.

Owns making up the id of what does not exist yet, from the names that its program gives it, so that what lies within
what can be told of a preview too. Such an id is the one that Azure will give, but for parts that nobody knows: a
subscription that no other id names is called `unknown`.
"""

import re
from collections.abc import Iterable, Iterator

from access.model.json_values import text
from access.readers.resource_state import State

_GROUP = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}"

# By type: the path below the resource group, with the inputs that name its parts; the last names the resource itself.
# "Resource naming" of the templates' reference, Microsoft Learn, 2026; names of inputs: azure-native 3.29.
PATHS = {
    "app:ContainerApp": "Microsoft.App/containerApps/{containerAppName}",
    "app:Job": "Microsoft.App/jobs/{jobName}",
    "app:ManagedEnvironment": "Microsoft.App/managedEnvironments/{environmentName}",
    "appconfiguration:ConfigurationStore": "Microsoft.AppConfiguration/configurationStores/{configStoreName}",
    "cognitiveservices:Account": "Microsoft.CognitiveServices/accounts/{accountName}",
    "cognitiveservices:Deployment": "Microsoft.CognitiveServices/accounts/{accountName}/deployments/{deploymentName}",
    "cognitiveservices:Project": "Microsoft.CognitiveServices/accounts/{accountName}/projects/{projectName}",
    "cognitiveservices:ProjectConnection": (
        "Microsoft.CognitiveServices/accounts/{accountName}/projects/{projectName}/connections/{connectionName}"
    ),
    "cognitiveservices:AgentApplication": (
        "Microsoft.CognitiveServices/accounts/{accountName}/projects/{projectName}/applications/{name}"
    ),
    "cognitiveservices:AgentDeployment": (
        "Microsoft.CognitiveServices/accounts/{accountName}/projects/{projectName}/applications/{appName}"
        "/agentDeployments/{deploymentName}"
    ),
    "containerregistry:Registry": "Microsoft.ContainerRegistry/registries/{registryName}",
    "containerservice:ManagedCluster": "Microsoft.ContainerService/managedClusters/{resourceName}",
    "cosmosdb:DatabaseAccount": "Microsoft.DocumentDB/databaseAccounts/{accountName}",
    "cosmosdb:SqlResourceSqlDatabase": (
        "Microsoft.DocumentDB/databaseAccounts/{accountName}/sqlDatabases/{databaseName}"
    ),
    "cosmosdb:SqlResourceSqlContainer": (
        "Microsoft.DocumentDB/databaseAccounts/{accountName}/sqlDatabases/{databaseName}/containers/{containerName}"
    ),
    "keyvault:Vault": "Microsoft.KeyVault/vaults/{vaultName}",
    "keyvault:Secret": "Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}",
    "managedidentity:UserAssignedIdentity": "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}",
    "managedidentity:FederatedIdentityCredential": (
        "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
        "/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}"
    ),
    "operationalinsights:Workspace": "Microsoft.OperationalInsights/workspaces/{workspaceName}",
    "search:Service": "Microsoft.Search/searchServices/{searchServiceName}",
    "servicebus:Namespace": "Microsoft.ServiceBus/namespaces/{namespaceName}",
    "servicebus:Queue": "Microsoft.ServiceBus/namespaces/{namespaceName}/queues/{queueName}",
    "servicebus:Topic": "Microsoft.ServiceBus/namespaces/{namespaceName}/topics/{topicName}",
    "servicebus:Subscription": (
        "Microsoft.ServiceBus/namespaces/{namespaceName}/topics/{topicName}/subscriptions/{subscriptionName}"
    ),
    "storage:StorageAccount": "Microsoft.Storage/storageAccounts/{accountName}",
    "storage:BlobServiceProperties": "Microsoft.Storage/storageAccounts/{accountName}/blobServices/{blobServicesName}",
    "storage:QueueServiceProperties": (
        "Microsoft.Storage/storageAccounts/{accountName}/queueServices/{queueServiceName}"
    ),
    "storage:BlobContainer": (
        "Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}"
    ),
    "storage:Queue": "Microsoft.Storage/storageAccounts/{accountName}/queueServices/default/queues/{queueName}",
}
_ATTACHED = {"monitor:DiagnosticSetting": ("resourceUri", "Microsoft.Insights/diagnosticSettings")}
"""By type of what belongs to another resource: the input that names that one, and its own ARM type."""

_PART = re.compile(r"\{(\w+)\}")
_SUBSCRIPTION = re.compile(r"(?:/subscriptions/|^)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/|$)", re.IGNORECASE)
_IN_GROUP = re.compile(r"/resourceGroups/([^/]+)", re.IGNORECASE)
_DEEPEST = 100


def _path(token: str) -> str:
    if token == "resources:ResourceGroup":  # noqa: S105 - a type token
        return _GROUP
    return f"{_GROUP}/providers/{PATHS[token]}" if token in PATHS else ""


def type_of_token(token: str) -> str:
    """The ARM type in lower case that azure-native calls so; the token itself where it is not among the paths."""
    provider, *rest = PATHS.get(token, token).lower().split("/")
    return "/".join((provider, *rest[::2]))


class Places:
    """The resources of one program by URN, and the id of each."""

    def __init__(self, states: Iterable[State]) -> None:
        self.states = tuple(states)
        self.by_urn: dict[str, State] = {}
        for state in self.states:
            self.by_urn.setdefault(state.urn, state)
        self._ids: dict[str, str] = {}
        told = list(_subscriptions(self.states))
        self._subscription = _only(subscription for subscription, _ in told)
        self._of_group: dict[str, set[str]] = {}
        for subscription, group in told:
            self._of_group.setdefault(group, set()).add(subscription)
        groups = (state.said("resourceGroupName") for state in self.states)
        self._group = _only(group for group in groups if group)

    def id_of(self, state: State) -> str:
        """The id of a resource: Azure's, else one made up from names, else its URN."""
        if state.id.startswith("/"):
            return state.id.rstrip("/")
        if state.urn not in self._ids:
            # Before it is known: what is attached to itself must not be asked for without end.
            self._ids[state.urn] = state.urn
            self._ids[state.urn] = self._made_up(state) or state.urn
        return self._ids[state.urn]

    def named(self, urns: Iterable[str]) -> list[State]:
        """Those resources of Azure that the program has under these URNs."""
        found = (self.by_urn.get(urn) for urn in urns)
        return [state for state in found if state is not None and state.token]

    def above(self, state: State) -> Iterator[State]:
        """What holds a resource, the nearest first."""
        seen = {state.urn}
        while state.parent in self.by_urn and state.parent not in seen:
            seen.add(state.parent)
            state = self.by_urn[state.parent]
            yield state

    def subscription_of(self, state: State, group: str) -> str:
        """The subscription that a resource is made in.

        As a component above it was told; else that of everything else in its resource group, or of everything at all.
        """
        for component in self.above(state):
            found = _SUBSCRIPTION.search(text(component.inputs, "subscription_id"))
            if found:
                return found[1]
        return _only(self._of_group.get(group.lower(), ())) or self._subscription or "unknown"

    def _made_up(self, state: State) -> str:
        if state.external:
            return ""
        if state.token in _ATTACHED:
            name, arm_type = _ATTACHED[state.token]
            holders = self.named(state.property_dependencies.get(name, ()))
            holder = text(state.inputs, name) or (self.id_of(holders[0]) if len(holders) == 1 else "")
            return f"{holder}/providers/{arm_type}/{state.said('name') or state.name}" if holder else ""
        path = _path(state.token)
        parts = {name: self._name(state, name) for name in _PART.findall(path) if name != "subscription"}
        if not path or not all(parts.values()):
            return ""
        return path.format(subscription=self.subscription_of(state, parts["resourceGroupName"]), **parts)

    def _name(self, state: State, part: str, depth: int = 0) -> str:
        """The name that stands for a part of a resource's path: its own input, or that of what the input comes from."""
        known = state.said(part)
        if known or depth > _DEEPEST:
            return known
        for other in self.named(state.property_dependencies.get(part, ())):
            if other is not state and f"{{{part}}}" in _path(other.token):
                return self._name(other, part, depth + 1)
        if _path(state.token).endswith(f"{{{part}}}"):
            return state.name
        return self._group if part == "resourceGroupName" else ""


def _subscriptions(states: Iterable[State]) -> Iterator[tuple[str, str]]:
    """The subscriptions that are mentioned, each with the resource group in it, where there is one."""
    for state in states:
        own = text(state.inputs, "subscription_id"), text(state.inputs, "resource_group_name")
        ids = ((value, "") for value in (state.id, state.said("scope"), state.said("roleDefinitionId")))
        for value, group in (own, *ids):
            found = _SUBSCRIPTION.search(value)
            if found:
                inside = _IN_GROUP.match(value, found.end())
                yield found[1].lower(), (inside[1] if inside else group).lower()


def _only(values: Iterable[str]) -> str:
    """The value that all of them are; empty where there are several, or none."""
    found = set(values)
    return found.pop() if len(found) == 1 else ""

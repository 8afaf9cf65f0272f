"""Sample inputs for each resource type of local Azure, and the resources that must exist before the sample.

A new type has a row here, or the contract tests fail.
"""

from dataclasses import dataclass, field

from access.azure.roles import by_name, definition_id
from localazure.arm.world import SUBSCRIPTION_ID, TENANT_ID, Values, World
from localazure.azure import LocalAzure
from localazure.services import catalogue

GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg"
IN_GROUP: Values = {"resourceGroupName": "rg", "location": "westeurope"}

RESOURCE_GROUP = "azure-native:resources:ResourceGroup"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"
ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment"
CUSTOM_ROLE = "azure-native:authorization:RoleDefinition"
WORKSPACE = "azure-native:operationalinsights:Workspace"
SETTING = "azure-native:monitor:DiagnosticSetting"
ENVIRONMENT = "azure-native:app:ManagedEnvironment"
APP = "azure-native:app:ContainerApp"
AUTHENTICATION = "azure-native:app:ContainerAppsAuthConfig"
BUS = "azure-native:servicebus:Namespace"
BUS_QUEUE = "azure-native:servicebus:Queue"
BUS_TOPIC = "azure-native:servicebus:Topic"
BUS_SUBSCRIPTION = "azure-native:servicebus:Subscription"
SEARCH = "azure-native:search:Service"
REGISTRY = "azure-native:containerregistry:Registry"
STORAGE = "azure-native:storage:StorageAccount"
BLOBS = "azure-native:storage:BlobServiceProperties"
CONTAINER = "azure-native:storage:BlobContainer"
QUEUES = "azure-native:storage:QueueServiceProperties"
STORAGE_QUEUE = "azure-native:storage:Queue"
VAULT = "azure-native:keyvault:Vault"
VAULT_KEY = "azure-native:keyvault:Key"
MODELS = "azure-native:cognitiveservices:Account"
DEPLOYMENT = "azure-native:cognitiveservices:Deployment"
PROJECT = "azure-native:cognitiveservices:Project"
ACCOUNT_CONNECTION = "azure-native:cognitiveservices:AccountConnection"
PROJECT_CONNECTION = "azure-native:cognitiveservices:ProjectConnection"
AGENT_APPLICATION = "azure-native:cognitiveservices:AgentApplication"
AGENT_DEPLOYMENT = "azure-native:cognitiveservices:AgentDeployment"
AGENT_IDENTITY = "pulumi-python:dynamic/foundry:AgentIdentity"
TOOL_CONNECTION = "pulumi-python:dynamic/foundry:ToolConnection"
DATA_PERMISSIONS = "pulumi-python:dynamic/preflight:DataPermissions"
DELETED_RESOURCES = "pulumi-python:dynamic/deletion:DeletedResources"
CLUSTER = "azure-native:containerservice:ManagedCluster"
KUBERNETES = "pulumi:providers:kubernetes"
NAMESPACE = "kubernetes:core/v1:Namespace"
SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
SERVICE = "kubernetes:core/v1:Service"
PODS = "kubernetes:apps/v1:Deployment"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
CONFIGURATION = "azure-native:appconfiguration:ConfigurationStore"
COSMOS = "azure-native:cosmosdb:DatabaseAccount"
COSMOS_DATABASE = "azure-native:cosmosdb:SqlResourceSqlDatabase"
COSMOS_CONTAINER = "azure-native:cosmosdb:SqlResourceSqlContainer"
GET_SERVICE_PRINCIPAL = "azuread:index/getServicePrincipal:getServicePrincipal"
ENTRA_APPLICATION = "azuread:index/application:Application"
IDENTIFIER_URI = "azuread:index/applicationIdentifierUri:ApplicationIdentifierUri"
PRE_AUTHORIZED = "azuread:index/applicationPreAuthorized:ApplicationPreAuthorized"
FEDERATED_CREDENTIAL = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
SERVICE_PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
APP_ROLE_ASSIGNMENT = "azuread:index/appRoleAssignment:AppRoleAssignment"
PERMISSION_GRANT = "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"
COSMOS_ASSIGNMENT = "azure-native:cosmosdb:SqlResourceSqlRoleAssignment"

IDENTITY_ID = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/agent-pull"
WORKSPACE_ID = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/network-dev"
ENVIRONMENT_ID = f"{GROUP}/providers/Microsoft.App/managedEnvironments/network-dev"
BUS_ID = f"{GROUP}/providers/Microsoft.ServiceBus/namespaces/network-dev7"
SEARCH_ID = f"{GROUP}/providers/Microsoft.Search/searchServices/network-dev7"
REGISTRY_ID = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/networkdev7"
VAULT_ID = f"{GROUP}/providers/Microsoft.KeyVault/vaults/network-dev7"
MODELS_ID = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/network-openai-dev7"
PROJECT_ID = f"{MODELS_ID}/projects/network-dev"
CLUSTER_ID = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/network-dev"
CONFIGURATION_ID = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/network-dev7"
STORAGE_ID = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/networkdev7"
COSMOS_ID = f"{GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/network-dev7"
COSMOS_READER = f"{COSMOS_ID}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001"
FOUNDRY: Values = {
    "kind": "AIServices",
    "identity": {"type": "SystemAssigned"},
    "properties": {"customSubDomainName": "network-openai-dev7", "allowProjectManagement": True},
}
"""AI Services account in which Foundry projects can be created."""
IN_NAMESPACE: Values = {"namespace": "report", "name": "report"}
PRINCIPAL_ID = World().get_or_create_principal(IDENTITY_ID).id

_AN_APPLICATION: Values = {
    "displayName": "ingestion",
    "api": {
        "requestedAccessTokenVersion": 2,
        "oauth2PermissionScopes": [
            {
                "id": "0b1f2c3d-0000-4000-8000-0000000000e1",
                "value": "user_impersonation",
                "adminConsentDisplayName": "Use the agent",
                "adminConsentDescription": "Lets a client use the agent for a user",
            }
        ],
    },
    "appRoles": [
        {
            "id": "0b1f2c3d-0000-4000-8000-0000000000e2",
            "value": "User.Access",
            "displayName": "User",
            "description": "May use the agent",
            "allowedMemberTypes": ["User"],
        }
    ],
}


def application_ids() -> tuple[str, str, str]:
    """Return the object id and the client id of the sample application, and the id of its service principal."""
    azure = LocalAzure(World())
    _, outputs = azure.create(ENTRA_APPLICATION, _AN_APPLICATION)
    _, of_principal = azure.create(SERVICE_PRINCIPAL, {"clientId": outputs["clientId"]})
    return str(outputs["objectId"]), str(outputs["clientId"]), str(of_principal["objectId"])


APPLICATION_OBJECT_ID, APPLICATION_CLIENT_ID, SERVICE_PRINCIPAL_ID = application_ids()
APPLICATION_ID = f"/applications/{APPLICATION_OBJECT_ID}"
GROUP_OF_USERS = "0b1f2c3d-0000-4000-8000-0000000000f1"
GRAPH_ID = str(LocalAzure(World()).invoke(GET_SERVICE_PRINCIPAL, {"displayName": "Microsoft Graph"})["objectId"])


def role_id(name: str) -> str:
    """Return the role definition id of a role in local Azure's subscription."""
    return definition_id(by_name(name), SUBSCRIPTION_ID)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Sample of one resource type: valid inputs and the resources it depends on."""

    inputs: Values
    needs: tuple[str, ...] = ()
    """Resource types whose samples must be created before."""
    needs_as: dict[str, Values] = field(default_factory=dict[str, Values])
    """Changed inputs for the resources in `needs`."""
    changes: dict[str, object] = field(default_factory=dict[str, object])
    """Another value for each immutable property of the type, except names."""
    repeatable: bool = False
    """True if creating it twice makes two resources, as Entra chooses the id of an application."""
    code: str = "Conflict"
    """Error code of creating it twice."""


SAMPLES: dict[str, Sample] = {
    ENTRA_APPLICATION: Sample(
        inputs=_AN_APPLICATION,
        changes={"templateId": "0b1f2c3d-0000-4000-8000-0000000000e9"},
        repeatable=True,
    ),
    IDENTIFIER_URI: Sample(
        inputs={"applicationId": APPLICATION_ID, "identifierUri": f"api://{APPLICATION_CLIENT_ID}"},
        needs=(ENTRA_APPLICATION,),
        changes={"applicationId": f"/applications/{GROUP_OF_USERS}", "identifierUri": "api://other"},
        code="ImportRequired",
    ),
    PRE_AUTHORIZED: Sample(
        inputs={
            "applicationId": APPLICATION_ID,
            "authorizedClientId": "0b1f2c3d-0000-4000-8000-0000000000c1",
            "permissionIds": ["0b1f2c3d-0000-4000-8000-0000000000e1"],
        },
        needs=(ENTRA_APPLICATION,),
        changes={
            "applicationId": f"/applications/{GROUP_OF_USERS}",
            "authorizedClientId": "0b1f2c3d-0000-4000-8000-0000000000c2",
        },
        code="ImportRequired",
    ),
    FEDERATED_CREDENTIAL: Sample(
        inputs={
            "applicationId": APPLICATION_ID,
            "displayName": "on-behalf-of",
            "audiences": ["api://AzureADTokenExchange"],
            "issuer": f"https://login.microsoftonline.com/{TENANT_ID}/v2.0",
            "subject": PRINCIPAL_ID,
        },
        needs=(ENTRA_APPLICATION,),
        changes={"applicationId": f"/applications/{GROUP_OF_USERS}", "displayName": "another-name"},
        code="Request_MultipleObjectsWithSameKeyValue",
    ),
    SERVICE_PRINCIPAL: Sample(
        inputs={"clientId": APPLICATION_CLIENT_ID, "appRoleAssignmentRequired": True},
        needs=(ENTRA_APPLICATION,),
        changes={"clientId": GROUP_OF_USERS},
        code="ImportRequired",
    ),
    APP_ROLE_ASSIGNMENT: Sample(
        inputs={
            "appRoleId": "0b1f2c3d-0000-4000-8000-0000000000e2",
            "principalObjectId": GROUP_OF_USERS,
            "resourceObjectId": SERVICE_PRINCIPAL_ID,
        },
        needs=(SERVICE_PRINCIPAL,),
        changes=dict.fromkeys(("appRoleId", "principalObjectId", "resourceObjectId"), APPLICATION_CLIENT_ID),
        code="Request_BadRequest",
    ),
    PERMISSION_GRANT: Sample(
        inputs={
            "claimValues": ["User.Read"],
            "resourceServicePrincipalObjectId": GRAPH_ID,
            "servicePrincipalObjectId": SERVICE_PRINCIPAL_ID,
        },
        needs=(SERVICE_PRINCIPAL,),
        changes=dict.fromkeys(
            ("resourceServicePrincipalObjectId", "servicePrincipalObjectId", "userObjectId"), APPLICATION_CLIENT_ID
        ),
        code="Request_MultipleObjectsWithSameKeyValue",
    ),
    RESOURCE_GROUP: Sample(inputs={"resourceGroupName": "rg", "location": "westeurope"}),
    IDENTITY: Sample(inputs={**IN_GROUP, "resourceName": "agent-pull"}, needs=(RESOURCE_GROUP,)),
    CREDENTIAL: Sample(
        inputs={
            "resourceGroupName": "rg",
            "resourceName": "agent-pull",
            "federatedIdentityCredentialResourceName": "pipeline",
            "issuer": "https://issuer.example",
            "subject": "system:serviceaccount:agents:report",
            "audiences": ["api://AzureADTokenExchange"],
        },
        needs=(IDENTITY,),
    ),
    ROLE_ASSIGNMENT: Sample(
        inputs={
            "roleAssignmentName": "0b1f2c3d-0000-4000-8000-00000000000a",
            "scope": GROUP,
            "roleDefinitionId": role_id("Reader"),
            "principalId": PRINCIPAL_ID,
            "principalType": "ServicePrincipal",
        },
        needs=(IDENTITY,),
        changes={"principalId": "0b1f2c3d-0000-4000-8000-00000000000b"},
    ),
    CUSTOM_ROLE: Sample(
        inputs={
            "roleDefinitionId": "0b1f2c3d-0000-4000-8000-0000000000c0",
            "scope": f"/subscriptions/{SUBSCRIPTION_ID}",
            "roleName": "Agent network deployer (rg)",
            "permissions": [{"actions": ["Microsoft.KeyVault/vaults/read"], "dataActions": []}],
            "assignableScopes": [GROUP],
        },
    ),
    DATA_PERMISSIONS: Sample(inputs={"subscription_id": SUBSCRIPTION_ID, "resource_group": "rg", "data_actions": []}),
    DELETED_RESOURCES: Sample(
        inputs={"subscription_id": SUBSCRIPTION_ID, "resource_group": "rg", "names": {}, "handling": "report"}
    ),
    WORKSPACE: Sample(
        inputs={**IN_GROUP, "workspaceName": "network-dev", "sku": {"name": "PerGB2018"}, "retentionInDays": 30},
        needs=(RESOURCE_GROUP,),
    ),
    SETTING: Sample(
        inputs={
            "name": "to-the-network",
            "resourceUri": ENVIRONMENT_ID,
            "workspaceId": WORKSPACE_ID,
            "logs": [{"category": "ContainerAppConsoleLogs", "enabled": True}],
        },
        needs=(WORKSPACE, ENVIRONMENT),
    ),
    ENVIRONMENT: Sample(
        inputs={
            **IN_GROUP,
            "environmentName": "network-dev",
            "workloadProfiles": [{"name": "Consumption", "workloadProfileType": "Consumption"}],
            "appLogsConfiguration": {"destination": "azure-monitor"},
        },
        needs=(RESOURCE_GROUP,),
    ),
    APP: Sample(
        inputs={
            **IN_GROUP,
            "containerAppName": "network-report-dev",
            "environmentId": ENVIRONMENT_ID,
            "workloadProfileName": "Consumption",
            "identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": [IDENTITY_ID]},
            "configuration": {
                "identitySettings": [{"identity": IDENTITY_ID, "lifecycle": "None"}],
                "ingress": {"targetPort": 8080},
                "secrets": [{"name": "given", "value": "not-answered"}],
            },
            "template": {
                "containers": [
                    {
                        "name": "report",
                        "image": "images.example/report:1",
                        "resources": {"cpu": 0.5, "memory": "1Gi"},
                    }
                ]
            },
        },
        needs=(ENVIRONMENT, IDENTITY),
        changes={
            "environmentId": f"{ENVIRONMENT_ID}-2",
            "managedEnvironmentId": f"{ENVIRONMENT_ID}-2",
        },
    ),
    AUTHENTICATION: Sample(
        inputs={
            "resourceGroupName": "rg",
            "containerAppName": "network-report-dev",
            "authConfigName": "current",
            "platform": {"enabled": True},
            "globalValidation": {"unauthenticatedClientAction": "Return401"},
        },
        needs=(APP,),
    ),
    BUS: Sample(
        inputs={
            **IN_GROUP,
            "namespaceName": "network-dev7",
            "sku": {"name": "Standard", "tier": "Standard"},
            "disableLocalAuth": True,
            "minimumTlsVersion": "1.2",
            "publicNetworkAccess": "Enabled",
        },
        needs=(RESOURCE_GROUP,),
    ),
    BUS_QUEUE: Sample(
        inputs={
            "resourceGroupName": "rg",
            "namespaceName": "network-dev7",
            "queueName": "jobs",
            "deadLetteringOnMessageExpiration": True,
        },
        needs=(BUS,),
        changes={"requiresDuplicateDetection": True, "requiresSession": True, "enablePartitioning": True},
    ),
    BUS_TOPIC: Sample(
        inputs={"resourceGroupName": "rg", "namespaceName": "network-dev7", "topicName": "news"},
        needs=(BUS,),
        changes={"requiresDuplicateDetection": True, "enablePartitioning": True},
    ),
    BUS_SUBSCRIPTION: Sample(
        inputs={
            "resourceGroupName": "rg",
            "namespaceName": "network-dev7",
            "topicName": "news",
            "subscriptionName": "network-report-dev",
            "deadLetteringOnMessageExpiration": True,
        },
        needs=(BUS_TOPIC,),
    ),
    SEARCH: Sample(
        inputs={
            **IN_GROUP,
            "searchServiceName": "network-dev7",
            "sku": {"name": "basic"},
            "replicaCount": 1,
            "partitionCount": 1,
            "publicNetworkAccess": "Enabled",
        },
        needs=(RESOURCE_GROUP,),
    ),
    REGISTRY: Sample(
        inputs={
            **IN_GROUP,
            "registryName": "networkdev7",
            "sku": {"name": "Standard"},
            "adminUserEnabled": False,
            "anonymousPullEnabled": False,
            "policies": {
                "azureADAuthenticationAsArmPolicy": {"status": "enabled"},
                "softDeletePolicy": {"status": "enabled", "retentionDays": 7},
            },
            "publicNetworkAccess": "Enabled",
        },
        needs=(RESOURCE_GROUP,),
    ),
    STORAGE: Sample(
        inputs={
            **IN_GROUP,
            "accountName": "networkdev7",
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "accessTier": "Hot",
            "allowSharedKeyAccess": False,
            "defaultToOAuthAuthentication": True,
            "encryption": {"requireInfrastructureEncryption": False},
            "publicNetworkAccess": "Enabled",
        },
        needs=(RESOURCE_GROUP,),
        changes={
            "isHnsEnabled": True,
            "immutableStorageWithVersioning": {"enabled": True},
            "encryption.requireInfrastructureEncryption": True,
        },
    ),
    BLOBS: Sample(
        inputs={
            "resourceGroupName": "rg",
            "accountName": "networkdev7",
            "blobServicesName": "default",
            "isVersioningEnabled": True,
            "deleteRetentionPolicy": {"enabled": True, "days": 30},
        },
        needs=(STORAGE,),
    ),
    CONTAINER: Sample(
        inputs={"resourceGroupName": "rg", "accountName": "networkdev7", "containerName": "findings"},
        needs=(STORAGE,),
    ),
    QUEUES: Sample(
        inputs={"resourceGroupName": "rg", "accountName": "networkdev7", "queueServiceName": "default"},
        needs=(STORAGE,),
    ),
    STORAGE_QUEUE: Sample(
        inputs={"resourceGroupName": "rg", "accountName": "networkdev7", "queueName": "jobs"},
        needs=(STORAGE,),
    ),
    COSMOS: Sample(
        inputs={
            **IN_GROUP,
            "accountName": "network-dev7",
            "kind": "GlobalDocumentDB",
            "databaseAccountOfferType": "Standard",
            "locations": [{"locationName": "westeurope", "failoverPriority": 0}],
            "capabilities": [{"name": "EnableServerless"}],
            "disableLocalAuth": True,
            "backupPolicy": {"type": "Continuous", "continuousModeProperties": {"tier": "Continuous7Days"}},
        },
        needs=(RESOURCE_GROUP,),
        changes={"kind": "MongoDB"},
    ),
    COSMOS_DATABASE: Sample(
        inputs={
            "resourceGroupName": "rg",
            "accountName": "network-dev7",
            "databaseName": "memory",
            "resource": {"id": "memory"},
        },
        needs=(COSMOS,),
    ),
    COSMOS_CONTAINER: Sample(
        inputs={
            "resourceGroupName": "rg",
            "accountName": "network-dev7",
            "databaseName": "memory",
            "containerName": "notes",
            "resource": {"id": "notes", "partitionKey": {"paths": ["/id"], "kind": "Hash", "version": 2}},
        },
        needs=(COSMOS_DATABASE,),
    ),
    COSMOS_ASSIGNMENT: Sample(
        inputs={
            "resourceGroupName": "rg",
            "accountName": "network-dev7",
            "roleAssignmentId": "0b1f2c3d-0000-4000-8000-00000000000c",
            "principalId": PRINCIPAL_ID,
            "roleDefinitionId": COSMOS_READER,
            "scope": f"{COSMOS_ID}/dbs/memory/colls/notes",
        },
        needs=(COSMOS_CONTAINER, IDENTITY),
        changes={"principalId": "0b1f2c3d-0000-4000-8000-00000000000b", "scope": COSMOS_ID},
    ),
    VAULT: Sample(
        inputs={
            **IN_GROUP,
            "vaultName": "network-dev7",
            "properties": {
                "tenantId": TENANT_ID,
                "sku": {"family": "A", "name": "standard"},
                "enableRbacAuthorization": True,
                "enablePurgeProtection": True,
                "softDeleteRetentionInDays": 90,
            },
        },
        needs=(RESOURCE_GROUP,),
    ),
    VAULT_KEY: Sample(
        inputs={
            "resourceGroupName": "rg",
            "vaultName": "network-dev7",
            "keyName": "state",
            "properties": {"kty": "RSA", "keySize": 3072, "keyOps": ["encrypt", "decrypt"]},
        },
        needs=(VAULT,),
    ),
    MODELS: Sample(
        inputs={
            **IN_GROUP,
            "accountName": "network-openai-dev7",
            "kind": "OpenAI",
            "sku": {"name": "S0"},
            "properties": {"customSubDomainName": "network-openai-dev7", "disableLocalAuth": True},
        },
        needs=(RESOURCE_GROUP,),
    ),
    DEPLOYMENT: Sample(
        inputs={
            "resourceGroupName": "rg",
            "accountName": "network-openai-dev7",
            "deploymentName": "small",
            "sku": {"name": "GlobalStandard", "capacity": 10},
            "properties": {"model": {"format": "OpenAI", "name": "gpt-5.6-luna", "version": "2026-07-09"}},
        },
        needs=(MODELS,),
    ),
    PROJECT: Sample(
        inputs={
            **IN_GROUP,
            "accountName": "network-openai-dev7",
            "projectName": "network-dev",
            "identity": {"type": "SystemAssigned"},
            "properties": {"displayName": "network"},
        },
        needs=(MODELS,),
        needs_as={MODELS: FOUNDRY},
    ),
    ACCOUNT_CONNECTION: Sample(
        inputs={
            "resourceGroupName": "rg",
            "accountName": "network-openai-dev7",
            "connectionName": "search",
            "properties": {
                "authType": "AAD",
                "category": "CognitiveSearch",
                "target": "https://network-dev7.search.windows.net",
            },
        },
        needs=(MODELS,),
        needs_as={MODELS: FOUNDRY},
    ),
    PROJECT_CONNECTION: Sample(
        inputs={
            "resourceGroupName": "rg",
            "accountName": "network-openai-dev7",
            "projectName": "network-dev",
            "connectionName": "storage",
            "properties": {
                "authType": "ManagedIdentity",
                "category": "AzureBlob",
                "target": "https://networkdev7.blob.core.windows.net",
            },
        },
        needs=(PROJECT,),
    ),
    AGENT_APPLICATION: Sample(
        inputs={
            "resourceGroupName": "rg",
            "accountName": "network-openai-dev7",
            "projectName": "network-dev",
            "name": "report",
            "properties": {"agents": [{"agentName": "report"}]},
        },
        needs=(PROJECT,),
    ),
    AGENT_IDENTITY: Sample(
        inputs={
            "project_id": PROJECT_ID,
            "project_endpoint": "https://network-openai-dev7.services.ai.azure.com/api/projects/network-dev",
            "agents": ["report"],
            "identity": "per-agent",
        },
        changes={
            "project_id": f"{PROJECT_ID}-2",
            "project_endpoint": "https://network-openai-dev7.services.ai.azure.com/api/projects/other",
        },
        needs=(PROJECT,),
    ),
    TOOL_CONNECTION: Sample(
        inputs={
            "project_id": PROJECT_ID,
            "connection_name": "documents",
            "properties": {
                "authType": "AgenticIdentityToken",
                "category": "RemoteTool",
                "target": "https://tools.example.com/mcp",
                "audience": "https://storage.azure.com",
            },
        },
        changes={"project_id": f"{PROJECT_ID}-2", "connection_name": "other"},
        needs=(PROJECT,),
    ),
    AGENT_DEPLOYMENT: Sample(
        inputs={
            "resourceGroupName": "rg",
            "accountName": "network-openai-dev7",
            "projectName": "network-dev",
            "appName": "report",
            "deploymentName": "first",
            "properties": {
                "deploymentType": "Managed",
                "agents": [{"agentName": "report", "agentVersion": "1"}],
                "protocols": [{"protocol": "Responses", "version": "1.0"}],
            },
        },
        needs=(AGENT_APPLICATION,),
    ),
    CLUSTER: Sample(
        inputs={
            **IN_GROUP,
            "resourceName": "network-dev",
            "dnsPrefix": "network-dev",
            "identity": {"type": "SystemAssigned"},
            "agentPoolProfiles": [{"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D2s_v5"}],
            "aadProfile": {"managed": True, "enableAzureRBAC": True},
            "disableLocalAccounts": True,
            "oidcIssuerProfile": {"enabled": True},
            "securityProfile": {"workloadIdentity": {"enabled": True}},
            "networkProfile": {
                "networkPlugin": "azure",
                "networkPluginMode": "overlay",
                "networkMode": "transparent",
                "networkDataplane": "azure",
                "networkPolicy": "azure",
                "outboundType": "loadBalancer",
                "podCidr": "10.244.0.0/16",
                "serviceCidr": "10.0.0.0/16",
                "serviceCidrs": ["10.0.0.0/16"],
                "dnsServiceIP": "10.0.0.10",
            },
        },
        needs=(RESOURCE_GROUP,),
        changes={
            "diskEncryptionSetID": f"{GROUP}/providers/Microsoft.Compute/diskEncryptionSets/other",
            "dnsPrefix": "other",
            "fqdnSubdomain": "other",
            "linuxProfile": {"adminUsername": "other", "ssh": {"publicKeys": []}},
            "windowsProfile": {"adminUsername": "other"},
            "nodeResourceGroup": "other",
            "networkProfile.serviceCidr": "10.1.0.0/16",
            "networkProfile.serviceCidrs": "other",
            "networkProfile.dnsServiceIP": "10.1.0.10",
            "networkProfile.podCidr": "10.2.0.0/16",
            "networkProfile.outboundType": "userDefinedRouting",
            "networkProfile.networkMode": "bridge",
            "networkProfile.networkPlugin": "none",
            "networkProfile.networkPluginMode": "other",
            "networkProfile.networkDataplane": "cilium",
            "networkProfile.networkPolicy": "cilium",
        },
    ),
    KUBERNETES: Sample(inputs={"providerName": "network-dev", "kubeconfig": "{}"}),
    NAMESPACE: Sample(
        inputs={"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "report"}},
        changes={"metadata.name": "other"},
    ),
    SERVICE_ACCOUNT: Sample(
        inputs={
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {
                **IN_NAMESPACE,
                "annotations": {"azure.workload.identity/client-id": "0b1f2c3d-0000-4000-8000-00000000000d"},
            },
        },
        needs=(NAMESPACE,),
        changes={"metadata.name": "other", "metadata.namespace": "other"},
    ),
    SERVICE: Sample(
        inputs={
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": IN_NAMESPACE,
            "spec": {
                "selector": {"app": "report"},
                "ports": [{"port": 80}],
                "type": "ClusterIP",
                "clusterIP": "10.0.0.20",
            },
        },
        needs=(NAMESPACE,),
        changes={
            "metadata.name": "other",
            "metadata.namespace": "other",
            "spec.clusterIP": "None",
            "spec.type": "NodePort",
        },
    ),
    PODS: Sample(
        inputs={
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": IN_NAMESPACE,
            "spec": {
                "selector": {"matchLabels": {"app": "report"}},
                "template": {
                    "metadata": {"labels": {"app": "report", "azure.workload.identity/use": "true"}},
                    "spec": {
                        "serviceAccountName": "report",
                        "containers": [{"name": "report", "image": "images.example/report:1"}],
                    },
                },
            },
        },
        needs=(SERVICE_ACCOUNT,),
        changes={"metadata.name": "other", "metadata.namespace": "other", "spec.selector": "other"},
    ),
    NETWORK_POLICY: Sample(
        inputs={
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": IN_NAMESPACE,
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        },
        needs=(NAMESPACE,),
        changes={"metadata.name": "other", "metadata.namespace": "other"},
    ),
    CONFIGURATION: Sample(
        inputs={
            **IN_GROUP,
            "configStoreName": "network-dev7",
            "sku": {"name": "Standard"},
            "disableLocalAuth": True,
            "enablePurgeProtection": True,
        },
        needs=(RESOURCE_GROUP,),
    ),
}


def with_needs(azure: LocalAzure, token: str) -> Values:
    """Create what the type's sample needs; answers the sample's inputs as the provider fills them in."""
    for need in SAMPLES[token].needs:
        make(azure, need, **SAMPLES[token].needs_as.get(need, {}))
    return azure.check(token, SAMPLES[token].inputs, name="sample")


def make(azure: LocalAzure, token: str, **changed: object) -> tuple[str, Values]:
    """Create the type's sample, unless it is there, with what it needs; `changed` are inputs of its own."""
    inputs = azure.check(token, {**with_needs(azure, token), **changed}, name="sample")
    kind = catalogue().find(token)
    resource_id = kind.provider_id_of(kind.id_of(inputs, azure.world))
    there = azure.read(token, resource_id)
    return azure.create(token, inputs) if there is None else (resource_id, there[1])

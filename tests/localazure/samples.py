"""For each resource type of local Azure: inputs that it accepts, and what must be there first.

A new type has a row here, or the contract tests fail.
"""

from dataclasses import dataclass, field

from access.roles import by_name, definition_id
from localazure.azure import LocalAzure
from localazure.services import catalogue
from localazure.world import SUBSCRIPTION_ID, Values, World

GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg"
IN_GROUP: Values = {"resourceGroupName": "rg", "location": "westeurope"}

RESOURCE_GROUP = "azure-native:resources:ResourceGroup"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"
ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment"
WORKSPACE = "azure-native:operationalinsights:Workspace"
SETTING = "azure-native:monitor:DiagnosticSetting"
ENVIRONMENT = "azure-native:app:ManagedEnvironment"
APP = "azure-native:app:ContainerApp"

IDENTITY_ID = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/agent-pull"
WORKSPACE_ID = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/network-dev"
ENVIRONMENT_ID = f"{GROUP}/providers/Microsoft.App/managedEnvironments/network-dev"
PRINCIPAL_ID = World().principal_of(IDENTITY_ID).id


def role_id(name: str) -> str:
    """The id of a role in the world's subscription."""
    return definition_id(by_name(name), SUBSCRIPTION_ID)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One resource of a type."""

    inputs: Values
    needs: tuple[str, ...] = ()
    """Types whose samples must exist before."""
    changes: dict[str, object] = field(default_factory=dict[str, object])
    """Another value for each path that the type calls immutable, names aside."""


SAMPLES: dict[str, Sample] = {
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
}


def with_needs(azure: LocalAzure, token: str) -> Values:
    """Create what the type's sample needs; answers the sample's inputs as the provider fills them in."""
    for need in SAMPLES[token].needs:
        make(azure, need)
    return azure.check(token, SAMPLES[token].inputs, name="sample")


def make(azure: LocalAzure, token: str, **changed: object) -> tuple[str, Values]:
    """Create the type's sample, unless it is there, with what it needs; `changed` are inputs of its own."""
    inputs = azure.check(token, {**with_needs(azure, token), **changed}, name="sample")
    resource_id = catalogue().find(token).id_of(inputs, azure.world)
    there = azure.read(token, resource_id)
    return azure.create(token, inputs) if there is None else (resource_id, there[1])

"""Resource types of Microsoft.CognitiveServices: AI accounts, model deployments, Foundry projects and agents."""

from access.azure.types.row import (
    GROUP,
    MANAGED,
    NOT_DEPLOYED,
    NOT_LISTED,
    NOTHING_TO_OPEN,
    OWN,
    WITHIN,
    ArmType,
    KeySwitch,
    Listing,
    VerbRole,
)

_ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/{{accountName}}"
_PROJECT = f"{_ACCOUNT}/projects/{{projectName}}"
_FOUNDRY = "microsoft.cognitiveservices/accounts/aiservices"
# The version that has the identities of agents.
_PROJECTS = "2025-10-01-preview"

PROJECT_ROLE = "Foundry User"
"""Role that the identity of a Foundry project needs at the account for its agents to use the account's models.

Azure may create the assignment with the project, depending on the rights of its creator ("Hosted agent
permissions reference", Microsoft Learn, 2026-04-21), and deployments without it had agents that could not use models
(microsoft/aspire#16736, 2026-05). One source reports that Azure needs none (Azure/azure-dev#8940, 2026-07).
"""

TYPES = (
    ArmType(
        token="azure-native:cognitiveservices:Account",
        path=_ACCOUNT,
        kind="model-account",
        operations=OWN,
        keys=KeySwitch(
            "disableLocalAuth",
            on=False,
            absent=True,
            source="Disable local authentication in Azure AI Services, Microsoft Learn, 2025",
        ),
        listed=Listing("2023-05-01"),
        deployer=MANAGED,
        verbs=(
            VerbRole(
                "use",
                "Cognitive Services OpenAI User",
                "ask every model of the account",
                "Azure built-in roles for AI + machine learning, Microsoft Learn, 2026-04-09",
            ),
        ),
        # Also for deployments, projects and applications: Azure/azure-sdk-for-python#48096, 2026-07-16.
        status_reads=("Microsoft.CognitiveServices/locations/operationresults/read",),
    ),
    ArmType(
        token="azure-native:cognitiveservices:AccountConnection",
        path=f"{_ACCOUNT}/connections/{{connectionName}}",
        kind=None,
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=NOT_DEPLOYED,
    ),
    ArmType(
        token="azure-native:cognitiveservices:Deployment",
        path=f"{_ACCOUNT}/deployments/{{deploymentName}}",
        kind=None,
        # Calling one deployment is an operation of what holds it: "Azure permissions", Microsoft Learn, 2026-04-09.
        operations=("microsoft.cognitiveservices/accounts/openai/deployments",),
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=MANAGED,
    ),
    ArmType(
        token="azure-native:cognitiveservices:Project",
        path=_PROJECT,
        kind=None,
        operations=(_FOUNDRY,),
        keys=WITHIN,
        listed=Listing(_PROJECTS, within=True),
        deployer=MANAGED,
    ),
    ArmType(
        token="azure-native:cognitiveservices:ProjectConnection",
        path=f"{_PROJECT}/connections/{{connectionName}}",
        kind=None,
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=MANAGED,
    ),
    ArmType(
        token="azure-native:cognitiveservices:AgentApplication",
        path=f"{_PROJECT}/applications/{{name}}",
        kind="foundry-agent",
        operations=(f"{_FOUNDRY}/applications",),
        keys=WITHIN,
        listed=Listing(_PROJECTS, within=True),
        deployer=MANAGED,
        verbs=(
            # Of the roles with the data action applications/invoke, 'Foundry User' reads least. What else is in it
            # reaches nothing here: keys, models and other agents are the account's and the project's, above it.
            VerbRole(
                "use",
                "Foundry User",
                "call the agent through its application",
                "Publish your agent as an Agent Application, Microsoft Learn, 2026-06-19",
            ),
        ),
    ),
    ArmType(
        token="azure-native:cognitiveservices:AgentDeployment",
        path=f"{_PROJECT}/applications/{{appName}}/agentDeployments/{{deploymentName}}",
        kind=None,
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=MANAGED,
        operation_type="Microsoft.CognitiveServices/accounts/projects/applications/agentdeployments",
    ),
    # An agent that has an identity from its creation. The program makes nothing: it reads who the agent is.
    ArmType(
        token="pulumi-python:dynamic/foundry:AgentIdentity",
        path=f"{_PROJECT}/agents/{{agentName}}",
        kind="foundry-agent",
        # It is managed by the first and called by the second.
        operations=(f"{_FOUNDRY}/agents", f"{_FOUNDRY}/endpoints"),
        keys=NOTHING_TO_OPEN,
        listed=NOT_LISTED,
        deployer=NOT_DEPLOYED,
        # "Manage hosted agents", Microsoft Learn, 2026-04.
        deployer_data=("Microsoft.CognitiveServices/accounts/AIServices/agents/read",),
        in_resource_manager=False,
        verbs=(
            VerbRole(
                "use",
                "Foundry Agent Consumer",
                "call the agent at its endpoint",
                "Configure and share your agent, Microsoft Learn, 2026-04-14",
            ),
        ),
    ),
)

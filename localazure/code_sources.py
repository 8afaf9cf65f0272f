"""Error codes that local Azure answers with: where each of Azure's codes was seen, and which are local Azure's own.

Owns that list alone; the rules are the services'. A code of local Azure's own is marked in its message, so that nobody
looks for it in Azure's documents. "In public files" means that the code is quoted from Azure's answer there, and that
no better source was found.
"""

from collections.abc import Mapping

__all__ = ["OWN", "SOURCES"]

_COMMON = '"Azure Resource Manager: common deployment errors", Microsoft Learn, 2025-03'
_RBAC = '"Troubleshoot Azure RBAC", Microsoft Learn, 2025-05'
_KUBERNETES = '"Kubernetes API Concepts", kubernetes.io, 2026'
_STORAGE = '"Resolve errors for storage account names", Microsoft Learn'
_PUBLIC = "in public files, 2026"

SOURCES: Mapping[str, str] = {
    "AccountNameInvalid": _STORAGE,
    "AccountPropertyCannotBeUpdated": "jenkins-infra/azure#125",
    "AlreadyExists": _KUBERNETES,
    "AlreadyInUse": _PUBLIC,
    "AuthorizationFailed": _RBAC,
    "BadRequest": _COMMON,
    "CannotDeleteResource": "Azure/terraform-provider-azapi#894",
    "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity": "pulumi/pulumi-azure-native#4343",
    "Conflict": _COMMON,
    "ConflictError": "Azure/azure-cli#29115",
    "ContainerAppImageRequired": _PUBLIC,
    "ContainerAppInvalidName": "microsoft/TWL300-AI-Apps-and-agents#90, 2026-04",
    "ContainerAppInvalidPropertyValue": "DFE-Digital/terraform-azurerm-container-apps-hosting#96",
    "ContainerAppInvalidResourceTotal": _PUBLIC,
    "ContainerAppInvalidRevisionName": "Azure/azure-quickstart-templates#14660",
    "ContainerAppOperationError": "microsoft/azure-container-apps#1061",
    "ContainerAppRegistriesPasswordSecretRefNotFound": _PUBLIC,
    "ContainerAppSecretInvalid": "pulumi/pulumi-azure-native#2807",
    "ContainerAppSecretKeyVaultUrlInvalid": "microsoft/azure-container-apps#733",
    "ContainerAppSecretRefNotFound": _PUBLIC,
    "CustomDomainInUse": "Azure-Samples/azuresandbox#164",
    "DeploymentModelNotSupported": "microsoft/azurechat#447",
    "DisablingPublicNetworkAccessNotSupported": "Azure-Samples/dotNET-Frontend-AB-Testing-on-Azure-Container-Apps#5",
    "FailedIdentityOperation": _PUBLIC,
    "FeatureNotSupportedForAccount": "turbot/steampipe-plugin-azure#458",
    "FlagMustBeSetForRestore": "Azure/azure-cli#18146",
    "Invalid": _KUBERNETES,
    "InvalidActionOrNotAction": "Azure/azure-rest-api-specs#13700, 2021-03",
    "InvalidApiSetId": _PUBLIC,
    "InvalidAuthenticationToken": _COMMON,
    "InvalidIdentityValues": _PUBLIC,
    "InvalidParameterValueInContainerTemplate": "microsoft/azure-container-apps#836",
    "InvalidPrincipalId": "Azure/azure-powershell#16627",
    "InvalidProperty": "Azure/azure-cli#21362",
    "InvalidRequestContent": _COMMON,
    "InvalidResourceGroup": _PUBLIC,
    "InvalidResourceGroupLocation": _COMMON,
    "InvalidResourceName": _COMMON,
    "InvalidResourceProperties": "microsoft/microsoft-foundry-for-vscode#644, 2026-05",
    "InvalidRoleAssignmentId": "Azure/bicep#8737",
    "InvalidRoleDefinitionId": "pulumi/pulumi-azure-native#610",
    "InvalidServiceName": "microsoft/RHAIL-Claims-Denial-Navigator#2",
    "InvalidValuesForRequestParameters": "hashicorp/terraform-provider-azurerm#4394",
    "LinkedAuthorizationFailed": _COMMON,
    "LinkedInvalidPropertyId": _COMMON,
    "ManagedEnvironmentHasContainerApps": "microsoft/azure-container-apps#1012",
    "ManagedEnvironmentInvalidNetworkConfiguration": _PUBLIC,
    "ManagedEnvironmentNotFound": _PUBLIC,
    "MissingApiVersionParameter": _COMMON,
    "NameUnavailable": "Azure/azure-cli#22714",
    "NotFound": _COMMON,
    "OIDCIssuerFeatureCannotBeDisabled": _PUBLIC,
    "ParentResourceNotFound": _COMMON,
    "PreconditionFailed": "hashicorp/terraform-provider-azurerm#28070",
    "PrincipalNotFound": "Azure/HubAndSpokeResearchEnclave#50",
    "PrincipalTypeNotSupported": "Azure/azure-dev#7821, 2026-04",
    "PropertyChangeNotAllowed": _COMMON,
    "PublicAccessNotPermitted": "Azure/azure-rest-api-specs#11331",
    "RequestConflict": "hashicorp/terraform-provider-azurerm#22607",
    "ResourceGroupNotFound": _COMMON,
    "ResourceNotFound": _COMMON,
    "RoleAssignmentExists": _RBAC,
    "RoleAssignmentUpdateNotPermitted": "Azure/Azure-Landing-Zones#2040",
    "RoleDefinitionDoesNotExist": _RBAC,
    "RoleDefinitionHasAssignments": _RBAC,
    "RoleDefinitionWithSameNameExists": "Azure/Azure-Landing-Zones#1505, 2025-08",
    "ServiceModelDeprecated": "Azure/azure-dev#7900, 2026-04",
    "ServiceModelDeprecating": "Azure-Samples/aks-store-demo#203",
    "ServiceNameUnavailable": "Azure-Samples/azure-search-openai-demo#585",
    "ServiceQuotaExceeded": _PUBLIC,
    "SoftDeletedVaultDoesNotExist": "hashicorp/terraform-provider-azurerm#12972",
    "StorageAccountAlreadyTaken": _STORAGE,
    "UnmatchedPrincipalType": "Azure/modern-web-app-pattern-dotnet#129",
    "UpdateKindNotAllowed": "Azure/bicep#15446",
    "VaultAlreadyExists": "Azure/azure-powershell#15115",
    "VaultNameNotValid": '"Azure Key Vault REST API error codes", Microsoft Learn',
}
"""Source of each of Azure's codes: document or report, with its date where it is known."""

OWN = frozenset(
    {
        "AgentHasOwnIdentity",
        "AgentNotInApplication",
        "AgentRequired",
        "AssignableScopesRequired",
        "AzureRbacNeedsEntra",
        "ConnectionCarriesCredentials",
        "CustomDomainRequired",
        "DnsPrefixRequired",
        "FederatedIdentityCredentialAlreadyExists",
        "HostedDeploymentRetired",
        "IdentityIsComputed",
        "IdentityRequired",
        "InvalidAgentPools",
        "InvalidAudiences",
        "InvalidCapacity",
        "InvalidCondition",
        "InvalidDataActionOrNotDataAction",
        "InvalidManagedEnvironmentId",
        "InvalidSkuId",
        "KubeletIdentityNotFound",
        "LocalAccountsNeedEntra",
        "ManagedEnvironmentInvalidName",
        "ManagedEnvironmentInvalidPropertyValue",
        "MethodNotAllowed",
        "ProjectsNotEnabled",
        "RegistryNameInvalid",
        "RequestNotAnswered",
        "SubDomainNameImmutable",
        "TooManyFederatedIdentityCredentials",
        "TooManyProtocols",
        "WorkloadIdentityNeedsIssuer",
    }
)
"""Codes that local Azure made up, because Azure's is in no document and in no report that was found."""

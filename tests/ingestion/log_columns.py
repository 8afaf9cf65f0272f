"""Columns of the tables in Log Analytics that the queries in the documentation use.

Source of each: the page with the table's name in "Azure Monitor Logs reference", Microsoft Learn; AZKVAuditLogs of
2024-06-04, the others of undated copies, 2025 and 2026.
"""

COLUMNS: dict[str, set[str]] = {
    "AADManagedIdentitySignInLogs": {
        *("TimeGenerated", "AppId", "ServicePrincipalId", "ServicePrincipalName", "ResourceDisplayName"),
        *("ResourceIdentity", "ResultType", "UniqueTokenIdentifier", "CorrelationId"),
    },
    "AADNonInteractiveUserSignInLogs": {
        *("TimeGenerated", "AppId", "AppDisplayName", "UserId", "UserPrincipalName", "ResourceDisplayName"),
        *("ResourceIdentity", "ResultType", "IPAddress", "UniqueTokenIdentifier", "CorrelationId", "SessionId"),
    },
    "AADServicePrincipalSignInLogs": {
        *("TimeGenerated", "AppId", "ServicePrincipalId", "ResourceDisplayName", "ResourceIdentity", "ResultType"),
        *("IPAddress", "ClientCredentialType", "FederatedCredentialId", "UniqueTokenIdentifier", "CorrelationId"),
    },
    "AuditLogs": {
        *("TimeGenerated", "OperationName", "InitiatedBy", "TargetResources", "Result", "Category", "CorrelationId"),
    },
    "AZKVAuditLogs": {
        *("TimeGenerated", "Identity", "OperationName", "Algorithm", "AppliedAssignmentId", "CallerIpAddress"),
        *("ClientInfo", "CorrelationId", "HttpStatusCode", "Id", "RequestUri", "ResultSignature", "ResultType"),
    },
    # Columns whose names end with a type exist once a service has sent them, so queries read them if they exist.
    "AzureDiagnostics": {
        *("TimeGenerated", "ResourceProvider", "Category", "OperationName", "CallerIPAddress", "CorrelationId"),
        *("ResourceId", "ResultType"),
    },
    "CDBDataPlaneRequests": {
        *("TimeGenerated", "AadPrincipalId", "AadAppliedRoleAssignmentId", "DatabaseName", "CollectionName"),
        *("OperationName", "ClientIpAddress", "StatusCode", "ActivityId"),
    },
    "ContainerAppConsoleLogs": {
        *("TimeGenerated", "ContainerAppName", "ContainerName", "Log", "RevisionName", "ContainerId"),
    },
    "StorageBlobLogs": {
        *("TimeGenerated", "AccountName", "AuthenticationType", "AuthorizationDetails", "CallerIpAddress"),
        *("Category", "ClientRequestId", "CorrelationId", "OperationName", "RequesterAppId", "RequesterObjectId"),
        *("RequesterTenantId", "RequesterUpn", "StatusCode", "StatusText", "Uri"),
    },
}

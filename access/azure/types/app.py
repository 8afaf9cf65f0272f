"""Resource types of Microsoft.App: container apps, jobs and managed environments."""

from access.azure.types.row import GROUP, MANAGED, NOT_DEPLOYED, NOTHING_TO_OPEN, OWN, ArmType, Listing

LATEST_REVISION, READY_REVISION = REVISIONS = ("latestRevisionName", "latestReadyRevisionName")
"""Properties with an app's last revision and its last one that became ready: REST reference, Microsoft Learn, 2025."""

_APP = f"{GROUP}/providers/Microsoft.App"

TYPES = (
    ArmType(
        token="azure-native:app:ContainerApp",
        path=f"{_APP}/containerApps/{{containerAppName}}",
        kind=None,
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=Listing("2025-01-01"),
        deployer=MANAGED,
        # "Service Connector permission requirements", Microsoft Learn, 2026-03-27; that Azure checks the second:
        # microsoft/azure-container-apps#215, 2022.
        status_reads=(
            "Microsoft.App/locations/containerappoperationresults/read",
            "Microsoft.App/locations/containerappoperationstatuses/read",
        ),
    ),
    ArmType(
        token="azure-native:app:ContainerAppsAuthConfig",
        path=f"{_APP}/containerApps/{{containerAppName}}/authConfigs/{{authConfigName}}",
        kind=None,
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=Listing("2025-01-01", within=True),
        deployer=MANAGED,
    ),
    ArmType(
        token="azure-native:app:Job",
        path=f"{_APP}/jobs/{{jobName}}",
        kind=None,
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=Listing("2025-01-01"),
        deployer=NOT_DEPLOYED,
    ),
    ArmType(
        token="azure-native:app:ManagedEnvironment",
        path=f"{_APP}/managedEnvironments/{{environmentName}}",
        kind=None,
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=Listing("2025-01-01"),
        # To put an app into an environment.
        deployer=(*MANAGED, "join/action"),
        # "Service Connector permission requirements", Microsoft Learn, 2026-03-27.
        status_reads=(
            "Microsoft.App/locations/managedenvironmentoperationresults/read",
            "Microsoft.App/locations/managedenvironmentoperationstatuses/read",
        ),
    ),
)

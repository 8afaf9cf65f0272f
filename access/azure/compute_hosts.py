"""Lists the Azure types that run code with a managed identity, and the operations that take such a host over.

Owns the one table of hosts: it decides which roles are privileged, which escalation paths exist, and which types of a
program run code. The right to update a host is the right to run code of one's choice with its identity; the other
operations are listed per type. For operations that the table lacks, `possible_takeover` decides by name: what is not
known to be harmless perhaps takes the host over. Sources: "Azure permissions" (one page per category) and "Azure
services that can use managed identities to access other services", Microsoft Learn, 2026.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from access.azure.planes import planes_of

_UPDATE, _RUN, _TOKEN, _START = "update", "run commands in", "get a token to enter", "start pods in"
_ADMIN, _PUBLISH, _KEYS = "sign in as an administrator of", "publish to", "get publishing keys of"
_RIGHTS, _AS = "give itself any right in", "act as any account of"


@dataclass(frozen=True, kw_only=True)
class HostType:
    """Azure resource type that runs code with a managed identity, with the operations that take such a host over."""

    arm_type: str
    token: str
    """Pulumi type token."""
    writes: Mapping[str, str] = field(default_factory=dict[str, str])
    """Operations in addition to `write` that change what the host runs, each with its phrase after `may`."""
    enters: Mapping[str, str] = field(default_factory=dict[str, str])
    """Operations that run code in the host as it is, or hand out the credential for it."""

    @property
    def key(self) -> str:
        """Return the ARM type of the host in lower case, as a lookup key."""
        return self.arm_type.lower()

    @property
    def changing(self) -> Mapping[str, str]:
        """Return a phrase for each operation that changes what a host runs, by operation name in lower case."""
        return self._named({"write": _UPDATE, **self.writes})

    @property
    def entering(self) -> Mapping[str, str]:
        """Return a phrase for each operation that enters a host, by operation name in lower case."""
        return self._named(self.enters)

    def _named(self, phrases: Mapping[str, str]) -> Mapping[str, str]:
        return {f"{self.arm_type}/{name}".lower(): phrase for name, phrase in phrases.items()}


_WEB = {
    "publish/action": _PUBLISH,
    "config/write": "change the settings of",
    "config/web/connectionstrings/write": "change the settings of",
    "deployments/write": _PUBLISH,
    "deployWorkflowArtifacts/action": _PUBLISH,
    "extensions/api/action": _PUBLISH,
    "extensions/write": _PUBLISH,
    "functions/write": "write a function of",
    "hostruntime/host/action": "call the administration of",
    "publishxml/action": _KEYS,
    "restorefrombackupblob/action": "restore another content of",
    "siteextensions/write": "install an extension in",
    "sitecontainers/write": "add a container to",
    "sourcecontrols/write": "change the source of",
}
_WEB_ENTERS = {
    "config/list/action": _KEYS,
    "functions/listkeys/action": _KEYS,
    "functions/listsecrets/action": _KEYS,
    "host/functionkeys/write": "write a key of",
    "host/listkeys/action": _KEYS,
    "host/systemkeys/write": "write a key of",
    "newpassword/action": _KEYS,
}
_IN_CLUSTERS = {
    "pods/exec/action": "run commands in pods of",
    "pods/write": _START,
    **{
        f"{kind}/write": _START
        for kind in (
            "apps/daemonsets",
            "apps/deployments",
            "apps/replicasets",
            "apps/statefulsets",
            "batch/cronjobs",
            "batch/jobs",
            "extensions/daemonsets",
            "extensions/deployments",
            "extensions/replicasets",
            "podtemplates",
            "replicationcontrollers",
        )
    },
    **{
        f"rbac.authorization.k8s.io/{kind}": _RIGHTS
        for kind in (
            "clusterrolebindings/write",
            "rolebindings/write",
            "clusterroles/bind/action",
            "clusterroles/escalate/action",
            "roles/bind/action",
            "roles/escalate/action",
        )
    },
    "groups/impersonate/action": _AS,
    "serviceaccounts/impersonate/action": _AS,
    "users/impersonate/action": _AS,
    # "Use Azure RBAC for Kubernetes authorization": reading secrets gives the credentials of service accounts.
    "secrets/read": "read the credentials of service accounts of",
    "admissionregistration.k8s.io/mutatingwebhookconfigurations/write": "change what is started in",
}
_MACHINE_ENTERS = {"loginAsAdmin/action": _ADMIN, "WACloginAsAdmin/action": _ADMIN, "login/action": "sign in to"}

HOST_TYPES: tuple[HostType, ...] = (
    HostType(arm_type="Microsoft.ApiManagement/service", token="azure-native:apimanagement:ApiManagementService"),
    HostType(
        arm_type="Microsoft.App/containerApps",
        token="azure-native:app:ContainerApp",
        writes={"sourceControls/write": "change the image source of"},
        enters={
            "exec/action": _RUN,
            "debug/action": _RUN,
            "getAuthToken/action": _TOKEN,
            "authToken/action": _TOKEN,
        },
    ),
    HostType(
        arm_type="Microsoft.App/jobs",
        token="azure-native:app:Job",
        enters={
            "start/action": "start, with an image of its choice,",
            "exec/action": _RUN,
            "getAuthToken/action": _TOKEN,
            "authToken/action": _TOKEN,
        },
    ),
    HostType(
        arm_type="Microsoft.App/sessionPools",
        token="azure-native:app:ContainerAppsSessionPool",
        enters={"executions/action": "run code in", "sessions/write": "run code in"},
    ),
    HostType(arm_type="Microsoft.Authorization/policyAssignments", token="azure-native:authorization:PolicyAssignment"),
    HostType(
        arm_type="Microsoft.Automation/automationAccounts",
        token="azure-native:automation:AutomationAccount",
        writes={
            "runbooks/write": "write a runbook of",
            "runbooks/draft/write": "write a runbook of",
            "runbooks/draft/content/write": "write a runbook of",
            "runbooks/publish/action": "publish a runbook of",
            "modules/write": "change a module of",
            "python2Packages/write": "change a module of",
            "python3Packages/write": "change a module of",
            "sourceControls/write": "change the source of",
        },
        enters={
            "runbooks/draft/testJob/write": "run a runbook of",
            "jobs/write": "run a runbook of",
            "jobSchedules/write": "run a runbook of",
            "webhooks/write": "run a runbook of",
        },
    ),
    HostType(
        arm_type="Microsoft.Batch/batchAccounts",
        token="azure-native:batch:BatchAccount",
        writes={"pools/write": "change a pool of", "applications/versions/write": "change an application of"},
        enters={
            "jobs/write": "run a job in",
            "jobSchedules/write": "run a job in",
            "listKeys/action": "get the keys to run jobs in",
            "regenerateKeys/action": "get the keys to run jobs in",
        },
    ),
    HostType(arm_type="Microsoft.Blueprint/blueprintAssignments", token="azure-native:blueprint:Assignment"),
    HostType(
        arm_type="Microsoft.Compute/virtualMachines",
        token="azure-native:compute:VirtualMachine",
        writes={"extensions/write": "install an extension in"},
        enters={
            "runCommand/action": _RUN,
            "runCommands/write": _RUN,
            "diagnosticRunCommand/action": _RUN,
            "diagnosticRunCommands/write": _RUN,
            **_MACHINE_ENTERS,
        },
    ),
    HostType(
        arm_type="Microsoft.Compute/virtualMachineScaleSets",
        token="azure-native:compute:VirtualMachineScaleSet",
        writes={
            "extensions/write": "install an extension in",
            "virtualMachines/extensions/write": "install an extension in",
            "virtualMachines/write": _UPDATE,
        },
        enters={
            "virtualMachines/runCommand/action": _RUN,
            "virtualMachines/runCommands/write": _RUN,
            "virtualMachines/diagnosticRunCommand/action": _RUN,
        },
    ),
    HostType(
        arm_type="Microsoft.ContainerInstance/containerGroups",
        token="azure-native:containerinstance:ContainerGroup",
        enters={"containers/exec/action": _RUN, "containers/attach/action": _RUN},
    ),
    HostType(
        arm_type="Microsoft.ContainerRegistry/registries/tasks",
        token="azure-native:containerregistry:Task",
    ),
    HostType(
        arm_type="Microsoft.ContainerService/managedClusters",
        token="azure-native:containerservice:ManagedCluster",
        writes={
            "agentPools/write": "change the nodes of",
            "extensionAddons/write": "install an extension in",
            "jwtAuthenticators/write": "add an issuer of tokens to",
            "managedNamespaces/write": "change a namespace of",
            "resetAADProfile/action": "change the administrators of",
            "trustedAccessRoleBindings/write": "let another service act in",
        },
        enters={
            "runCommand/action": _RUN,
            "listClusterAdminCredential/action": "get an administrator's credential of",
            "accessProfiles/listCredential/action": "get an administrator's credential of",
            **_IN_CLUSTERS,
        },
    ),
    HostType(
        arm_type="Microsoft.Databricks/workspaces",
        token="azure-native:databricks:Workspace",
    ),
    HostType(
        arm_type="Microsoft.DataFactory/factories",
        token="azure-native:datafactory:Factory",
        writes={
            "dataflows/write": "change a data flow of",
            "integrationRuntimes/write": "change where code runs of",
            "linkedServices/write": "change a connection of",
            "pipelines/write": "write a pipeline of",
            "triggers/write": "run a pipeline of",
        },
        enters={
            "createDataFlowDebugSession/action": _RUN,
            "getDataPlaneAccess/action": _TOKEN,
            "pipelines/sandbox/action": "run a pipeline of",
            "pipelines/sandbox/run/action": "run a pipeline of",
        },
    ),
    HostType(
        arm_type="Microsoft.DevOpsInfrastructure/pools",
        token="azure-native:devopsinfrastructure:Pool",
    ),
    HostType(
        arm_type="Microsoft.HDInsight/clusters",
        token="azure-native:hdinsight:Cluster",
        writes={
            "applications/write": "install an application in",
            "extensions/write": "install an extension in",
            "updateGatewaySettings/action": "change the password of",
        },
        enters={
            "executeScriptActions/action": _RUN,
            "configurations/action": _KEYS,
            "getGatewaySettings/action": _KEYS,
        },
    ),
    HostType(
        arm_type="Microsoft.HybridCompute/machines",
        token="azure-native:hybridcompute:Machine",
        writes={"extensions/write": "install an extension in", "addExtensions/action": "install an extension in"},
        enters={"runCommands/write": _RUN, **_MACHINE_ENTERS},
    ),
    HostType(
        arm_type="Microsoft.Kubernetes/connectedClusters",
        token="azure-native:kubernetes:ConnectedCluster",
        enters={
            "listClusterUserCredential/action": "get a credential of",
            "pods/exec/action": "run commands in pods of",
            "pods/write": _START,
            "apps/deployments/write": _START,
            "batch/jobs/write": _START,
        },
    ),
    HostType(arm_type="Microsoft.LoadTestService/loadTests", token="azure-native:loadtestservice:LoadTest"),
    HostType(
        arm_type="Microsoft.Logic/workflows",
        token="azure-native:logic:Workflow",
    ),
    HostType(
        arm_type="Microsoft.MachineLearningServices/workspaces",
        token="azure-native:machinelearningservices:Workspace",
        writes={
            "batchEndpoints/deployments/write": "deploy code in",
            "components/versions/write": "change code of",
            "computes/write": "change a compute of",
            "environments/versions/write": "change an environment of",
            "onlineEndpoints/deployments/write": "deploy code in",
            "schedules/write": "run code in",
            "services/aci/write": "deploy code in",
            "services/aks/write": "deploy code in",
        },
        enters={
            "batchEndpoints/jobs/write": "run code in",
            "computes/applicationAccess/action": _RUN,
            "experiments/runs/submit/action": "run code in",
            "jobs/write": "run code in",
            "notebooks/vm/write": _RUN,
        },
    ),
    HostType(
        arm_type="Microsoft.MachineLearningServices/workspaces/batchEndpoints",
        token="azure-native:machinelearningservices:BatchEndpoint",
        writes={"deployments/write": "deploy code in"},
    ),
    HostType(
        arm_type="Microsoft.MachineLearningServices/workspaces/computes",
        token="azure-native:machinelearningservices:Compute",
        enters={"applicationAccess/action": _RUN},
    ),
    HostType(
        arm_type="Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
        token="azure-native:machinelearningservices:OnlineEndpoint",
        writes={"deployments/write": "deploy code in"},
    ),
    HostType(
        arm_type="Microsoft.RedHatOpenShift/openShiftClusters",
        token="azure-native:redhatopenshift:OpenShiftCluster",
        enters={
            "listAdminCredentials/action": "get an administrator's credential of",
            "listCredentials/action": "get an administrator's credential of",
        },
    ),
    HostType(arm_type="Microsoft.Resources/deploymentScripts", token="azure-native:resources:AzureCliScript"),
    HostType(
        arm_type="Microsoft.ServiceFabric/managedClusters",
        token="azure-native:servicefabric:ManagedCluster",
        writes={"applications/write": "deploy code in", "nodeTypes/write": "change the nodes of"},
    ),
    HostType(
        arm_type="Microsoft.StreamAnalytics/streamingJobs",
        token="azure-native:streamanalytics:StreamingJob",
        writes={
            "functions/write": "change the query of",
            "inputs/write": "change the query of",
            "outputs/write": "change the query of",
            "transformations/write": "change the query of",
        },
    ),
    HostType(
        arm_type="Microsoft.Synapse/workspaces",
        token="azure-native:synapse:Workspace",
        writes={
            "administrators/write": "change the administrators of",
            "bigDataPools/write": "change a pool of",
            "integrationRuntimes/write": "change where code runs of",
            "sqlAdministrators/write": "change the administrators of",
        },
    ),
    HostType(
        arm_type="Microsoft.VirtualMachineImages/imageTemplates",
        token="azure-native:virtualmachineimages:VirtualMachineImageTemplate",
    ),
    HostType(arm_type="Microsoft.Web/sites", token="azure-native:web:WebApp", writes=_WEB, enters=_WEB_ENTERS),
    HostType(
        arm_type="Microsoft.Web/sites/slots",
        token="azure-native:web:WebAppSlot",
        writes={
            name: phrase for name, phrase in _WEB.items() if name not in {"functions/write", "hostruntime/host/action"}
        },
        enters=_WEB_ENTERS,
    ),
    HostType(
        arm_type="Microsoft.Web/staticSites",
        token="azure-native:web:StaticSite",
        writes={
            "builds/zipdeploy/action": _PUBLISH,
            "publish/action": _PUBLISH,
            "zipdeploy/action": _PUBLISH,
        },
        enters={"listSecrets/action": _KEYS, "resetApiKey/action": _KEYS},
    ),
)
"""All types of the table; every one can be updated by its own `write`."""

BY_TYPE: Mapping[str, HostType] = {one.key: one for one in HOST_TYPES}
"""ARM type in lower case → host type."""

_ALSO_TOKENS = ("azure-native:resources:AzurePowerShellScript",)
TOKENS = frozenset((*(one.token for one in HOST_TYPES), *_ALSO_TOKENS))
"""Pulumi type tokens of everything that runs code."""

HOST_WRITES = tuple(f"{one.key}/write" for one in HOST_TYPES)
"""Operations, in lower case, that create or update a host and so attach an identity to it."""

CHANGING: Mapping[str, str] = {name: phrase for one in HOST_TYPES for name, phrase in one.changing.items()}
"""Every operation of the table that changes a host, in lower case, with its phrase after `may`."""

ENTERING: Mapping[str, str] = {name: phrase for one in HOST_TYPES for name, phrase in one.entering.items()}
"""Every operation of the table that enters a host, in lower case, with its phrase after `may`."""

PHRASES = {**CHANGING, **ENTERING}

_HARMLESS = re.compile(
    # It changes whether the host runs, not what it runs.
    r"/(?:start|stop|restart|poweroff|deallocate|redeploy|reapply|resume|suspend|cancel|abort|enable|disable|reset"
    r"|\w*maintenance\w*|scale|autoscale|resize|stopresize|move|setstate|simulateeviction|setvmhealth)/action$"
    # It reads or checks; what hands out keys is in the table or follows from the keys themselves.
    r"|/(?:list|get|query|validate|check|download|retrieve|show|convert|assess|test|sample|ping|diagnostics)\w*(?:/\w+)*/action$"
    # It runs what is there, or shows what it prints.
    r"|/(?:run|score|logstream|networktrace|containerlogs|resubmit)/action$"
    # It is about the network around the host, its alerts, locks, tags or its callers.
    r"|/(?:privateendpoint|privatelink|networksecurityperimeter|joinperimeter|virtualnetworkconnections|networkconfig|firewallrules"
    r"|hostnamebindings|customdomains|domain|certificates|publiccertificates|eventgridfilters|diagnosticsettings|providers"
    r"|authconfigs|resiliencypolicies|maintenanceconfigurations|loadbalancers|softwareupdateconfigurations|hybridconnection)",
)
_HARMLESS_IN_CLUSTERS = re.compile(
    # Objects of Kubernetes that neither start code nor hold a credential nor give a right.
    r"/(?:events|\w*reviews|leases|limitranges|resourcequotas|poddisruptionbudgets|horizontalpodautoscalers"
    r"|networkpolicies|ingress\w*|services|service(?:exports|imports)|multiclusterservices|trafficmanager\w+|endpoint\w*"
    r"|priorityclasses|storageclasses|persistentvolume\w*|csi\w+|volumeattachments|componentstatuses|flowschemas"
    r"|prioritylevelconfigurations)/write$"
)
_CHANGES = ("/write", "/action")


def possible_takeover(operation: str) -> str:
    """Return the phrase of an operation that perhaps takes over a host; empty if the operation is harmless."""
    lowered = operation.lower()
    provider, _, rest = lowered.partition("/")
    if not lowered.endswith(_CHANGES) or provider == "microsoft.authorization":
        return ""
    if _HARMLESS.search(f"/{rest}") or _HARMLESS_IN_CLUSTERS.search(lowered):
        return ""
    return "change" if lowered.endswith("/write") else "act on"


_WITHOUT_IDENTITY = re.compile(
    # Providers whose resources connect, name, watch, bill or limit others, and have no identity that runs anything.
    r"^microsoft\.(?:advisor|alertsmanagement|authorization|billing|capacity|cdn|consumption|costmanagement|dns|features"
    r"|insights|locks|maintenance|managedidentity|managedservices|management|marketplace\w*|network|operationsmanagement"
    r"|portal|quota|relationships|resourcehealth|security|serviceshub|subscription|support)/"
    r"|^microsoft\.resources/(?!deploymentscripts/)"
)
_ONE_LEVEL = 2


def possibly_attaches(operation: str) -> bool:
    """Return True if a control operation, in lower case, perhaps attaches an identity to a resource of its type."""
    whole = operation.endswith("/write") and operation.count("/") == _ONE_LEVEL
    return whole and not _WITHOUT_IDENTITY.search(operation)


def operations(*, data: bool) -> Iterator[str]:
    """Return the operations of one plane that take a host over, in Azure's spelling."""
    for one in HOST_TYPES:
        for name in ("write", *one.writes, *one.enters):
            operation = f"{one.arm_type}/{name}"
            if data in planes_of(operation) or len(planes_of(operation)) > 1:
                yield operation

"""Lists the Pulumi types that give nobody access to anything, each with the reason.

Owns the one list of harmless types and packages. Every type that is neither here nor in `access.azure.types` counts as
one that may hold data, keys or access of its own, and is reported as not read. A type belongs here if nobody gets data,
a key, an identity or a right by the resource itself. Sources: the templates' reference of each type, Microsoft Learn,
2026, and the schema of pulumi-azure-native 3.29; for Kubernetes the API reference, v1.34.
"""

from collections.abc import Mapping

__all__ = ["HARMLESS", "is_harmless", "is_harmless_in_azure"]

_NETWORK = "it carries traffic; it holds no data and gives no identity a right"
_ADDRESS = "it is an address or a name; it holds no data and gives no identity a right"
_CAPACITY = "it is capacity for other resources, which are read themselves"
_ALERTS = "it watches figures of other resources; it holds none of their data"
_LIMITS = "it limits what others do; it gives nobody anything"
_LIFETIME = "it deletes or moves data within its account; it hands none out"
_PART = "it is a part of a resource that is read with its keys and roles; it has none of its own"
_TOOL = "its tool acts with the identity of the agent that calls it, whose roles are read themselves; it has no key"
_VALUES = "it makes values in the program; it reaches nothing in Azure"
_ELSEWHERE = "it belongs to another cloud or service and is nothing in Azure"
_IN_CLUSTER = "it is a part of a Kubernetes cluster that neither runs code nor holds secrets nor gives a right"

_BY_REASON: Mapping[str, tuple[str, ...]] = {
    _NETWORK: (
        "azure-native:network:ApplicationSecurityGroup",
        "azure-native:network:DdosProtectionPlan",
        "azure-native:network:InboundNatRule",
        "azure-native:network:LoadBalancer",
        "azure-native:network:LoadBalancerBackendAddressPool",
        "azure-native:network:NatGateway",
        "azure-native:network:NetworkInterface",
        "azure-native:network:NetworkSecurityGroup",
        "azure-native:network:NetworkSecurityPerimeter",
        "azure-native:network:NetworkWatcher",
        "azure-native:network:PrivateDnsZoneGroup",
        "azure-native:network:PrivateEndpoint",
        "azure-native:network:Route",
        "azure-native:network:RouteTable",
        "azure-native:network:SecurityRule",
        "azure-native:network:Subnet",
        "azure-native:network:VirtualNetwork",
        "azure-native:network:VirtualNetworkPeering",
        "azure-native:web:WebAppSwiftVirtualNetworkConnection",
        "azure-native:web:WebAppSwiftVirtualNetworkConnectionSlot",
    ),
    _ADDRESS: (
        "azure-native:dns:RecordSet",
        "azure-native:dns:Zone",
        "azure-native:network:IpGroup",
        "azure-native:network:PublicIPAddress",
        "azure-native:network:PublicIPPrefix",
        "azure-native:privatedns:PrivateRecordSet",
        "azure-native:privatedns:PrivateZone",
        "azure-native:privatedns:VirtualNetworkLink",
        "azure-native:web:WebAppHostNameBinding",
    ),
    _CAPACITY: (
        "azure-native:compute:AvailabilitySet",
        "azure-native:compute:CapacityReservationGroup",
        "azure-native:compute:ProximityPlacementGroup",
        "azure-native:containerservice:AgentPool",
        "azure-native:web:AppServicePlan",
    ),
    _ALERTS: (
        "azure-native:consumption:Budget",
        "azure-native:monitor:ActivityLogAlert",
        "azure-native:monitor:AutoscaleSetting",
        "azure-native:monitor:MetricAlert",
    ),
    _LIMITS: (
        "azure-native:authorization:ManagementLockAtResourceGroupLevel",
        "azure-native:authorization:ManagementLockAtResourceLevel",
        "azure-native:authorization:ManagementLockAtSubscriptionLevel",
        "azure-native:authorization:ManagementLockByScope",
        "azure-native:cognitiveservices:RaiBlocklist",
        "azure-native:cognitiveservices:RaiBlocklistItem",
        "azure-native:cognitiveservices:RaiPolicy",
        "azure-native:containerservice:MaintenanceConfiguration",
        "azure-native:maintenance:MaintenanceConfiguration",
        "azure-native:servicebus:NamespaceNetworkRuleSet",
        "azure-native:eventhub:NamespaceNetworkRuleSet",
    ),
    _LIFETIME: ("azure-native:storage:ManagementPolicy",),
    _PART: (
        "azure-native:cosmosdb:SqlResourceSqlStoredProcedure",
        "azure-native:cosmosdb:SqlResourceSqlTrigger",
        "azure-native:cosmosdb:SqlResourceSqlUserDefinedFunction",
        "azure-native:eventhub:ConsumerGroup",
        "azure-native:servicebus:Rule",
    ),
    _TOOL: ("pulumi-python:dynamic/foundry:ToolConnection",),
    _VALUES: (
        "archive:*",
        "null:*",
        "pulumi-python:dynamic/deletion:DeletedResources",
        "pulumi-python:dynamic/preflight:DataPermissions",
        "pulumi:*",
        "random:*",
        "std:*",
        "time:*",
        "tls:*",
    ),
    _ELSEWHERE: (
        "aws:*",
        "aws-native:*",
        "cloudflare:*",
        "datadog:*",
        "digitalocean:*",
        "docker:*",
        "docker-build:*",
        "gcp:*",
        "google-native:*",
    ),
    _IN_CLUSTER: (
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        "kubernetes:core/v1:ConfigMap",
        "kubernetes:core/v1:LimitRange",
        "kubernetes:core/v1:Namespace",
        "kubernetes:core/v1:ResourceQuota",
        "kubernetes:core/v1:Service",
        "kubernetes:core/v1:ServiceAccount",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "kubernetes:policy/v1:PodDisruptionBudget",
        "kubernetes:scheduling.k8s.io/v1:PriorityClass",
    ),
}

HARMLESS: Mapping[str, str] = {name: reason for reason, names in _BY_REASON.items() for name in names}
"""Type token without API version, or `<package>:*` for all types of a package → reason why nobody gets access by it."""


_IN_AZURE = frozenset(
    {
        *(
            f"microsoft.network/{name}"
            for name in (
                *("applicationsecuritygroups", "ddosprotectionplans", "dnszones", "ipgroups", "loadbalancers"),
                *("natgateways", "networkinterfaces", "networksecuritygroups", "networksecurityperimeters"),
                *("networkwatchers", "privatednszones", "privatednszones/virtualnetworklinks", "privateendpoints"),
                *("publicipaddresses", "publicipprefixes", "routetables", "virtualnetworks"),
            )
        ),
        *(f"microsoft.compute/{name}" for name in ("availabilitysets", "proximityplacementgroups")),
        *(f"microsoft.insights/{name}" for name in ("activitylogalerts", "autoscalesettings", "metricalerts")),
        *("microsoft.maintenance/maintenanceconfigurations", "microsoft.web/serverfarms"),
    }
)
"""The same types by ARM type in lower case, as far as live Azure lists them."""


def is_harmless_in_azure(arm_type: str) -> bool:
    """Return True if an ARM type, in lower case, is one that gives nobody access to anything."""
    return arm_type in _IN_AZURE


def is_harmless(token: str) -> bool:
    """Return True if a Pulumi type is on the list of types that give nobody access to anything."""
    return token in HARMLESS or f"{token.partition(':')[0]}:*" in HARMLESS

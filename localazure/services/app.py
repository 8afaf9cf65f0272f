"""Azure Container Apps: managed environments, and the container apps inside them.

The rules for apps are in `container_app_rules.py`, those for pulling images in `image_pull.py`; both belong to this
service. Facts: "Azure Container Apps environments", "Networking", "Ingress", "Revisions" and "Storage mounts",
Microsoft Learn, 2025-06 to 2026-03; log categories from "Supported logs for Microsoft.App/managedEnvironments",
Microsoft Learn, 2026-07-14.

Differences from Azure: nothing runs, so a revision whose images can be pulled is ready at once and every replica
healthy; domains and addresses
are made up, under the real suffix and from the ranges kept for documentation; subnets do not exist, so an environment
in one is refused; an environment takes minutes to go in Azure and is gone at once here.
"""

import ipaddress
import json
from collections.abc import Iterator, Mapping

from localazure.arm import ids
from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls, regional
from localazure.arm.common_rules import all_of, constant, off, system_data
from localazure.arm.permissions import RequestedOperation
from localazure.arm.required_operations import linked_operation
from localazure.arm.resource_type import ComputedOutput, NameCheck, Request, ResourceType
from localazure.arm.world import Resource, World
from localazure.errors import AzureError
from localazure.services import container_app_rules as container_app
from localazure.services.image_pull import pull_refusals
from manifest import azure_naming_rules

_PLACE = "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.App"

# Types and names. The words for apps are the service's own (microsoft/TWL300-AI-Apps-and-agents#90, 2026-04).
_APP_NAME = NameCheck(azure_naming_rules.CONTAINER_APP, code="ContainerAppInvalidName")
_ENVIRONMENT_NAME = NameCheck(azure_naming_rules.HOSTING_ENVIRONMENT, code="ManagedEnvironmentInvalidName")


# What must exist, and other reasons to refuse an environment
def _network_exists(request: Request) -> Iterator[AzureError]:
    subnet = request.input("vnetConfiguration.infrastructureSubnetId")
    if request.input("vnetConfiguration.internal") and not subnet:
        yield AzureError(
            "ManagedEnvironmentInvalidNetworkConfiguration",
            "vnetConfiguration.internal is true and infrastructureSubnetId is missing; an internal environment"
            " needs a subnet; give its id",
        )
    if subnet and not request.exists(str(subnet)):
        yield AzureError("ResourceNotFound", f"the subnet '{subnet}' was not found", 404)
    if request.old is not None and request.input("vnetConfiguration") != request.old.inputs.get("vnetConfiguration"):
        yield AzureError(
            "PropertyChangeNotAllowed",
            "changing property 'vnetConfiguration' is not allowed; create another environment for another network",
            409,
        )


def _log_destination_is_valid(request: Request) -> Iterator[AzureError]:
    where = request.input("appLogsConfiguration.destination")
    if where not in (None, "", "none", "azure-monitor", "log-analytics"):
        yield AzureError(
            "ManagedEnvironmentInvalidPropertyValue",
            f"appLogsConfiguration.destination {where!r} is not one of azure-monitor, log-analytics, none",
        )
    keys = [
        request.input(f"appLogsConfiguration.logAnalyticsConfiguration.{name}") for name in ("customerId", "sharedKey")
    ]
    if where == "log-analytics" and not all(keys):
        yield AzureError(
            "ManagedEnvironmentInvalidPropertyValue",
            "appLogsConfiguration.destination 'log-analytics' needs logAnalyticsConfiguration.customerId and sharedKey;"
            " 'azure-monitor' needs no key",
        )


def _profile_names_are_unique(request: Request) -> Iterator[AzureError]:
    names = [str(each.get("name")) for each in container_app.blocks(request, "workloadProfiles")]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield AzureError(
            "ManagedEnvironmentInvalidPropertyValue",
            f"workloadProfiles: two profiles have the name '{name}'; rename one",
        )


def _environment_is_empty(world: World, environment: Resource) -> Iterator[AzureError]:
    apps = [each.id for each in world.find_indexed(_environment_index_key(environment.id))]
    if apps:
        # microsoft/azure-container-apps#1012.
        yield AzureError(
            "ManagedEnvironmentHasContainerApps",
            f"managed environment '{ids.name_of(environment.id)}' cannot be deleted because it still contains"
            f" {len(apps)} container app(s), {', '.join(apps)}; delete each app first",
            409,
        )


# What is immutable. azure-native 3.29.0 takes both from the specification (create and read only).
_APP_IMMUTABLE = ("environmentId", "managedEnvironmentId")


# Outputs of an environment
def _domain(request: Request) -> str:
    return f"local-{request.guid('domain')[:8]}.{request.location}.azurecontainerapps.io"


def _static_ip(request: Request) -> str:
    # TEST-NET-3, RFC 5737; an internal environment has an address of its own network, which does not exist here
    return str(ipaddress.ip_address("203.0.113.0") + int(request.guid("address")[:2], 16))


def _events(request: Request) -> str:
    return f"https://{request.location}.azurecontainerapps.dev{request.id}/eventstream"


def _infrastructure_group(request: Request) -> str:
    return f"ME_{request.name}_{request.inputs['resourceGroupName']}_{request.location}"


_ENVIRONMENT_OUTPUTS: Mapping[str, ComputedOutput] = {
    "provisioningState": constant("Succeeded"),
    "defaultDomain": _domain,
    "privateLinkDefaultDomain": lambda request: _domain(request).replace(".", ".privatelink.", 1),
    "staticIp": _static_ip,
    "eventStreamEndpoint": _events,
    "infrastructureResourceGroup": _infrastructure_group,
    "privateEndpointConnections": constant([]),
    "publicNetworkAccess": constant("Enabled"),
    "zoneRedundant": off,
    "appLogsConfiguration": constant({"destination": "none"}),
    "workloadProfiles": constant([{"name": "Consumption", "workloadProfileType": "Consumption"}]),
    "peerAuthentication": constant({"mtls": {"enabled": False}}),
    "peerTrafficConfiguration": constant({"encryption": {"enabled": False}}),
    "systemData": system_data,
}


# Outputs of an app
def _verification(request: Request) -> str:
    """Return the domain verification id of the subscription: 64 hexadecimal digits in capitals."""
    return (
        (request.world.guid("domain verification 1") + request.world.guid("domain verification 2"))
        .replace("-", "")
        .upper()
    )


def _environment(request: Request) -> str:
    return str(request.inputs.get("environmentId") or request.inputs.get("managedEnvironmentId"))


def _environment_index_key(environment: str) -> str:
    return f"in environment {environment}"


def _output_of_environment(request: Request, name: str) -> str:
    found = request.world.get(_environment(request))
    return str((found.outputs if found else {}).get(name) or "")


def _host(request: Request, called: str) -> str:
    """Return an app's host name: `<called>.<domain>`, or `<called>.internal.<domain>` without external ingress."""
    inside = "" if request.input("configuration.ingress.external") else "internal."
    return f"{called}.{inside}{_output_of_environment(request, 'defaultDomain')}"


def _revision(request: Request) -> str:
    """Return the name of an app's revision, new for each change of its template ("Revisions", 2025-06)."""
    before, template = request.previous_output("latestRevisionName"), request.inputs.get("template")
    if before is not None and request.old is not None and request.old.inputs.get("template") == template:
        return str(before)
    suffix = (
        request.input("template.revisionSuffix") or request.guid(f"{before} {json.dumps(template, sort_keys=True)}")[:7]
    )
    return f"{request.name}--{suffix}"


def _ready_revision(request: Request) -> str:
    """Return the last revision that became ready: the one before, if an image of the latest cannot be pulled."""
    latest, before = _revision(request), request.previous_output("latestReadyRevisionName")
    if before is None or before == latest or next(pull_refusals(request), None) is None:
        return latest
    return str(before)


def _revision_host(request: Request) -> str:
    return _host(request, _revision(request)) if request.input("configuration.ingress") else ""


def _profile(request: Request) -> str | None:
    found = request.world.get(_environment(request))
    return "Consumption" if found is not None and found.outputs.get("workloadProfiles") else None


_APP_OUTPUTS: Mapping[str, ComputedOutput] = {
    "provisioningState": constant("Succeeded"),
    "runningStatus": constant("Running"),
    "environmentId": _environment,
    "managedEnvironmentId": _environment,
    "workloadProfileName": _profile,
    "customDomainVerificationId": _verification,
    "eventStreamEndpoint": _events,
    "outboundIpAddresses": lambda request: [_output_of_environment(request, "staticIp")],
    "latestRevisionName": _revision,
    "latestReadyRevisionName": _ready_revision,
    "latestRevisionFqdn": _revision_host,
    "configuration": constant({}),
    "configuration.activeRevisionsMode": constant("Single"),
    "configuration.maxInactiveRevisions": constant(100),
    "configuration.identitySettings": constant([]),
    "configuration.ingress.external": off,
    "configuration.ingress.fqdn": lambda request: _host(request, request.name),
    "configuration.ingress.transport": constant("auto"),
    "configuration.ingress.allowInsecure": off,
    "configuration.ingress.exposedPort": constant(0),
    "configuration.ingress.traffic": constant([{"latestRevision": True, "weight": 100}]),
    "template.revisionSuffix": constant(""),
    "template.containers[*].resources": constant({"cpu": 0.5, "memory": "1Gi"}),
    "template.containers[*].resources.ephemeralStorage": lambda request: container_app.ephemeral_storage(
        request.inputs
    ),
    "template.scale": constant({}),
    "template.scale.minReplicas": constant(0),
    "template.scale.maxReplicas": constant(10),
    "template.scale.cooldownPeriod": constant(300),
    "template.scale.pollingInterval": constant(30),
    "systemData": system_data,
}


def _index_keys(request: Request) -> tuple[str, ...]:
    return (_environment_index_key(_environment(request)),)


# Facts: "Service Connector permission requirements" in Azure Container Apps, Microsoft Learn, 2026-03-27, has the four
# reads of statuses and results; microsoft/azure-container-apps#215, 2022, the refusal of one of them.
def _asynchronous(name: str) -> AsynchronousRequests:
    """Return the asynchronous requests of a type: the status of a write; status and result of a deletion."""
    status, result = (regional("Microsoft.App", f"{name}Operation{each}") for each in ("Statuses", "Results"))
    return AsynchronousRequests(write=StatusUrls(status), delete=StatusUrls(status, result))


def _joined_environment(request: Request) -> Iterator[RequestedOperation]:
    """Return the operation of putting an app into its environment: the same page of Container Apps."""
    yield linked_operation("Microsoft.App/managedEnvironments/join/action", _environment(request))


TYPES = (
    ResourceType(
        "azure-native:app:ManagedEnvironment",
        f"{_PLACE}/managedEnvironments/{{environmentName}}",
        name_check=_ENVIRONMENT_NAME,
        asynchronous=_asynchronous("managedEnvironment"),
        rules=all_of(_network_exists, _log_destination_is_valid, _profile_names_are_unique),
        outputs=_ENVIRONMENT_OUTPUTS,
        volatile=("systemData",),
        write_only=(
            "appLogsConfiguration.logAnalyticsConfiguration.sharedKey",
            "daprAIConnectionString",
            "daprAIInstrumentationKey",
        ),
        deletion_refusals=_environment_is_empty,
        # "Supported logs for Microsoft.App/managedEnvironments", Microsoft Learn, 2026-07-14.
        log_categories=(
            "AppEnvSessionConsoleLogs",
            "AppEnvSessionLifeCycleLogs",
            "AppEnvSessionPoolEventLogs",
            "AppEnvSpringAppConsoleLogs",
            "ContainerAppConsoleLogs",
            "ContainerAppHTTPLogs",
            "ContainerAppSystemLogs",
        ),
        category_groups=("allLogs", "audit"),
        adopted_inputs={"location": "westeurope"},
    ),
    ResourceType(
        "azure-native:app:ContainerApp",
        f"{_PLACE}/containerApps/{{containerAppName}}",
        name_check=_APP_NAME,
        asynchronous=_asynchronous("containerapp"),
        linked_operations=_joined_environment,
        rules=container_app.RULES,
        index_keys=_index_keys,
        immutable=_APP_IMMUTABLE,
        outputs=_APP_OUTPUTS,
        volatile=(
            "latestRevisionName",
            "latestReadyRevisionName",
            "latestRevisionFqdn",
            "configuration.ingress.fqdn",
            "systemData",
        ),
        write_only=("configuration.secrets[*].value",),
        adoptable=False,
    ),
    ResourceType(
        "azure-native:app:ContainerAppsAuthConfig",
        f"{_PLACE}/containerApps/{{containerAppName}}/authConfigs/{{authConfigName}}",
        outputs={"systemData": system_data},
        volatile=("systemData",),
        adoptable=False,
    ),
)

"""Validation rules of Azure Container Apps.

Part of the service `app.py`: resources that an app needs, and agreement of its parts. Each rule has its source; where
Azure's own code for a rule is not known, the service's general one is used, `ContainerAppInvalidPropertyValue`
(DFE-Digital/terraform-azurerm-container-apps-hosting#96).

Differences from Azure: volumes, Dapr, custom domains and service binds are not looked into.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, cast

from localazure.arm import managed_identity as identity
from localazure.arm.common_rules import all_of
from localazure.arm.resource_type import Request, Values
from localazure.errors import AzureError
from localazure.services.image_pull import images_can_be_pulled
from localazure.services.key_vault_secrets import secrets_can_be_read

_ENVIRONMENT = "azure-native:app:ManagedEnvironment"

# RFC 1123 label, in the service's words (microsoft/vscode-azurecontainerapps#19).
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_RULE_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]*[a-z0-9])?")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)Gi")
_PORTS = range(1, 65536)

# "Containers in Azure Container Apps", Microsoft Learn, 2025-06: memory in Gi is twice the cores, which come in
# quarters; up to 4 cores on the Consumption profile, up to 2 in an environment without profiles.
_STEP = 0.25
_MOST_CORES = 4
_MOST_CORES_WITHOUT_PROFILES = 2

# "Health probes in Azure Container Apps", Microsoft Learn, 2025-03; the initial delay as in the specification of
# Microsoft.App 2025-02-02-preview ("Minimum value is 1. Maximum value is 60").
_PROBE_LIMITS = {
    "initialDelaySeconds": (1, 60),
    "periodSeconds": (1, 240),
    "timeoutSeconds": (1, 240),
    "failureThreshold": (1, 10),
    "successThreshold": (1, 10),
}

# "Scaling in Azure Container Apps", Microsoft Learn, 2025-06.
_MOST_REPLICAS = 1000


def blocks(request: Request, path: str) -> list[Values]:
    """Return the list of objects at an input path; empty if the input is missing."""
    return [each for each in cast("list[Any]", request.input(path) or []) if isinstance(each, dict)]


def ephemeral_storage(inputs: Values) -> str:
    """Return the size of each replica's ephemeral storage ("Storage mounts", Microsoft Learn, 2025-06)."""
    containers = cast("list[Values]", cast("Values", inputs.get("template") or {}).get("containers") or [])
    cores = sum(_cores(each) for each in containers)
    return next((size for most, size in ((0.25, "1Gi"), (0.5, "2Gi"), (1, "4Gi")) if cores <= most), "8Gi")


def _invalid(path: str, value: object, why: str) -> AzureError:
    return AzureError("ContainerAppInvalidPropertyValue", f"property '{path}' has an invalid value {value!r}: {why}")


def _duplicates(names: Iterable[Any]) -> list[str]:
    return sorted(str(name) for name, times in Counter(names).items() if times > 1)


# What must exist
def _environment_exists(request: Request) -> Iterator[AzureError]:
    named = request.inputs.get("environmentId") or request.inputs.get("managedEnvironmentId")
    if not named:
        yield AzureError(
            "InvalidManagedEnvironmentId", "environmentId is missing; give the id of the managed environment"
        )
        return
    found = request.world.get(str(named))
    if found is None or found.token != _ENVIRONMENT:
        yield AzureError("ManagedEnvironmentNotFound", f"the managed environment '{named}' was not found", 404)
        return
    if not found.adopted and request.location != found.outputs.get("location"):
        yield _invalid(
            "location",
            request.location,
            f"a container app must be in the region of its environment, {found.outputs.get('location')}",
        )
    profile = request.input("workloadProfileName")
    profiles = [each.get("name") for each in cast("list[Values]", found.outputs.get("workloadProfiles") or [])]
    if profile is not None and not found.adopted and profile not in profiles:
        listed = ", ".join(map(str, profiles)) or "none"
        yield _invalid("workloadProfileName", profile, f"the workload profiles of the environment are {listed}")


def _identities_are_attached(request: Request) -> Iterator[AzureError]:
    attached = {each.lower() for each in identity.user_assigned_ids(request.inputs)}
    if identity.has_system_assigned(request.inputs):
        attached.add("system")
    for path in ("configuration.identitySettings", "configuration.registries", "configuration.secrets"):
        for place, each in enumerate(blocks(request, path)):
            named = str(each.get("identity") or "")
            if named and named.lower() not in attached:
                yield _invalid(
                    f"{path}[{place}].identity", named, "this identity is not attached to the app; add it to 'identity'"
                )
    for place, each in enumerate(blocks(request, "template.scale.rules")):
        for kind in ("custom", "azureQueue", "http", "tcp"):
            named = str(cast("Values", each.get(kind) or {}).get("identity") or "")
            if named and named.lower() not in attached:
                yield _invalid(
                    f"template.scale.rules[{place}].{kind}.identity",
                    named,
                    "this identity is not attached to the app; add it to 'identity'",
                )


def _identity_settings_are_unique(request: Request) -> Iterator[AzureError]:
    for name in _duplicates(
        str(each.get("identity")).lower() for each in blocks(request, "configuration.identitySettings")
    ):
        yield _invalid(
            "configuration.identitySettings", name, "identitySettings lists this identity twice; remove one entry"
        )


def _secrets_exist(request: Request) -> Iterator[AzureError]:
    secrets = blocks(request, "configuration.secrets")
    for name in _duplicates(each.get("name") for each in secrets):
        yield _invalid("configuration.secrets", name, "two secrets have this name; rename or remove one")
    for each in secrets:
        if not each.get("value") and not (each.get("keyVaultUrl") and each.get("identity")):
            yield AzureError(
                "ContainerAppSecretInvalid",
                f"container app secret(s) with name(s) '{each.get('name')}' are invalid: value or keyVaultUrl and"
                " identity should be provided",
            )
    known = {each.get("name") for each in secrets}
    for container in _containers(request):
        for each in cast("list[Values]", container.get("env") or []):
            wanted = each.get("secretRef")
            if wanted is not None and wanted not in known:
                yield AzureError(
                    "ContainerAppSecretRefNotFound",
                    f"SecretRef '{wanted}' defined for container '{container.get('name')}' not found",
                )


def _registries_are_complete(request: Request) -> Iterator[AzureError]:
    registries = blocks(request, "configuration.registries")
    known = {each.get("name") for each in blocks(request, "configuration.secrets")}
    for name in _duplicates(str(each.get("server")).lower() for each in registries):
        yield _invalid("configuration.registries", name, "registries lists this server twice; remove one entry")
    for place, each in enumerate(registries):
        path = f"configuration.registries[{place}]"
        secret = each.get("passwordSecretRef")
        if not each.get("server"):
            yield _invalid(
                f"{path}.server", each.get("server"), "the registry's server is missing; give its login server"
            )
        if bool(each.get("identity")) == bool(each.get("username") or secret):
            yield _invalid(
                path, each.get("server"), "a registry needs either identity, or username and passwordSecretRef"
            )
        if secret and secret not in known:
            yield AzureError(
                "ContainerAppRegistriesPasswordSecretRefNotFound",
                f"passwordSecretRef '{secret}' of registry '{each.get('server')}' is not the name of a secret of"
                " the app",
            )


# What an app's parts must agree on
def _containers(request: Request) -> list[Values]:
    return blocks(request, "template.containers")


def _containers_are_named(request: Request) -> Iterator[AzureError]:
    containers = _containers(request)
    if not containers:
        yield _invalid("template.containers", containers, "a container app needs at least one container; add one")
    for name in _duplicates(each.get("name") for each in (*containers, *blocks(request, "template.initContainers"))):
        yield _invalid("template.containers", name, "two containers have this name; rename one")
    for each in containers:
        if not _LABEL.fullmatch(str(each.get("name") or "")):
            why = "a container name has lower-case letters, digits and '-', no '-' first or last, at most 63 characters"
            yield _invalid("template.containers.name", each.get("name"), why)
        if not each.get("image"):
            yield AzureError(
                "ContainerAppImageRequired",
                f"container with name '{each.get('name')}' must have an 'image' property specified",
            )
        for name in _duplicates(variable.get("name") for variable in cast("list[Values]", each.get("env") or [])):
            yield _invalid(
                f"template.containers.{each.get('name')}.env",
                name,
                "this environment variable is set twice; remove one",
            )


def _cores(container: Values) -> float:
    return float(cast("Values", container.get("resources") or {}).get("cpu", 0.5))


def _gibibytes(container: Values) -> float:
    written = str(cast("Values", container.get("resources") or {}).get("memory", "1Gi"))
    found = _MEMORY.fullmatch(written)
    return float(found[1]) if found else -1


def _cpu_and_memory_are_valid(request: Request) -> Iterator[AzureError]:
    cores = sum(_cores(each) for each in _containers(request))
    memory = [_gibibytes(each) for each in _containers(request)]
    environment = request.world.get(
        str(request.inputs.get("environmentId") or request.inputs.get("managedEnvironmentId"))
    )
    profiles = cast("list[Values]", environment.outputs.get("workloadProfiles") or []) if environment else []
    kinds = {each.get("name"): each.get("workloadProfileType") for each in profiles}
    if kinds.get(request.input("workloadProfileName") or "Consumption", "Consumption") != "Consumption":
        return  # a dedicated profile takes what its machines have
    most = _MOST_CORES if kinds else _MOST_CORES_WITHOUT_PROFILES
    sizes = [step * _STEP for step in range(1, int(most / _STEP) + 1)]
    if min(memory, default=0) < 0 or cores not in sizes or sum(memory) != 2 * cores:
        pairs = "; ".join(f"[cpu: {size:g}, memory: {2 * size:g}Gi]" for size in sizes)
        yield AzureError(
            "ContainerAppInvalidResourceTotal",
            f"the total requested CPU and memory resources for this application (CPU: {cores:g}, memory:"
            f" {sum(memory):g}) is invalid; all containers together must add up to one of {pairs}",
        )


def _probes_are_within_limits(request: Request) -> Iterator[AzureError]:
    for container in _containers(request):
        probes = cast("list[Values]", container.get("probes") or [])
        path = f"template.containers.{container.get('name')}.probes"
        for kind in _duplicates(each.get("type") for each in probes):
            yield _invalid(path, kind, "a container may have only one probe of each type; remove the others")
        for each in probes:
            here = f"{path}.{each.get('type')}"
            ways = [cast("Values", each[way]) for way in ("httpGet", "tcpSocket") if each.get(way)]
            if len(ways) != 1:
                yield _invalid(here, len(ways), "a probe needs either httpGet or tcpSocket, and not both")
            for way in ways:
                yield from _port(f"{here}.port", way.get("port"))
            for name, (low, high) in _PROBE_LIMITS.items():
                value = each.get(name)
                if value is not None and not low <= value <= high:
                    yield _invalid(f"{here}.{name}", value, f"this setting of a health probe must be {low} to {high}")


def _port(path: str, value: object) -> Iterator[AzureError]:
    if value is not None and value not in _PORTS:
        yield _invalid(path, value, f"allowed port numbers are {_PORTS.start} to {_PORTS.stop - 1}")


def _ingress_is_consistent(request: Request) -> Iterator[AzureError]:
    path = "configuration.ingress"
    ingress = request.input(path)
    if not isinstance(ingress, dict):
        return
    yield from _port(f"{path}.targetPort", request.input(f"{path}.targetPort"))
    exposed = request.input(f"{path}.exposedPort")
    if exposed and request.input(f"{path}.transport") != "tcp":
        yield _invalid(f"{path}.exposedPort", exposed, "exposedPort is allowed only with transport tcp; remove it")
    weights = [each.get("weight") or 0 for each in blocks(request, f"{path}.traffic")]
    if weights and sum(weights) != 100:  # noqa: PLR2004 (per cent)
        yield _invalid(f"{path}.traffic", sum(weights), "the traffic weights of all revisions must add up to 100")
    # "Set up IP ingress restrictions", Microsoft Learn, 2025-06.
    restrictions = blocks(request, f"{path}.ipSecurityRestrictions")
    if len({each.get("action") for each in restrictions}) > 1:
        yield _invalid(
            f"{path}.ipSecurityRestrictions",
            "Allow, Deny",
            "all IP restrictions of an ingress must have the same action, Allow or Deny",
        )
    for name in _duplicates(each.get("name") for each in restrictions):
        yield _invalid(f"{path}.ipSecurityRestrictions", name, "two restrictions have this name; rename one")
    for each in restrictions:
        try:
            ipaddress.IPv4Network(str(each.get("ipAddressRange")))
        except ValueError as error:
            yield _invalid(f"{path}.ipSecurityRestrictions.{each.get('name')}", each.get("ipAddressRange"), f"{error}")


def _scale_is_valid(request: Request) -> Iterator[AzureError]:
    low, high = request.input("template.scale.minReplicas"), request.input("template.scale.maxReplicas")
    least, most = (0 if low is None else low), (10 if high is None else high)
    if not 0 <= least <= _MOST_REPLICAS:
        yield _invalid("template.scale.minReplicas", low, f"the allowed number of replicas is 0 to {_MOST_REPLICAS}")
    if not max(1, least) <= most <= _MOST_REPLICAS:
        yield _invalid(
            "template.scale.maxReplicas",
            most,
            f"the allowed number of replicas is {max(1, least)} (minReplicas) to {_MOST_REPLICAS}",
        )
    rules = blocks(request, "template.scale.rules")
    for name in _duplicates(each.get("name") for each in rules):
        yield _invalid("rules.name", name, "two scale rules have this name; rename one")
    for each in rules:
        if not _RULE_NAME.fullmatch(str(each.get("name") or "")):
            why = (
                "a scale rule's name has lower-case letters, digits, '-' and '.', and a letter or digit first and last"
            )
            yield _invalid("rules.name", each.get("name"), why)
        if sum(bool(each.get(kind)) for kind in ("azureQueue", "custom", "http", "tcp")) != 1:
            yield _invalid(
                f"rules.{each.get('name')}", None, "a scale rule needs exactly one of azureQueue, custom, http, tcp"
            )


def _revision_name_fits(request: Request) -> Iterator[AzureError]:
    # Azure/azure-quickstart-templates#14660
    suffix = request.input("template.revisionSuffix")
    if suffix and (not _LABEL.fullmatch(str(suffix)) or len(f"{request.name}--{suffix}") > 54):  # noqa: PLR2004 (the rule's)
        yield AzureError(
            "ContainerAppInvalidRevisionName",
            f"revision name has an invalid value '{suffix}': allowed are lower-case letters, digits and '-', and"
            " together with the app's name at most 54 characters",
        )


RULES = all_of(
    _environment_exists,
    _identities_are_attached,
    _identity_settings_are_unique,
    _secrets_exist,
    _registries_are_complete,
    _containers_are_named,
    _cpu_and_memory_are_valid,
    _probes_are_within_limits,
    _ingress_is_consistent,
    _scale_is_valid,
    _revision_name_fits,
    secrets_can_be_read,
    images_can_be_pulled,
)

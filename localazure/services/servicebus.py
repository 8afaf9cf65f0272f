"""Azure Service Bus: namespaces, and the queues, topics and subscriptions inside a namespace.

Facts: "Service Bus Resource Manager exceptions", Microsoft Learn, 2024-07 (codes, messages, what a tier lacks and what
cannot be changed); "Service Bus quotas", 2025-06; "Service Bus premium and standard messaging tiers", 2025-06;
"Service Bus autoforwarding", 2025-02; "Create namespace (classic)", 2023 (endings that are kept for Azure); the answer
to a taken name as in hashicorp/terraform-provider-azurerm#12020; log categories from "Supported logs for
Microsoft.ServiceBus/namespaces", Microsoft Learn, 2026-07-14. Which properties replace is azure-native's own list
(`provider/pkg/gen`, v3.29.0).

Differences from Azure: no message exists, so every count is 0, the number of subscriptions is that of the topic's last
request, and nothing is ever too full; keys, rules of subscriptions, network rule sets, aliases and replicas do not
exist, so forwarding to another namespace is refused. RuntimeAuditLogs, ApplicationMetricsLogs and
VNetAndIPFilteringLogs can be requested in every tier; Azure writes them in the premium tier alone. What tier an
existing namespace has is not known, so no rule of a tier is held against what is created in it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import cast

from localazure.arm import ids
from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls
from localazure.arm.common_rules import all_of, constant, kept_from_creation, off, on, system_data
from localazure.arm.resource_type import ComputedOutput, NameCheck, Request, ResourceType, Rules
from localazure.arm.world import Resource, Values
from localazure.errors import AzureError
from manifest import azure_naming_rules

_NAMESPACE = "azure-native:servicebus:Namespace"
_QUEUE = "azure-native:servicebus:Queue"
_TOPIC = "azure-native:servicebus:Topic"
_SUBSCRIPTION = "azure-native:servicebus:Subscription"
_PATH = (
    "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.ServiceBus/namespaces/{namespaceName}"
)
_TOPIC_PATH = f"{_PATH}/topics/{{topicName}}"

# Types and names. "Naming rules and restrictions for Azure resources", Microsoft Learn, 2025-05.
_NAMESPACE_NAME = NameCheck(azure_naming_rules.PARENTS["service-bus-namespace"].rule, code="BadRequest")
_ENTITY_NAME = NameCheck(
    # `~` replaces `/` in an id
    replace(
        azure_naming_rules.SERVICE_BUS_ENTITY,
        pattern=azure_naming_rules.SERVICE_BUS_ENTITY.pattern.replace("/", "~"),
        words=azure_naming_rules.SERVICE_BUS_ENTITY.words.replace("slashes", "'~' for slashes"),
    ),
    code="BadRequest",
)
_SUBSCRIPTION_NAME = NameCheck(azure_naming_rules.SERVICE_BUS_SUBSCRIPTION, code="BadRequest")


def _bad_request(message: str) -> AzureError:
    """Create Service Bus's error for an invalid request."""
    return AzureError("BadRequest", f"SubCode=40000. {message}")


# What must exist, and other reasons to refuse a namespace
_BASIC, _STANDARD, _PREMIUM = "Basic", "Standard", "Premium"
_UNITS = (1, 2, 4, 8, 16)
_PARTITIONS = (1, 2, 4)


def _tier_of(inputs: Values) -> str:
    return str(cast("Values", inputs.get("sku") or {}).get("name") or _STANDARD)


def _tier_supports_inputs(request: Request) -> Iterator[AzureError]:
    name, tier, units = _tier_of(request.inputs), request.input("sku.tier"), request.input("sku.capacity")
    partitions = request.input("premiumMessagingPartitions")
    if tier not in (None, name):
        yield AzureError("BadRequest", f"sku.name is {name!r} and sku.tier is {tier!r}; make both equal")
    if name == _PREMIUM:
        per_partition = [count * (partitions or 1) for count in _UNITS]
        if units is not None and units not in per_partition:
            yield AzureError(
                "BadRequest",
                f"sku.capacity is {units}; allowed numbers of messaging units are {_listed(per_partition)}",
            )
        if partitions is not None and partitions not in _PARTITIONS:
            yield AzureError(
                "BadRequest",
                f"premiumMessagingPartitions is {partitions}; allowed numbers of partitions are {_listed(_PARTITIONS)}",
            )
        return
    for path in ("sku.capacity", "premiumMessagingPartitions", "encryption", "geoDataReplication"):
        if request.input(path):
            yield AzureError(
                "BadRequest", f"{path} is only supported in the tier Premium; the namespace's tier is {name}"
            )


def _namespace_immutables_stay(request: Request) -> Iterator[AzureError]:
    if request.old is None or request.old.adopted:
        return
    before, after = _tier_of(request.old.inputs), _tier_of(request.inputs)
    if before != after and _PREMIUM in (before, after):
        yield AzureError(
            "BadRequest",
            f"a Service Bus namespace cannot change from the tier {before} to {after}; create another namespace",
        )
    if before != after and after == _BASIC:
        for topic in (each for each in request.world.children(request.id) if each.token == _TOPIC):
            yield AzureError(
                "BadRequest", f"the tier Basic does not support topics, and the namespace contains '{topic.id}'"
            )
    if (request.input("premiumMessagingPartitions") or 1) != (
        request.old.inputs.get("premiumMessagingPartitions") or 1
    ):
        yield AzureError("BadRequest", "premiumMessagingPartitions cannot be changed; create another namespace")


# Reasons to refuse what is in a namespace
_NOT_IN_BASIC = (
    "requiresDuplicateDetection",
    "autoDeleteOnIdle",
    "requiresSession",
    "defaultMessageTimeToLive",
    "duplicateDetectionHistoryTimeWindow",
    "enableExpress",
    "forwardTo",
)
_SIZES = (1024, 2048, 3072, 4096, 5120)
_PREMIUM_SIZES = (*_SIZES, 10240, 20480, 40960, 81920)
_MESSAGE_SIZES = range(1024, 102401)
_SECOND, _MINUTE, _DAY = 1, 60, 86400
_DURATIONS = {
    "lockDuration": (5 * _SECOND, 5 * _MINUTE),
    "autoDeleteOnIdle": (5 * _MINUTE, None),
    "defaultMessageTimeToLive": (_SECOND, None),
    "duplicateDetectionHistoryTimeWindow": (20 * _SECOND, 7 * _DAY),
}
_DURATION = re.compile(r"P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_FOREVER = "P10675199DT2H48M5.4775807S"


def _namespace(request: Request) -> Resource | None:
    """Return the Service Bus namespace that contains a queue, topic or subscription; None if it does not exist."""
    place = request.id
    while place and ids.name_of(place.rpartition("/")[0]).lower() != "namespaces":
        place = ids.parent_of(place)
    return request.world.get(place)


def _tier(request: Request) -> str | None:
    """Return the pricing tier of a Service Bus namespace; None if the tier is unknown."""
    namespace = _namespace(request)
    return None if namespace is None or namespace.adopted else _tier_of(namespace.inputs)


def _tier_has_the_entity(request: Request) -> Iterator[AzureError]:
    tier, label = _tier(request), request.type.label
    if tier == _BASIC:
        if request.type.token == _TOPIC:
            yield _bad_request("Topics are not supported in the tier 'Basic'. Use 'Standard' or 'Premium'")
        for name in (name for name in _NOT_IN_BASIC if request.input(name)):
            yield _bad_request(
                f"The property '{name}' can't be set when creating a {label} because the namespace is using the 'Basic'"
                " Tier. This operation is only supported in 'Standard' or 'Premium' tier"
            )
    if tier == _PREMIUM and request.input("enableExpress"):
        yield _bad_request(f"The property 'enableExpress' can't be set when creating a {label} in the tier 'Premium'")
    namespace = _namespace(request)
    partitions = namespace.inputs.get("premiumMessagingPartitions") if namespace else None
    if tier == _PREMIUM and request.input("enablePartitioning") and (partitions or 1) == 1:
        yield _bad_request(
            "The property 'enablePartitioning' needs a namespace with partitions in the tier 'Premium'"
            " (premiumMessagingPartitions)"
        )


def _sizes_are_allowed(request: Request) -> Iterator[AzureError]:
    tier, size, message = (
        _tier(request),
        request.input("maxSizeInMegabytes"),
        request.input("maxMessageSizeInKilobytes"),
    )
    sizes = _PREMIUM_SIZES if tier in (_PREMIUM, None) else _SIZES
    if size is not None and size not in sizes:
        yield _bad_request(
            f"The specified value {size} is invalid. The property MaxSizeInMegabytes must be one of the following"
            f" values: {_listed(sizes)}"
        )
    if message is not None and tier not in (_PREMIUM, None):
        yield _bad_request(
            "The property 'maxMessageSizeInKilobytes' can only be set in the tier 'Premium'; the namespace's"
            f" tier is '{tier}'. Remove the property"
        )
    elif message is not None and message not in _MESSAGE_SIZES:
        yield _bad_request(
            f"The specified value {message} is invalid. The property 'maxMessageSizeInKilobytes' is"
            f" {_MESSAGE_SIZES.start} to {_MESSAGE_SIZES.stop - 1}"
        )
    deliveries = request.input("maxDeliveryCount")
    if deliveries is not None and deliveries < 1:
        yield _bad_request(
            f"The specified value {deliveries} is invalid. The property 'maxDeliveryCount' is at least 1"
        )


def _durations_are_allowed(request: Request) -> Iterator[AzureError]:
    for name, (least, most) in _DURATIONS.items():
        given = request.input(name)
        seconds = None if given is None else _seconds(str(given))
        if given is not None and seconds is None:
            yield _bad_request(f"'{given}' is not a valid duration for '{name}'; write it in ISO 8601, like 'PT5M'")
        elif seconds is not None and (seconds < least or (most is not None and seconds > most)):
            upto = "" if most is None else f" and at most {most}"
            yield _bad_request(f"The property '{name}' is {given}; it must be at least {least}{upto} seconds")


def _seconds(text: str) -> float | None:
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _properties_agree(request: Request) -> Iterator[AzureError]:
    if request.input("enableExpress") and request.input("requiresDuplicateDetection"):
        yield _bad_request(
            "DelayedPersistence property and RequiresDuplicateDetection property cannot be enabled together"
        )
    if request.input("requiresSession") and request.input("forwardTo"):
        yield _bad_request(
            "Autoforwarding isn't supported for an entity with sessions: leave out forwardTo or requiresSession"
        )


def _targets_exist(request: Request) -> Iterator[AzureError]:
    namespace = _namespace(request)
    if namespace is None or namespace.adopted:
        return
    for path in ("forwardTo", "forwardDeadLetteredMessagesTo"):
        target = str(request.input(path) or "")
        places = [f"{namespace.id}/{kind}/{target.replace('/', '~')}" for kind in ("queues", "topics")]
        if target and not any(map(request.exists, places)):
            yield _bad_request(f"{path} is '{target}', but the namespace has no queue or topic with that name")
        elif any(ids.same(place, request.id) for place in places):
            yield _bad_request(f"{path} is the queue or subscription itself; forward messages to another entity")


def _name_is_free_in_namespace(request: Request) -> Iterator[AzureError]:
    if request.old is None:
        other = "topics" if request.type.token == _QUEUE else "queues"
        holder = request.type.parent_of(request.id)
        if request.world.get(f"{holder}/{other}/{request.name}") is not None:
            yield AzureError(
                "Conflict", f"SubCode=40900. The namespace already has an entity in {other} named '{request.name}'", 409
            )


def _requires_session_stays(request: Request) -> Iterator[AzureError]:
    # azure-native does not know that it must replace a subscription; Azure refuses the update.
    old = request.old
    if old is None or old.adopted:
        return
    if bool(request.input("requiresSession")) != bool(old.inputs.get("requiresSession")):
        yield _bad_request("The value for the RequiresSession property of an existing Subscription can't be changed")


def _listed(values: Iterable[int]) -> str:
    return ";".join(map(str, values))


_LIMITS: Rules = all_of(_tier_has_the_entity, _sizes_are_allowed, _durations_are_allowed, _properties_agree)


# Outputs of a namespace
def _sku(request: Request) -> Values:
    name = _tier_of(request.inputs)
    units: Values = {"capacity": request.input("sku.capacity") or 1} if name == _PREMIUM else {}
    return {"name": name, "tier": name, **units}


def _partitions(request: Request) -> int:
    return int(_tier_of(request.inputs) == _PREMIUM)


def _now(request: Request) -> str:
    return request.now


_NAMESPACE_OUTPUTS: Mapping[str, ComputedOutput] = {
    "provisioningState": constant("Succeeded"),
    "status": constant("Active"),
    "serviceBusEndpoint": lambda request: f"https://{request.name}.servicebus.windows.net:443/",
    "metricId": lambda request: f"{request.world.subscription_id}:{request.name.lower()}",
    "sku": _sku,
    "disableLocalAuth": off,
    "minimumTlsVersion": constant("1.2"),
    "publicNetworkAccess": constant("Enabled"),
    "premiumMessagingPartitions": _partitions,
    "privateEndpointConnections": constant([]),
    "zoneRedundant": on,
    "createdAt": kept_from_creation("createdAt", _now),
    "updatedAt": _now,
    "systemData": system_data,
}


# Outputs of what is in a namespace
def _location(request: Request) -> str | None:
    namespace = _namespace(request)
    return None if namespace is None else namespace.outputs.get("location")


def _message_size(request: Request) -> int:
    return 1024 if _tier(request) == _PREMIUM else 256


def _size(request: Request) -> int:
    """Return a queue's or topic's maximum size: 16 times the requested size if partitioned, except in Premium."""
    size = int(request.input("maxSizeInMegabytes") or _SIZES[0])
    return size * 16 if request.input("enablePartitioning") and _tier(request) != _PREMIUM else size


def _time_to_live(request: Request) -> str:
    return "P14D" if _tier(request) == _BASIC else _FOREVER


def _is_ordered(request: Request) -> bool:
    return not request.input("enablePartitioning")


_EVERY_OUTPUT: Mapping[str, ComputedOutput] = {
    "location": _location,
    "status": constant("Active"),
    "accessedAt": constant("0001-01-01T00:00:00Z"),
    "createdAt": kept_from_creation("createdAt", _now),
    "updatedAt": _now,
    "countDetails": constant(
        {
            "activeMessageCount": 0,
            "deadLetterMessageCount": 0,
            "scheduledMessageCount": 0,
            "transferDeadLetterMessageCount": 0,
            "transferMessageCount": 0,
        }
    ),
    "autoDeleteOnIdle": constant(_FOREVER),
    "defaultMessageTimeToLive": _time_to_live,
    "enableBatchedOperations": on,
    "systemData": system_data,
}
_ENTITY_OUTPUTS: Mapping[str, ComputedOutput] = {
    **_EVERY_OUTPUT,
    "sizeInBytes": constant(0),
    "maxSizeInMegabytes": _size,
    "maxMessageSizeInKilobytes": _message_size,
    "duplicateDetectionHistoryTimeWindow": constant("PT10M"),
    "requiresDuplicateDetection": off,
    "enableExpress": off,
    "enablePartitioning": off,
}
_RECEIVED_OUTPUTS: Mapping[str, ComputedOutput] = {
    "messageCount": constant(0),
    "lockDuration": constant("PT1M"),
    "maxDeliveryCount": constant(10),
    "requiresSession": off,
    "deadLetteringOnMessageExpiration": off,
}
_VOLATILE = ("updatedAt", "systemData")


def _subscription_count(request: Request) -> int:
    return sum(each.token == _SUBSCRIPTION for each in request.world.children(request.id))


# "Azure permissions for Integration", Microsoft Learn, 2026-04-09, has the read of a result in a namespace. Queues and
# topics are made at once.
_RESULT = StatusUrls(result="{id}/operationresults/{operation}")

TYPES = (
    ResourceType(
        _NAMESPACE,
        _PATH,
        name_check=_NAMESPACE_NAME,
        name_taken_code="BadRequest",
        name_taken_status=400,
        asynchronous=AsynchronousRequests(write=_RESULT, delete=_RESULT),
        rules=all_of(_tier_supports_inputs, _namespace_immutables_stay),
        outputs=_NAMESPACE_OUTPUTS,
        volatile=_VOLATILE,
        rewrites={"sku": _sku},
        log_categories=(
            "ApplicationMetricsLogs",
            "DataDRLogs",
            "DiagnosticErrorLogs",
            "OperationalLogs",
            "RuntimeAuditLogs",
            "VNetAndIPFilteringLogs",
        ),
        category_groups=("allLogs", "audit"),
        adopted_inputs={"location": "westeurope", "sku": {"name": _STANDARD}},
    ),
    ResourceType(
        _QUEUE,
        f"{_PATH}/queues/{{queueName}}",
        name_check=_ENTITY_NAME,
        rules=all_of(_LIMITS, _targets_exist, _name_is_free_in_namespace),
        immutable=("requiresDuplicateDetection", "requiresSession", "enablePartitioning"),
        immutable_code="BadRequest",
        immutable_status=400,
        outputs={**_ENTITY_OUTPUTS, **_RECEIVED_OUTPUTS},
        volatile=_VOLATILE,
        rewrites={"maxSizeInMegabytes": _size},
    ),
    ResourceType(
        _TOPIC,
        _TOPIC_PATH,
        name_check=_ENTITY_NAME,
        rules=all_of(_LIMITS, _name_is_free_in_namespace),
        immutable=("requiresDuplicateDetection", "enablePartitioning"),
        immutable_code="BadRequest",
        immutable_status=400,
        outputs={**_ENTITY_OUTPUTS, "supportOrdering": _is_ordered, "subscriptionCount": _subscription_count},
        volatile=(*_VOLATILE, "subscriptionCount"),
        rewrites={"maxSizeInMegabytes": _size},
    ),
    ResourceType(
        _SUBSCRIPTION,
        f"{_TOPIC_PATH}/subscriptions/{{subscriptionName}}",
        name_check=_SUBSCRIPTION_NAME,
        rules=all_of(_LIMITS, _targets_exist, _requires_session_stays),
        outputs={
            **_EVERY_OUTPUT,
            **_RECEIVED_OUTPUTS,
            "deadLetteringOnFilterEvaluationExceptions": on,
            "isClientAffine": off,
        },
        volatile=_VOLATILE,
    ),
)

"""Tests of Service Bus in local Azure: features of each tier, immutable properties, and endpoints."""

import pytest

from localazure.azure import LocalAzure
from tests.localazure.samples import (
    BUS,
    BUS_ID,
    BUS_QUEUE,
    BUS_SUBSCRIPTION,
    BUS_TOPIC,
    IDENTITY,
    PRINCIPAL_ID,
    ROLE_ASSIGNMENT,
    SAMPLES,
    SETTING,
    make,
    role_id,
)
from tests.localazure.services.refusals import refusal, update_refusal

BASIC = {"name": "Basic", "tier": "Basic"}
PREMIUM = {"name": "Premium", "tier": "Premium", "capacity": 1}


def test_service_bus_namespace_endpoint_is_in_local_azure_outputs(azure: LocalAzure) -> None:
    namespace, outputs = make(azure, BUS)

    assert namespace == BUS_ID
    assert outputs["serviceBusEndpoint"] == "https://network-dev7.servicebus.windows.net:443/"
    assert (outputs["status"], outputs["provisioningState"]) == ("Active", "Succeeded")
    assert outputs["sku"] == {"name": "Standard", "tier": "Standard"}


def test_service_bus_namespace_defaults_to_standard_tier_with_local_auth_enabled_in_local_azure(
    azure: LocalAzure,
) -> None:
    inputs = {"namespaceName": "network-dev7", "resourceGroupName": "rg", "location": "westeurope"}
    make(azure, BUS)
    azure.delete(BUS, BUS_ID)

    _, outputs = azure.create(BUS, inputs)

    assert outputs["sku"] == {"name": "Standard", "tier": "Standard"}
    assert (outputs["disableLocalAuth"], outputs["minimumTlsVersion"]) == (False, "1.2")
    assert outputs["publicNetworkAccess"] == "Enabled"


@pytest.mark.parametrize("name", ["network-sb", "network-MGMT", "network-", "7network", "short", "n" * 51, "net_work"])
def test_invalid_or_reserved_service_bus_namespace_name_is_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    refused = refusal(azure, BUS, namespaceName=name)

    assert refused.code == "BadRequest"
    assert "neither '-sb' nor '-mgmt' last" in refused.message


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"sku": {"name": "Standard", "tier": "Premium"}}, "make both equal"),
        ({"sku": {"name": "Standard", "capacity": 2}}, "sku.capacity is only supported in the tier Premium"),
        ({"premiumMessagingPartitions": 2}, "premiumMessagingPartitions is only supported in the tier Premium"),
        ({"encryption": {"keySource": "Microsoft.KeyVault"}}, "encryption is only supported in the tier Premium"),
        ({"sku": {**PREMIUM, "capacity": 3}}, "allowed numbers of messaging units are 1;2;4;8;16"),
        ({"sku": PREMIUM, "premiumMessagingPartitions": 3}, "allowed numbers of partitions are 1;2;4"),
        (
            {"sku": {**PREMIUM, "capacity": 1}, "premiumMessagingPartitions": 2},
            "allowed numbers of messaging units are 2;4;8;16;32",
        ),
    ],
)
def test_service_bus_namespace_setting_that_its_tier_excludes_is_refused_by_local_azure(
    azure: LocalAzure, inputs: dict[str, object], expected: str
) -> None:
    assert expected in refusal(azure, BUS, **inputs).message


def test_service_bus_tier_change_to_premium_or_to_basic_with_topics_is_refused_by_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, BUS_TOPIC)

    assert "create another namespace" in str(update_refusal(azure, BUS, BUS_ID, sku=PREMIUM))
    assert "/topics/news" in str(update_refusal(azure, BUS, BUS_ID, sku=BASIC))


def test_service_bus_namespace_partition_count_change_is_refused_by_local_azure(azure: LocalAzure) -> None:
    partitioned = {"sku": {**PREMIUM, "capacity": 2}, "premiumMessagingPartitions": 2}
    make(azure, BUS, **partitioned)

    refused = update_refusal(azure, BUS, BUS_ID, sku=PREMIUM)

    assert "premiumMessagingPartitions cannot be changed" in refused.message
    assert make(azure, BUS_QUEUE, enablePartitioning=True)[1]["maxSizeInMegabytes"] == 1024


def test_service_bus_queue_defaults_are_in_local_azure_outputs(azure: LocalAzure) -> None:
    queue, outputs = make(azure, BUS_QUEUE)

    assert queue == f"{BUS_ID}/queues/jobs"
    assert outputs["location"] == "westeurope"
    assert (outputs["lockDuration"], outputs["maxDeliveryCount"], outputs["maxSizeInMegabytes"]) == ("PT1M", 10, 1024)
    assert (outputs["maxMessageSizeInKilobytes"], outputs["messageCount"]) == (256, 0)
    assert (outputs["requiresSession"], outputs["deadLetteringOnMessageExpiration"]) == (False, True)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"requiresDuplicateDetection": True}, "'requiresDuplicateDetection' can't be set"),
        ({"requiresSession": True}, "'requiresSession' can't be set"),
        ({"defaultMessageTimeToLive": "P1D"}, "'defaultMessageTimeToLive' can't be set"),
    ],
)
def test_basic_tier_service_bus_refuses_advanced_queue_properties_in_local_azure(
    azure: LocalAzure, inputs: dict[str, object], expected: str
) -> None:
    make(azure, BUS, sku=BASIC)

    refused = refusal(azure, BUS_QUEUE, **inputs)

    assert (refused.code, refused.status) == ("BadRequest", 400)
    assert refused.message.startswith("SubCode=40000.")
    assert expected in refused.message
    assert make(azure, BUS_QUEUE)[1]["defaultMessageTimeToLive"] == "P14D"


def test_basic_tier_service_bus_refuses_topics_in_local_azure(azure: LocalAzure) -> None:
    make(azure, BUS, sku=BASIC)

    assert "Topics are not supported" in str(refusal(azure, BUS_TOPIC))


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"maxSizeInMegabytes": 16384}, "1024;2048;3072;4096;5120"),
        ({"maxMessageSizeInKilobytes": 1024}, "can only be set in the tier 'Premium'"),
        ({"maxDeliveryCount": 0}, "at least 1"),
        ({"lockDuration": "PT6M"}, "'lockDuration' is PT6M"),
        ({"lockDuration": "five minutes"}, "is not a valid duration"),
        ({"lockDuration": "PT"}, "is not a valid duration"),
        ({"autoDeleteOnIdle": "PT4M"}, "'autoDeleteOnIdle' is PT4M"),
        ({"duplicateDetectionHistoryTimeWindow": "P8D"}, "'duplicateDetectionHistoryTimeWindow' is P8D"),
        ({"enableExpress": True, "requiresDuplicateDetection": True}, "cannot be enabled together"),
        ({"forwardTo": "elsewhere"}, "no queue or topic with that name"),
        ({"forwardTo": "elsewhere", "requiresSession": True}, "isn't supported for an entity with sessions"),
        ({"forwardDeadLetteredMessagesTo": "jobs"}, "the namespace has no queue or topic"),
        ({"queueName": "jobs!"}, "Queue name 'jobs!' is invalid"),
    ],
)
def test_invalid_service_bus_queue_is_refused_by_local_azure(
    azure: LocalAzure, inputs: dict[str, object], expected: str
) -> None:
    assert expected in refusal(azure, BUS_QUEUE, **inputs).message


def test_premium_tier_service_bus_accepts_large_messages_and_refuses_express_entities_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, BUS, sku=PREMIUM)

    assert "'enableExpress' can't be set" in str(refusal(azure, BUS_QUEUE, enableExpress=True))
    assert "premiumMessagingPartitions" in str(refusal(azure, BUS_QUEUE, enablePartitioning=True))
    assert "1024 to 102400" in str(refusal(azure, BUS_QUEUE, maxMessageSizeInKilobytes=256))
    assert make(azure, BUS_QUEUE, maxMessageSizeInKilobytes=2048)[1]["maxMessageSizeInKilobytes"] == 2048
    assert make(azure, BUS_TOPIC)[1]["maxMessageSizeInKilobytes"] == 1024


def test_service_bus_queue_can_forward_to_a_topic_but_not_to_itself_in_local_azure(azure: LocalAzure) -> None:
    make(azure, BUS_TOPIC)

    assert make(azure, BUS_QUEUE, forwardTo="news")[1]["forwardTo"] == "news"
    assert "is the queue or subscription itself" in str(
        update_refusal(azure, BUS_QUEUE, f"{BUS_ID}/queues/jobs", forwardTo="jobs")
    )


def test_partitioned_service_bus_queue_has_sixteen_times_the_requested_size_in_local_azure(azure: LocalAzure) -> None:
    make(azure, BUS_QUEUE, enablePartitioning=True, maxSizeInMegabytes=2048)
    _, left_out = make(azure, BUS_QUEUE, queueName="other", enablePartitioning=True)

    found = azure.read(BUS_QUEUE, f"{BUS_ID}/queues/jobs")

    assert found is not None
    assert (found[1]["maxSizeInMegabytes"], left_out["maxSizeInMegabytes"]) == (32768, 16384)


def test_service_bus_queue_and_topic_with_the_same_name_are_refused_by_local_azure(azure: LocalAzure) -> None:
    make(azure, BUS_QUEUE)

    refused = refusal(azure, BUS_TOPIC, topicName="Jobs")

    assert (refused.code, refused.status) == ("Conflict", 409)


def test_requires_session_change_of_service_bus_subscription_is_refused_by_local_azure(azure: LocalAzure) -> None:
    subscription, outputs = make(azure, BUS_SUBSCRIPTION)
    inputs = SAMPLES[BUS_SUBSCRIPTION].inputs

    refused = update_refusal(azure, BUS_SUBSCRIPTION, subscription, requiresSession=True)

    assert subscription == f"{BUS_ID}/topics/news/subscriptions/network-report-dev"
    assert outputs["deadLetteringOnMessageExpiration"] is True
    assert "RequiresSession" in refused.message
    assert azure.diff(BUS_SUBSCRIPTION, inputs, {**inputs, "requiresSession": True}).replaces == ()


def test_service_bus_subscription_name_longer_than_50_characters_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assert "1 to 50" in str(refusal(azure, BUS_SUBSCRIPTION, subscriptionName="s" * 51))


def test_role_assignment_on_service_bus_subscription_is_accepted_by_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    subscription, _ = make(azure, BUS_SUBSCRIPTION)

    receiver = role_id("Azure Service Bus Data Receiver")
    _, outputs = make(azure, ROLE_ASSIGNMENT, scope=subscription, roleDefinitionId=receiver)

    assert (outputs["scope"], outputs["principalId"]) == (subscription, PRINCIPAL_ID)


def test_diagnostic_setting_on_service_bus_accepts_group_alllogs_and_refuses_unknown_category_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, BUS)

    refused = refusal(azure, SETTING, resourceUri=BUS_ID, logs=[{"category": "Audit", "enabled": True}])

    assert "OperationalLogs" in refused.message
    make(azure, SETTING, resourceUri=BUS_ID, logs=[{"categoryGroup": "allLogs", "enabled": True}])


def test_service_bus_namespace_created_outside_the_stack_accepts_features_of_every_tier_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, IDENTITY)
    outputs = azure.adopt(BUS, BUS_ID)

    _, queue = make(azure, BUS_QUEUE, maxMessageSizeInKilobytes=2048, forwardTo="not-made-here")

    assert outputs["serviceBusEndpoint"] == "https://network-dev7.servicebus.windows.net:443/"
    assert queue["maxMessageSizeInKilobytes"] == 2048
    assert azure.adopt(BUS_TOPIC, f"{BUS_ID}/topics/not-made-here")["location"] == "westeurope"

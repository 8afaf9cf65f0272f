"""Resource types of Microsoft.ServiceBus: Service Bus namespaces, queues and topics."""

from access.azure.types.row import (
    GROUP,
    MANAGED,
    NOT_LISTED,
    OWN,
    WITHIN,
    ArmType,
    KeySwitch,
    Listing,
    VerbRole,
)

_NAMESPACE = f"{GROUP}/providers/Microsoft.ServiceBus/namespaces/{{namespaceName}}"
_TOPIC = f"{_NAMESPACE}/topics/{{topicName}}"
# Sending to one queue is an operation of the namespace: "Azure permissions", Microsoft Learn, 2026-04-09.
_MESSAGES = "microsoft.servicebus/namespaces/messages"
_SOURCE = "Azure built-in roles for Integration, Microsoft Learn, 2026-04-09"

TYPES = (
    ArmType(
        token="azure-native:servicebus:Namespace",
        path=_NAMESPACE,
        kind=None,
        operations=OWN,
        keys=KeySwitch(
            "disableLocalAuth",
            on=False,
            absent=True,
            source="Disable local authentication with Azure Service Bus, Microsoft Learn, 2025",
        ),
        listed=Listing("2021-11-01"),
        deployer=MANAGED,
        # "Azure permissions for Integration", Microsoft Learn, 2026-04-09.
        status_reads=("operationresults/read",),
    ),
    ArmType(
        token="azure-native:servicebus:Queue",
        path=f"{_NAMESPACE}/queues/{{queueName}}",
        kind="service-bus-queue",
        operations=(_MESSAGES,),
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=MANAGED,
        granted_by_itself=True,
        verbs=(
            VerbRole("send", "Azure Service Bus Data Sender", "send messages", _SOURCE),
            VerbRole(
                "receive", "Azure Service Bus Data Receiver", "receive and settle messages, and count them", _SOURCE
            ),
        ),
    ),
    ArmType(
        token="azure-native:servicebus:Topic",
        path=_TOPIC,
        kind="service-bus-topic",
        operations=(_MESSAGES,),
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=MANAGED,
        granted_by_itself=True,
        verbs=(
            VerbRole("send", "Azure Service Bus Data Sender", "send messages", _SOURCE),
            VerbRole("receive", "Azure Service Bus Data Receiver", "receive from a subscription of its own", _SOURCE),
        ),
    ),
    ArmType(
        token="azure-native:servicebus:Subscription",
        path=f"{_TOPIC}/subscriptions/{{subscriptionName}}",
        kind=None,
        operations=(_MESSAGES,),
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=MANAGED,
        belongs_to_parent=True,
    ),
)

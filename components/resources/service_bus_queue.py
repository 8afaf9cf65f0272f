"""Component for queues of a Service Bus namespace: kind `service-bus-queue`.

Assumption: the scaler of Container Apps may read the number of waiting messages with the role of the verb `receive`,
which has `Microsoft.ServiceBus/*/queues/read`. The scaler uses the administration client, for which its documentation
names the right Manage ("Azure Service Bus", keda.sh, 2.17), and reports disagree (kedacore/keda#806 and #7822, 2026-06,
microsoft/azure-container-apps#1138); docs/howto/check-assumptions-on-azure.md has the live check.
"""

import pulumi
from pulumi_azure_native import servicebus

from components.resources.base import ChildArgs, NetworkResource, Scaling
from components.resources.service_bus_namespace import ServiceBusNamespace


class ServiceBusQueueArgs(ChildArgs):
    """Arguments of a `ServiceBusQueue`."""

    namespace: ServiceBusNamespace
    """Service Bus namespace of the queue."""
    queue: str
    """Name of the queue in the namespace."""


class ServiceBusQueue(NetworkResource):
    """Service Bus queue; messages that expire or fail too often go to its dead-letter queue."""

    TOKEN = "agent-network:index:ServiceBusQueue"  # noqa: S105 - a type token
    KIND = "service-bus-queue"
    PARENT = ServiceBusNamespace

    def __init__(self, name: str, args: ServiceBusQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        namespace, azure_name = args["namespace"], args["queue"]
        self._namespace, self._queue = namespace, azure_name
        if args.get("existing"):
            path = pulumi.Output.concat(namespace.resource_id, f"/queues/{azure_name}")
            queue = servicebus.Queue.get(name, path, pulumi.ResourceOptions(parent=self))
        else:
            queue = servicebus.Queue(
                name,
                queue_name=azure_name,
                namespace_name=namespace.azure_name,
                resource_group_name=namespace.resource_group_name,
                dead_lettering_on_message_expiration=True,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace.core]),
            )
        self._register(
            scope=queue.id,
            within=namespace.subscription_id,
            variables={"ENDPOINT": namespace.host, "QUEUE": azure_name},
        )

    def scaling(self, target: int) -> Scaling:
        """Return the KEDA scaler that counts the queue's messages, which the verb `receive` is assumed to permit."""
        metadata = {"namespace": self._namespace.azure_name, "queueName": self._queue, "messageCount": str(target)}
        return Scaling("azure-servicebus", metadata)

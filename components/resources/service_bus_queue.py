"""Queues of a Service Bus namespace: kind `service-bus-queue`."""

import pulumi
from pulumi_azure_native import servicebus

from components.resources.base import ChildArgs, NetworkResource, Scaling
from components.resources.service_bus_namespace import ServiceBusNamespace


class ServiceBusQueueArgs(ChildArgs):
    """Arguments of a `ServiceBusQueue`."""

    namespace: ServiceBusNamespace
    """The namespace that holds it."""
    queue: str
    """What it is called there."""


class ServiceBusQueue(NetworkResource):
    """A queue; messages that expire or fail too often go to its dead-letter queue."""

    TOKEN = "agent-network:index:ServiceBusQueue"  # noqa: S105 - a type token
    KIND = "service-bus-queue"
    HOLDER = ServiceBusNamespace

    def __init__(self, name: str, args: ServiceBusQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        namespace, called = args["namespace"], args["queue"]
        self._namespace, self._queue = namespace, called
        if args.get("existing"):
            path = pulumi.Output.concat(namespace.resource_id, f"/queues/{called}")
            queue = servicebus.Queue.get(name, path, pulumi.ResourceOptions(parent=self))
        else:
            queue = servicebus.Queue(
                name,
                queue_name=called,
                namespace_name=namespace.azure_name,
                resource_group_name=namespace.resource_group_name,
                dead_lettering_on_message_expiration=True,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace.core]),
            )
        self._ready(
            scope=queue.id,
            within=namespace.subscription_id,
            variables={"ENDPOINT": namespace.host, "QUEUE": called},
        )

    def scaling(self, target: int) -> Scaling:
        """Count the queue's messages; receiving from it allows that."""
        metadata = {"namespace": self._namespace.azure_name, "queueName": self._queue, "messageCount": str(target)}
        return Scaling("azure-servicebus", metadata)

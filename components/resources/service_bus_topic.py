"""Component for topics of a Service Bus namespace: kind `service-bus-topic`.

Each receiving agent gets its own subscription and no role on the topic, so that it cannot read another's messages.
"""

from collections.abc import Collection, Mapping

import pulumi
from pulumi_azure_native import servicebus

from components.aliases import on_other_hosts
from components.grants import Grantee
from components.resources.base import ChildArgs, NetworkResource
from components.resources.service_bus_namespace import ServiceBusNamespace


class ServiceBusTopicArgs(ChildArgs):
    """Arguments of a `ServiceBusTopic`."""

    namespace: ServiceBusNamespace
    """Service Bus namespace of the topic."""
    topic: str
    """Name of the topic in the namespace."""


class ServiceBusTopic(NetworkResource):
    """Service Bus topic, with a subscription for each receiving agent."""

    TOKEN = "agent-network:index:ServiceBusTopic"  # noqa: S105 - a type token
    KIND = "service-bus-topic"
    PARENT = ServiceBusNamespace

    def __init__(self, name: str, args: ServiceBusTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        namespace, azure_name = args["namespace"], args["topic"]
        self._namespace, self._topic_name = namespace, azure_name
        if args.get("existing"):
            path = pulumi.Output.concat(namespace.resource_id, f"/topics/{azure_name}")
            topic = servicebus.Topic.get(name, path, pulumi.ResourceOptions(parent=self))
        else:
            topic = servicebus.Topic(
                name,
                topic_name=azure_name,
                namespace_name=namespace.azure_name,
                resource_group_name=namespace.resource_group_name,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace.core]),
            )
        self._topic = topic
        self._register(
            scope=topic.id,
            within=namespace.subscription_id,
            variables={"ENDPOINT": namespace.host, "TOPIC": azure_name},
        )

    def variables(self, agent: pulumi.Input[str], verbs: Collection[str]) -> Mapping[str, pulumi.Input[str]]:
        """Return the topic's environment variables; for an agent that receives, also its subscription's name."""
        own = {"SUBSCRIPTION": agent} if "receive" in verbs else {}
        return {**super().variables(agent, verbs), **own}

    def _scope_for(self, agent: Grantee, verb: str) -> pulumi.Output[str]:
        return self._subscribe(agent).id if verb == "receive" else self.scope

    def _subscribe(self, agent: Grantee) -> "servicebus.Subscription":
        return servicebus.Subscription(
            f"{agent.agent_name}-subscribes-to-{self.resource_name}",
            subscription_name=agent.azure_name,
            topic_name=self._topic_name,
            namespace_name=self._namespace.azure_name,
            resource_group_name=self._namespace.resource_group_name,
            dead_lettering_on_message_expiration=True,
            # Aliases keep the subscription, and the messages in it, when the agent moves to another host.
            opts=pulumi.ResourceOptions(
                parent=agent.component, depends_on=[self._topic], aliases=on_other_hosts(agent.component)
            ),
        )

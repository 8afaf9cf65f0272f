"""Topics of a Service Bus namespace: kind `service-bus-topic`.

Whoever receives gets a subscription of its own, and nothing on the topic: no agent reads, or empties, another's.
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
    """The namespace that holds it."""
    topic: str
    """What it is called there."""


class ServiceBusTopic(NetworkResource):
    """A topic."""

    TOKEN = "agent-network:index:ServiceBusTopic"  # noqa: S105 - a type token
    KIND = "service-bus-topic"
    HOLDER = ServiceBusNamespace

    def __init__(self, name: str, args: ServiceBusTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        namespace, called = args["namespace"], args["topic"]
        self._namespace, self._topic_name = namespace, called
        if args.get("existing"):
            path = pulumi.Output.concat(namespace.resource_id, f"/topics/{called}")
            topic = servicebus.Topic.get(name, path, pulumi.ResourceOptions(parent=self))
        else:
            topic = servicebus.Topic(
                name,
                topic_name=called,
                namespace_name=namespace.azure_name,
                resource_group_name=namespace.resource_group_name,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace.core]),
            )
        self._topic = topic
        self._ready(
            scope=topic.id,
            within=namespace.subscription_id,
            variables={"ENDPOINT": namespace.host, "TOPIC": called},
        )

    def variables(self, agent: pulumi.Input[str], verbs: Collection[str]) -> Mapping[str, pulumi.Input[str]]:
        """Who receives also needs the name of its subscription."""
        own = {"SUBSCRIPTION": agent} if "receive" in verbs else {}
        return {**super().variables(agent, verbs), **own}

    def _scope_for(self, agent: Grantee, verb: str) -> pulumi.Output[str]:
        return self._subscribe(agent).id if verb == "receive" else self.scope

    def _subscribe(self, agent: Grantee) -> "servicebus.Subscription":
        return servicebus.Subscription(
            f"{agent.agent_name}-subscribes-to-{self.called}",
            subscription_name=agent.azure_name,
            topic_name=self._topic_name,
            namespace_name=self._namespace.azure_name,
            resource_group_name=self._namespace.resource_group_name,
            dead_lettering_on_message_expiration=True,
            # Messages wait in it, whether the agent moves or not.
            opts=pulumi.ResourceOptions(
                parent=agent.component, depends_on=[self._topic], aliases=on_other_hosts(agent.component)
            ),
        )

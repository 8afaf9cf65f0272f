"""Agents that run as Container Apps: the app, its own identity, and the identity that pulls its image.

Owns who the agent is and how it runs. What it may do is granted on the resources, with `allow`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import app, managedidentity

from components.agents.base import Agent
from components.hosts.container_apps_environment import CONSUMPTION
from components.resources.base import Scaling
from components.resources.image_registry import ImageRegistry


class IngressArgs(TypedDict):
    """Who can reach an agent. Without it, nobody can."""

    port: int
    """The port on which the agent listens."""
    external: NotRequired[bool]
    """Addresses outside the environment can reach it too, and only those in `allow`."""
    allow: NotRequired[Sequence[str]]
    """Blocks of IPv4 addresses that may call; required where `external`."""


class ProbeArgs(TypedDict):
    """One health probe: a path that answers with success, or without a path, a port that takes connections."""

    port: int
    """Port to ask."""
    path: NotRequired[str | None]
    """Path to ask."""
    initial_delay_seconds: NotRequired[int | None]
    """Seconds before the first probe."""
    period_seconds: NotRequired[int | None]
    """Seconds between probes."""
    timeout_seconds: NotRequired[int | None]
    """Seconds after which no answer is a failure."""
    failure_threshold: NotRequired[int | None]
    """Failures in a row that count."""
    success_threshold: NotRequired[int | None]
    """Successes in a row that count."""


class ContainerAppAgentArgs(TypedDict):
    """Arguments of a `ContainerAppAgent`."""

    app_name: str
    """Name of the Container App."""
    pull_identity_name: str
    """Name of the identity that pulls the image."""
    resource_group_name: pulumi.Input[str]
    """Resource group."""
    location: pulumi.Input[str]
    """Azure region, the environment's."""
    environment_id: pulumi.Input[str]
    """Id of the managed environment."""
    registry: ImageRegistry
    """Where the image comes from."""
    repository: str
    """Repository of the image."""
    image_tag: str
    """Tag of the image."""
    cpu: float
    """Cores."""
    memory: str
    """Memory, such as `1Gi`."""
    min_replicas: int
    """Never fewer."""
    max_replicas: int
    """Never more."""
    concurrent_requests: NotRequired[int | None]
    """Requests at the same time for which a replica is added."""
    scaling: NotRequired[Scaling | None]
    """What is counted to decide how many replicas run; see `scaling` of a resource."""
    variables: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Environment variables; none of them secret, for everyone who may see the app can read them."""
    ingress: NotRequired[IngressArgs | None]
    """Who can reach it; without it, nobody."""
    probes: NotRequired[Mapping[str, ProbeArgs]]
    """`liveness`, `readiness` or `startup` → how its health is asked for."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Azure tags."""


class PullIdentity:
    """The identity with which the platform pulls an agent's image. No code acts as it, and it does nothing else."""

    def __init__(self, agent: "ContainerAppAgent", args: ContainerAppAgentArgs) -> None:
        self.agent_name = agent.agent_name
        self.principal_type = agent.principal_type
        self.component: pulumi.Resource = agent
        self.azure_name = args["pull_identity_name"]
        self.identity = managedidentity.UserAssignedIdentity(
            f"{agent.agent_name}-pull",
            resource_name_=args["pull_identity_name"],
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=args.get("tags"),
            opts=pulumi.ResourceOptions(parent=agent),
        )
        self.principal_id = self.identity.principal_id


class ContainerAppAgent(Agent):
    """An agent with an identity of its own, which Azure creates and deletes with its app."""

    TOKEN = "agent-network:index:ContainerAppAgent"  # noqa: S105 - a type token

    pull_principal_id: pulumi.Output[str]
    """The identity that pulls its image."""

    def __init__(self, name: str, args: ContainerAppAgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        image = f"{args['repository']}:{args['image_tag']}"
        super().__init__(name, {"app_name": args["app_name"], "image": image}, opts)
        pull = PullIdentity(self, args)
        may_pull = args["registry"].allow_pull(pull, args["repository"])
        container_app = app.ContainerApp(
            name,
            container_app_name=args["app_name"],
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=args.get("tags"),
            environment_id=args["environment_id"],
            workload_profile_name=CONSUMPTION,
            identity=app.ManagedServiceIdentityArgs(
                type=app.ManagedServiceIdentityType.SYSTEM_ASSIGNED_USER_ASSIGNED,
                user_assigned_identities=[pull.identity.id],
            ),
            configuration=_configuration(args, pull),
            template=_template(name, args, image),
            # The app starts by pulling its image, so whoever pulls must be allowed to by then.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_pull]),
        )
        self.principal_id = container_app.identity.apply(_principal)
        self.pull_principal_id = pull.principal_id
        self.app_name = args["app_name"]
        if args.get("ingress"):
            self.host = container_app.configuration.apply(_fqdn)
            self.endpoint = self.host.apply(lambda host: f"https://{host}")
        else:
            self.host = self.endpoint = pulumi.Output.from_input("")
        self._register_common_outputs(pull_principal_id=self.pull_principal_id)


def _principal(identity: "app.outputs.ManagedServiceIdentityResponse | None") -> str:
    if identity is None:
        raise RuntimeError("Azure returned the app without the identity that it was created with")
    return identity.principal_id


def _fqdn(configuration: "app.outputs.ConfigurationResponse | None") -> str:
    if configuration is None or configuration.ingress is None:
        raise RuntimeError("Azure returned the app without the ingress that it was created with")
    return configuration.ingress.fqdn


def _configuration(args: ContainerAppAgentArgs, pull: PullIdentity) -> "app.ConfigurationArgs":
    lifecycle = app.IdentitySettingsLifeCycle
    return app.ConfigurationArgs(
        active_revisions_mode=app.ActiveRevisionsMode.SINGLE,
        identity_settings=[
            # None: the platform uses it, and code in the container gets no token for it. "Managed identities in Azure
            # Container Apps", Microsoft Learn, 2025.
            app.IdentitySettingsArgs(identity=pull.identity.id, lifecycle=lifecycle.NONE),
            app.IdentitySettingsArgs(identity="system", lifecycle=lifecycle.MAIN),
        ],
        registries=[app.RegistryCredentialsArgs(server=args["registry"].endpoint, identity=pull.identity.id)],
        ingress=_ingress(args),
    )


def _ingress(args: ContainerAppAgentArgs) -> "app.IngressArgs | None":
    ingress = args.get("ingress")
    if not ingress:
        return None
    external, allow = ingress.get("external", False), ingress.get("allow", ())
    if external and not allow:
        raise ValueError(f"app {args['app_name']!r} would be open to everyone; list in 'allow' who may call")
    if allow and not external:
        raise ValueError(f"app {args['app_name']!r} lets in nobody from outside, so there is nobody to list in 'allow'")
    return app.IngressArgs(
        external=external,
        target_port=ingress["port"],
        allow_insecure=False,
        transport=app.IngressTransportMethod.AUTO,
        ip_security_restrictions=[
            app.IpSecurityRestrictionRuleArgs(
                name=f"allow-{block.replace('.', '-').replace('/', '-')}",
                ip_address_range=block,
                action=app.Action.ALLOW,
            )
            for block in allow
        ]
        or None,
    )


def _template(name: str, args: ContainerAppAgentArgs, image: str) -> "app.TemplateArgs":
    container = app.ContainerArgs(
        name=name,
        image=args["registry"].endpoint.apply(lambda host: f"{host}/{image}"),
        resources=app.ContainerResourcesArgs(cpu=args["cpu"], memory=args["memory"]),
        env=[app.EnvironmentVarArgs(name=key, value=value) for key, value in sorted(args.get("variables", {}).items())],
        # An empty list would switch off the probes that Azure adds where there are none; so would one of scale rules.
        probes=[_probe(when, probe) for when, probe in sorted(args.get("probes", {}).items())] or None,
    )
    scale = app.ScaleArgs(
        min_replicas=args["min_replicas"], max_replicas=args["max_replicas"], rules=list(_scale_rules(args)) or None
    )
    return app.TemplateArgs(containers=[container], scale=scale)


def _probe(when: str, probe: ProbeArgs) -> "app.ContainerAppProbeArgs":
    path, port = probe.get("path"), probe["port"]
    return app.ContainerAppProbeArgs(
        type=app.Type(when.capitalize()),
        http_get=app.ContainerAppProbeHttpGetArgs(path=path, port=port) if path else None,
        tcp_socket=None if path else app.ContainerAppProbeTcpSocketArgs(port=port),
        initial_delay_seconds=probe.get("initial_delay_seconds"),
        period_seconds=probe.get("period_seconds"),
        timeout_seconds=probe.get("timeout_seconds"),
        failure_threshold=probe.get("failure_threshold"),
        success_threshold=probe.get("success_threshold"),
    )


def _scale_rules(args: ContainerAppAgentArgs) -> "Iterator[app.ScaleRuleArgs]":
    requests, counted = args.get("concurrent_requests"), args.get("scaling")
    if requests:
        metadata = {"concurrentRequests": str(requests)}
        yield app.ScaleRuleArgs(name="requests", http=app.HttpScaleRuleArgs(metadata=metadata))
    if counted:
        custom = app.CustomScaleRuleArgs(type=counted.scaler, metadata=counted.metadata, identity="system")
        yield app.ScaleRuleArgs(name="waiting", custom=custom)

"""Component for an agent that runs as a Container App: the app, its identity, and the identity that pulls its image.

Owns the agent's identity and the way it runs. With the system-assigned identity, which begins with the app, access is
granted on the resources, with `allow`, and takes effect after the app has started. A user-assigned identity gets its
access here, before the app.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import app

from components.agents.attached_identities import IdentityArgs, OwnIdentity, PullIdentity
from components.agents.base import Agent
from components.agents.health_probe import ProbeArgs, container_app_probe
from components.agents.ingress import IngressArgs, restricted_ingress
from components.agents.permissions import Permission
from components.agents.platform_authentication import AuthenticationArgs, require_tokens
from components.hosts.container_apps_environment import CONSUMPTION
from components.resources.base import Scaling
from components.resources.image_registry import ImageRegistry
from components.user_context.runtime_settings import VARIABLE, RuntimeArgs, runtime_variable

PLACEHOLDER = (
    "mcr.microsoft.com/azuredocs/containerapps-helloworld"
    "@sha256:e9b3e7c34664c7cffd7144864b0e4eec369bfde80068f9095dc63b37058bec48"
)
"""Image that runs while an agent's image is not in the registry: a web page without a credential or a client of Azure.

"Quickstart: Deploy your first container app", Microsoft Learn, 2025; the digest as public repositories pin it, 2026-11.
"""
PLACEHOLDER_PORT = 80
"""Port on which the placeholder image listens."""


class OwnIdentityArgs(TypedDict):
    """User-assigned identity of one agent, which is never shared, and is deleted with the agent."""

    azure_name: str
    """Name of the identity in Azure."""
    subscription_id: pulumi.Input[str]
    """Id of the subscription of the identity."""
    permissions: Sequence[Permission]
    """Access of the agent, `components.agents.permissions.Permission(findings, "read")`; granted before the app."""


class UserCredentialArgs(TypedDict):
    """Identity with which the agent signs in as its Entra application, to act for users."""

    identity_id: pulumi.Input[str]
    """Resource id of the identity, which has no role."""
    ready: Sequence[pulumi.Resource]
    """Resources that must exist before the app starts: the identity and the federated credential."""


class ContainerAppAgentArgs(TypedDict):
    """Arguments of a `ContainerAppAgent`."""

    app_name: str
    """Name of the Container App."""
    pull_identity_name: str
    """Name of the identity that pulls the image."""
    resource_group_name: pulumi.Input[str]
    """Resource group."""
    location: pulumi.Input[str]
    """Azure region of the Container Apps environment."""
    environment_id: pulumi.Input[str]
    """Id of the managed environment."""
    registry: ImageRegistry
    """Registry of the image."""
    repository: str
    """Repository of the image."""
    image_tag: str
    """Tag of the image."""
    cpu: float
    """CPU cores of each replica."""
    memory: str
    """Memory of each replica, such as `1Gi`."""
    min_replicas: int
    """Minimum number of replicas."""
    max_replicas: int
    """Maximum number of replicas."""
    concurrent_requests: NotRequired[int | None]
    """Number of simultaneous requests per replica above which a replica is added."""
    scaling: NotRequired[Scaling | None]
    """KEDA scaler that sets the number of replicas: the return value of a resource's `scaling`."""
    placeholder: NotRequired[bool]
    """True while the image is not in the registry: a placeholder image runs, and the agent gets no access."""
    variables: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Environment variables; never secrets, since everybody who may see the app can read them."""
    ingress: NotRequired[IngressArgs | None]
    """Ingress of the app; without ingress, nothing can reach the agent."""
    probes: NotRequired[Mapping[str, ProbeArgs]]
    """`liveness`, `readiness` or `startup` → the health probe."""
    own_identity: NotRequired[OwnIdentityArgs | None]
    """User-assigned identity of the agent; by default, the agent has the app's system-assigned identity."""
    user_credential: NotRequired[UserCredentialArgs | None]
    """Credential of the agent's application, for an agent that acts for users."""
    authentication: NotRequired[AuthenticationArgs | None]
    """Application and tenant whose tokens the platform requires of callers; by default, it requires none."""
    runtime: NotRequired[RuntimeArgs | None]
    """Settings of the runtime library in the agent's image; by default, the app does not get any."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Azure tags."""


class ContainerAppAgent(Agent):
    """Component for an agent as a Container App, with a system-assigned or a user-assigned identity of its own."""

    TOKEN = "agent-network:index:ContainerAppAgent"  # noqa: S105 - a type token

    pull_principal_id: pulumi.Output[str]
    """Principal id of the identity that pulls the agent's image."""

    def __init__(self, name: str, args: ContainerAppAgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        image = f"{args['repository']}:{args['image_tag']}"
        wanted = args.get("own_identity")
        place = {"subscription_id": wanted["subscription_id"]} if wanted else {}
        super().__init__(name, {"app_name": args["app_name"], "image": image, **place}, opts)
        self.app_name = args["app_name"]
        pull = PullIdentity(self, _identity_args(args, args["pull_identity_name"]))
        may_pull = args["registry"].allow_pull(pull, args["repository"])
        own = self._own_identity(args)
        # The placeholder image gets no access, and so no identity of the agent's application either.
        credential = None if args.get("placeholder") else args.get("user_credential")
        container_app = app.ContainerApp(
            name,
            container_app_name=args["app_name"],
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=args.get("tags"),
            environment_id=args["environment_id"],
            workload_profile_name=CONSUMPTION,
            identity=_identity(pull, own, credential),
            configuration=_configuration(args, pull, own, credential),
            template=_placeholder(name, args) if args.get("placeholder") else _template(name, args, image, own),
            # The app pulls its image when it is created, so the pull identity needs its role before that.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[may_pull, *self.grants, *(credential["ready"] if credential else ())]
            ),
        )
        if (required := args.get("authentication")) is not None:
            require_tokens(self, container_app, args["app_name"], args["resource_group_name"], required)
        self.principal_id = own.principal_id if own else container_app.identity.apply(_principal)
        self.pull_principal_id = pull.principal_id
        if args.get("ingress"):
            self.host = container_app.configuration.apply(_fqdn)
            self.endpoint = self.host.apply(lambda host: f"https://{host}")
        else:
            self.host = self.endpoint = pulumi.Output.from_input("")
        self._register_common_outputs(pull_principal_id=self.pull_principal_id)

    def _own_identity(self, args: ContainerAppAgentArgs) -> OwnIdentity | None:
        """Create the agent's user-assigned identity and its role assignments; None with the system-assigned one."""
        self.grants: list[pulumi.CustomResource] = []
        wanted = args.get("own_identity")
        if wanted is None:
            return None
        own = OwnIdentity(self, _identity_args(args, wanted["azure_name"]), wanted["subscription_id"])
        self.principal_id = own.principal_id
        self.grants += [each.grant_to(self) for each in wanted["permissions"] if not args.get("placeholder")]
        return own


def _identity_args(args: ContainerAppAgentArgs, azure_name: str) -> IdentityArgs:
    return {
        "azure_name": azure_name,
        "resource_group_name": args["resource_group_name"],
        "location": args["location"],
        "tags": args.get("tags"),
    }


def _identity(
    pull: PullIdentity, own: OwnIdentity | None, credential: UserCredentialArgs | None
) -> "app.ManagedServiceIdentityArgs":
    kinds = app.ManagedServiceIdentityType
    return app.ManagedServiceIdentityArgs(
        type=kinds.USER_ASSIGNED if own else kinds.SYSTEM_ASSIGNED_USER_ASSIGNED,
        user_assigned_identities=[
            pull.identity.id,
            *([own.id] if own else ()),
            *([credential["identity_id"]] if credential else ()),
        ],
    )


def _principal(identity: "app.outputs.ManagedServiceIdentityResponse | None") -> str:
    if identity is None:
        raise RuntimeError("Azure returned the app without the identity that it was created with")
    return identity.principal_id


def _fqdn(configuration: "app.outputs.ConfigurationResponse | None") -> str:
    if configuration is None or configuration.ingress is None:
        raise RuntimeError("Azure returned the app without the ingress that it was created with")
    return configuration.ingress.fqdn


def _configuration(
    args: ContainerAppAgentArgs, pull: PullIdentity, own: OwnIdentity | None, credential: UserCredentialArgs | None
) -> "app.ConfigurationArgs":
    lifecycle, ingress = app.IdentitySettingsLifeCycle, args.get("ingress")
    return app.ConfigurationArgs(
        active_revisions_mode=app.ActiveRevisionsMode.SINGLE,
        identity_settings=[
            # None: only the platform uses the identity; code in the container gets no token for it. Source: "Managed
            # identities in Azure Container Apps", Microsoft Learn, 2025.
            app.IdentitySettingsArgs(identity=pull.identity.id, lifecycle=lifecycle.NONE),
            app.IdentitySettingsArgs(identity=own.id if own else "system", lifecycle=lifecycle.MAIN),
            *(
                [app.IdentitySettingsArgs(identity=credential["identity_id"], lifecycle=lifecycle.MAIN)]
                if credential
                else ()
            ),
        ],
        registries=[app.RegistryCredentialsArgs(server=args["registry"].endpoint, identity=pull.identity.id)],
        ingress=restricted_ingress(args["app_name"], ingress, PLACEHOLDER_PORT if args.get("placeholder") else None)
        if ingress
        else None,
    )


def _placeholder(name: str, args: ContainerAppAgentArgs) -> "app.TemplateArgs":
    """Return the template of an app without the agent's image: no variables, probes or scale rules of the agent."""
    size = app.ContainerResourcesArgs(cpu=args["cpu"], memory=args["memory"])
    container = app.ContainerArgs(name=name, image=PLACEHOLDER, resources=size, env=[])
    return app.TemplateArgs(containers=[container], scale=app.ScaleArgs(min_replicas=0, max_replicas=1))


def _template(name: str, args: ContainerAppAgentArgs, image: str, own: OwnIdentity | None) -> "app.TemplateArgs":
    # The Azure SDK reads the identity to use from it: azure-identity's README, 1.25. The id is not a secret.
    variables = {**args.get("variables", {}), **({"AZURE_CLIENT_ID": own.client_id} if own else {})}
    if (runtime := args.get("runtime")) is not None:
        variables[VARIABLE] = runtime_variable(name, "container-app", runtime, own.client_id if own else None)
    container = app.ContainerArgs(
        name=name,
        image=args["registry"].endpoint.apply(lambda host: f"{host}/{image}"),
        resources=app.ContainerResourcesArgs(cpu=args["cpu"], memory=args["memory"]),
        env=[app.EnvironmentVarArgs(name=key, value=value) for key, value in sorted(variables.items())],
        # An empty list would switch off Azure's default probes, and an empty list of scale rules its default rule.
        probes=[container_app_probe(when, probe) for when, probe in sorted(args.get("probes", {}).items())] or None,
    )
    scale = app.ScaleArgs(
        min_replicas=args["min_replicas"],
        max_replicas=args["max_replicas"],
        rules=list(_scale_rules(args, own)) or None,
    )
    return app.TemplateArgs(containers=[container], scale=scale)


def _scale_rules(args: ContainerAppAgentArgs, own: OwnIdentity | None) -> "Iterator[app.ScaleRuleArgs]":
    requests, counted = args.get("concurrent_requests"), args.get("scaling")
    if requests:
        metadata = {"concurrentRequests": str(requests)}
        yield app.ScaleRuleArgs(name="requests", http=app.HttpScaleRuleArgs(metadata=metadata))
    if counted:
        identity = own.id if own else "system"
        custom = app.CustomScaleRuleArgs(type=counted.scaler, metadata=counted.metadata, identity=identity)
        yield app.ScaleRuleArgs(name="waiting", custom=custom)

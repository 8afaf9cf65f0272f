"""Base classes of resource components: common arguments, the parent, verbs, and `allow`, which assigns a role.

Independent of any kind. A kind's module owns its arguments and its component; its verbs are in the row of its resource
type, in `access.azure.types`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, NotRequired, TypedDict, TypeVar

import pulumi

from access.azure.roles import Role, by_name, definition_id
from access.azure.types import of_kind
from access.azure.types.row import VerbRole
from components.customer_key import CustomerKeyArgs
from components.grants import Grant, Grantee, assign

Redundancy = Literal["zone", "geo-zone"]
"""Copies of data: in several zones of the region, or also in a second region."""


class Placement(TypedDict):
    """Subscription, tenant, resource group, region and log workspace of a resource."""

    subscription_id: pulumi.Input[str]
    """Id of the resource's subscription."""
    tenant_id: pulumi.Input[str]
    """Tenant of Entra ID that contains the identities."""
    resource_group_name: pulumi.Input[str]
    """Name of the resource group."""
    location: pulumi.Input[str]
    """Azure region."""
    workspace_id: pulumi.Input[str] | None
    """Id of the Log Analytics workspace that the logs are sent to; None if no diagnostic settings are created."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Azure tags."""


class PlacedArgs(Placement):
    """Arguments of a resource that is directly in a resource group, such as an account or a vault."""

    azure_name: pulumi.Input[str]
    """Name of the resource in Azure."""
    existing: NotRequired[bool]
    """True for a resource that exists already: it is read, and nothing is created."""
    recover: NotRequired[pulumi.Input[bool]]
    """True for a vault, account or store that was deleted and is recovered; its creation then needs that flag."""
    purge_protection: NotRequired[bool]
    """False for a vault or store that may be purged and is kept for a week only after its deletion; by default, True.
    """
    redundancy: NotRequired[Redundancy]
    """Copies of the data in several zones, or also in a second region; by default, in one zone."""
    customer_key: NotRequired[CustomerKeyArgs]
    """Customer's own key for the data; by default, a key of Microsoft."""


class ChildArgs(TypedDict):
    """Arguments of a resource inside a parent resource, such as a queue of an account."""

    existing: NotRequired[bool]
    """True for a resource that exists already: it is read and not created."""


class Connection(NamedTuple):
    """Connection of a Foundry project to a resource with the project's identity, without a key."""

    category: str
    """Category of the connection in Foundry: a `cognitiveservices.ConnectionCategory`."""
    target: pulumi.Input[str]
    """Endpoint URL of the resource."""
    resource_id: pulumi.Input[str]
    """Id of the account or service that has the endpoint."""
    metadata: Mapping[str, pulumi.Input[str]] = {}
    """Part of the account that the connection is for, such as the name of a container."""


class Scaling(NamedTuple):
    """KEDA scaler that sets the number of an agent's replicas, with the agent's identity: "Scalers", keda.sh, 2.17."""

    scaler: str
    metadata: Mapping[str, pulumi.Input[str]]


def arm_id(args: PlacedArgs, arm_type: str) -> pulumi.Output[str]:
    """Return the Azure resource id of a resource directly in a resource group, even if it does not exist."""
    group = pulumi.Output.concat("/subscriptions/", args["subscription_id"], "/resourceGroups/")
    return pulumi.Output.concat(group, args["resource_group_name"], f"/providers/{arm_type}/", args["azure_name"])


_Flag = TypeVar("_Flag")


def flag_to_recover(args: PlacedArgs, flag: _Flag) -> pulumi.Output[_Flag | None]:
    """Return the flag, such as a create mode, that recovers a deleted resource; None for one that is created."""
    return pulumi.Output.from_input(args.get("recover", False)).apply(lambda recovers: flag if recovers else None)


class ParentResource(pulumi.ComponentResource):
    """Base class of parent resources (account, vault, namespace, service), which agents get no access to as a whole."""

    TOKEN: ClassVar[str]

    resource_id: pulumi.Output[str]
    """Id of the Azure resource."""

    def __init__(self, name: str, args: PlacedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.TOKEN, name, {**args}, opts)
        self.resource_name = name
        self.azure_name = args["azure_name"]
        self.resource_group_name = args["resource_group_name"]
        self.subscription_id = args["subscription_id"]

    def _register(self, core: pulumi.CustomResource, **outputs: pulumi.Output[str]) -> None:
        """Register a parent resource's outputs with Pulumi; `core` is the Azure resource that children depend on."""
        self.core = core
        self.resource_id = core.id
        self.register_outputs({"resource_id": self.resource_id, **outputs})


class NetworkResource(pulumi.ComponentResource):
    """Base class of resources that agents can be granted access to."""

    TOKEN: ClassVar[str]
    KIND: ClassVar[str]
    """Kind in the manifest; the row of the kind in `access.azure.types` has the verbs."""
    PARENT: ClassVar[type[ParentResource] | None] = None
    """Component of the parent resource; None for a resource that is directly in a resource group."""
    DECLARED: ClassVar[bool] = True
    """True for a kind that a network declares among its resources."""
    VERBS: ClassVar[Mapping[str, VerbRole]]
    """Verb → role, for each verb that an agent can be granted on the resource."""

    scope: pulumi.Output[str]
    """Scope of role assignments for the resource: the narrowest that Azure has."""
    verbs: dict[str, str]
    """Verb → name of the role that it assigns."""
    endpoint: pulumi.Output[str]
    """Public endpoint that agents connect to."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "VERBS" not in vars(cls):
            (row,) = of_kind(cls.KIND)
            cls.VERBS = row.roles()  # pyright: ignore[reportConstantRedefinition] - once, as the class is made

    def __init__(self, name: str, args: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        plain = {key: value for key, value in args.items() if not isinstance(value, pulumi.Resource)}
        super().__init__(self.TOKEN, name, plain, opts)
        self.resource_name = name
        self.rows = self.VERBS
        self._definitions: dict[str, pulumi.Output[str]] = {}
        self._within: pulumi.Input[str] = ""
        self._variables: Mapping[str, pulumi.Input[str]] = {}

    def allow(self, agent: Grantee, verb: str, paths: Sequence[str] = ()) -> pulumi.CustomResource:
        """Assign a grantee the role of a verb on this resource; `paths` restrict the role to name prefixes."""
        row = self.rows.get(verb)
        if row is None:
            raise ValueError(
                f"{self.resource_name!r} has no verb {verb!r}; its verbs are {', '.join(sorted(self.rows))}"
            )
        role = by_name(row.role)
        return self._assign(
            agent,
            Grant(
                title=f"{agent.agent_name}-may-{verb}-{self.resource_name}",
                reason=f"{agent.agent_name} may {verb} {self.resource_name}",
                role=role,
                definition_id=self._definition(role),
                scope=self._scope_for(agent, verb),
                condition=self._condition(role, paths) if paths else None,
            ),
        )

    def allow_role(self, agent: Grantee, role_name: str, because: str) -> pulumi.CustomResource:
        """Assign a grantee a role that has no verb; `because` is the reason in the assignment's description."""
        role = by_name(role_name)
        word = "-".join(role.name.lower().split())
        return self._assign(
            agent,
            Grant(
                title=f"{agent.agent_name}-holds-{word}-on-{self.resource_name}",
                reason=because,
                role=role,
                definition_id=self._definition(role),
                scope=self.scope,
            ),
        )

    def variables(self, agent: pulumi.Input[str], verbs: Collection[str]) -> Mapping[str, pulumi.Input[str]]:  # noqa: ARG002 - for kinds where it depends
        """Return environment variables with endpoint and names, without keys, by the end of the variable's name."""
        return self._variables

    def scaling(self, target: int) -> Scaling:
        """Return the KEDA scaler for `target` waiting messages per replica; raise for kinds without messages."""
        raise ValueError(
            f"{self.resource_name!r} has no messages to scale on, so 'target' {target} has no effect; scale on a queue"
        )

    def connection(self) -> Connection:
        """Return the keyless connection of a Foundry project to this resource; raise for kinds without one."""
        raise ValueError(f"Foundry projects cannot connect to {self.resource_name!r} without a key")

    def _register(
        self, *, scope: pulumi.Input[str], within: pulumi.Input[str], variables: Mapping[str, pulumi.Input[str]]
    ) -> None:
        """Register the resource's outputs with the Pulumi engine, and keep scope and variables for later grants.

        Args:
            scope: scope of role assignments for the resource.
            within: scope that contains the role definitions, as in `access.azure.roles.definition_id`.
            variables: return value of `variables`; contains `ENDPOINT`.
        """
        self.scope = pulumi.Output.from_input(scope)
        self.verbs = {verb: row.role for verb, row in self.rows.items()}
        self.endpoint = pulumi.Output.from_input(variables["ENDPOINT"])
        self._within = within
        self._variables = variables
        self.register_outputs({"scope": self.scope, "verbs": self.verbs, "endpoint": self.endpoint})

    def _assign(self, agent: Grantee, grant: Grant) -> pulumi.CustomResource:
        return assign(agent, grant)

    def _scope_for(self, agent: Grantee, verb: str) -> pulumi.Output[str]:  # noqa: ARG002 - kinds with parts use them
        return self.scope

    def _condition(self, role: Role, paths: Sequence[str]) -> str:  # noqa: ARG002 - kinds with paths use them
        raise ValueError(f"{self.resource_name!r} has no paths, so a grant cannot be restricted to {', '.join(paths)}")

    def _definition(self, role: Role) -> pulumi.Output[str]:
        """Return a role definition's id as one output for all grants of the role: a network can have a thousand."""
        if role.id not in self._definitions:
            within = pulumi.Output.from_input(self._within)
            self._definitions[role.id] = within.apply(lambda known: definition_id(role, known))
        return self._definitions[role.id]

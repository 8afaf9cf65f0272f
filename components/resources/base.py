"""What every resource of a network has in common: where it goes, what holds it, its verbs, and `allow`.

Knows no kind. A kind's module owns its arguments and its component; its verbs are in the row of its resource type, in
`access.azure.types`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, NotRequired, TypedDict

import pulumi

from access.azure.roles import Role, by_name, definition_id
from access.azure.types import of_kind
from access.azure.types.row import VerbRole
from components.grants import Grant, Grantee, assign


class Placement(TypedDict):
    """Where a resource goes, and where its logs go."""

    subscription_id: pulumi.Input[str]
    """Subscription."""
    tenant_id: pulumi.Input[str]
    """Tenant of Entra ID in which identities are looked up."""
    resource_group_name: pulumi.Input[str]
    """Resource group."""
    location: pulumi.Input[str]
    """Azure region."""
    workspace_id: pulumi.Input[str]
    """Id of the Log Analytics workspace that takes the logs."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Azure tags."""


class PlacedArgs(Placement):
    """Arguments of what stands in a resource group by itself."""

    azure_name: pulumi.Input[str]
    """What it is called in Azure."""
    existing: NotRequired[bool]
    """It is there already: refer to it, and create nothing of it."""


class ChildArgs(TypedDict):
    """Arguments of what stands inside something else."""

    existing: NotRequired[bool]
    """It is there already: refer to it, and do not create it."""


class Connection(NamedTuple):
    """How a project of Foundry reaches something as whom it is, in Foundry's terms: never with a key."""

    category: str
    """What it is to Foundry: `cognitiveservices.ConnectionCategory`."""
    target: pulumi.Input[str]
    """Address at which it is reached."""
    resource_id: pulumi.Input[str]
    """Id of the account or service behind the address."""
    metadata: Mapping[str, pulumi.Input[str]] = {}
    """What in there is meant."""


class Scaling(NamedTuple):
    """What a KEDA scaler counts, in its own terms: "Scalers", keda.sh, 2.17. It asks as the agent."""

    scaler: str
    metadata: Mapping[str, pulumi.Input[str]]


def arm_id(args: PlacedArgs, arm_type: str) -> pulumi.Output[str]:
    """The id of something that stands in a resource group, whether or not it is there."""
    group = pulumi.Output.concat("/subscriptions/", args["subscription_id"], "/resourceGroups/")
    return pulumi.Output.concat(group, args["resource_group_name"], f"/providers/{arm_type}/", args["azure_name"])


class Holder(pulumi.ComponentResource):
    """An account, vault, namespace or service: what holds resources of the network and is never granted itself."""

    TOKEN: ClassVar[str]

    resource_id: pulumi.Output[str]
    """Id of the Azure resource."""

    def __init__(self, name: str, args: PlacedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.TOKEN, name, {**args}, opts)
        self.called = name
        self.azure_name = args["azure_name"]
        self.resource_group_name = args["resource_group_name"]
        self.subscription_id = args["subscription_id"]

    def _ready(self, core: pulumi.CustomResource, **outputs: pulumi.Output[str]) -> None:
        """Tell the engine the outputs; `core` is the Azure resource that has to be there before anything inside it."""
        self.core = core
        self.resource_id = core.id
        self.register_outputs({"resource_id": self.resource_id, **outputs})


class NetworkResource(pulumi.ComponentResource):
    """Something that agents can be granted."""

    TOKEN: ClassVar[str]
    KIND: ClassVar[str]
    """Its kind: the row of that kind in `access.azure.types` has its verbs."""
    HOLDER: ClassVar[type[Holder] | None] = None
    """What holds it; None where it stands in a resource group by itself."""
    DECLARED: ClassVar[bool] = True
    """Whether a network declares it among its resources."""
    VERBS: ClassVar[Mapping[str, VerbRole]]
    """What an agent may do with it."""

    scope: pulumi.Output[str]
    """The narrowest scope that Azure has for it, as role assignments name it."""
    verbs: dict[str, str]
    """Verb → name of the role."""
    endpoint: pulumi.Output[str]
    """Public endpoint at which agents reach it."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "VERBS" not in vars(cls):
            (row,) = of_kind(cls.KIND)
            cls.VERBS = row.roles()  # pyright: ignore[reportConstantRedefinition] - once, as the class is made

    def __init__(self, name: str, args: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        plain = {key: value for key, value in args.items() if not isinstance(value, pulumi.Resource)}
        super().__init__(self.TOKEN, name, plain, opts)
        self.called = name
        self.rows = self.VERBS
        self._definitions: dict[str, pulumi.Output[str]] = {}
        self._within: pulumi.Input[str] = ""
        self._variables: Mapping[str, pulumi.Input[str]] = {}

    def allow(self, agent: Grantee, verb: str, paths: Sequence[str] = ()) -> pulumi.CustomResource:
        """Let an agent do what the verb says; `paths`, where the kind has them, restrict that to name prefixes."""
        row = self.rows.get(verb)
        if row is None:
            raise ValueError(f"{self.called!r} has no verb {verb!r}; its verbs are {', '.join(sorted(self.rows))}")
        role = by_name(row.role)
        return self._assign(
            agent,
            Grant(
                title=f"{agent.agent_name}-may-{verb}-{self.called}",
                reason=f"{agent.agent_name} may {verb} {self.called}",
                role=role,
                definition_id=self._definition(role),
                scope=self._scope_for(agent, verb),
                condition=self._condition(role, paths) if paths else None,
            ),
        )

    def allow_role(self, agent: Grantee, role_name: str, because: str) -> pulumi.CustomResource:
        """Give an agent a role that no verb stands for; `because` says why, for whoever reads the assignment."""
        role = by_name(role_name)
        word = "-".join(role.name.lower().split())
        return self._assign(
            agent,
            Grant(
                title=f"{agent.agent_name}-holds-{word}-on-{self.called}",
                reason=because,
                role=role,
                definition_id=self._definition(role),
                scope=self.scope,
            ),
        )

    def variables(self, agent: pulumi.Input[str], verbs: Collection[str]) -> Mapping[str, pulumi.Input[str]]:  # noqa: ARG002 - for kinds where it depends
        """What an agent needs to know to use it: addresses and names, never keys; keyed by the end of the variable."""
        return self._variables

    def scaling(self, target: int) -> Scaling:
        """How to count what waits here, `target` for each replica."""
        raise ValueError(f"nothing waits in {self.called!r} of which {target} could go to each replica")

    def connection(self) -> Connection:
        """How a project of Foundry connects to it."""
        raise ValueError(f"a project of Foundry has no connection to {self.called!r} that needs no key")

    def _ready(
        self, *, scope: pulumi.Input[str], within: pulumi.Input[str], variables: Mapping[str, pulumi.Input[str]]
    ) -> None:
        """Tell the engine the outputs.

        Args:
            scope: see above.
            within: what role definitions belong to, as `access.azure.roles.definition_id` takes it.
            variables: see `variables`; `ENDPOINT` is one of them.
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
        raise ValueError(f"{self.called!r} has no paths to restrict a grant to; given are {', '.join(paths)}")

    def _definition(self, role: Role) -> pulumi.Output[str]:
        """Every grant of a role uses the one output, which counts where a thousand agents are granted it."""
        if role.id not in self._definitions:
            within = pulumi.Output.from_input(self._within)
            self._definitions[role.id] = within.apply(lambda known: definition_id(role, known))
        return self._definitions[role.id]

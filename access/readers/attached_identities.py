"""Determines which apps a user-assigned identity is attached to, and which identities only pull images.

Owns the agents of such an identity. The identity of a cluster's pods is attached to nothing: a federated credential for
a service account links them. Sources: "Managed identities in Azure Container Apps", 2025-06, and "Use Microsoft Entra
Workload ID with Azure Kubernetes Service", Microsoft Learn, 2025.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from access.azure.scopes import key
from access.model.graph import Principal
from access.model.json_values import is_known, listed, mapping, text
from access.readers.resource_state import ResourceState

IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
FEDERATED = "azure-native:managedidentity:FederatedIdentityCredential"
CLUSTER = "azure-native:containerservice:ManagedCluster"
SERVICE_ACCOUNT = "system:serviceaccount:"


@dataclass
class Attached:
    """User-assigned identity with the apps that it is attached to, and the agents of these apps."""

    id: str
    principal: str
    name: str
    agent: str = ""
    """Name of the agent whose component contains the identity."""
    service_account: str = ""
    """Kubernetes service account of that agent's pods, as `namespace:name`."""
    users: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])
    """The agents that the identity is attached to, with True if only the platform uses it there."""
    app: str = ""
    """Name of the first app of an agent whose code uses the identity."""
    runs_code: bool = False
    """True if code outside the network's agents can use the identity, too."""
    is_credential: bool = False
    """True if an Entra application trusts the identity, so that its tokens are that application's credential."""

    def as_principal(self) -> Principal:
        """Return the principal of the identity, with all agents that share it."""
        agents = sorted({agent for agent, _ in self.users if agent}) or [self.agent]
        # A foreign resource with the identity does not change its purpose in the network.
        own = [alone for agent, alone in self.users if agent] or [alone for _, alone in self.users]
        purpose = "pull" if own and all(own) else "own" if (own and agents[0]) or self.runs_code else "other"
        if self.is_credential and purpose != "pull" and agents[0] and not self.service_account:
            purpose = "credential"
        return Principal(
            id=self.principal,
            name=self.name,
            agent=agents[0],
            other_agents=tuple(agents[1:]),
            purpose=purpose,
            owner=self.id,
            app=self.app,
            service_account=self.service_account,
        )


def is_for_pods(credential: ResourceState) -> bool:
    """Return True if a federated credential trusts a Kubernetes service account."""
    return credential.known_text("subject").startswith(SERVICE_ACCOUNT)


def pulling(state: ResourceState, attached: list[Attached], *, own: bool) -> Iterator[str]:
    """Yield the ids of an app's identities that only the platform uses, to pull images.

    An app declares it (`lifecycle: None`), or names the identity for its registries and has another one for its code.
    An identity that is not known yet is matched with the dependencies of the app's configuration. In doubt, the
    identity counts as one that code can use.
    """
    configuration = mapping(state.inputs.get("configuration") or state.outputs.get("configuration"))
    settings = [mapping(each) for each in listed(configuration.get("identitySettings"))]
    registries = [mapping(each) for each in listed(configuration.get("registries"))]
    named = [each for each in settings if text(each, "identity")]
    lifecycles = {key(text(each, "identity")): text(each, "lifecycle").lower() for each in named}
    other_lifecycles = [text(each, "lifecycle").lower() for each in settings if not text(each, "identity")]
    unlisted = [each for each in attached if key(each.id) not in lifecycles]
    for each in [one for one in unlisted if one.is_credential and "main" in other_lifecycles]:
        # Code uses the identity that its application trusts, so that another entry is for pulling.
        unlisted.remove(each)
        other_lifecycles.remove("main")
        lifecycles[key(each.id)] = "main"
    pulled = {key(text(each, "identity")) for each in registries if text(each, "identity")}
    unnamed = any("identity" in each and not is_known(each["identity"]) for each in registries)
    for each in attached:
        where = key(each.id)
        rest = [other for other in attached if key(other.id) not in pulled]
        if where in lifecycles:
            alone = lifecycles[where] == "none"
        elif other_lifecycles:
            alone = set(other_lifecycles) == {"none"} and len(other_lifecycles) >= len(unlisted)
        else:
            alone = (where in pulled and (own or bool(rest))) or (unnamed and own and len(attached) == 1)
        if alone:
            yield each.id

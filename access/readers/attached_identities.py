"""User-assigned identities: what they are attached to, and which of them only pull images.

Owns whose such an identity is. One that pods of a cluster act as is attached to nothing: a federated credential for a
service account says that they do. Sources: "Managed identities in Azure Container Apps", 2025-06, and "Use Microsoft
Entra Workload ID with Azure Kubernetes Service", Microsoft Learn, 2025.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from access.azure.scopes import key
from access.model.graph import Principal
from access.model.json_values import is_known, listed, mapping, text
from access.readers.resource_state import State

IDENTITY = "managedidentity:UserAssignedIdentity"
FEDERATED = "managedidentity:FederatedIdentityCredential"
_SERVICE_ACCOUNT = "system:serviceaccount:"


@dataclass
class Attached:
    """A user-assigned identity: its id in Azure, its principal, and what it is attached to."""

    id: str
    principal: str
    name: str
    agent: str = ""
    users: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])
    """Who it is attached to: the agent, and whether the platform alone uses it."""

    def as_principal(self) -> Principal:
        """The identity as a principal; one that several agents share is that of all of them."""
        agents = sorted({agent for agent, _ in self.users if agent}) or [self.agent]
        if not self.users:
            purpose = "other"
        else:
            purpose = "pull" if all(alone for _, alone in self.users) else "own" if agents[0] else "other"
        return Principal(
            id=self.principal,
            name=self.name,
            agent=agents[0],
            other_agents=tuple(agents[1:]),
            purpose=purpose,
            owner=self.id,
        )


def is_for_pods(credential: State) -> bool:
    """Whether a federated credential lets a service account of a cluster be the identity."""
    return credential.said("subject").startswith(_SERVICE_ACCOUNT)


def pulling(state: State, attached: list[Attached], *, own: bool) -> Iterator[str]:
    """Ids of those identities that only the platform uses, to pull images.

    An app says so (`lifecycle: None`), or it names the identity for its registries and has another one to act as. What
    is not known yet stands for what the app's configuration depends on; where that is not enough to tell, the identity
    counts as one that code can use.
    """
    configuration = mapping(state.inputs.get("configuration") or state.outputs.get("configuration"))
    settings = [mapping(each) for each in listed(configuration.get("identitySettings"))]
    registries = [mapping(each) for each in listed(configuration.get("registries"))]
    told = {key(text(each, "identity")): text(each, "lifecycle").lower() for each in settings if text(each, "identity")}
    untold = [text(each, "lifecycle").lower() for each in settings if not text(each, "identity")]
    unlisted = [each for each in attached if key(each.id) not in told]
    pulled = {key(text(each, "identity")) for each in registries if text(each, "identity")}
    unnamed = any("identity" in each and not is_known(each["identity"]) for each in registries)
    for each in attached:
        where = key(each.id)
        rest = [other for other in attached if key(other.id) not in pulled]
        if where in told:
            alone = told[where] == "none"
        elif untold:
            alone = set(untold) == {"none"} and len(untold) >= len(unlisted)
        else:
            alone = (where in pulled and (own or bool(rest))) or (unnamed and own and len(attached) == 1)
        if alone:
            yield each.id

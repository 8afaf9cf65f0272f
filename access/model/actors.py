"""Data type for a way in which a subject acts as an identity: credential, host, pod or administration.

Owns the record alone. Readers list every way that their source shows, the network's own included;
`access.evaluate.foreign_actors` decides which of them belong to the network.
"""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["credential", "host", "pod", "administrator"]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Way in which a subject gets the tokens of a managed identity, or of every agent in a Kubernetes cluster."""

    subject: str
    """Name of the subject in messages: `repo:x/y of https://token.actions.githubusercontent.com`."""
    target: str
    """Principal id of the identity; for an administrator of a whole cluster, the cluster's id."""
    kind: ActorKind
    reason: str
    """Way in which the subject acts, as words after `by`: `the federated credential 'ci'`."""
    location: str
    """URN or id of the resource that opens the way."""
    subject_id: str = ""
    """Id of the subject: a host's resource id or a group's object id; empty if the source has none."""
    home: str = ""
    """Name of the agent whose component contains the identity; empty if the identity is in no such component."""
    agent: str = ""
    """Name of the agent that the subject is a part of; empty for subjects outside the network's components."""
    account: str = ""
    """Subject claim of a credential, or a service account as `namespace:name`."""
    issuer: str = ""
    """Issuer URL of a credential; empty if it is unknown."""
    issuing_clusters: tuple[str, ...] = ()
    """Ids of the clusters that an unknown issuer depends on."""
    platform_only: bool = False
    """True if only the platform uses the identity there, to pull images."""
    certain: bool = True
    """False if a part that decides about the way is unknown."""

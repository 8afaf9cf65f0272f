"""Where agents run: on Container Apps, in a project of Foundry, or in a cluster of AKS.

Container Apps needs no entry: the network brings its own. Projects and clusters are declared under 'hosts'. Which key
of an agent belongs to which host stands here, and why each of the others does not; `manifest.checks` judges by it.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from manifest import azure_names as azure
from manifest.base_model import Entry, Items, sort_texts
from manifest.ingress import address_block
from manifest.kinds import VERBS, Deployments

__all__ = [
    "CONNECTED_KINDS",
    "HOST_MODELS",
    "NEEDED",
    "NOT_THERE",
    "RUNS_ON",
    "AksCluster",
    "AnyHost",
    "FoundryProject",
    "Host",
    "RunsOn",
]

RunsOn = Literal["container-app", "foundry", "aks"]
RUNS_ON: dict[RunsOn, str] = {
    "container-app": "Container Apps",
    "foundry": "Foundry",
    "aks": "AKS",
}
"""What an agent can run on, for people."""

CONNECTED_KINDS = ("blob-container", "cosmos-container", "model-account", "search-index")
"""The kinds of resource that a project can have a connection to by Entra ID, and not by a key."""


def _caller(value: str) -> str:
    # "Secure access to the API server using authorized IP address ranges", Microsoft Learn, 2025.
    return address_block(value, "a cluster restricts callers of its API by IPv4 addresses only")


class FoundryProject(Entry):
    """A project of Foundry, in which agents run without a container."""

    refused: ClassVar[dict[str, str]] = {
        "name": "a host is called by its key; what it is called in Azure stands in 'project'",
        "agents": "an agent says where it runs, with 'project'",
        "cluster": "a project has no cluster; for one, say kind 'aks-cluster'",
    }

    kind: Literal["foundry-project"]
    """A project of Foundry, in which agents run without a container."""
    account: Annotated[str, azure.PARENTS["foundry-account"].base]
    """Base name of the Foundry account that holds it."""
    project: Annotated[str, azure.FOUNDRY_PROJECT] = ""
    """What it is called in Azure; without it, as in this network."""
    identities: Literal["shared", "per-agent"] = "shared"
    """Whose identity an unpublished agent has: the one of all of them, or one of its own."""
    deployments: Deployments = ()
    """The account's models; none where the account is an existing one."""
    connections: dict[str, Annotated[str, Field(json_schema_extra={"enum": list(VERBS)})]] = Field(
        default_factory=dict[str, str]
    )
    """Resources that all its agents may use through the project, as whom it is itself, each with a verb of its kind."""
    existing: bool = False
    """It is there already: reference it, and create neither it nor its account."""

    parent_key: ClassVar[str] = "account"
    """The key that names what holds it."""

    @property
    def parent(self) -> str:
        """Base name of the account."""
        return self.account

    @property
    def parent_kind(self) -> str:
        """A key of `manifest.azure_names.PARENTS`."""
        return "foundry-account"


class AksCluster(Entry):
    """A cluster of AKS, in which agents run, each in a namespace of its own."""

    refused: ClassVar[dict[str, str]] = {
        "name": "a host is called by its key; what it is called in Azure stands in 'cluster'",
        "agents": "an agent says where it runs, with 'cluster'",
        "account": "a cluster has no account; for one, say kind 'foundry-project'",
        "namespace": "every agent has a namespace of its own, called as its identity in Azure is",
        "nodes": "how big a cluster is, is the environment's to say: 'clusters' in Pulumi.<stack>.yaml",
    }

    kind: Literal["aks-cluster"]
    """A cluster of AKS, in which agents run, each in a namespace of its own."""
    cluster: Annotated[str, azure.PARENTS["kubernetes-cluster"].base]
    """Base name of the cluster."""
    allow: Annotated[Items[Annotated[str, AfterValidator(_caller)]], AfterValidator(sort_texts)] = ()
    """Blocks of IPv4 addresses that may call the API of the cluster; nobody else may."""
    private: bool = False
    """The API of the cluster has an address in its own network only."""
    existing: bool = False
    """It is there already: reference it, and do not create it."""

    parent_key: ClassVar[str] = "cluster"
    """The key that names what holds it."""

    @property
    def parent(self) -> str:
        """Its base name; a cluster holds itself."""
        return self.cluster

    @property
    def parent_kind(self) -> str:
        """A key of `manifest.azure_names.PARENTS`."""
        return "kubernetes-cluster"


Host = FoundryProject | AksCluster
AnyHost = Annotated[Host, Field(discriminator="kind")]
HOST_MODELS: dict[str, type[Host]] = {"foundry-project": FoundryProject, "aks-cluster": AksCluster}
"""The kinds of host."""

NEEDED: dict[RunsOn, tuple[str, ...]] = {
    "container-app": ("image",),
    "foundry": ("project", "version"),
    "aks": ("image", "cluster"),
}
"""The keys that an agent cannot do without, by what it runs on."""

_OF_FOUNDRY = {
    "project": "a project is where agents of Foundry run; say 'host: foundry', or remove the key",
    "agent": "only an agent of Foundry is called otherwise where it runs; remove the key",
    "version": "only an agent of Foundry is published by its version; what runs here is the image's tag",
}
_OF_AKS = {
    "cluster": "a cluster is where agents of AKS run; say 'host: aks', or remove the key",
    "service_account": "service accounts belong to clusters, where agents of AKS run; remove the key",
    "user_id": "the number of a pod's user belongs to clusters, where agents of AKS run; remove the key",
    "egress": "only a cluster's network policy can tell one agent's way out from another's; remove the key",
}
_OF_CONTAINERS = {
    "image": "it runs no image of yours, for images belong to containers; its definition stands in the project",
    "cpu": "the project gives it what it needs; sizes belong to containers",
    "memory": "the project gives it what it needs; sizes belong to containers",
    "replicas": "the project runs as much of it as is asked for; replicas belong to containers",
    "scale": "the project runs as much of it as is asked for; scale rules belong to containers",
    "ingress": "callers reach it at the project's address, which Azure guards; ingress belongs to containers",
    "port": "callers reach it at the project's address; ports belong to containers",
    "probes": "the project looks after its health; probes belong to containers",
    "environment": "no process of yours runs there that could read variables; they belong to containers",
}

NOT_THERE: dict[RunsOn, dict[str, str]] = {
    "container-app": {**_OF_FOUNDRY, **_OF_AKS},
    "foundry": {**_OF_CONTAINERS, **_OF_AKS},
    "aks": {
        **_OF_FOUNDRY,
        "scale": "nothing in the cluster counts requests or messages; how many copies run stands in 'replicas'",
    },
}
"""The keys that an agent cannot have, by what it runs on, and why."""

"""The kinds of resource: one entry each in `KINDS`, from which the models are made.

An entry says what the kind is called, what an agent may do with it, what holds it and which keys it has of its own.
Which role a verb becomes is no part of it: that stands with the kind's component.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, create_model

from manifest import azure_names as azure
from manifest.base_model import Entry, Items
from manifest.name_rule import NameRule
from manifest.phrases import show

__all__ = ["KINDS", "RESOURCE_MODELS", "VERBS", "Deployment", "Deployments", "Kind", "Resource"]

VERBS = ("read", "write", "use", "send", "receive")
"""Every verb that a kind may have, in the order in which tables show them."""


class Deployment(Entry):
    """A model of an Azure OpenAI account, under the name by which agents ask for it."""

    name: Annotated[str, azure.MODEL_DEPLOYMENT]
    """Name of the deployment."""
    model: Annotated[str, Field(min_length=1, examples=["gpt-4.1-mini"])]
    """Name of the model."""
    version: Annotated[str, Field(min_length=1, examples=["2025-04-14"])]
    """Version of the model; it does not change by itself."""
    sku: Literal["Standard", "GlobalStandard", "DataZoneStandard"] = "Standard"
    """Where requests are processed: in the account's region, in any region, or in any region of its data zone."""
    capacity: Annotated[int, Field(ge=1)] = 10
    """Thousands of tokens a minute."""


def _partition_key(path: str) -> str:
    if re.fullmatch("(/[A-Za-z_][A-Za-z0-9_]*)+", path) is None:
        raise ValueError(f"{show(path)} is no path into an item; write it like '/id' or '/tenant/user'")
    return path


def _by_name(deployments: tuple[Deployment, ...]) -> tuple[Deployment, ...]:
    return tuple(sorted(deployments, key=lambda one: one.name))


# In an order that does not depend on how the list was written.
Deployments = Annotated[Items[Deployment], AfterValidator(_by_name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of resource.

    Attributes:
        meaning: one phrase for people.
        verbs: what an agent may do with it.
        parent: the key that names what holds it, and what kind of parent that is.
        child: the key that names it inside its parent, and the rule; without the key it is called as in the network.
        keys: its further keys, as pydantic fields.
        paths: may a grant be restricted to name prefixes?
        scales: may the number of waiting messages drive the number of replicas?
        written_inside: the verbs that put something of the agent's own into the parent, beside the role assignment.
    """

    meaning: str
    verbs: tuple[str, ...]
    parent: tuple[str, str]
    child: tuple[str, NameRule] | None = None
    keys: Mapping[str, Any] = field(default_factory=dict[str, Any])
    paths: bool = False
    scales: bool = False
    written_inside: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "blob-container": Kind(
        meaning="a container of blobs in a storage account",
        verbs=("read", "write"),
        parent=("account", "storage-account"),
        child=("container", azure.BLOB_CONTAINER),
        paths=True,
    ),
    "storage-queue": Kind(
        meaning="a queue of a storage account",
        verbs=("send", "receive"),
        parent=("account", "storage-account"),
        child=("queue", azure.STORAGE_QUEUE),
    ),
    "cosmos-container": Kind(
        meaning="a container of a Cosmos DB for NoSQL database",
        verbs=("read", "write"),
        parent=("account", "cosmos-account"),
        child=("container", azure.COSMOS_CHILD),
        keys={
            "database": (
                Annotated[str, azure.COSMOS_CHILD],
                Field(description="Name of the database; containers that name the same one share it."),
            ),
            "partition_key": (
                Annotated[str, AfterValidator(_partition_key)],
                Field(default="/id", description="Path of the partition key; it cannot change later."),
            ),
        },
        written_inside=("read", "write"),
    ),
    "key-vault-secret": Kind(
        meaning="one secret of a key vault; its owner sets the value in the vault",
        verbs=("read",),
        parent=("vault", "key-vault"),
        child=("secret", azure.SECRET),
    ),
    "model-account": Kind(
        meaning="an Azure OpenAI account and its model deployments",
        verbs=("use",),
        parent=("account", "model-account"),
        keys={
            "deployments": (
                Deployments,
                Field(default=(), description="The models; at least one, unless the account is an existing one."),
            ),
        },
    ),
    "service-bus-queue": Kind(
        meaning="a queue of a Service Bus namespace",
        verbs=("send", "receive"),
        parent=("namespace", "service-bus-namespace"),
        child=("queue", azure.SERVICE_BUS_ENTITY),
        scales=True,
    ),
    "service-bus-topic": Kind(
        meaning="a topic of a Service Bus namespace, with all of its subscriptions",
        verbs=("send", "receive"),
        parent=("namespace", "service-bus-namespace"),
        child=("topic", azure.SERVICE_BUS_ENTITY),
        written_inside=("receive",),
    ),
    "search-index": Kind(
        meaning="an index of an Azure AI Search service",
        verbs=("read", "write"),
        parent=("service", "search-service"),
        child=("index", azure.SEARCH_INDEX),
    ),
    "app-configuration": Kind(
        meaning="an App Configuration store",
        verbs=("read",),
        parent=("store", "configuration-store"),
    ),
}


class Resource(Entry):
    """Something that agents can be granted; the models of the kinds derive from it."""

    refused: ClassVar[dict[str, str]] = {
        "name": "a resource is called by its key; what it is called in Azure stands in a key of its kind",
        "role": "roles follow from the verbs that an agent's access names",
        "scope": "a grant always has the narrowest scope that its kind allows",
        "value": "a secret's value never passes through this project; its owner sets it in the vault",
    }

    kind: str
    """What it is."""
    existing: bool = False
    """It is there already: reference it and grant on it, and create neither it nor its parent."""

    @property
    def parent(self) -> str:
        """Base name of the account, vault, namespace, service or store that holds it."""
        return getattr(self, KINDS[self.kind].parent[0])

    @property
    def parent_kind(self) -> str:
        """What kind of parent that is: a key of `manifest.azure_names.PARENTS`."""
        return KINDS[self.kind].parent[1]

    @property
    def settings(self) -> dict[str, Any]:
        """The kind's own keys, defaults filled in, without the parent."""
        return self.settings_without("kind", "existing", KINDS[self.kind].parent[0])


def _model(name: str, kind: Kind) -> type[Resource]:
    parent, parent_kind = kind.parent
    rule = azure.PARENTS[parent_kind].base
    noun = rule.what.partition(" ")[2]
    fields: dict[str, Any] = {
        "kind": (Literal[name], Field(description=f"{kind.meaning[0].upper()}{kind.meaning[1:]}.")),
        parent: (Annotated[str, rule], Field(description=f"Base name of the {noun} that holds it.")),
        **kind.keys,
    }
    if kind.child:
        child, child_rule = kind.child
        # None stands only until the network is read as a whole: there it becomes the resource's own name.
        named = Field(default=None, description="What it is called in Azure; without it, as in this network.")
        fields[child] = (Annotated[str, child_rule], named)
    title = "".join(word.capitalize() for word in name.split("-"))
    return create_model(title, __base__=Resource, __doc__=f"{kind.meaning[0].upper()}{kind.meaning[1:]}.", **fields)


RESOURCE_MODELS: dict[str, type[Resource]] = {name: _model(name, kind) for name, kind in KINDS.items()}

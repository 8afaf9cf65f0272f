"""Kinds of resource in `network.yaml`: a table with one entry for each, from which pydantic models are created.

An entry has the kind's name, verbs, parent and own keys. The roles of the verbs are not part of it: they are in
`access.azure`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, create_model

from manifest import azure_naming_rules as azure
from manifest.base_model import ListField, StrictModel
from manifest.message_formatting import quote_value
from manifest.name_rules import NameRule

__all__ = ["KINDS", "RESOURCE_MODELS", "VERBS", "ModelDeployment", "ModelDeployments", "Resource", "ResourceKind"]

VERBS = ("read", "write", "use", "send", "receive", "sign")
"""Every verb of any kind, in the order of tables."""


class ModelDeployment(StrictModel):
    """Deployment of a model in an Azure OpenAI or Foundry account."""

    name: Annotated[str, azure.MODEL_DEPLOYMENT]
    """Name of the deployment."""
    model: Annotated[str, Field(min_length=1, examples=["gpt-5.6-luna"])]
    """Name of the model."""
    version: Annotated[str, Field(min_length=1, examples=["2026-07-09"])]
    """Version of the model; it is not upgraded automatically."""
    # New models are launched with this SKU, and most have no other one in most regions ("Microsoft Foundry Models
    # lifecycle and support policy", Microsoft Learn, 2026-10-05).
    sku: Literal["Standard", "GlobalStandard", "DataZoneStandard"] = "GlobalStandard"
    """Location of processing: the account's region, any region of Azure, or any region of its data zone."""
    capacity: Annotated[int, Field(ge=1)] = 10
    """Capacity in thousands of tokens per minute."""


def _partition_key(path: str) -> str:
    if re.fullmatch("(/[A-Za-z_][A-Za-z0-9_]*)+", path) is None:
        raise ValueError(f"{quote_value(path)} is not a path of a property; write it like '/id' or '/tenant/user'")
    return path


def _by_name(deployments: tuple[ModelDeployment, ...]) -> tuple[ModelDeployment, ...]:
    return tuple(sorted(deployments, key=lambda one: one.name))


# Sorted, so that the order does not depend on the file.
ModelDeployments = Annotated[ListField[ModelDeployment], AfterValidator(_by_name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceKind:
    """Kind of resource in `network.yaml`, such as `blob-container`: its verbs, its parent and its keys.

    Attributes:
        description: phrase for messages and reports.
        verbs: verbs that can be granted on it.
        parent: key with the base name of its parent, and the kind of parent.
        child: key with its name inside the parent, and the naming rule; the default is its name in the network.
        keys: further keys, as pydantic fields.
        supports_paths: True if a grant can be restricted to name prefixes.
        counts_messages: True if the number of waiting messages can set the number of replicas.
        verbs_written_to_parent: verbs whose grant creates a child resource of the parent, outside Azure RBAC.
    """

    description: str
    verbs: tuple[str, ...]
    parent: tuple[str, str]
    child: tuple[str, NameRule] | None = None
    keys: Mapping[str, Any] = field(default_factory=dict[str, Any])
    supports_paths: bool = False
    counts_messages: bool = False
    verbs_written_to_parent: tuple[str, ...] = ()


KINDS: dict[str, ResourceKind] = {
    "blob-container": ResourceKind(
        description="a container of blobs in a storage account",
        verbs=("read", "write"),
        parent=("account", "storage-account"),
        child=("container", azure.BLOB_CONTAINER),
        supports_paths=True,
    ),
    "storage-queue": ResourceKind(
        description="a queue of a storage account",
        verbs=("send", "receive"),
        parent=("account", "storage-account"),
        child=("queue", azure.STORAGE_QUEUE),
    ),
    "cosmos-container": ResourceKind(
        description="a container of a Cosmos DB for NoSQL database",
        verbs=("read", "write"),
        parent=("account", "cosmos-account"),
        child=("container", azure.COSMOS_CHILD),
        keys={
            "database": (
                Annotated[str, azure.COSMOS_CHILD],
                Field(description="Name of the database; containers with the same name share it."),
            ),
            "partition_key": (
                Annotated[str, AfterValidator(_partition_key)],
                Field(default="/id", description="Path of the partition key; it cannot be changed later."),
            ),
        },
        verbs_written_to_parent=("read", "write"),
    ),
    "key-vault-secret": ResourceKind(
        description="a secret of a key vault; its owner sets the value in the vault",
        verbs=("read",),
        parent=("vault", "key-vault"),
        child=("secret", azure.SECRET),
    ),
    "key-vault-key": ResourceKind(
        description="a key of a key vault, which its owner imports; agents sign with the key and never read it",
        verbs=("sign",),
        parent=("vault", "key-vault"),
        child=("key", azure.KEY),
    ),
    "model-account": ResourceKind(
        description="an Azure OpenAI account and its model deployments",
        verbs=("use",),
        parent=("account", "model-account"),
        keys={
            "deployments": (
                ModelDeployments,
                Field(default=(), description="Model deployments; at least one, unless the account exists already."),
            ),
        },
    ),
    "service-bus-queue": ResourceKind(
        description="a queue of a Service Bus namespace",
        verbs=("send", "receive"),
        parent=("namespace", "service-bus-namespace"),
        child=("queue", azure.SERVICE_BUS_ENTITY),
        counts_messages=True,
    ),
    "service-bus-topic": ResourceKind(
        description="a topic of a Service Bus namespace, with all of its subscriptions",
        verbs=("send", "receive"),
        parent=("namespace", "service-bus-namespace"),
        child=("topic", azure.SERVICE_BUS_ENTITY),
        verbs_written_to_parent=("receive",),
    ),
    "search-index": ResourceKind(
        description="an index of an Azure AI Search service",
        verbs=("read", "write"),
        parent=("service", "search-service"),
        child=("index", azure.SEARCH_INDEX),
    ),
    "app-configuration": ResourceKind(
        description="an App Configuration store",
        verbs=("read",),
        parent=("store", "configuration-store"),
    ),
}


class Resource(StrictModel):
    """Resource in `network.yaml` that agents can be granted access to; base class of the models of all kinds."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "name": "the name of a resource is its key; set the name in Azure in a key of its kind",
        "role": "roles follow from the verbs that an agent's access names",
        "scope": "a grant always has the narrowest scope that its kind allows",
        "value": "values of secrets are never stored here; the owner sets the value in the vault",
    }

    kind: str
    """Kind of the resource."""
    existing: bool = False
    """True if the resource exists already: access is granted, but neither it nor its parent is created."""

    @property
    def parent(self) -> str:
        """Return the base name of the account, vault, namespace, service or store that contains the resource."""
        return getattr(self, KINDS[self.kind].parent[0])

    @property
    def parent_kind(self) -> str:
        """Return the kind of the parent resource, such as `storage-account`: a key of the table `PARENTS`."""
        return KINDS[self.kind].parent[1]

    @property
    def settings(self) -> dict[str, Any]:
        """Return the values of the keys that only this kind of resource has, with defaults, without the parent."""
        return self.values_without("kind", "existing", KINDS[self.kind].parent[0])


def _model(name: str, kind: ResourceKind) -> type[Resource]:
    parent, parent_kind = kind.parent
    rule = azure.PARENTS[parent_kind].base
    noun = rule.what.partition(" ")[2]
    fields: dict[str, Any] = {
        "kind": (Literal[name], Field(description=f"{kind.description[0].upper()}{kind.description[1:]}.")),
        parent: (Annotated[str, rule], Field(description=f"Base name of the {noun} that is its parent.")),
        **kind.keys,
    }
    if kind.child:
        child, child_rule = kind.child
        # None only until the network is validated as a whole, which sets the resource's own name.
        named = Field(default=None, description="Name in Azure; by default, the name in this network.")
        fields[child] = (Annotated[str, child_rule], named)
    title = "".join(word.capitalize() for word in name.split("-"))
    return create_model(
        title,
        __base__=Resource,
        __doc__=f"{kind.description[0].upper()}{kind.description[1:]}.",
        # pydantic would look for the source of a class that has none, in every imported module: half of the time of an
        # import of the program.
        __cls_kwargs__={"use_attribute_docstrings": False},
        **fields,
    )


RESOURCE_MODELS: dict[str, type[Resource]] = {name: _model(name, kind) for name, kind in KINDS.items()}

"""An agent as a model: where it runs, its image, what it may do, how big it is, and how many of it run."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from manifest import azure_names as azure
from manifest.access import Access, AccessEntry
from manifest.base_model import Entry, Items, mapping, sort_texts
from manifest.hosts import NEEDED, NOT_THERE, RUNS_ON, RunsOn
from manifest.ingress import Ingress, Port, Probes
from manifest.phrases import show
from manifest.safeguards import Budget
from manifest.variables import VariableName, VariableValue

__all__ = ["MAX_REPLICAS", "SIZES", "Agent", "Replicas", "Scale"]

MAX_REPLICAS = 1000
"""Of one revision: "Quotas for Azure Container Apps", Microsoft Learn, 2025."""

# Of a pod's user: "Configure a Security Context for a Pod or Container", kubernetes.io, 1.33.
_MAX_USER_ID = 2**31 - 1

# "Containers in Azure Container Apps", configuration, and "Workload profiles", consumption: Microsoft Learn, 2025.
SIZES: dict[float, str] = {step / 4: f"{step / 2:g}Gi" for step in range(1, 17)}
"""The sizes that there are: cores, and the memory that goes with them."""


def _gibibytes(value: str) -> str:
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?)Gi", value)
    if match is None:
        raise ValueError(f"{show(value)} is no amount of memory; write it like '1Gi' or '0.5Gi'")
    return f"{float(match[1]):g}Gi"


def _image(value: str) -> str:
    """Only a repository: the registry is the network's, and what is taken from it is the environment's to say."""
    host, slash, _ = value.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        raise ValueError(
            f"{show(value)} names a registry; images come from the network's, so write the repository alone"
        )
    if ":" in value or "@" in value:
        raise ValueError(
            f"{show(value)} has a tag or digest, which belongs to the environment: write the repository alone, and the"
            " tag as 'image_tag' or 'image_tags' into Pulumi.<stack>.yaml"
        )
    return azure.REPOSITORY.check(value)


def _version(value: str) -> str:
    if re.fullmatch("[1-9][0-9]{0,17}", value) is None:
        raise ValueError(f"{show(value)} is no version of an agent; write the number that the project shows, like '3'")
    return value


def _user_id(value: int) -> int:
    if value == 0:
        raise ValueError("0 is root, and nobody runs as root in a cluster; write another user's number, like 10001")
    if not 0 < value <= _MAX_USER_ID:
        raise ValueError(f"{value} is no number of a user; write one from 1 to {_MAX_USER_ID}, like 10001")
    return value


_USER_IDS: dict[str, Any] = {"minimum": 1, "maximum": _MAX_USER_ID}
UserId = Annotated[int, AfterValidator(_user_id), Field(json_schema_extra=_USER_IDS)]
Version = Annotated[str, AfterValidator(_version), Field(json_schema_extra={"pattern": "^[1-9][0-9]{0,17}$"})]
Image = Annotated[str, AfterValidator(_image), Field(examples=["analysis"])]


class Replicas(Entry):
    """How many copies of an agent run."""

    min: Annotated[int, Field(ge=0, le=MAX_REPLICAS)] = 1
    """Never fewer; 0 lets it sleep until something wakes it."""
    max: Annotated[int, Field(ge=1, le=MAX_REPLICAS)] = 10
    """Never more."""


class Scale(Entry):
    """What decides how many replicas run, between the two limits."""

    refused: ClassVar[dict[str, str]] = {"connection": "the scaler asks with the agent's own identity"}

    kind: Literal["http", "queue"]
    """Requests at the same time, or messages that wait in a queue."""
    target: Annotated[int, Field(ge=1, le=100_000)]
    """How many of them one replica is to have."""
    resource: str | None = None
    """For 'queue': the queue, from which the agent must be allowed to receive."""


class Agent(Entry):
    """A workload with an identity of its own and exactly the access written down for it."""

    refused: ClassVar[dict[str, str]] = {
        "identity": "every agent has an identity of its own, which no other agent can share; remove the key",
        "identities": "every agent has an identity of its own, which no other agent can share; remove the key",
        "published": "publishing belongs to the environment: 'published' in Pulumi.<stack>.yaml",
        "agent_identity": "an id belongs to the environment: 'agent_identities' in Pulumi.<stack>.yaml",
        "agentIdentityId": "an id belongs to the environment: 'agent_identities' in Pulumi.<stack>.yaml",
        "principal_id": "an id belongs to the environment: 'agent_identities' in Pulumi.<stack>.yaml",
        "tag": "an image's tag belongs to the environment: 'image_tag' or 'image_tags' in Pulumi.<stack>.yaml",
        "role": "roles follow from the verbs under 'access'",
        "secrets": "no secret is stored here; grant 'read' on a key-vault-secret",
        "env": "the key is 'environment'",
        "name": "an agent is called by its key",
        "callers": "who may call an agent stands with the callers, as 'use' in their 'access'",
    }

    host: RunsOn = "container-app"
    """What it runs on: Container Apps, Foundry, or AKS. Which of the other keys there are follows from it."""
    image: Image = ""
    """Repository of its image in the network's registry; the tag belongs to the environment."""
    written_access: dict[str, AccessEntry] = Field(default_factory=dict[str, AccessEntry], alias="access")
    """What it may do: resource by resource, agent by agent, and nothing else."""
    cpu: Annotated[float, Field(json_schema_extra={"enum": list(SIZES)})] = 0.5
    """Cores; from 0.25 to 4 in steps of 0.25, with twice as many gibibytes."""
    memory: Annotated[str, AfterValidator(_gibibytes), Field(json_schema_extra={"enum": list(SIZES.values())})] = "1Gi"
    """Twice the number of cores, in gibibytes; follows from 'cpu' where it is left out."""
    replicas: Replicas = Field(default_factory=Replicas)
    """How many copies run."""
    scale: Scale | None = None
    """What decides how many."""
    environment: dict[VariableName, VariableValue] = Field(default_factory=dict[str, str])
    """Plain environment variables. Endpoints of granted resources are handed in without asking."""
    ingress: Ingress = Field(default_factory=Ingress)
    """Who can reach it; without the key, nobody."""
    port: Port | None = None
    """The port on which it listens."""
    probes: Probes = Field(default_factory=Probes)
    """How its health is asked for."""
    budget: Budget | None = None
    """How far its reach may go at most, everything that it can do indirectly included."""
    project: str = ""
    """For 'foundry': the host of kind foundry-project in which it runs."""
    agent: Annotated[str, azure.FOUNDRY_AGENT] = ""
    """For 'foundry': what it is called in the project; without it, as in this network."""
    version: Version = ""
    """For 'foundry': the version of it that is published, a number as a text."""
    cluster: str = ""
    """For 'aks': the host of kind aks-cluster in which it runs."""
    service_account: Annotated[str, azure.KUBERNETES_LABEL] = ""
    """For 'aks': its service account, in a namespace of the agent's own; without it, called as the agent is."""
    user_id: UserId | None = None
    """For 'aks': the number of the user that it runs as; without it the image's, which has to be a number and not 0."""
    egress: Annotated[Items[str], AfterValidator(sort_texts)] = ()
    """For 'aks': what it may reach, by names whose addresses each environment gives; without it, nothing."""

    @property
    def access(self) -> tuple[Access, ...]:
        """Every grant, one each, in an order that does not depend on the file's."""
        entries = sorted(self.written_access.items())
        return tuple(grant for resource, entry in entries for grant in entry.grants(resource))

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, written: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        agent = dict(mapping(written) or {})
        if not agent:
            return written
        for cpu, memory in SIZES.items():
            if agent.get("cpu") == cpu:
                agent.setdefault("memory", memory)
            elif agent.get("memory") == memory:
                agent.setdefault("cpu", cpu)
        return agent

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        reference = handler(schema)
        handler.resolve_ref_schema(reference)["allOf"] = [
            {
                # without the key, the first
                "if": {"properties": {"host": {"const": host}}, "required": ["host"] if position else []},
                "then": {"required": list(NEEDED[host]), "properties": dict.fromkeys(NOT_THERE[host], False)},
            }
            for position, host in enumerate(RUNS_ON)
        ]
        return reference

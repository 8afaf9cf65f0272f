"""Model of an agent in `network.yaml`: its host, image, access, size and number of replicas."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from manifest import azure_naming_rules as azure
from manifest.access import Access, AccessEntry
from manifest.base_model import ListField, StrictModel, as_mapping, sorted_strings
from manifest.hosts import AGENT_HOSTS, REQUIRED_KEYS, UNSUPPORTED_KEYS, AgentHost
from manifest.ingress import Ingress, Port, Probes
from manifest.message_formatting import quote_value
from manifest.safeguards import Budget
from manifest.user_context import ActsForUsers
from manifest.variables import VariableName, VariableValue

__all__ = ["MAX_REPLICAS", "SIZES", "Agent", "Replicas", "Scale"]

MAX_REPLICAS = 1000
"""Maximum number of replicas of a revision: "Quotas for Azure Container Apps", Microsoft Learn, 2025."""

# Of a container's user: "Configure a Security Context for a Pod or Container", kubernetes.io, 1.33.
_MAX_USER_ID = 2**31 - 1

# "Containers in Azure Container Apps", configuration, and "Workload profiles", consumption: Microsoft Learn, 2025.
SIZES: dict[float, str] = {step / 4: f"{step / 2:g}Gi" for step in range(1, 17)}
"""Sizes of containers: number of cores → memory."""


def _gibibytes(value: str) -> str:
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?)Gi", value)
    if match is None:
        raise ValueError(f"{quote_value(value)} is not an amount of memory; write it like '1Gi' or '0.5Gi'")
    return f"{float(match[1]):g}Gi"


def _image(value: str) -> str:
    """Return an image name that is only a repository; raise for a registry or a tag, which are set elsewhere."""
    host, slash, _ = value.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        raise ValueError(
            f"{quote_value(value)} names a registry; images come from the network's own registry, so write the"
            " repository alone"
        )
    if ":" in value or "@" in value:
        raise ValueError(
            f"{quote_value(value)} has a tag or digest, which belongs to the environment: write the"
            " repository alone, and"
            " set the tag as 'image_tag' or 'image_tags' in Pulumi.<stack>.yaml"
        )
    return azure.REPOSITORY.check(value)


def _version(value: str) -> str:
    if re.fullmatch("[1-9][0-9]{0,17}", value) is None:
        raise ValueError(
            f"{quote_value(value)} is not a version of an agent; write the number that the project shows, like '3'"
        )
    return value


def _user_id(value: int) -> int:
    if value == 0:
        raise ValueError("0 is root, and no agent runs as root in a cluster; write another user id, like 10001")
    if not 0 < value <= _MAX_USER_ID:
        raise ValueError(f"{value} is not a user id; write a number from 1 to {_MAX_USER_ID}, like 10001")
    return value


_USER_IDS: dict[str, Any] = {"minimum": 1, "maximum": _MAX_USER_ID}
UserId = Annotated[int, AfterValidator(_user_id), Field(json_schema_extra=_USER_IDS)]
Version = Annotated[str, AfterValidator(_version), Field(json_schema_extra={"pattern": "^[1-9][0-9]{0,17}$"})]
IdentityKind = Literal["system-assigned", "user-assigned"]
Image = Annotated[str, AfterValidator(_image), Field(examples=["analysis"])]


class Replicas(StrictModel):
    """Minimum and maximum number of replicas of an agent, as declared in `network.yaml`."""

    min: Annotated[int, Field(ge=0, le=MAX_REPLICAS)] = 1
    """Minimum number; with 0 it is stopped until a request or message arrives."""
    max: Annotated[int, Field(ge=1, le=MAX_REPLICAS)] = 10
    """Maximum number."""


class Scale(StrictModel):
    """Scale rule of an agent: the measure that sets the number of replicas between the two limits."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "connection": "the scaler reads the queue with the agent's own identity"
    }

    kind: Literal["http", "queue"]
    """Measure: concurrent requests, or messages waiting in a queue."""
    target: Annotated[int, Field(ge=1, le=100_000)]
    """Number of requests or messages for each replica."""
    resource: str | None = None
    """For 'queue': name of the queue; the agent needs 'receive' on it."""


class Agent(StrictModel):
    """Agent in `network.yaml`: a workload with its own identity and exactly the access that is declared for it."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "identities": "every agent has its own identity, which no other agent shares; remove the key",
        "published": "publishing belongs to the environment: 'published' in Pulumi.<stack>.yaml",
        "agent_identity": "an id belongs to the environment: 'agent_identities' in Pulumi.<stack>.yaml",
        "agentIdentityId": "an id belongs to the environment: 'agent_identities' in Pulumi.<stack>.yaml",
        "principal_id": "an id belongs to the environment: 'agent_identities' in Pulumi.<stack>.yaml",
        "tag": "an image's tag belongs to the environment: 'image_tag' or 'image_tags' in Pulumi.<stack>.yaml",
        "role": "roles follow from the verbs under 'access'",
        "secrets": "no secret is stored here; grant 'read' on a key-vault-secret",
        "env": "the key is 'environment'",
        "name": "the name of an agent is its key",
        "callers": "grant 'use' in the 'access' of each caller",
    }

    host: AgentHost = "container-app"
    """Host: Container Apps, Foundry or AKS. The host decides which of the other keys are supported."""
    image: Image = ""
    """Repository of its image in the network's registry; the environment sets the tag."""
    written_access: dict[str, AccessEntry] = Field(default_factory=dict[str, AccessEntry], alias="access")
    """Its access to resources and other agents; everything else is denied."""
    cpu: Annotated[float, Field(json_schema_extra={"enum": list(SIZES)})] = 0.5
    """Number of cores: 0.25 to 4 in steps of 0.25; memory in gibibytes is twice the number."""
    memory: Annotated[str, AfterValidator(_gibibytes), Field(json_schema_extra={"enum": list(SIZES.values())})] = "1Gi"
    """Memory: twice the number of cores, in gibibytes; the default follows from 'cpu'."""
    replicas: Replicas = Field(default_factory=Replicas)
    """Number of replicas."""
    scale: Scale | None = None
    """Scale rule for the number of replicas."""
    environment: dict[VariableName, VariableValue] = Field(default_factory=dict[str, str])
    """Environment variables. Endpoints of granted resources are set automatically."""
    identity: IdentityKind = "system-assigned"
    """For 'container-app': its own identity, which begins with its app, or before the app so that its access does."""
    callable: bool = False
    """True if agents with 'use' on it in their 'access' may call it; its runtime library refuses every other agent."""
    platform_authentication: bool = False
    """For 'container-app': the platform refuses calls without a token from Entra ID, before the container gets them."""
    acts_for_users: ActsForUsers | None = None
    """Work in the name of users: APIs that it calls with the rights of the user who sent the request."""
    ingress: Ingress = Field(default_factory=Ingress)
    """Network access to the agent; none by default."""
    port: Port | None = None
    """Port that it listens on."""
    probes: Probes = Field(default_factory=Probes)
    """Health probes."""
    budget: Budget | None = None
    """Maximum blast radius, indirect access included."""
    project: str = ""
    """For 'foundry': name of its host, of kind foundry-project."""
    agent: Annotated[str, azure.FOUNDRY_AGENT] = ""
    """For 'foundry': its name in the project; by default, its name in this network."""
    version: Version = ""
    """For 'foundry': version that callers get, a number in quotes."""
    cluster: str = ""
    """For 'aks': name of its host, of kind aks-cluster."""
    service_account: Annotated[str, azure.KUBERNETES_LABEL] = ""
    """For 'aks': its service account, in the agent's own namespace; by default, the name of the agent."""
    user_id: UserId | None = None
    """For 'aks': user id that it runs as; by default the image's, which must be a number and not 0."""
    egress: Annotated[ListField[str], AfterValidator(sorted_strings)] = ()
    """For 'aks': names of destinations that it may connect to; the environment sets their addresses; default none."""

    @property
    def access(self) -> tuple[Access, ...]:
        """Return every grant that is declared for the agent, sorted, so that the order does not depend on the file."""
        entries = sorted(self.written_access.items())
        return tuple(grant for resource, entry in entries for grant in entry.grants(resource))

    @property
    def has_application(self) -> bool:
        """Return True if the agent has an Entra application of its own, for users or for other agents."""
        return self.host != "foundry" and (self.callable or self.acts_for_users is not None)

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, written: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        agent = dict(as_mapping(written) or {})
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
                # without the key, the first host is the default
                "if": {"properties": {"host": {"const": host}}, "required": ["host"] if position else []},
                "then": {
                    "required": list(REQUIRED_KEYS[host]),
                    "properties": dict.fromkeys(UNSUPPORTED_KEYS[host], False),
                },
            }
            for position, host in enumerate(AGENT_HOSTS)
        ]
        return reference

"""The declared document of a network: agents, resources, access and exceptions, before anything is deployed.

Owns reading the JSON that `agent-network manifest show` prints. The manifest's own checks ran before that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Self

from access.model.graph import Principal
from access.model.json_objects import JsonObject

FORMAT, VERSION = "agent-network-declared", 1
CONTAINER_APP = "container-app"


@dataclass(frozen=True, kw_only=True)
class DeclaredAccess:
    """Declared access to one resource: a verb or, with a reason, a role."""

    resource: str
    verb: str = ""
    role: str = ""
    because: str = ""
    paths: tuple[str, ...] = ()
    waits: str = ""
    """Reason why it is not granted yet: the agent to be called has no endpoint here."""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Upper limits for the harm that an agent can do; None for no limit."""

    resources: int | None = None
    secrets: int | None = None
    models: int | None = None
    destroys: int | None = None
    identities: int | None = None
    influences: int | None = None


@dataclass(frozen=True, kw_only=True)
class DeclaredAgent:
    """A declared agent and its access."""

    name: str
    host: str
    image: str = ""
    image_tag: str = ""
    project: str = ""
    """The project that hosts an agent on Foundry."""
    cluster: str = ""
    """The cluster that hosts an agent on AKS."""
    identity: str = ""
    """The kind of identity of an agent on Foundry: `shared`, `application`, `per-agent` or `given`."""
    access: tuple[DeclaredAccess, ...] = ()
    budget: Budget | None = None
    line: int = 0

    @property
    def pulls(self) -> bool:
        """True where the agent has a pull identity of its own; on other hosts the host pulls, or there is no image."""
        return self.host in {"", CONTAINER_APP}


@dataclass(frozen=True, kw_only=True)
class DeclaredParty:
    """A host of agents, or people, with access of their own."""

    name: str
    kind: str
    """`foundry-project`, `aks-cluster`, `group` or `user`."""
    access: tuple[DeclaredAccess, ...] = ()
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class DeclaredResource:
    """A declared resource of the network."""

    name: str
    kind: str
    existing: bool = False
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Separation:
    """Two rights that no agent may have together."""

    apart: tuple[tuple[str, str], ...]
    """Resource and verb of each right."""
    because: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """An exception: a finding that is accepted for a while."""

    finding: str
    on: str
    because: str = ""
    expires: date | None = None
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A network as its file and the configuration of one stack declare it."""

    network: str
    stack: str
    production: bool = False
    file: str = "network.yaml"
    registry: DeclaredResource | None = None
    resources: Mapping[str, DeclaredResource]
    agents: Mapping[str, DeclaredAgent]
    parties: Mapping[str, DeclaredParty] = field(default_factory=dict[str, DeclaredParty])
    """Hosts of agents and people, by name."""
    shared_identity: bool = False
    """True where agents may share one identity here, each with the access of all."""
    separation: tuple[Separation, ...] = ()
    exceptions: tuple[Exemption, ...] = ()

    def access_of(self, principal: Principal) -> tuple[DeclaredAccess, ...]:
        """The declared access of a principal: that of every agent whose identity it is, or of the host or people.

        Access that waits for an agent without an endpoint is left out. So are image pulls, which are never declared.
        """
        of_agents = (self.agents[name] for name in principal.agents if name in self.agents)
        party = self.parties.get(principal.party)
        declared = (*of_agents, *((party,) if party else ()))
        return tuple(one for entry in declared for one in entry.access if not one.waits)

    def pulls(self, principal: Principal) -> tuple[DeclaredAgent, ...]:
        """The agents whose images an identity pulls; empty for other identities."""
        if principal.purpose != "pull":
            return ()
        agents = (self.agents[name] for name in principal.agents if name in self.agents)
        of_app = [one for one in agents if one.pulls]
        of_cluster = [one for one in self.agents.values() if one.cluster and one.cluster == principal.party]
        return (*of_app, *of_cluster)

    def location(self, line: int) -> str:
        """A line of the file as reports show it: `network.yaml:48`."""
        return f"{self.file}:{line}" if line else self.file

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read the declared document.

        Raises:
            UnreadableSource: the document has another format or version, or is damaged.
        """
        row = JsonObject(document, document_name="declared document")
        if row.get("format") != FORMAT:
            raise row.error(f"is not a document of format {FORMAT!r}")
        if row.get("version") != VERSION:
            raise row.error(f"has an unsupported version; version {VERSION} is supported")
        registry = row.get("registry")
        return cls(
            network=row.string("network"),
            stack=row.string("stack"),
            production=row.flag("production"),
            file=row.string("file", "network.yaml"),
            registry=None if registry is None else _registry(row.object("registry")),
            resources={name: _resource(name, each) for name, each in row.objects("resources").items()},
            agents={name: _agent(name, each) for name, each in row.objects("agents").items()},
            parties={
                **{name: _party(name, each) for name, each in row.objects("hosts").items()},
                **{name: _party(name, each) for name, each in row.objects("people").items()},
            },
            shared_identity=row.string("shared_identity", "") == "allowed",
            separation=row.list_of("separation", _separation),
            exceptions=row.list_of("exceptions", _exemption),
        )


def _registry(row: JsonObject) -> DeclaredResource:
    return DeclaredResource(
        name=row.string("name"), kind="image-registry", existing=row.flag("existing"), line=row.line
    )


def _resource(name: str, row: JsonObject) -> DeclaredResource:
    return DeclaredResource(name=name, kind=row.string("kind"), existing=row.flag("existing"), line=row.line)


def _agent(name: str, row: JsonObject) -> DeclaredAgent:
    budget = row.get("budget")
    return DeclaredAgent(
        name=name,
        host=row.string("host", ""),
        image=row.string("image", ""),
        image_tag=row.string("image_tag", ""),
        project=row.string("project", ""),
        cluster=row.string("cluster", ""),
        identity=row.string("identity", ""),
        access=row.list_of("access", _access),
        budget=None if budget is None else _budget(row.object("budget")),
        line=row.line,
    )


def _access(row: JsonObject) -> DeclaredAccess:
    return DeclaredAccess(
        resource=row.string("resource"),
        verb=row.string("verb", ""),
        role=row.string("role", ""),
        because=row.string("because", ""),
        paths=row.strings("paths"),
        waits=row.string("waits", ""),
        line=row.line,
    )


def _party(name: str, row: JsonObject) -> DeclaredParty:
    return DeclaredParty(name=name, kind=row.string("kind"), access=row.list_of("access", _access), line=row.line)


def _budget(row: JsonObject) -> Budget:
    return Budget(**{field.name: row.number(field.name) for field in fields(Budget)})


def _separation(row: JsonObject) -> Separation:
    apart = row.list_of("apart", lambda each: (each.string("resource"), each.string("verb")))
    return Separation(apart=apart, because=row.string("because", ""), line=row.line)


def _exemption(row: JsonObject) -> Exemption:
    expires = row.string("expires", "")
    try:
        until = date.fromisoformat(expires) if expires else None
    except ValueError:
        raise row.error("is not a date such as 2027-01-31", "expires") from None
    return Exemption(
        finding=row.string("finding"),
        on=row.string("on"),
        because=row.string("because", ""),
        expires=until,
        line=row.line,
    )

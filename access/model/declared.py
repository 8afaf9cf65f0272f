"""What a network says of itself, before anything is deployed: agents, resources, wishes and exceptions.

Owns reading the document that `agent-network manifest show` prints. Whether the file behind it is right was judged
there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Self

from access.model.graph import Principal
from access.model.json_objects import Row

FORMAT, VERSION = "agent-network-declared", 1
CONTAINER_APP = "container-app"


@dataclass(frozen=True, kw_only=True)
class DeclaredAccess:
    """What an agent is to be able to do with one resource: a verb or, with a reason, a role."""

    resource: str
    verb: str = ""
    role: str = ""
    because: str = ""
    paths: tuple[str, ...] = ()
    waits: str = ""
    """Why it is not granted yet: the agent that is to be called has nothing here that could be called."""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much harm an agent may be able to do at most; None where there is no limit."""

    resources: int | None = None
    secrets: int | None = None
    models: int | None = None
    destroys: int | None = None
    identities: int | None = None
    influences: int | None = None


@dataclass(frozen=True, kw_only=True)
class DeclaredAgent:
    """An agent, and what it is to be able to do."""

    name: str
    host: str
    image: str = ""
    image_tag: str = ""
    project: str = ""
    """The host of an agent on Foundry."""
    cluster: str = ""
    """The host of an agent on AKS."""
    identity: str = ""
    """Whose an agent on Foundry has: `shared`, `application`, `per-agent` or `given`."""
    access: tuple[DeclaredAccess, ...] = ()
    budget: Budget | None = None
    line: int = 0

    @property
    def pulls(self) -> bool:
        """Whether it has an identity of its own that pulls its image; elsewhere the host pulls, or nothing does."""
        return self.host in {"", CONTAINER_APP}


@dataclass(frozen=True, kw_only=True)
class DeclaredParty:
    """What else is given access: a host of agents, or people."""

    name: str
    kind: str
    """`foundry-project`, `aks-cluster`, `group` or `user`."""
    access: tuple[DeclaredAccess, ...] = ()
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class DeclaredResource:
    """A resource of the network."""

    name: str
    kind: str
    existing: bool = False
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Separation:
    """Two things that no agent may be able to do both."""

    apart: tuple[tuple[str, str], ...]
    """Resource and verb, of each."""
    because: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """A finding that is accepted for a while."""

    finding: str
    on: str
    because: str = ""
    expires: date | None = None
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A network as its file and a stack's configuration declare it."""

    network: str
    stack: str
    production: bool = False
    file: str = "network.yaml"
    registry: DeclaredResource | None = None
    resources: Mapping[str, DeclaredResource]
    agents: Mapping[str, DeclaredAgent]
    parties: Mapping[str, DeclaredParty] = field(default_factory=dict[str, DeclaredParty])
    """The hosts of agents, and the people, by name."""
    shared_identity: bool = False
    """Whether agents may act as one identity here, each with what any of them may do."""
    separation: tuple[Separation, ...] = ()
    exceptions: tuple[Exemption, ...] = ()

    def access_of(self, principal: Principal) -> tuple[DeclaredAccess, ...]:
        """What is declared for a principal here: that of all the agents whose identity it is, or of the party.

        What waits for an agent that nobody can call yet is left out, and so is pulling images, which nobody declares.
        """
        of_agents = (self.agents[name] for name in principal.agents if name in self.agents)
        party = self.parties.get(principal.party)
        declared = (*of_agents, *((party,) if party else ()))
        return tuple(one for entry in declared for one in entry.access if not one.waits)

    def pulls(self, principal: Principal) -> tuple[DeclaredAgent, ...]:
        """The agents whose images it pulls; empty for whoever pulls none."""
        if principal.purpose != "pull":
            return ()
        agents = (self.agents[name] for name in principal.agents if name in self.agents)
        of_app = [one for one in agents if one.pulls]
        of_cluster = [one for one in self.agents.values() if one.cluster and one.cluster == principal.party]
        return (*of_app, *of_cluster)

    def place(self, line: int) -> str:
        """A line of the file as it is named to people: `network.yaml:48`."""
        return f"{self.file}:{line}" if line else self.file

    @classmethod
    def from_json(cls, document: object) -> Self:
        """What `agent-network manifest show` printed.

        Raises:
            UnreadableSource: it is something else, of another version, or damaged.
        """
        row = Row(document, document_name="declared document")
        if row.get("format") != FORMAT:
            raise row.wrong(f"is no {FORMAT!r}")
        if row.get("version") != VERSION:
            raise row.wrong(f"is of a version that is not read; version {VERSION} is")
        registry = row.get("registry")
        return cls(
            network=row.text("network"),
            stack=row.text("stack"),
            production=row.flag("production"),
            file=row.text("file", "network.yaml"),
            registry=None if registry is None else _registry(row.inner("registry")),
            resources={name: _resource(name, each) for name, each in row.named("resources").items()},
            agents={name: _agent(name, each) for name, each in row.named("agents").items()},
            parties={
                **{name: _party(name, each) for name, each in row.named("hosts").items()},
                **{name: _party(name, each) for name, each in row.named("people").items()},
            },
            shared_identity=row.text("shared_identity", "") == "allowed",
            separation=row.many("separation", _separation),
            exceptions=row.many("exceptions", _exemption),
        )


def _registry(row: Row) -> DeclaredResource:
    return DeclaredResource(name=row.text("name"), kind="image-registry", existing=row.flag("existing"), line=row.line)


def _resource(name: str, row: Row) -> DeclaredResource:
    return DeclaredResource(name=name, kind=row.text("kind"), existing=row.flag("existing"), line=row.line)


def _agent(name: str, row: Row) -> DeclaredAgent:
    budget = row.get("budget")
    return DeclaredAgent(
        name=name,
        host=row.text("host", ""),
        image=row.text("image", ""),
        image_tag=row.text("image_tag", ""),
        project=row.text("project", ""),
        cluster=row.text("cluster", ""),
        identity=row.text("identity", ""),
        access=row.many("access", _access),
        budget=None if budget is None else _budget(row.inner("budget")),
        line=row.line,
    )


def _access(row: Row) -> DeclaredAccess:
    return DeclaredAccess(
        resource=row.text("resource"),
        verb=row.text("verb", ""),
        role=row.text("role", ""),
        because=row.text("because", ""),
        paths=row.texts("paths"),
        waits=row.text("waits", ""),
        line=row.line,
    )


def _party(name: str, row: Row) -> DeclaredParty:
    return DeclaredParty(name=name, kind=row.text("kind"), access=row.many("access", _access), line=row.line)


def _budget(row: Row) -> Budget:
    return Budget(**{field.name: row.number(field.name) for field in fields(Budget)})


def _separation(row: Row) -> Separation:
    apart = row.many("apart", lambda each: (each.text("resource"), each.text("verb")))
    return Separation(apart=apart, because=row.text("because", ""), line=row.line)


def _exemption(row: Row) -> Exemption:
    expires = row.text("expires", "")
    try:
        until = date.fromisoformat(expires) if expires else None
    except ValueError:
        raise row.wrong("is no date such as 2027-01-31", "expires") from None
    return Exemption(
        finding=row.text("finding"), on=row.text("on"), because=row.text("because", ""), expires=until, line=row.line
    )

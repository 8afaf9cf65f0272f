"""Data types for the network as network.yaml declares it: agents, resources, access and exceptions.

Owns reading the JSON that `agent-network manifest show` prints. The manifest's own checks ran before that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Self

from access.model.graph import Principal
from access.model.json_objects import JsonObject
from access.model.user_access import DeclaredUserAccess, user_access

FORMAT, VERSION = "agent-network-declared", 1
CONTAINER_APP = "container-app"
_WITHOUT_ACCESS = frozenset({"application", "credential"})
"""Purposes of the identities by which an agent acts for users: neither may hold a role."""


@dataclass(frozen=True, kw_only=True)
class DeclaredAccess:
    """Declared access to one resource: a verb, or a role with a reason."""

    resource: str
    verb: str = ""
    role: str = ""
    because: str = ""
    paths: tuple[str, ...] = ()
    waits: str = ""
    """Reason why the access is not granted yet: the agent to be called has no endpoint so far."""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Upper limits in network.yaml for what an agent can reach if it is taken over; None means no limit."""

    resources: int | None = None
    secrets: int | None = None
    models: int | None = None
    destroys: int | None = None
    identities: int | None = None
    influences: int | None = None


@dataclass(frozen=True, kw_only=True)
class DeclaredAgent:
    """An agent that network.yaml declares, with its access."""

    name: str
    host: str
    image: str = ""
    image_tag: str = ""
    project: str = ""
    """The Foundry project that hosts the agent."""
    cluster: str = ""
    """The AKS cluster that hosts the agent."""
    version: str = ""
    """The version of a Foundry agent that callers get."""
    identity: str = ""
    """The identity kind of a Foundry agent: `shared`, `application`, `per-agent` or `given`."""
    ingress: str = ""
    """`internal` or `external`; empty for an agent without ingress, and for one of Foundry."""
    checks_tokens: bool = False
    """True if its runtime library refuses callers without a token: it is callable, or acts for users."""
    platform_authentication: bool = False
    """True if the platform refuses calls without a token, before the container gets them."""
    unauthenticated: str = ""
    """Reason in network.yaml why callers need no token; empty if they need one."""
    access: tuple[DeclaredAccess, ...] = ()
    budget: Budget | None = None
    acts_for_users: DeclaredUserAccess | None = None
    """Access for users; None for an agent that acts only as itself."""
    line: int = 0

    @property
    def pulls(self) -> bool:
        """Return True if the agent has a separate identity for pulling container images."""
        return self.host in {"", CONTAINER_APP}


@dataclass(frozen=True, kw_only=True)
class DeclaredParty:
    """A host of agents, a group or a user that network.yaml gives access."""

    name: str
    kind: str
    """`foundry-project`, `aks-cluster`, `group` or `user`."""
    administrators: tuple[str, ...] = ()
    """Object ids of the groups that administer a cluster, as the stack's file lists them."""
    tools: tuple[str, ...] = ()
    """Names of the resources and agents that the tools of a Foundry project are for."""
    existing: bool = False
    """True for a host that exists already, whose tools are not declared."""
    access: tuple[DeclaredAccess, ...] = ()
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class DeclaredResource:
    """A resource that network.yaml declares."""

    name: str
    kind: str
    existing: bool = False
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class DeclaredModel:
    """A model deployment that network.yaml declares, with the facts about the model from a dated table."""

    owner: str
    """The resource or the Foundry project that declares the deployment."""
    deployment: str
    model: str
    version: str
    sku: str
    region: str
    table: date | None = None
    """The date of the table."""
    lifecycle: str = ""
    """The lifecycle in the table, such as `GA` or `Deprecated`; empty if the table has none."""
    retires: date | None = None
    notice: date | None = None
    """The day on which warnings about the retirement begin."""
    availability: str = ""
    """`available` or `unavailable`, with the SKU in the region; empty if the table has no regions of the model."""
    line: int = 0

    def is_retired(self, today: date) -> bool:
        """Return True if the model is retired on a day."""
        return self.lifecycle == "Retired" or (self.retires is not None and self.retires <= today)


@dataclass(frozen=True, kw_only=True)
class Separation:
    """Separation of duties: two rights that no agent may have together."""

    apart: tuple[tuple[str, str], ...]
    """The two rights, each a resource and a verb."""
    because: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """An exception in network.yaml: a finding that is accepted until an expiry date."""

    finding: str
    on: str
    because: str = ""
    expires: date | None = None
    line: int = 0

    def is_over(self, today: date) -> bool:
        """Return True if the last day of the exception has passed."""
        return self.expires is not None and self.expires < today

    def document(self) -> dict[str, str | None]:
        """Return the reason and the last day of the exception as a JSON object of reports."""
        return {"because": self.because, "expires": self.expires.isoformat() if self.expires else None}


@dataclass(frozen=True, kw_only=True)
class Declared:
    """The network that network.yaml and the configuration of one stack declare."""

    network: str
    stack: str
    production: bool = False
    file: str = "network.yaml"
    registry: DeclaredResource | None = None
    resources: Mapping[str, DeclaredResource]
    agents: Mapping[str, DeclaredAgent]
    parties: Mapping[str, DeclaredParty] = field(default_factory=dict[str, DeclaredParty])
    """Hosts of agents, groups and users with access, by name."""
    shared_identity: bool = False
    """True if agents may share one identity, so that each has the access of all."""
    models: tuple[DeclaredModel, ...] = ()
    """Model deployments of the accounts that the network creates."""
    separation: tuple[Separation, ...] = ()
    exceptions: tuple[Exemption, ...] = ()
    application_owners: frozenset[str] | None = None
    """Object ids in lower case of the owners of agents' Entra applications; None if the document lists none."""

    def access_of(self, principal: Principal) -> tuple[DeclaredAccess, ...]:
        """Return the declared access of a principal, combined over all agents that share the identity.

        Access that waits for an agent without an endpoint is left out. So are image pulls, which are never declared.
        """
        if principal.purpose in _WITHOUT_ACCESS:
            return ()
        of_agents = (self.agents[name] for name in principal.agents if name in self.agents)
        party = self.parties.get(principal.party)
        declared = (*of_agents, *((party,) if party else ()))
        return tuple(one for entry in declared for one in entry.access if not one.waits)

    def pulls(self, principal: Principal) -> tuple[DeclaredAgent, ...]:
        """Return the agents whose container images an identity pulls; empty for other identities."""
        if principal.purpose != "pull":
            return ()
        agents = (self.agents[name] for name in principal.agents if name in self.agents)
        of_app = [one for one in agents if one.pulls]
        of_cluster = [one for one in self.agents.values() if one.cluster and one.cluster == principal.party]
        return (*of_app, *of_cluster)

    @property
    def administrators(self) -> Mapping[str, tuple[str, ...]]:
        """Return the declared administrators of each Kubernetes cluster, by the cluster's name."""
        return {name: one.administrators for name, one in self.parties.items() if one.administrators}

    def location(self, line: int) -> str:
        """Return a line number of network.yaml as `network.yaml:48`, for reports."""
        return f"{self.file}:{line}" if line else self.file

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Parse the JSON form of the declared network; raises UnreadableSource if invalid.

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
            models=row.list_of("models", _model),
            separation=row.list_of("separation", _separation),
            exceptions=row.list_of("exceptions", _exemption),
            application_owners=_application_owners(row),
        )


def _application_owners(row: JsonObject) -> frozenset[str] | None:
    """Return the declared owners of the applications of all agents; None if no agent has an application."""
    listing = [each.object("application") for each in row.objects("agents").values() if each.get("application")]
    return frozenset(one.lower() for each in listing for one in each.strings("owners")) if listing else None


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
        version=row.string("version", ""),
        identity=row.string("identity", ""),
        ingress=row.string("ingress", ""),
        checks_tokens=row.flag("callable") or row.get("acts_for_users") is not None,
        platform_authentication=row.flag("platform_authentication"),
        unauthenticated=row.string("unauthenticated", ""),
        access=row.list_of("access", _access),
        budget=None if budget is None else _budget(row.object("budget")),
        acts_for_users=_acts_for_users(row),
        line=row.line,
    )


def _acts_for_users(row: JsonObject) -> DeclaredUserAccess | None:
    if row.get("acts_for_users") is None:
        return None
    application = None if row.get("application") is None else row.object("application")
    return user_access(row.object("acts_for_users"), application)


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
    return DeclaredParty(
        name=name,
        kind=row.string("kind"),
        administrators=row.strings("administrators"),
        tools=row.list_of("tools", lambda each: each.string("resource")),
        existing=row.flag("existing"),
        access=row.list_of("access", _access),
        line=row.line,
    )


def _budget(row: JsonObject) -> Budget:
    return Budget(**{field.name: row.number(field.name) for field in fields(Budget)})


def _separation(row: JsonObject) -> Separation:
    apart = row.list_of("apart", lambda each: (each.string("resource"), each.string("verb")))
    return Separation(apart=apart, because=row.string("because", ""), line=row.line)


def _model(row: JsonObject) -> DeclaredModel:
    return DeclaredModel(
        owner=row.string("owner"),
        deployment=row.string("deployment"),
        model=row.string("model"),
        version=row.string("version"),
        sku=row.string("sku"),
        region=row.string("region"),
        table=_day(row, "table"),
        lifecycle=row.string("lifecycle", ""),
        retires=_day(row, "retires"),
        notice=_day(row, "notice"),
        availability=row.string("availability", ""),
        line=row.line,
    )


def _day(row: JsonObject, name: str) -> date | None:
    written = row.string(name, "")
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise row.error("is not a date such as 2027-01-31", name) from None


def _exemption(row: JsonObject) -> Exemption:
    until = _day(row, "expires")
    return Exemption(
        finding=row.string("finding"),
        on=row.string("on"),
        because=row.string("because", ""),
        expires=until,
        line=row.line,
    )

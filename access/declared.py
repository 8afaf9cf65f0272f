"""What a network says of itself, before anything is deployed: agents, resources, wishes and exceptions.

Owns reading the document that `python -m spec` prints. Whether the file behind it is right was judged there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

from access.rows import Row

FORMAT, VERSION = "agent-network-declared", 1


@dataclass(frozen=True, kw_only=True)
class DeclaredAccess:
    """What an agent is to be able to do with one resource: a verb or, with a reason, a role."""

    resource: str
    verb: str = ""
    role: str = ""
    because: str = ""
    paths: tuple[str, ...] = ()
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
    access: tuple[DeclaredAccess, ...] = ()
    budget: Budget | None = None
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
    separation: tuple[Separation, ...] = ()
    exceptions: tuple[Exemption, ...] = ()

    def place(self, line: int) -> str:
        """A line of the file as it is named to people: `network.yaml:48`."""
        return f"{self.file}:{line}" if line else self.file

    @classmethod
    def from_json(cls, document: object) -> Self:
        """What `python -m spec` printed.

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
        line=row.line,
    )


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

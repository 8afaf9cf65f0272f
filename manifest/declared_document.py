"""The declared document: what the network says, with the line of each thing, as plain data for other programs.

Its keys are an interface; `version` counts the changes that break a reader.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from manifest.access import Access
from manifest.agents import Agent
from manifest.azure_resource_names import namespace_name
from manifest.base_model import Entry
from manifest.environment import Environment
from manifest.errors import Path
from manifest.hosts import FoundryProject, Host
from manifest.network import Network
from manifest.safeguards import Exemption, Separation
from manifest.yaml_document import Document

__all__ = ["FORMAT", "VERSION", "declared"]

FORMAT = "agent-network-declared"
VERSION = 1

M = TypeVar("M", bound=Entry)


def declared(network: Network, environment: Environment, document: Document) -> dict[str, Any]:
    """The declared document of a network that fits its environment; `document` is the file that it was read from."""
    separation = _lines(document, "separation", Separation)
    exceptions = _lines(document, "exceptions", Exemption)
    return {
        "format": FORMAT,
        "version": VERSION,
        "network": network.name,
        "stack": environment.stack,
        "production": environment.production,
        "shared_identity": environment.shared_identity,
        "file": document.name,
        "registry": {"name": network.registry.name, "line": document.line(("registry",))},
        "resources": {
            name: {"kind": one.kind, "existing": one.existing, "line": document.line(("resources", name))}
            for name, one in network.resources.items()
        },
        **_hosts(network, document),
        "agents": {name: _agent(name, agent, network, environment, document) for name, agent in network.agents.items()},
        **_people(network, environment, document),
        "separation": [_separation(rule, separation[rule]) for rule in network.separation],
        "exceptions": [{**one.model_dump(mode="json"), "line": exceptions[one]} for one in network.exceptions],
    }


def _hosts(network: Network, document: Document) -> dict[str, Any]:
    """Under 'hosts'; a network that declares none is shown without the key."""
    shown = {name: _host(name, one, document) for name, one in network.hosts.items()}
    return {"hosts": shown} if shown else {}


def _host(name: str, host: Host, document: Document) -> dict[str, Any]:
    place: Path = ("hosts", name)
    own = host.model_dump(include={"account", "project", "identities", "cluster", "private"})
    shown = {"kind": host.kind, "existing": host.existing, **own, "line": document.line(place)}
    if isinstance(host, FoundryProject):
        connections = (Access(one, verb=verb) for one, verb in sorted(host.connections.items()))
        shown["access"] = [_access(one, document.line((*place, "connections", one.resource))) for one in connections]
    return shown


def _people(network: Network, environment: Environment, document: Document) -> dict[str, Any]:
    """Under 'people'; a network that names none is shown without the key."""
    shown = {
        name: {
            "kind": one.kind,
            "access": _accesses(("people", name), one.access, network, environment, document),
            "line": document.line(("people", name)),
        }
        for name, one in network.people.items()
    }
    return {"people": shown} if shown else {}


def _agent(name: str, agent: Agent, network: Network, environment: Environment, document: Document) -> dict[str, Any]:
    return {
        "line": document.line(("agents", name)),
        "host": agent.host,
        **_where(name, agent, network, environment),
        "access": _accesses(("agents", name), agent.access, network, environment, document),
        "budget": None if agent.budget is None else agent.budget.model_dump(),
    }


def _where(name: str, agent: Agent, network: Network, environment: Environment) -> dict[str, Any]:
    """What depends on the host: the image, or the project and whose identity the agent has in it."""
    if agent.host == "foundry":
        return {
            "project": agent.project,
            "agent": agent.agent,
            "version": agent.version,
            "identity": environment.identity_of(name, network),
            "published": environment.publishes(name, network),
        }
    image = {"image": agent.image, "image_tag": environment.tag_of(name)}
    if agent.host == "aks":
        namespace = namespace_name(network.name, name, environment.stack)
        place = {"cluster": agent.cluster, "namespace": namespace, "service_account": agent.service_account}
        return place | image
    return image


def _accesses(
    place: Path, grants: Iterable[Access], network: Network, environment: Environment, document: Document
) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    for grant in grants:
        one = _access(grant, document.line((*place, "access", grant.resource)))
        if grant.resource in network.agents and not environment.calls_reach(grant.resource, network):
            one["waits"] = f"{grant.resource} is not published here, and so has no endpoint of its own to call"
        shown.append(one)
    return shown


def _access(grant: Access, line: int) -> dict[str, Any]:
    return {
        "resource": grant.resource,
        "verb": grant.verb,
        "role": grant.role,
        "because": grant.because,
        "paths": list(grant.paths),
        "line": line,
    }


def _separation(rule: Separation, line: int) -> dict[str, Any]:
    apart = [{"resource": right.resource, "verb": right.verb} for right in rule.apart]
    return {"apart": apart, "because": rule.because, "line": line}


def _lines(document: Document, section: str, model: type[M]) -> dict[M, int]:
    """Where each item of a list stands; the network has it in an order of its own."""
    written = document.data.get(section, ())
    return {model.model_validate(one): document.line((section, position)) for position, one in enumerate(written)}

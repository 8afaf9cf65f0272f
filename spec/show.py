"""The declared document: what the network says, with the line of each thing, as plain data for other programs.

Its keys are an interface; `version` counts the changes that break a reader.
"""

from typing import Any, TypeVar

from spec.access import Access
from spec.agents import Agent
from spec.document import Document
from spec.entry import Entry
from spec.environment import Environment
from spec.network import Network
from spec.safeguards import Exemption, Separation

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
        "file": document.name,
        "registry": {"name": network.registry.name, "line": document.line(("registry",))},
        "resources": {
            name: {"kind": one.kind, "existing": one.existing, "line": document.line(("resources", name))}
            for name, one in network.resources.items()
        },
        "agents": {
            name: _agent(name, agent, environment.tag_of(name), document) for name, agent in network.agents.items()
        },
        "separation": [_separation(rule, separation[rule]) for rule in network.separation],
        "exceptions": [{**one.model_dump(mode="json"), "line": exceptions[one]} for one in network.exceptions],
    }


def _agent(name: str, agent: Agent, tag: str, document: Document) -> dict[str, Any]:
    return {
        "line": document.line(("agents", name)),
        "host": "container-app",
        "image": agent.image,
        "image_tag": tag,
        "access": [_access(grant, document.line(("agents", name, "access", grant.resource))) for grant in agent.access],
        "budget": None if agent.budget is None else agent.budget.model_dump(),
    }


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

"""Declared document: the access that `network.yaml` declares, with line numbers, as plain data for other programs.

Its keys are a public interface; `version` is increased by incompatible changes.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from manifest.access import Access
from manifest.agents import Agent
from manifest.base_model import StrictModel
from manifest.declared_models import DeclaredModel, declared_models
from manifest.entra import Entra
from manifest.environment import Environment
from manifest.errors import KeyPath
from manifest.generated_names import namespace_name
from manifest.hosts import FoundryProject, Host
from manifest.model_availability import NOTICE, ModelVersion, model_table
from manifest.network import Network
from manifest.safeguards import Exemption, Separation
from manifest.yaml_document import YamlDocument

__all__ = ["FORMAT", "VERSION", "declared_document"]

FORMAT = "agent-network-declared"
VERSION = 1

M = TypeVar("M", bound=StrictModel)


def declared_document(network: Network, environment: Environment, document: YamlDocument) -> dict[str, Any]:
    """Return the declared document of a valid network; `document` is the file that the network was read from."""
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
        **_hosts(network, environment, document),
        "agents": {name: _agent(name, agent, network, environment, document) for name, agent in network.agents.items()},
        **_people(network, environment, document),
        **_models(network, environment, document),
        "separation": [_separation(rule, separation[rule]) for rule in network.separation],
        "exceptions": [{**one.model_dump(mode="json"), "line": exceptions[one]} for one in network.exceptions],
    }


def _hosts(network: Network, environment: Environment, document: YamlDocument) -> dict[str, Any]:
    """Return the key 'hosts' of the declared document; empty if the network declares no host."""
    shown = {name: _host(name, one, environment, document) for name, one in network.hosts.items()}
    return {"hosts": shown} if shown else {}


def _host(name: str, host: Host, environment: Environment, document: YamlDocument) -> dict[str, Any]:
    place: KeyPath = ("hosts", name)
    own = host.model_dump(include={"account", "project", "identities", "cluster", "private"})
    shown = {"kind": host.kind, "existing": host.existing, **own, "line": document.line(place)}
    if isinstance(host, FoundryProject):
        connections = (Access(one, verb=verb) for one, verb in sorted(host.connections.items()))
        shown["access"] = [_access(one, document.line((*place, "connections", one.resource))) for one in connections]
        if host.tools:
            shown["tools"] = [{"name": name, "resource": tool.resource} for name, tool in sorted(host.tools.items())]
    elif administrators := environment.cluster(name).admins:
        shown["administrators"] = list(administrators)
    return shown


def _people(network: Network, environment: Environment, document: YamlDocument) -> dict[str, Any]:
    """Return the key 'people' of the declared document; empty if the network declares no people."""
    shown = {
        name: {
            "kind": one.kind,
            "access": _accesses(("people", name), one.access, network, environment, document),
            "line": document.line(("people", name)),
        }
        for name, one in network.people.items()
    }
    return {"people": shown} if shown else {}


def _models(network: Network, environment: Environment, document: YamlDocument) -> dict[str, Any]:
    """Return the key 'models' of the declared document; empty if the network declares no model deployment."""
    table = model_table()
    shown = [
        _model(one, one.in_table(table), table.date, document.line(one.path(document.data)))
        for one in declared_models(network, environment)
    ]
    return {"models": shown} if shown else {}


def _model(model: DeclaredModel, found: ModelVersion | None, dated: date, line: int) -> dict[str, Any]:
    one = model.deployment
    own = {"deployment": one.name, "model": one.model, "version": one.version, "sku": one.sku}
    shown = {"owner": model.owner, **own, "region": model.region, "table": dated.isoformat(), "line": line}
    if found is None:
        return shown
    if found.lifecycle:
        shown["lifecycle"] = found.lifecycle
    if found.retires is not None:
        shown |= {"retires": found.retires.isoformat(), "notice": (found.retires - NOTICE).isoformat()}
    availability = found.availability(one.sku, model.region)
    return shown if availability == "unknown" else {**shown, "availability": availability}


def _agent(
    name: str, agent: Agent, network: Network, environment: Environment, document: YamlDocument
) -> dict[str, Any]:
    return {
        "line": document.line(("agents", name)),
        "host": agent.host,
        **_host_keys(name, agent, network, environment),
        **_ingress(agent),
        **_application(name, agent, environment),
        **_acts_for_users(name, agent, environment, document),
        "access": _accesses(("agents", name), agent.access, network, environment, document),
        "budget": None if agent.budget is None else agent.budget.model_dump(),
    }


def _ingress(agent: Agent) -> dict[str, Any]:
    """Return an agent's keys of the declared document about its callers; empty for an agent that has no ingress."""
    shown: dict[str, Any] = {} if agent.ingress.kind == "none" else {"ingress": agent.ingress.kind}
    if agent.ingress.unauthenticated is not None:
        shown["unauthenticated"] = agent.ingress.unauthenticated.because
    if agent.ingress.callers:
        shown["callers"] = list(agent.ingress.callers)
    if agent.callable:
        shown["callable"] = True
    if agent.platform_authentication:
        shown["platform_authentication"] = True
    return shown


def _application(name: str, agent: Agent, environment: Environment) -> dict[str, Any]:
    """Return the key of the declared document about an agent's Entra application; empty if it has none."""
    if not agent.has_application:
        return {}
    entra = environment.entra or Entra()
    existing = entra.existing.get(name)
    shown: dict[str, Any] = {"deployer_rights": entra.deployer_rights, "owners": list(entra.owners)}
    return {"application": shown | ({} if existing is None else {"existing": existing.model_dump(exclude_none=True)})}


def _acts_for_users(name: str, agent: Agent, environment: Environment, document: YamlDocument) -> dict[str, Any]:
    """Return the key of the declared document about work for users, with the ids of this environment."""
    acts, entra = agent.acts_for_users, environment.entra or Entra()
    if acts is None:
        return {}
    shown = {
        "apis": {
            api: {
                "client_id": environment.api(api).client_id,
                "scopes": sorted(scopes),
                "line": document.line(("agents", name, "acts_for_users", "apis", api)),
            }
            for api, scopes in sorted(acts.apis.items())
        },
        "callers": {one: entra.callers[one] for one in acts.callers},
        "groups": {one: entra.groups[one] for one in acts.groups},
        "users": {one: entra.users[one] for one in acts.users},
        "consent": acts.consent,
        "line": document.line(("agents", name, "acts_for_users")),
    }
    return {"acts_for_users": shown}


def _host_keys(name: str, agent: Agent, network: Network, environment: Environment) -> dict[str, Any]:
    """Return an agent's keys of the declared document that depend on its host: the image, or the Foundry identity."""
    if agent.host == "foundry":
        return {
            "project": agent.project,
            "agent": agent.agent,
            "version": agent.version,
            "identity": environment.identity_source_of(name, network),
            "published": environment.is_published(name, network),
        }
    image = {"image": agent.image, "image_tag": environment.image_tag_of(name)}
    if agent.host == "aks":
        namespace = namespace_name(network.name, name, environment.stack)
        place = {"cluster": agent.cluster, "namespace": namespace, "service_account": agent.service_account}
        return place | image
    return image


def _accesses(
    place: KeyPath, grants: Iterable[Access], network: Network, environment: Environment, document: YamlDocument
) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    for grant in grants:
        one = _access(grant, document.line((*place, "access", grant.resource)))
        if grant.resource in network.agents and not environment.can_be_called(grant.resource, network):
            one["waits"] = f"{grant.resource} is not published here, so it has no endpoint of its own to call"
        elif grant.resource in network.agents and not _is_granted(str(place[1]), grant.resource, network, environment):
            one["waits"] = f"an administrator has not assigned the app role of {grant.resource} to {place[1]} yet"
        elif place[0] == "agents" and environment.runs_placeholder(str(place[1]), network):
            one["waits"] = f"{place[1]} is in 'placeholder_images' until its image is pushed"
        shown.append(one)
    return shown


def _is_granted(caller: str, callee: str, network: Network, environment: Environment) -> bool:
    """Return True if the stack grants the call of an agent, or if an administrator has granted it."""
    return environment.assigns_calls(caller, callee, network) or environment.is_assigned(caller, callee)


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


def _lines(document: YamlDocument, section: str, model: type[M]) -> dict[M, int]:
    """Return the line number in the file of each item of a list; the model has the items in another order."""
    written = document.data.get(section, ())
    return {model.model_validate(one): document.line((section, position)) for position, one in enumerate(written)}

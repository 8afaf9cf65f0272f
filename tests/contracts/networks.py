"""A network with one resource of a kind and an agent that may do all that the kind allows, on the SDK's mocks."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from components.network import AgentNetwork
from spec.kinds import KINDS
from tests.components.recorder import Recorded, Registered, record
from tests.projects import load_project, write_project

__all__ = ["PARENT", "RESOURCE", "component", "of_kind", "of_project", "within"]

REPOSITORY = Path(__file__).parents[2]
RESOURCE = "thing"
"""What the one resource is called in its network."""
PARENT = "contosothing"
"""What holds it, where something does."""

_SETTINGS: dict[str, dict[str, Any]] = {
    "cosmos-container": {"database": "main"},
    "model-account": {"deployments": [{"name": "small", "model": "gpt-4.1-mini", "version": "2025-04-14"}]},
}
_ENVIRONMENT = {"location": "westeurope", "resource_group": "contoso", "suffix": "dev7", "production": False}


def _described(kind: str, *, existing: bool) -> dict[str, Any]:
    settings = {} if existing and kind == "model-account" else _SETTINGS.get(kind, {})
    entry = {"kind": kind, KINDS[kind].parent[0]: PARENT, "existing": existing, **settings}
    agent = {"image": "worker", "access": {RESOURCE: list(KINDS[kind].verbs)}}
    return {
        "name": "contoso",
        "registry": {"name": "contosoimages"},
        "resources": {RESOURCE: entry},
        "agents": {"worker": agent},
    }


@cache
def of_kind(kind: str, *, existing: bool = False) -> Recorded:
    """What a network with this one resource registers."""
    with TemporaryDirectory() as root:
        return of_project(write_project(Path(root), _described(kind, existing=existing), _ENVIRONMENT))


def of_project(root: Path = REPOSITORY) -> Recorded:
    """What the network of a project, or of this repository, registers in dev."""
    network, environment = load_project(root)
    return record(lambda: AgentNetwork(network.name, {"network": network, "environment": environment}))


def component(recorded: Recorded, kind: type) -> Registered:
    """The only component of a class; some are called as the Azure resource in them."""
    (found,) = [one for one in recorded.all(kind.__name__) if not one.custom]
    return found


def within(recorded: Recorded, name: str) -> list[Registered]:
    """A component by its logical name, and everything below it."""
    family = {one.urn for one in recorded.resources if one.name == name and not one.custom}
    for one in recorded.resources:
        # A parent is registered before its children.
        if one.parent in family:
            family.add(one.urn)
    return [one for one in recorded.resources if one.urn in family]

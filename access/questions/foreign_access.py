"""Finds access of subjects outside the network: acting as its identities, or reaching its resources as apps.

Owns the sentences of a proof about them. People, groups and principals of other programs do not run code here:
`stranger` findings list them. An app that only sees that resources exist, as Reader does, is not a failure.
"""

from collections.abc import Iterator
from typing import NamedTuple

from access.azure.scopes import shown
from access.evaluate.foreign_actors import actor_sentence, actors_of_network, target_of
from access.model.declared import Declared
from access.model.graph import Graph, Principal
from access.questions.doubts import Reaches, acts


class ForeignAccess(NamedTuple):
    """Access of a subject outside the network: the agent or app, the first resource, and a sentence."""

    agent: str
    resource: str
    what: str


def foreign_access(graph: Graph, declared: Declared, reaches: Reaches) -> Iterator[ForeignAccess]:
    """Yield every way in which a subject outside the network acts as its identity, or reaches its data."""
    for one in actors_of_network(graph, declared.administrators):
        target = target_of(graph, one)
        name = target.display_name if isinstance(target, Principal) else ""
        yield ForeignAccess(name, "", f"{actor_sentence(graph, one)}, which network.yaml does not declare")
    for principal_id, reached in reaches.items():
        principal = graph.principal(principal_id)
        resources = [resource for resource, reach in reached if acts(reach)]
        if principal is None or not _is_foreign_app(principal) or not resources:
            continue
        held = {
            f"{one.role.name if one.role else one.role_id} at {shown(one.scope)}": None
            for each in resources
            for one in graph.held_at_or_above(principal.id, each.id)
        }
        what = f"{principal.name} is not in the network and has access to {_listed([one.name for one in resources])}"
        yield ForeignAccess(
            principal.name, resources[0].name, f"{what}, which network.yaml does not declare (by {'; '.join(held)})"
        )


def _is_foreign_app(principal: Principal) -> bool:
    """Return True for the identity of something that runs code outside the network's components."""
    return principal.purpose == "own" and bool(principal.owner) and not principal.is_in_network


def _listed(names: list[str], most: int = 6) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{rest}"

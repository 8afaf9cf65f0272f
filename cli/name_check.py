"""Rejects mistyped agent and resource names before the Pulumi program runs.

A question may also name what only Azure has, such as an account or an identity. Those names are known once the program
ran, so a name is refused here only where it is close to a declared one, is not built from the network's name as names
in Azure are, and is nowhere in the project's files.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from access.azure.verb_roles import VERBS
from access.model.declared import Declared
from access.model.errors import NotAnAgentError, UnknownName

__all__ = ["check_agent", "check_question"]

_CLOSE = 0.7
"""Minimum similarity, from 0 to 1, at which an unknown name counts as mistyped."""


def check_question(declared: Declared, files: str, agent: str, resource: str, operation: str) -> None:
    """Raise an error if a name in `agent-network access why` is mistyped.

    Raises:
        UnknownName: one of them is mistyped, or the resource has no such verb.
    """
    registry = {declared.registry.name} if declared.registry is not None else set[str]()
    _check("agent", agent, {*declared.agents, *declared.parties}, declared, files)
    _check("resource", resource, {*declared.resources, *registry, *declared.agents}, declared, files)
    found = declared.resources.get(resource)
    if found is not None and "/" not in operation and (found.kind, operation) not in VERBS:
        raise UnknownName(f"verb of a {found.kind}", operation, [verb for kind, verb in VERBS if kind == found.kind])


def check_agent(declared: Declared, files: str, agent: str) -> None:
    """Raise an error if the name of an agent is mistyped.

    Raises:
        NotAnAgentError: it is a host, or people.
        UnknownName: it is mistyped.
    """
    if agent not in declared.agents and agent in declared.parties:
        raise NotAnAgentError(agent, declared.parties[agent].kind)
    _check("agent", agent, declared.agents, declared, files)


def _check(kind: str, name: str, known: Iterable[str], declared: Declared, files: str) -> None:
    names = set(known)
    is_of_azure = "/" in name or declared.network in name
    if name in names or is_of_azure or re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", files):
        return
    if get_close_matches(name, sorted(names), n=1, cutoff=_CLOSE):
        raise UnknownName(kind, name, names)

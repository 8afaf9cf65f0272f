"""Rejects unknown agent and resource names of access commands before the Pulumi program runs.

A question may also name what only Azure has, such as an account or an identity, and those names are known once the
program ran. So only a name of one of these forms is left to the program; every other name that network.yaml does not
declare is refused at once:

- an Azure id, which contains a slash, or the GUID of an identity;
- a name that contains the network's name, as names in Azure do;
- a value in network.yaml or the stack's file, such as an account's name, alone or followed by another;
- the shared identity of a Foundry project, `unpublished-in-PROJECT`.
"""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from access.azure.delegated_permissions import APPLICATION_IDS
from access.azure.verbs import VERBS
from access.model.declared import Declared
from access.model.errors import EmptyName, NotAnAgentError, UnknownName, UnknownVerb

__all__ = ["check_agent", "check_question"]

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WORDS = frozenset(word for pair in VERBS for word in pair)
"""Kinds and verbs: values of network.yaml that name nothing in Azure."""
_HINT = "; give the Azure id of anything that network.yaml does not declare"


def check_question(declared: Declared, values: AbstractSet[str], agent: str, resource: str, operation: str) -> None:
    """Raise for an unknown name in `agent-network access why`; `values` are those of the project's files.

    Raises:
        EmptyName: one of them is empty.
        UnknownName: one of them is unknown, or the resource has no such verb.
    """
    EmptyName.check(agent=agent, resource=resource, operation=operation)
    registry = {declared.registry.name} if declared.registry is not None else set[str]()
    _check("agent", agent, {*declared.agents, *declared.parties}, declared, values)
    if resource not in declared.parties:  # a host is a resource of Azure, too
        apis = {*_apis(declared), *APPLICATION_IDS}
        _check("resource", resource, {*declared.resources, *registry, *declared.agents, *apis}, declared, values)
    found = declared.resources.get(resource)
    if found is not None and "/" not in operation and (found.kind, operation) not in VERBS:
        raise UnknownVerb(found.kind, operation, [verb for kind, verb in VERBS if kind == found.kind])


def check_agent(declared: Declared, values: AbstractSet[str], agent: str) -> None:
    """Raise for a name that is not the name of an agent, unless it may be a name that only Azure has.

    Raises:
        EmptyName: it is empty.
        NotAnAgentError: it is a host, or people.
        UnknownName: it is unknown.
    """
    EmptyName.check(agent=agent)
    if agent not in declared.agents and agent in declared.parties:
        raise NotAnAgentError(agent, declared.parties[agent].kind)
    _check("agent", agent, declared.agents, declared, values)


def _apis(declared: Declared) -> set[str]:
    """Return the names of the APIs that agents use as a user."""
    acting = (one.acts_for_users for one in declared.agents.values() if one.acts_for_users is not None)
    return {api.name for one in acting for api in one.apis}


def _check(kind: str, name: str, known: Iterable[str], declared: Declared, values: AbstractSet[str]) -> None:
    names = set(known)
    if name not in names and not _may_be_of_azure(name, declared, values - _WORDS):
        raise UnknownName(kind, name, names, hint=_HINT)


def _may_be_of_azure(name: str, declared: Declared, values: AbstractSet[str]) -> bool:
    """Return True if a name may be one that only Azure has, such as an id, so that it is not rejected."""
    project = name.removeprefix("unpublished-in-")
    return (
        "/" in name
        or _GUID.fullmatch(name) is not None
        or declared.network in name
        or name in values
        or any(name.startswith(value) and name[len(value) :].removeprefix("-") in values for value in values)
        or (project != name and project in declared.parties)
    )

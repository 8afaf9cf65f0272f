"""Names of Entra applications and of those who use them, for messages.

Owns the choice: the name in network.yaml, the name that the agent's component gives a resource, or else the id.
"""

import re

from access.azure.delegated_permissions import shown_api
from access.model.applications import Application
from access.model.declared import Declared
from access.model.graph import Graph
from access.model.user_access import DeclaredUserAccess

__all__ = ["api_name", "application_text", "client_name", "person_name", "quoted_list"]

_CLIENT = re.compile(r"(?P<name>.+)-may-send-users-to-.+")
_PERSON = re.compile(r"(?P<name>.+)-may-use-.+")


def application_text(one: Application) -> str:
    """Return an application for messages: `the application of agent 'ingestion'`, or its own name."""
    return f"the application of agent {one.agent!r}" if one.agent else f"application {one.name!r}"


def api_name(app_id: str, declared: Declared | None) -> str:
    """Return the name of an API in network.yaml, or a well-known name, or else its id."""
    agents = declared.agents.values() if declared else ()
    apis = (api for one in agents if one.acts_for_users for api in one.acts_for_users.apis)
    return next((api.name for api in apis if api.app_id == app_id.lower()), shown_api(app_id))


def client_name(client_id: str, location: str, declared: Declared | None, agent: str) -> str:
    """Return the name of a client application in network.yaml or in the name of its resource, or else its id."""
    acts = _acts(declared, agent)
    named = {given: name for name, given in acts.callers.items()} if acts else {}
    return named.get(client_id) or _of_resource(_CLIENT, location) or client_id or "a client that is not known"


def person_name(graph: Graph, principal: str, location: str, declared: Declared | None, agent: str) -> str:
    """Return the name of a user, group or other principal in network.yaml or in its resource's name, or else its id."""
    acts = _acts(declared, agent)
    named = {given: name for name, given in acts.people.items()} if acts else {}
    found = graph.principal(principal)
    known = found.display_name if found else ""
    return named.get(principal.lower()) or known or _of_resource(_PERSON, location) or principal or "somebody unknown"


def quoted_list(names: list[str]) -> str:
    """Return names for a message, each in quotes: `'a', 'b' and 'c'`."""
    found = [repr(each) for each in dict.fromkeys(names)]
    return f"{', '.join(found[:-1])} and {found[-1]}" if len(found) > 1 else "".join(found)


def _acts(declared: Declared | None, agent: str) -> DeclaredUserAccess | None:
    one = declared.agents.get(agent) if declared else None
    return one.acts_for_users if one else None


def _of_resource(pattern: re.Pattern[str], location: str) -> str:
    found = pattern.fullmatch(location.rpartition("::")[2])
    return found["name"] if found else ""

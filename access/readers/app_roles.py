"""Reads the app roles of agents' applications as grants: which identity may call which agent.

Owns the scope of such a grant: the service principal of the agent's application. An app role is what its value is,
since a token contains the value and no id. An assignment of a role that is neither `Agent.Call` nor `User.Access`
counts as a call, perhaps: nothing shows what the code in the agent's container does with it. Source: "Access tokens in
the Microsoft identity platform", Microsoft Learn, 2024.
"""

from collections.abc import Iterable, Iterator

from access.azure.catalogue import Role, by_id, every_role
from access.azure.types import of_kind
from access.azure.verbs import CALLABLE
from access.model.applications import Application, Assignee
from access.model.graph import Assignment, Resource, Unread

__all__ = ["app_role_grants", "callable_agents", "scope_of_principal"]

_USERS = "User.Access"
_ROLES = {role.name: role for role in every_role() if role.system == "entra"}
_PATH = of_kind(CALLABLE)[0].path


def scope_of_principal(principal: str) -> str:
    """Return the scope of app roles of a service principal, by its object id or, before it exists, by its URN."""
    return _PATH.format(objectId=principal.rpartition("::")[2])


def callable_agents(applications: Iterable[Application]) -> Iterator[Resource]:
    """Yield the service principal of each agent's application, as a resource with the agent's name."""
    for one in applications:
        if one.agent and one.principal:
            yield Resource(id=scope_of_principal(one.principal), name=one.agent, kind=CALLABLE)


def app_role_grants(applications: Iterable[Application]) -> Iterator[Assignment | Unread]:
    """Yield each assignment of an app role of an agent's application, and a note for each that cannot be judged."""
    for one in applications:
        for each in one.assignees if one.agent and one.principal else ():
            # For whom an agent acts is a right to act as a user, which `access.evaluate.user_rights` judges.
            if _role(one, each.role) is not _ROLES[_USERS]:
                yield from _grant(one, each)


def _grant(application: Application, assignee: Assignee) -> Iterator[Assignment | Unread]:
    agent = application.agent
    if not assignee.principal:
        what = f"who gets an app role of {agent} is unknown before deployment, or secret; results are without it"
        yield Unread(assignee.location, what)
        return
    role = _role(application, assignee.role)
    if role is None:
        named = f"the app role {assignee.role!r}" if assignee.role else "access without an app role"
        what = f"it gives {named} of {agent}, and nothing shows if {agent} accepts calls with it"
        yield Unread(assignee.location, what, about=(assignee.principal,))
    yield Assignment(
        id=assignee.location,
        name=assignee.location.rpartition("::")[2].rpartition("/")[2],
        principal=assignee.principal,
        scope=scope_of_principal(application.principal),
        role=role,
        role_id=role.id if role else assignee.role or "of every user",
        location=assignee.location,
        system="entra",
    )


def _role(application: Application, value: str) -> Role | None:
    """Return the app role with a value, or with an id where the source does not show the application's roles."""
    if value in _ROLES or application.seen:
        return _ROLES.get(value)
    role = by_id(value) if value else None
    return role if role is not None and role.system == "entra" else None

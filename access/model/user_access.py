"""Data types for what network.yaml declares about an agent that acts for users: APIs, clients, people and consent.

Owns reading that part of the JSON that `agent-network manifest show` prints.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from access.azure.delegated_permissions import APPLICATION_IDS
from access.model.json_objects import JsonObject

__all__ = ["Consented", "DeclaredApi", "DeclaredUserAccess", "Elsewhere", "user_access"]

Consented = Literal["users", "admin", "people"]
"""Consent to the scopes: by each user in the client, for all users by an administrator, or for each declared user."""
_CONSENTED: dict[str, Consented] = {"users": "users", "admin": "admin"}


class Elsewhere(NamedTuple):
    """Parts of an agent's Entra application that an administrator makes, and that a program does not contain."""

    application: bool = False
    credential: bool = False
    assignments: frozenset[str] = frozenset()
    """Names of the groups and users that an administrator assigns."""
    consents: frozenset[str] = frozenset()
    """Names of the APIs to which an administrator consents outside the program."""


_HERE = Elsewhere()


class DeclaredApi(NamedTuple):
    """API that an agent calls for users, with the delegated permissions that it may use there."""

    name: str
    app_id: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeclaredUserAccess:
    """Access for users that network.yaml and the stack's file declare for an agent."""

    apis: tuple[DeclaredApi, ...] = ()
    callers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Client applications that may send users' tokens, by name, with their client ids in lower case."""
    groups: Mapping[str, str] = field(default_factory=dict[str, str])
    """Groups whose direct members the agent acts for, by name, with their object ids in lower case."""
    users: Mapping[str, str] = field(default_factory=dict[str, str])
    consent: Consented = "users"
    elsewhere: Elsewhere = _HERE
    """Parts of the application that an administrator makes."""
    line: int = 0

    @property
    def people(self) -> Mapping[str, str]:
        """Return the groups and users that the agent acts for, by name, with their object ids."""
        return {**self.groups, **self.users}

    @property
    def scopes(self) -> Iterator[tuple[str, str]]:
        """Yield the declared delegated permissions: application id of the API and name of the permission."""
        yield from ((api.app_id, scope) for api in self.apis for scope in api.scopes)


def user_access(row: JsonObject, application: JsonObject | None) -> DeclaredUserAccess:
    """Parse the keys `acts_for_users` and `application` of an agent in the declared document.

    Raises:
        UnreadableSource: a value has another type, or an API has no known application id.
    """
    consent = _CONSENTED.get(row.string("consent", "users"))
    if consent is None:
        raise row.error(f"is not one of {', '.join(_CONSENTED)}", "consent")
    apis = tuple(_api(name, each) for name, each in row.objects("apis").items())
    groups, users = _ids(row, "groups"), _ids(row, "users")
    return DeclaredUserAccess(
        apis=apis,
        callers=_ids(row, "callers"),
        groups=groups,
        users=users,
        # Consent can be for all users or for one user, and never for a group.
        consent="people" if consent == "admin" and users and not groups else consent,
        elsewhere=_elsewhere(application, (*groups, *users), [each.name for each in apis]) if application else _HERE,
        line=row.line,
    )


def _elsewhere(application: JsonObject, people: Iterable[str], apis: Iterable[str]) -> Elsewhere:
    rights = application.string("deployer_rights", "all")
    existing = None if application.get("existing") is None else application.object("existing")
    assigned, consented = (() if existing is None else _ids(existing, name) for name in ("assignments", "consents"))
    by_name = existing is not None and bool(existing.string("federated_credential", ""))
    return Elsewhere(
        application=existing is not None and bool(existing.string("client_id", "")),
        credential=rights == "none" or by_name,
        assignments=frozenset(people if rights != "all" else assigned),
        consents=frozenset(apis if rights != "all" else consented),
    )


def _api(name: str, row: JsonObject) -> DeclaredApi:
    client_id = row.string("client_id", "") or APPLICATION_IDS.get(name, "")
    if not client_id:
        raise row.error("is missing; the API is not a well-known one", "client_id")
    return DeclaredApi(name, client_id.lower(), row.strings("scopes"))


def _ids(row: JsonObject, name: str) -> dict[str, str]:
    if row.get(name) is None:
        return {}
    inside = row.object(name)
    return {each: inside.string(each).lower() for each in inside.field_names()}

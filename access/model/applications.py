"""Entra applications with their service principals: who may use an application, for what, and with which credentials.

Owns the records alone, as a source shows them; `access.evaluate.user_access` compares them with what is declared. An
application that only parts of the source mention, such as one that exists already, has `seen` False.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

TrustKind = Literal["federated credential", "certificate", "password"]
CallerKind = Literal["pre-authorized client", "known client"]


class ApiScope(NamedTuple):
    """Delegated permission of an API: what may be done there as a user."""

    api: str
    """Application id of the API; object id of its service principal where the source shows no other."""
    scope: str
    """Name of the permission, or its id if the name is unknown."""
    location: str


class Consent(NamedTuple):
    """Consent to use an API as users: for one user, or for all users of the tenant."""

    api: str
    """Application id of the API; object id of its service principal where the source shows no other."""
    scopes: tuple[str, ...]
    user: str
    """Object id of the only user; empty for all users."""
    location: str
    certain: bool = True
    """False if API, scopes or user are not known before deployment."""


class AppRole(NamedTuple):
    """Application permission that an application requires or has: what it may do as itself."""

    api: str
    role: str
    """Name of the permission, or its id if the name is unknown."""
    granted: bool
    """True if the permission is granted; False if it is only requested."""
    location: str


class Assignee(NamedTuple):
    """Principal that is assigned to an application, and so may use it where assignment is required."""

    principal: str
    """Id of the user, group or service principal; empty if it is not known before deployment."""
    role: str
    """Value of the app role, or its id if the value is unknown; empty for access without a role."""
    location: str


class ClientApplication(NamedTuple):
    """Client application that may send tokens of users without a question to the user."""

    client_id: str
    """Client id; empty if it is not known before deployment."""
    kind: CallerKind
    location: str


class Trust(NamedTuple):
    """Credential of an application: a password, a certificate or a federated credential."""

    kind: TrustKind
    name: str
    location: str
    subject: str = ""
    """Subject of a federated credential; empty if it is unknown."""
    issuer: str = ""
    audiences: tuple[str, ...] = ()
    identity: str = ""
    """Principal id of the managed identity that a federated credential trusts; empty for any other subject."""
    tenant: str = ""
    """Tenant of the managed identity; empty if it is unknown."""
    issuing_clusters: tuple[str, ...] = ()
    """Ids of the clusters that an unknown issuer depends on."""
    certain: bool = True
    """False if subject, issuer or audience are not known before deployment."""


class DirectoryRight(NamedTuple):
    """Right of a principal in Entra ID itself, or in an API: a directory role, or an app role."""

    principal: str
    what: str
    """Words for messages: `the role 'Global Administrator' of Entra ID`."""
    location: str


class ApplicationOwner(NamedTuple):
    """Owner of an application or of its service principal, who may add credentials."""

    principal: str
    """Object id of the owner; empty if it is not known before deployment."""
    owns: Literal["application", "service principal"]
    location: str


class RiskySetting(NamedTuple):
    """Setting of an application by which more can be done with it than to act for users of one tenant."""

    what: str
    """Sentence about the setting without its subject: `accepts accounts of other tenants (AzureADMultipleOrgs)`."""
    widens: bool
    """False for the version of tokens, which opens nothing to anybody."""
    location: str


@dataclass(frozen=True, kw_only=True)
class Application:
    """Entra application with its service principal, as far as a source shows them."""

    id: str
    """Client id; location of the application's resource before it exists."""
    name: str
    location: str
    agent: str = ""
    """Name of the agent whose application it is; empty for other applications."""
    principal: str = ""
    """Id of the service principal; empty if the source shows none."""
    seen: bool = True
    """False if the source only mentions the application, so that its settings are not known."""
    assignment_required: bool | None = None
    """True if only assigned users and applications get tokens for it; None if that is not known."""
    scopes: tuple[ApiScope, ...] = ()
    """Delegated permissions that it requires: what a user must consent to."""
    consents: tuple[Consent, ...] = ()
    app_roles: tuple[AppRole, ...] = ()
    assignees: tuple[Assignee, ...] = ()
    clients: tuple[ClientApplication, ...] = ()
    trusts: tuple[Trust, ...] = ()
    owners: tuple[ApplicationOwner, ...] = ()
    risky: tuple[RiskySetting, ...] = ()
    unknown: tuple[str, ...] = ()
    """Sentences about parts that are not known before deployment, or are secret."""

    @property
    def acts_for_users(self) -> bool:
        """Return True for an agent's application, and for one that trusts an identity and uses APIs as a user."""
        return bool(self.agent) or bool(self.trusted_identities and (self.scopes or self.consents))

    @property
    def trusted_identities(self) -> tuple[str, ...]:
        """Return the principal ids of the managed identities that can act as the application."""
        return tuple(dict.fromkeys(one.identity for one in self.trusts if one.identity))

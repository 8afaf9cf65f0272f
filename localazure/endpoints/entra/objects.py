"""Objects of a tenant that decide who gets a token: applications, service principals, users, grants, assignments.

Owns their form alone: what the token endpoint needs of each, with Microsoft Graph's meaning of each property
("application resource type", "servicePrincipal resource type" and "oAuth2PermissionGrant resource type", Microsoft
Learn, 2026).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "AppRole",
    "Application",
    "FederatedCredential",
    "Grant",
    "RoleAssignment",
    "ServicePrincipal",
    "User",
]


@dataclass(frozen=True, kw_only=True)
class FederatedCredential:
    """Trust of an application, or of a user-assigned identity, in tokens of an issuer for one subject."""

    issuer: str
    subject: str
    audiences: tuple[str, ...] = ("api://AzureADTokenExchange",)
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class AppRole:
    """Role of an application that is assigned to users, groups or other applications."""

    id: str
    value: str
    members: frozenset[str] = frozenset({"User", "Application"})


@dataclass(frozen=True, kw_only=True)
class Application:
    """Application registration of a tenant."""

    id: str
    """Object id."""
    client_id: str
    name: str = ""
    identifier_uris: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()
    """Delegated permissions that the application exposes."""
    app_roles: tuple[AppRole, ...] = ()
    token_version: int = 1
    """Version of the access tokens for the application: `requestedAccessTokenVersion`, of which null counts as 1."""
    optional_claims: frozenset[str] = frozenset()
    """Optional claims of access tokens; `idtyp` with include_user_token is `idtyp:user`."""
    federated_credentials: tuple[FederatedCredential, ...] = ()
    preauthorized: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Scopes that each client application may request without a user's consent, by client id."""
    required_resources: frozenset[str] = frozenset()
    """Client ids of the resources in `requiredResourceAccess`."""
    is_microsoft: bool = False
    """True for an application of Microsoft that every tenant has, which accepts tokens without an assignment."""


@dataclass(frozen=True, kw_only=True)
class ServicePrincipal:
    """Service principal of an application in the tenant."""

    id: str
    client_id: str
    assignment_required: bool = False
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class User:
    """User of the tenant."""

    id: str
    name: str
    """User principal name."""
    display_name: str = ""
    enabled: bool = True
    guest: bool = False


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Consent to delegated permissions: `oAuth2PermissionGrant`."""

    client: str
    """Object id of the client's service principal."""
    resource: str
    """Object id of the API's service principal."""
    scopes: frozenset[str]
    user: str = ""
    """Object id of the one user who consented; empty for the consent of an administrator for all users."""


@dataclass(frozen=True, kw_only=True)
class RoleAssignment:
    """Assignment of an application's role to a user, a group or a service principal: `appRoleAssignment`."""

    resource: str
    """Object id of the application's service principal."""
    principal: str
    role: str
    """Id of the app role; zeros for the access without a role."""

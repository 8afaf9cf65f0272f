"""State of GitHub in local Azure: accounts, repositories, one or more apps, and the tokens that GitHub issued.

Owns what a token reaches: for a user's token the intersection of the user's rights and the app's, for an installation
token the app's alone ("Identifying and authorizing users for GitHub Apps" and "Generating an installation access token
for a GitHub App", GitHub Docs, 2026). Tokens are kept as digests.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from localazure.endpoints.apis.git_content import GitContent
from localazure.endpoints.moving_clock import MovingClock
from localazure.endpoints.signed_tokens import SigningKey

__all__ = ["GitHubApp", "GitHubRepository", "GitHubState", "Reach"]

_TOKEN_BYTES = 380
"""Random bytes of a token, which makes it about 520 characters long ("GitHub App installation tokens", GitHub
changelog, 2026-04-27)."""
_USER_LIFE, _INSTALLATION_LIFE = 8 * 3600, 3600


@dataclass(frozen=True, kw_only=True)
class GitHubRepository:
    """Repository on GitHub, and the permissions that accounts have on it."""

    owner: str
    name: str
    id: int
    permissions: Mapping[str, str] = field(default_factory=dict[str, str])
    """Permission by login: read, triage, write, maintain or admin."""
    content: GitContent = field(default_factory=GitContent)

    @property
    def full_name(self) -> str:
        """Return owner and name, with a slash."""
        return f"{self.owner}/{self.name}"


@dataclass(kw_only=True)
class GitHubApp:
    """GitHub app with its installation on some repositories."""

    client_id: str
    id: int
    key: SigningKey
    """Key whose private half signs the app's tokens: in a test, the key that is in a vault."""
    installation: int
    repositories: frozenset[int]
    """Ids of the repositories on which the app is installed."""
    permissions: Mapping[str, str] = field(default_factory=lambda: {"contents": "read", "metadata": "read"})
    device_flow: bool = True
    """True if the device flow is switched on in the app's settings."""
    suspended: bool = False


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Reach of a token that GitHub issued: whose it is, and what it opens until when."""

    app: GitHubApp
    login: str
    """Account of the user; empty for a token of the installation."""
    repositories: frozenset[int]
    permissions: Mapping[str, str]
    expires: float


@dataclass
class GitHubState:
    """GitHub as a test sets it up, and what happened since."""

    clock: MovingClock
    accounts: dict[str, int] = field(default_factory=dict[str, int])
    """Account id by login."""
    repositories: list[GitHubRepository] = field(default_factory=list[GitHubRepository])
    apps: list[GitHubApp] = field(default_factory=list[GitHubApp])
    ignores_repository_id: bool = False
    """True if GitHub ignores the parameter `repository_id` of the device flow, as it does without access to it."""
    saml_owners: set[str] = field(default_factory=set[str])
    """Owners of repositories that require a SAML session, which the users' tokens do not have."""

    def __post_init__(self) -> None:
        self._tokens: dict[str, Reach] = {}

    def issue(self, app: GitHubApp, login: str, repositories: frozenset[int], permissions: Mapping[str, str]) -> str:
        """Return a new token of a user through an app, or of the app's installation if no login is given."""
        life = _USER_LIFE if login else _INSTALLATION_LIFE
        prefix = "ghu_" if login else f"ghs_{app.id}_"
        token = f"{prefix}{secrets.token_urlsafe(_TOKEN_BYTES)}"
        self._tokens[_digest(token)] = Reach(
            app=app,
            login=login,
            repositories=repositories,
            permissions=dict(permissions),
            expires=self.clock.now() + life,
        )
        return token

    def reach(self, token: str) -> Reach | None:
        """Return what a token opens; None if GitHub did not issue it, or it has ended."""
        found = self._tokens.get(_digest(token))
        return found if found is not None and self.clock.now() < found.expires else None

    def end(self, token: str) -> None:
        """End a token before its time."""
        self._tokens.pop(_digest(token), None)

    @property
    def living_tokens(self) -> list[Reach]:
        """Return what the tokens open that are valid now."""
        return [each for each in self._tokens.values() if self.clock.now() < each.expires]

    def find(self, owner: str, name: str) -> GitHubRepository | None:
        """Return a repository by owner and name, regardless of upper and lower case; None if there is none."""
        wanted = f"{owner}/{name}".lower()
        return next((each for each in self.repositories if each.full_name.lower() == wanted), None)

    def app(self, client_id: str) -> GitHubApp | None:
        """Return the app with a client id; None if there is none."""
        return next((each for each in self.apps if each.client_id == client_id), None)

    def account(self, login: str) -> tuple[str, int] | None:
        """Return login and id of an account, regardless of upper and lower case; None if there is none."""
        return next((each for each in self.accounts.items() if each[0].lower() == login.lower()), None)

    def readable(self, login: str) -> frozenset[int]:
        """Return the ids of the repositories that an account may read."""
        known = {each.id: {name.lower() for name in each.permissions} for each in self.repositories}
        return frozenset(id_ for id_, readers in known.items() if login.lower() in readers)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()

"""Conversations about an installation of a GitHub app: finding it, proving a user's right, tokens for one repository.

An installation token has the app's rights, not the user's. Sources: "REST API endpoints for GitHub Apps", "REST API
endpoints for GitHub App installations" and "REST API endpoints for collaborators" (the permission of a user needs
`metadata: read`), GitHub Docs, 2026. Tokens are opaque: their form changed in April 2026 ("GitHub App installation
tokens", GitHub changelog, 2026-04-27).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from agent_network_runtime.errors import ConfigurationError
from agent_network_runtime.repositories.errors import (
    RepositoryAccessError,
    TooBroadTokenError,
    UnexpectedResponseError,
)
from agent_network_runtime.repositories.github_api import GitHubRepository, github_json, github_refusal, github_request
from agent_network_runtime.repositories.http_exchange import (
    Exchange,
    number_member,
    object_list_member,
    object_member,
    take_secret,
    text_member,
)
from agent_network_runtime.repositories.signed_mapping import GitHubAccount
from agent_network_runtime.secret import Secret

PROVE: Final[Mapping[str, str]] = {"metadata": "read"}
"""Permissions of the token that reads a user's permission."""
READ: Final[Mapping[str, str]] = {"contents": "read", "metadata": "read"}
"""Permissions of the token that reads files."""

_OK, _CREATED, _NO_CONTENT, _UNAUTHORIZED, _UNPROCESSABLE = 200, 201, 204, 401, 422
_READERS = {"read", "write", "admin"}
# An hour, and some minutes for clocks that differ.
_LONGEST_LIFE_SECONDS = 3600 + 300


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """Token of an installation, with the description of its reach by GitHub."""

    secret: Secret
    description: Mapping[str, Any]


def find_installation(repository: GitHubRepository) -> Exchange[int]:
    """Return the conversation, as the app, that finds the app's installation on a repository."""
    response = yield github_request(f"/repos/{repository.full_name}/installation")
    if response.status == _UNAUTHORIZED:
        raise ConfigurationError(
            "GitHub does not accept the app's token: check its client id, and the key in Key Vault"
        )
    if response.status != _OK:
        raise github_refusal(response, f"the installation of the app on {repository.full_name!r}")
    members = response.members()
    if members.get("suspended_at"):
        raise ConfigurationError(f"the installation of the GitHub app on {repository.full_name!r} is suspended")
    return number_member(members, "id")


def request_token(
    installation: int, repository: GitHubRepository, permissions: Mapping[str, str]
) -> Exchange[IssuedToken]:
    """Return the conversation, as the app, that requests a token for one repository with exactly these permissions."""
    body = {"repository_ids": [repository.id], "permissions": dict(permissions)}
    response = yield github_request(f"/app/installations/{installation}/access_tokens", "POST", body)
    if response.status == _UNPROCESSABLE:
        raise ConfigurationError(
            f"the GitHub app lacks the permissions {_written(permissions)} on {repository.full_name!r}"
        )
    if response.status == _UNAUTHORIZED:
        raise ConfigurationError(
            "GitHub does not accept the app's token: check its client id, and the key in Key Vault"
        )
    if response.status != _CREATED:
        raise github_refusal(response, f"a token for {repository.full_name!r}")
    token, members = take_secret(response, "token")
    if token is None:
        raise UnexpectedResponseError(f"GitHub issued no token for {repository.full_name!r}")
    return IssuedToken(token, members)


def check_reach(
    issued: IssuedToken, repository: GitHubRepository, permissions: Mapping[str, str], now: float
) -> TooBroadTokenError | None:
    """Return the error for a token that reaches anything but what was requested; None for one that does not."""
    described = issued.description
    try:
        listed = object_list_member(described, "repositories")
        reached = [(number_member(each, "id"), text_member(each, "full_name").lower()) for each in listed]
        left = datetime.fromisoformat(text_member(described, "expires_at")).timestamp() - now
    except (UnexpectedResponseError, ValueError):
        return _differs(repository, "its repositories or its end cannot be read")
    if described.get("permissions") != dict(permissions):
        return _differs(repository, f"its permissions are not {_written(permissions)}")
    if (
        reached != [(repository.id, repository.full_name.lower())]
        or described.get("repository_selection") != "selected"
    ):
        return _differs(repository, "its repositories are other ones")
    return None if left <= _LONGEST_LIFE_SECONDS else _differs(repository, "it is valid for more than an hour")


def prove_right(repository: GitHubRepository, account: GitHubAccount) -> Exchange[None]:
    """Return the conversation that proves a user's own right to read a repository; raise `RepositoryAccessError`."""
    subject = f"the permission of {account.login!r} on {repository.full_name!r}"
    found = yield from github_json(f"/repos/{repository.full_name}/collaborators/{account.login}/permission", subject)
    user = object_member(found, "user")
    if number_member(user, "id") != account.id or text_member(user, "login").lower() != account.login.lower():
        raise RepositoryAccessError(f"the login {account.login!r} belongs to another GitHub account now")
    if found.get("permission") not in _READERS:
        raise RepositoryAccessError(f"{account.login!r} may not read {repository.full_name!r}")


def give_back() -> Exchange[bool]:
    """Return the conversation, with the token itself, that ends the token; False if GitHub did not confirm it."""
    response = yield github_request("/installation/token", "DELETE")
    # 401: the token has ended already.
    return response.status in {_NO_CONTENT, _UNAUTHORIZED}


def _written(permissions: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {level}" for name, level in sorted(permissions.items()))


def _differs(repository: GitHubRepository, why: str) -> TooBroadTokenError:
    return TooBroadTokenError(
        f"GitHub issued a token for {repository.full_name!r} that differs from the request: {why}"
    )

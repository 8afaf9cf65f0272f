"""Conversations of GitHub's device flow: a user's token without a secret of the app.

The user opens a page of GitHub and types a code; the token then has the user's rights, as far as the app has them too.
GitHub keeps the token valid for 8 hours, and revoking it needs a client secret, which does not exist: the library can
only forget it. Sources: "Generating a user access token for a GitHub App" and "Scopes for OAuth apps" (errors of the
device flow, which arrive with status 200), GitHub Docs, 2026.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agent_network_runtime.errors import ConfigurationError
from agent_network_runtime.repositories.errors import DeviceLoginError, TooBroadTokenError, UnexpectedResponseError
from agent_network_runtime.repositories.github_api import GitHubRepository, github_json, github_refusal
from agent_network_runtime.repositories.http_exchange import (
    ApiRequest,
    Exchange,
    Pause,
    number_member,
    object_list_member,
    take_secret,
    text_member,
)
from agent_network_runtime.secret import Secret

LONGEST_TOKEN_SECONDS: Final = 8 * 3600
"""Time for which GitHub keeps a user's token valid: "Refreshing user access tokens", GitHub Docs, 2026."""

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER = 5
_DEFAULT_INTERVAL = 5
_LONGEST_INTERVAL = 60
_LONGEST_CODE = 900
_OK = 200
_FORM_HEADERS = {"Accept": "application/json", "User-Agent": "agent-network-runtime"}
_MOST_INSTALLATIONS = 10


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """Code of a sign-in: what the user types where, and the secret half that this library keeps."""

    user_code: str
    verification_uri: str
    expires_in: int
    interval: int
    secret: Secret


def request_code(client_id: str, web: str) -> Exchange[DeviceCode]:
    """Return the conversation that begins a sign-in; `web` is the origin that the user is sent to."""
    response = yield ApiRequest(
        method="POST", path="/login/device/code", headers=_FORM_HEADERS, form={"client_id": client_id}
    )
    if response.status != _OK:
        raise github_refusal(response, "the sign-in with a code")
    secret, members = take_secret(response, "device_code")
    _raise_for_error(members)
    uri = text_member(members, "verification_uri")
    if uri != f"{web}/login/device":
        raise UnexpectedResponseError(f"the page for the code is not one of {web}")
    if secret is None:
        raise UnexpectedResponseError("GitHub began a sign-in without a code")
    return DeviceCode(
        user_code=text_member(members, "user_code"),
        verification_uri=uri,
        expires_in=min(number_member(members, "expires_in"), _LONGEST_CODE),
        interval=_interval(members, _DEFAULT_INTERVAL),
        secret=secret,
    )


def await_token(client_id: str, code: DeviceCode, repository_id: int, left: Callable[[], float]) -> Exchange[Secret]:
    """Return the conversation that waits until the user has typed the code, and returns the user's token.

    `left` returns the seconds until the code expires. The refresh token of the response is not kept.
    """
    interval = code.interval
    while left() > interval:
        yield Pause(interval)
        response = yield ApiRequest(
            method="POST",
            path="/login/oauth/access_token",
            headers=_FORM_HEADERS,
            form={
                "client_id": client_id,
                "device_code": code.secret.reveal(),
                "grant_type": _GRANT,
                "repository_id": str(repository_id),
            },
        )
        if response.status != _OK:
            raise github_refusal(response, "the sign-in with a code")
        token, members = take_secret(response, "access_token")
        match members.get("error"):
            case None:
                return _checked(token, members)
            case "authorization_pending":
                continue
            case "slow_down":
                interval = max(interval + _SLOWER, _interval(members, interval + _SLOWER))
            case _:
                _raise_for_error(members)
    raise DeviceLoginError("the code has expired before the user typed it; begin the sign-in again")


def verify_narrowed(repository: GitHubRepository) -> Exchange[str]:
    """Return the conversation that proves the token's reach, one repository, and returns the user's GitHub login.

    GitHub ignores `repository_id` without a word if the user has no access to the repository ("Generating a user access
    token for a GitHub App", GitHub Docs, 2026), so everything that the token reaches is listed.
    """
    subject = f"the repository {repository.full_name!r}"
    found = yield from github_json(f"/repos/{repository.full_name}", subject)
    if number_member(found, "id") != repository.id:
        raise TooBroadTokenError(f"{subject} has another id than {repository.id}; it was renamed or made again")
    listed = yield from github_json("/user/installations?per_page=100", "the installations that the token reaches")
    installations = object_list_member(listed, "installations")
    if number_member(listed, "total_count") > _MOST_INSTALLATIONS:
        raise _too_broad(subject)
    reached: list[int] = []
    for each in installations:
        path = f"/user/installations/{number_member(each, 'id')}/repositories?per_page=2"
        part = yield from github_json(path, "the repositories that the token reaches")
        repositories = object_list_member(part, "repositories")
        if number_member(part, "total_count") != len(repositories):
            raise _too_broad(subject)
        reached += [number_member(one, "id") for one in repositories]
    if reached != [repository.id]:
        raise _too_broad(subject)
    user = yield from github_json("/user", "the GitHub account of the user")
    return text_member(user, "login")


def _too_broad(subject: str) -> TooBroadTokenError:
    return TooBroadTokenError(
        f"GitHub did not narrow the user's token to {subject}: the user may not read it, or the app is not installed"
        " on it"
    )


def _checked(token: Secret | None, members: Mapping[str, Any]) -> Secret:
    """Return the token of a response, whose refresh token is gone already; raise for a token that never expires."""
    if token is None:
        raise UnexpectedResponseError("GitHub ended the sign-in without a token and without an error")
    if str(members.get("token_type", "")).lower() != "bearer":
        raise UnexpectedResponseError("GitHub issued a token of another type than bearer")
    expires_in = members.get("expires_in")
    if not isinstance(expires_in, int) or not 0 < expires_in <= LONGEST_TOKEN_SECONDS:
        raise ConfigurationError(
            "the GitHub app issues tokens that do not expire within 8 hours; turn on 'User-to-server token expiration'"
            " in the app's optional features"
        )
    return token


def _interval(members: Mapping[str, Any], otherwise: int) -> int:
    value = members.get("interval")
    seconds = value if isinstance(value, int) and not isinstance(value, bool) else otherwise
    return min(max(seconds, 1), _LONGEST_INTERVAL)


def _raise_for_error(members: Mapping[str, Any]) -> None:
    """Raise the error that a response with status 200 contains; return if it contains none."""
    match members.get("error"):
        case None:
            return
        case "expired_token":
            raise DeviceLoginError("the code has expired before the user typed it; begin the sign-in again")
        case "access_denied":
            raise DeviceLoginError("the user refused the sign-in at GitHub")
        case "device_flow_disabled":
            raise ConfigurationError(
                "the GitHub app does not allow the device flow; turn on 'Enable Device Flow' in it"
            )
        case "incorrect_client_credentials" | "unsupported_grant_type" | "incorrect_device_code":
            raise ConfigurationError("GitHub does not accept the client id of the app or the code of this sign-in")
        case _:
            raise UnexpectedResponseError("GitHub refused the sign-in with an error that it does not document")

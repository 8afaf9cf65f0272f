"""Device flow of GitHub in local Azure: a user types a code at GitHub, and the client polls for the token.

Owns the states of a code and the answers, which have status 200 even for errors: "Generating a user access token for a
GitHub App" and "Authorizing OAuth apps" (device flow), GitHub Docs, 2026. The token reaches one repository if
`repository_id` names one that user and app both reach; otherwise GitHub ignores the parameter without an error.
"""

import secrets
from dataclasses import dataclass

from localazure.endpoints.apis.github.state import GitHubApp, GitHubState
from localazure.endpoints.messages import Received, Reply, Values, json_reply

__all__ = ["HOST", "DeviceSignIn"]

HOST = "github.com"
_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_LIFE, _INTERVAL, _SLOWER = 900, 5, 5


@dataclass
class _Code:
    """Code of a device flow that a client has requested."""

    app: GitHubApp
    user_code: str
    expires: float
    interval: int = _INTERVAL
    polled: float = 0.0
    login: str = ""
    """Account of the user who typed the code; empty until then."""
    denied: bool = False


class DeviceSignIn:
    """Sign-in of users to GitHub with codes."""

    def __init__(self, state: GitHubState) -> None:
        self._state = state
        self._codes: dict[str, _Code] = {}

    def authorize(self, user_code: str, login: str) -> None:
        """Type a code at GitHub as a user, and allow the app."""
        self._find(user_code).login = login

    def deny(self, user_code: str) -> None:
        """Type a code at GitHub as a user, and refuse the app."""
        self._find(user_code).denied = True

    def respond(self, received: Received) -> Reply:
        """Return the response of GitHub's sign-in pages to a request."""
        match (received.method, received.path):
            case ("POST", "/login/device/code"):
                return json_reply(self._begin(received))
            case ("POST", "/login/oauth/access_token"):
                return json_reply(self._poll(received.form))
            case _:
                return json_reply({"message": "Not Found"}, 404)

    def _begin(self, received: Received) -> Values:
        app = self._state.app(received.form.get("client_id", ""))
        if app is None:
            return _error("incorrect_client_credentials", "The client_id passed is incorrect.")
        if not app.device_flow:
            return _error("device_flow_disabled", "Device flow is disabled for this app.")
        device = secrets.token_hex(20)
        letters = "BCDFGHJKLMNPQRSTVWXZ"
        four = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(2)]
        self._codes[device] = _Code(app, "-".join(four), self._state.clock.now() + _LIFE)
        port = "" if received.port == 443 else f":{received.port}"  # noqa: PLR2004 - the port of HTTPS
        return {
            "device_code": device,
            "user_code": self._codes[device].user_code,
            "verification_uri": f"https://{received.host}{port}/login/device",
            "expires_in": _LIFE,
            "interval": _INTERVAL,
        }

    def _poll(self, form: dict[str, str]) -> Values:
        code, now = self._codes.get(form.get("device_code", "")), self._state.clock.now()
        if code is None:
            return _error("incorrect_device_code", "The device_code provided is not valid.")
        if refusal := _refusal(code, form, now):
            return refusal
        if now < code.polled + code.interval:
            code.polled, code.interval = now, code.interval + _SLOWER
            return {**_error("slow_down", "Too many requests have been made."), "interval": code.interval}
        code.polled = now
        if not code.login:
            return _error("authorization_pending", "The authorization request is still pending.")
        del self._codes[form["device_code"]]
        return self._token(code, form.get("repository_id", ""))

    def _token(self, code: _Code, repository_id: str) -> Values:
        reached = self._state.readable(code.login) & code.app.repositories
        wanted = int(repository_id) if repository_id.isdecimal() else 0
        if wanted in reached and not self._state.ignores_repository_id:
            reached = frozenset({wanted})
        return {
            "access_token": self._state.issue(code.app, code.login, reached, code.app.permissions),
            "expires_in": 28_800,
            "refresh_token": f"ghr_{secrets.token_urlsafe(57)}",
            "refresh_token_expires_in": 15_897_600,
            "token_type": "bearer",
            "scope": "",
        }

    def _find(self, user_code: str) -> _Code:
        found = next((each for each in self._codes.values() if each.user_code == user_code), None)
        if found is None:
            raise LookupError(f"GitHub has no open code {user_code!r}")
        return found


def _refusal(code: _Code, form: dict[str, str], now: float) -> Values:
    """Return the error that ends a sign-in; empty if the sign-in goes on."""
    if form.get("grant_type") != _GRANT:
        return _error("unsupported_grant_type", "The grant type is not supported.")
    if form.get("client_id") != code.app.client_id:
        return _error("incorrect_client_credentials", "The client_id passed is incorrect.")
    if now >= code.expires:
        return _error("expired_token", "The device_code has expired.")
    return _error("access_denied", "The authorization request was denied.") if code.denied else {}


def _error(code: str, description: str) -> Values:
    return {"error": code, "error_description": description, "error_uri": "https://docs.github.com"}

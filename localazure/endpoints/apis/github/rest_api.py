"""REST API of GitHub in local Azure: installations and their tokens, a user's permission, and files of a repository.

Owns "REST API endpoints for GitHub Apps", "… for GitHub App installations", "… for collaborators" and "… for Git
database", GitHub Docs, 2026. An app proves itself with a token that its key signed, valid for ten minutes at most
("Generating a JSON Web Token (JWT) for a GitHub App", GitHub Docs, 2026). What a token does not reach does not exist
for it.

Differences from GitHub: there are no pages but for `per_page`; a rate limit is a fault that a test switches on; the
body of the refusal without a SAML session is known from public reports only.
"""

import time
from collections.abc import Mapping
from typing import cast

from localazure.endpoints.apis.github.state import GitHubApp, GitHubRepository, GitHubState, Reach
from localazure.endpoints.messages import Received, Reply, Values, json_reply
from localazure.endpoints.signed_tokens import MalformedToken, unverified

__all__ = ["HOST", "GitHubApi"]

HOST = "api.github.com"
_LEVELS = {"read": 1, "write": 2, "admin": 3}
_LONGEST, _SKEW = 600, 60
_RAW = "application/vnd.github.raw"


class GitHubApi:
    """REST API of GitHub."""

    def __init__(self, state: GitHubState) -> None:
        self._state = state

    def respond(self, received: Received) -> Reply:
        """Return the response of GitHub's REST API to a request."""
        parts = received.path.strip("/").split("/")
        match (received.method, *parts):
            case ("GET", "repos", owner, name, "installation"):
                app = self._app(received)
                return app if isinstance(app, Reply) else self._installation(app, owner, name)
            case ("POST", "app", "installations", number, "access_tokens"):
                app = self._app(received)
                return app if isinstance(app, Reply) else self._access_token(app, number, received.json())
            case _:
                reach = self._state.reach(received.token)
                if reach is None:
                    return _message(401, "Bad credentials")
                return self._with_token(received, parts, reach)

    def _app(self, received: Received) -> GitHubApp | Reply:
        """Return the app whose token a request has, or the refusal of the token."""
        try:
            _, claims = unverified(received.token)
        except MalformedToken:
            return _message(401, "A JSON web token could not be decoded")
        issuer = str(claims.get("iss"))
        app = next((each for each in self._state.apps if issuer in {each.client_id, str(each.id)}), None)
        if app is None:
            return _message(404, "Integration not found")
        if not app.key.verifies(received.token):
            return _message(401, "A JSON web token could not be decoded")
        wrong = _wrong_times(claims, self._state.clock.now())
        return _message(401, wrong) if wrong else app

    def _installation(self, app: GitHubApp, owner: str, name: str) -> Reply:
        found = self._state.find(owner, name)
        if found is None or found.id not in app.repositories:
            return _message(404, "Not Found")
        return json_reply(self._installation_row(app))

    def _installation_row(self, app: GitHubApp) -> Values:
        suspended = _moment(self._state.clock.now()) if app.suspended else None
        return {
            "id": app.installation,
            "app_id": app.id,
            "client_id": app.client_id,
            "repository_selection": "selected",
            "permissions": dict(app.permissions),
            "suspended_at": suspended,
        }

    def _access_token(self, app: GitHubApp, number: str, body: Values) -> Reply:
        if number != str(app.installation):
            return _message(404, "Not Found")
        if app.suspended:
            return _message(403, "This installation has been suspended")
        given = body.get("permissions")
        permissions = cast("dict[str, str]", given) if isinstance(given, dict) else dict(app.permissions)
        if not _within(permissions, app.permissions):
            return _message(422, "The permissions requested are not granted to this installation.")
        listed = body.get("repository_ids")
        ids = frozenset(cast("list[int]", listed)) if isinstance(listed, list) else app.repositories
        if not ids or not ids <= app.repositories:
            return _message(422, "There is at least one repository that does not exist or is not accessible.")
        token = self._state.issue(app, "", ids, permissions)
        rows = [_repository_row(each) for each in self._state.repositories if each.id in ids]
        expires = _moment(self._state.clock.now() + 3600)
        # Without a list of repositories the response has none, and the selection is the installation's own.
        chosen = {"repositories": rows} if isinstance(listed, list) else {}
        answer = {"token": token, "expires_at": expires, "permissions": permissions, "repository_selection": "selected"}
        return json_reply({**answer, **chosen}, 201)

    def _with_token(self, received: Received, parts: list[str], reach: Reach) -> Reply:
        match (received.method, *parts):
            case ("DELETE", "installation", "token") if not reach.login:
                self._state.end(received.token)
                return Reply(status=204)
            case ("GET", "user", *rest) if reach.login:
                return self._of_user(rest, received, reach)
            case ("GET", "installation", "repositories") if not reach.login:
                return self._reached(reach, received)
            case ("GET", "repositories", number):
                found = [each for each in self._state.repositories if str(each.id) == number]
                return self._read(found[0] if found else None, [], received, reach)
            case ("GET", "repos", owner, name, *rest):
                return self._read(self._state.find(owner, name), rest, received, reach)
            case _:
                return _missing()

    def _of_user(self, rest: list[str], received: Received, reach: Reach) -> Reply:
        match rest:
            case []:
                login, number = self._state.account(reach.login) or (reach.login, 0)
                return json_reply({"login": login, "id": number, "type": "User"})
            case ["installations"]:
                rows = [self._installation_row(reach.app)] if reach.repositories else []
                return json_reply({"total_count": len(rows), "installations": rows})
            case ["installations", number, "repositories"] if number == str(reach.app.installation):
                return self._reached(reach, received)
            case _:
                return _missing()

    def _reached(self, reach: Reach, received: Received) -> Reply:
        rows = [_repository_row(each) for each in self._state.repositories if self._opens(reach, each)]
        most = received.query.get("per_page", "30")
        return json_reply({"total_count": len(rows), "repositories": rows[: int(most) if most.isdecimal() else 30]})

    def _opens(self, reach: Reach, repository: GitHubRepository) -> bool:
        """Return True if a token reaches a repository: within its own limits, and with its user's rights of now."""
        allowed = not reach.login or repository.id in self._state.readable(reach.login)
        return repository.id in reach.repositories and repository.id in reach.app.repositories and allowed

    def _read(self, found: GitHubRepository | None, rest: list[str], received: Received, reach: Reach) -> Reply:
        if found is None or not self._opens(reach, found):
            return _missing()
        if reach.login and found.owner in self._state.saml_owners:
            message = "Resource protected by organization SAML enforcement. You must grant your OAuth token access."
            url = f"https://github.com/orgs/{found.owner}/sso"
            return _message(403, message, {"X-GitHub-SSO": f"required; url={url}"})
        match rest:
            case []:
                return json_reply(_repository_row(found))
            case ["collaborators", login, "permission"]:
                return self._permission(found, login)
            case _ if "contents" not in reach.permissions:
                return _message(403, "Resource not accessible by integration")
            case _:
                return _files(found, rest, received)

    def _permission(self, repository: GitHubRepository, login: str) -> Reply:
        account = self._state.account(login)
        if account is None:
            return _missing()
        held = {name.lower(): level for name, level in repository.permissions.items()}.get(login.lower(), "none")
        # The older field knows four levels: triage counts as read, and maintain as write.
        level = {"triage": "read", "maintain": "write"}.get(held, held)
        user = {"login": account[0], "id": account[1], "type": "User"}
        return json_reply({"permission": level, "role_name": held, "user": user})


def _wrong_times(claims: Mapping[str, object], now: float) -> str:
    """Return the reason for which GitHub does not accept the times in an app's token; empty if it does."""
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or issued > now + _SKEW:
        return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
    if not isinstance(expires, int) or expires <= now:
        return "'Expiration time' claim ('exp') must be a numeric value representing the future time"
    return "'Expiration time' claim ('exp') is too far in the future" if expires > now + _LONGEST else ""


def _files(repository: GitHubRepository, rest: list[str], received: Received) -> Reply:
    content = repository.content
    match rest:
        case ["git", "commits", commit] if commit == content.commit:
            return json_reply({"sha": commit, "tree": {"sha": content.tree}})
        case ["git", "trees", tree] if tree in {content.tree, content.commit}:
            rows = [
                {
                    "path": each.path,
                    "mode": each.mode.rjust(6, "0"),
                    "type": "tree" if each.is_folder else "blob",
                    "sha": each.id,
                    **({} if each.is_folder else {"size": each.size}),
                }
                for each in content.entries
                if received.query.get("recursive") or "/" not in each.path
            ]
            return json_reply({"sha": content.tree, "tree": rows, "truncated": False})
        case ["git", "blobs", blob] if received.headers.get("accept", "").startswith(_RAW):
            found = content.blob(blob)
            return _missing() if found is None else Reply(body=found, content_type="application/octet-stream")
        case ["contents", *path] if received.headers.get("accept", "").startswith(_RAW):
            found = content.files.get("/".join(path))
            return _missing() if found is None else Reply(body=found, content_type="application/octet-stream")
        case _:
            return _missing()


def _within(wanted: Mapping[str, str], held: Mapping[str, str]) -> bool:
    return all(_LEVELS.get(level, 9) <= _LEVELS.get(held.get(name, ""), 0) for name, level in wanted.items())


def _repository_row(repository: GitHubRepository) -> Values:
    return {"id": repository.id, "name": repository.name, "full_name": repository.full_name, "private": True}


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def _missing() -> Reply:
    return _message(404, "Not Found")


def _message(status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
    return json_reply({"message": text, "documentation_url": "https://docs.github.com/rest"}, status, headers)

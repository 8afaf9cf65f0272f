"""Microsoft Graph in local Azure: the profile of the signed-in user.

Owns `GET /v1.0/me` ("Get a user", Microsoft Graph v1.0, Microsoft Learn, 2025): a delegated token with `User.Read` is
needed, and a token of an application is refused. A token that was revoked is refused with a claims challenge if the
client can handle it ("Continuous access evaluation", Microsoft Learn, 2025). Other paths do not exist.
"""

import base64
import json

from localazure.endpoints.apis.bearer import InvalidToken, caller_of
from localazure.endpoints.entra.microsoft_services import GRAPH_HOSTS
from localazure.endpoints.entra.tenant import GRAPH, Tenant
from localazure.endpoints.messages import Received, Reply, json_reply

__all__ = ["Graph"]


class Graph:
    """Microsoft Graph, as far as an agent that acts for a user calls it."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.host = GRAPH_HOSTS[tenant.directory.cloud]
        """Host of Microsoft Graph in the tenant's cloud."""
        self._audiences = frozenset({f"https://{self.host}", GRAPH})

    def respond(self, received: Received) -> Reply:
        """Return the response of Microsoft Graph to a request."""
        try:
            caller = caller_of(self._tenant, received.token, self._audiences, is_graph=True)
        except InvalidToken as error:
            return _error(401, "InvalidAuthenticationToken", str(error), {"WWW-Authenticate": self._challenge(error)})
        if (received.method, received.path.rstrip("/")) != ("GET", "/v1.0/me"):
            return _error(404, "ResourceNotFound", f"Resource not found for the segment {received.path!r}.")
        user = self._tenant.directory.user(caller.user) if caller.user else None
        if user is None:
            return _error(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
        if not caller.scopes & {"User.Read", "User.ReadBasic.All", "User.Read.All"}:
            return _error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        profile = {
            "@odata.context": f"https://{self.host}/v1.0/$metadata#users/$entity",
            "id": user.id,
            "userPrincipalName": user.name,
            "displayName": user.display_name,
        }
        return json_reply(profile, user=user.id, client=caller.client)

    def _challenge(self, error: InvalidToken) -> str:
        authorize = f"{self._tenant.authority_host}/common/oauth2/authorize"
        challenge = f'Bearer realm="", authorization_uri="{authorize}"'
        if "revoked" not in str(error):
            return challenge
        now = str(int(self._tenant.clock.now()))
        claims = json.dumps({"access_token": {"nbf": {"essential": True, "value": now}}})
        text = base64.b64encode(claims.encode()).decode()
        return f'{challenge}, error="insufficient_claims", claims="{text}"'


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    return json_reply({"error": {"code": code, "message": message, "innerError": {}}}, status, headers)

"""Token endpoint of the tenant, and the documents by which clients find it and its keys.

Owns the three grants that agents use: on-behalf-of, refresh token and client credentials ("Microsoft identity platform
and OAuth 2.0", Microsoft Learn, 2024 to 2025). MSAL caches a user's token only if the response has `client_info` and an
`id_token` (MSAL for Python 1.39, 2026). Every other path is refused.

Differences from Entra: a refresh token of an on-behalf-of request is valid for 24 hours and is not replaced before;
interactive sign-in exists only as a function of the test.
"""

import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from localazure.endpoints.entra import on_behalf_of
from localazure.endpoints.entra.client_proof import Client, Issuers, authenticated
from localazure.endpoints.entra.objects import User
from localazure.endpoints.entra.refusals import EntraRefusal
from localazure.endpoints.entra.requested_scopes import (
    RequestedScopes,
    check_assignment,
    consented,
    requested_scopes,
)
from localazure.endpoints.entra.role_grants import application_roles
from localazure.endpoints.entra.tenant import AccessToken, Recipient, Tenant
from localazure.endpoints.messages import Received, Reply, Values, json_reply
from localazure.endpoints.signed_tokens import encoded

Document = Callable[[Received], Values]

__all__ = ["TokenEndpoint"]

_REFRESH_LIFE = 86_400
_LOOP_SPAN = 300
_NOT_STORED = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


@dataclass(frozen=True)
class _Refresh:
    """Refresh token that the endpoint issued: for whom, and until when."""

    user: str
    client: str
    issued: float


class TokenEndpoint:
    """Token endpoint of the tenant of local Azure."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.issuers: Issuers = {}
        """Keys of the issuers outside the tenant whose tokens federated credentials can trust."""
        self._refresh: dict[str, _Refresh] = {}
        self._recent: deque[tuple[float, str]] = deque(maxlen=10_000)

    def respond(self, received: Received) -> Reply:
        """Return the response of the tenant to a request at its authority host."""
        tenant, *rest = received.path.strip("/").split("/")
        match (received.method, *rest):
            case ("GET", "discovery", "instance") | ("GET", "oauth2", "v2.0", "instance"):
                return self._instances(received)
            case ("GET", "v2.0", ".well-known", "openid-configuration"):
                return self._of_tenant(tenant, received, self._configuration)
            case ("GET", "discovery", "v2.0", "keys"):
                return self._of_tenant(tenant, received, self._key_set)
            case ("POST", "oauth2", "v2.0", "token"):
                return self._answer(tenant, received)
            case _:
                return json_reply({"error": "not_found"}, 404)

    def _of_tenant(self, tenant: str, received: Received, document: Document) -> Reply:
        if tenant.lower() != self._tenant.id:
            refusal = EntraRefusal(90002, tenant=tenant)
            return refusal.reply(_correlation(received), self._tenant.clock.now())
        return json_reply(document(received))

    def _instances(self, received: Received) -> Reply:
        tenant = self._tenant
        host = tenant.authority_host.removeprefix("https://")
        return json_reply(
            {
                "tenant_discovery_endpoint": f"{_base(received)}/{tenant.id}/v2.0/.well-known/openid-configuration",
                "api-version": "1.1",
                "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
            }
        )

    def _configuration(self, received: Received) -> Values:
        base = f"{_base(received)}/{self._tenant.id}"
        return {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": self._tenant.issuer,
            "request_uri_parameter_supported": False,
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "http_logout_supported": True,
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        }

    def _key_set(self, _received: Received) -> Values:
        return {"keys": [key.public(self._tenant.issuer) for key in self._tenant.keys]}

    def _answer(self, tenant: str, received: Received) -> Reply:
        form = received.form
        client = form.get("client_id", "").lower()
        try:
            return self._grant(tenant, form)
        except EntraRefusal as refusal:
            user = self._user_of(form)
            return refusal.reply(_correlation(received), self._tenant.clock.now(), user=user, client=client)

    def _grant(self, tenant: str, form: dict[str, str]) -> Reply:
        if tenant.lower() != self._tenant.id:
            raise EntraRefusal(90002, tenant=tenant)
        grant = form.get("grant_type", "")
        if not grant:
            raise EntraRefusal(900144, parameter="grant_type")
        if grant not in {on_behalf_of.GRANT, "refresh_token", "client_credentials"}:
            raise EntraRefusal(70003, grant=grant)
        client = authenticated(self._tenant, self.issuers, form)
        if grant == "client_credentials":
            return self._client_credentials(client, form)
        return self._for_user(client, form)

    def _client_credentials(self, client: Client, form: dict[str, str]) -> Reply:
        wanted = requested_scopes(self._tenant, form.get("scope", ""))
        if wanted.names or wanted.openid:
            raise EntraRefusal(70011, scope=form.get("scope"))
        roles = application_roles(self._tenant, client.principal, client.id, client.name, wanted.resource)
        # The mark of a token that was obtained by federation, which no federated credential accepts again.
        made = self._tenant.application_token(
            client.principal,
            Recipient(resource=wanted.resource, client=client.id, proof="2", audience=wanted.audience),
            roles,
            more={"xms_ficinfo": encoded(client.principal.encode())},
        )
        return json_reply(_response(made), 200, _NOT_STORED, client=client.id)

    def _for_user(self, client: Client, form: dict[str, str]) -> Reply:
        tenant = self._tenant
        if client.application is None:
            raise EntraRefusal(700016, client=client.id, tenant=tenant.id)
        if form["grant_type"] == "refresh_token":
            user, claims = self._refreshed(client, form), dict[str, object]()
        else:
            user, claims = on_behalf_of.asserted_user(tenant, client, form)
        self._detect_loop(user, client, form)
        wanted = requested_scopes(tenant, form.get("scope", ""))
        check_assignment(tenant, user, client.application)
        scopes = consented(tenant, client.application, user, wanted)
        on_behalf_of.check_policies(tenant, user, wanted.resource.client_id, claims)
        made = tenant.user_token(
            user,
            Recipient(resource=wanted.resource, client=client.id, proof="2", audience=wanted.audience),
            scopes,
            capabilities=_capabilities(form),
        )
        named = f"{wanted.audience.rstrip('/')}/"
        body = {**_response(made), "scope": " ".join(f"{named}{each}" for each in sorted(scopes))}
        body |= self._for_caches(user, client, wanted, form)
        return json_reply(body, 200, _NOT_STORED, user=user.id, client=client.id)

    def _for_caches(self, user: User, client: Client, wanted: RequestedScopes, form: dict[str, str]) -> Values:
        """Return the parts of a response that a client requests in addition to the access token."""
        tenant, more = self._tenant, dict[str, object]()
        if "offline_access" in wanted.openid:
            token = f"1.{secrets.token_urlsafe(96)}"
            self._refresh[_digest(token)] = _Refresh(user.id, client.id, tenant.clock.now())
            more |= {"refresh_token": token, "refresh_token_expires_in": _REFRESH_LIFE}
        if "openid" in wanted.openid:
            now = int(tenant.clock.now())
            times = {"iat": now, "nbf": now, "exp": now + 3600}
            person = {"oid": user.id, "sub": user.id, "tid": tenant.id, "preferred_username": user.name}
            more["id_token"] = tenant.sign(
                {"aud": client.id, "iss": tenant.issuer, **times, **person, "name": user.display_name, "ver": "2.0"}
            )
        if form.get("client_info") == "1":
            more["client_info"] = encoded(json.dumps({"uid": user.id, "utid": tenant.id}).encode())
        return more

    def _refreshed(self, client: Client, form: dict[str, str]) -> User:
        found = self._refresh.get(_digest(form.get("refresh_token", "")))
        if found is None or found.client != client.id:
            raise EntraRefusal(70000)
        if self._tenant.clock.now() > found.issued + _REFRESH_LIFE:
            raise EntraRefusal(700082)
        if found.issued < self._tenant.revoked.get(found.user, 0):
            raise EntraRefusal(50173)
        return on_behalf_of.known_user(self._tenant, found.user)

    def _detect_loop(self, user: User, client: Client, form: dict[str, str]) -> None:
        limit, now = self._tenant.loop_limit, self._tenant.clock.now()
        if limit is None:
            return
        same = f"{user.id} {client.id} {form.get('scope')}"
        self._recent.append((now, same))
        recent = sum(each == same and at > now - _LOOP_SPAN for at, each in self._recent)
        if recent > limit:
            raise EntraRefusal(50196)

    def _user_of(self, form: dict[str, str]) -> str:
        claims = self._tenant.verified(form.get("assertion", "")) or {}
        found = self._refresh.get(_digest(form.get("refresh_token", "")))
        return str(claims.get("oid") or "") or (found.user if found else "")


def _response(made: AccessToken) -> Values:
    seconds = made.expires_in
    return {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": made.text}


def _capabilities(form: dict[str, str]) -> frozenset[str]:
    """Return the client capabilities in the parameter `claims` of a token request."""
    try:
        found = json.loads(form.get("claims") or "{}")["access_token"]["xms_cc"]["values"]
        return frozenset(map(str, found))
    except (ValueError, KeyError, TypeError):
        return frozenset()


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _correlation(received: Received) -> str:
    return received.headers.get("client-request-id", "00000000-0000-0000-0000-000000000000")


def _base(received: Received) -> str:
    port = "" if received.port == 443 else f":{received.port}"  # noqa: PLR2004 - the port of HTTPS
    return f"https://{received.host}{port}"

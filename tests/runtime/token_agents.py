"""Agents of the sample tenant as the runtime library's token clients see them: settings, users' tokens, searches."""

import gc
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

from agent_network_runtime.parties import IncomingToken
from agent_network_runtime.secret import Secret
from agent_network_runtime.settings import ActsForUsers, Api, Application, ManagedIdentity, PodToken, Settings

from localazure.endpoints.entra.objects import User
from localazure.endpoints.signed_tokens import unverified
from tests.localazure.endpoints.sample_tenant import ANNA, DEVOPS, INGESTION, PORTAL, SampleTenant

USER_READ = "https://graph.microsoft.com/User.Read"
ME = "https://graph.microsoft.com/v1.0/me"
JWT = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}")
"""The beginning of every token that local Azure issues; a search for it needs no token in the test."""


def agent_settings(
    tenant: SampleTenant,
    *,
    agent: str = "ingestion",
    application: str = INGESTION,
    credential: ManagedIdentity | PodToken | None = None,
) -> Settings:
    return Settings(
        agent=agent,
        host="container-app",
        tenant_id=tenant.endpoints.tenant.id,
        authority_host=tenant.endpoints.authority_host,
        identity=ManagedIdentity(),
        application=Application(application, None),
        acts_for_users=ActsForUsers(
            scope="user_impersonation",
            callers=frozenset({PORTAL}),
            token_exchange_audience="api://AzureADTokenExchange",  # noqa: S106 - the name of an audience
            credential=credential or ManagedIdentity(tenant.exchange_client),
            apis={
                "microsoft-graph": Api(
                    "microsoft-graph",
                    "https://graph.microsoft.com",
                    frozenset({"graph.microsoft.com"}),
                    frozenset({"User.Read", "Mail.Read"}),
                ),
                "azure-devops": Api("azure-devops", DEVOPS, frozenset({"dev.azure.com"}), frozenset({"vso.code"})),
            },
        ),
    )


def incoming(tenant: SampleTenant, user: User = ANNA, **claims: object) -> IncomingToken:
    return incoming_token(tenant.sign_in(user, **claims))


def incoming_token(text: str) -> IncomingToken:
    claims: dict[str, Any] = unverified(text)[1]
    return IncomingToken(
        token=Secret(text),
        tenant_id=claims["tid"],
        object_id=claims["oid"],
        expires_on=claims["exp"],
        issued_at=claims["iat"],
        handles_claims="cp1" in claims.get("xms_cc", ()),
    )


def runtime_variable(tenant: SampleTenant) -> str:
    """Return the settings of the agent `ingestion` as its environment has them."""
    settings = agent_settings(tenant)
    assert settings.acts_for_users is not None
    apis = settings.acts_for_users.apis.values()
    return json.dumps(
        {
            "version": 1,
            "agent": settings.agent,
            "host": settings.host,
            "tenant_id": settings.tenant_id,
            "authority_host": settings.authority_host,
            "identity": {"kind": "managed-identity", "client_id": None},
            "application": {"client_id": INGESTION, "call_role": None},
            "acts_for_users": {
                "scope": "user_impersonation",
                "callers": [PORTAL],
                "token_exchange_audience": "api://AzureADTokenExchange",
                "credential": {"kind": "managed-identity", "client_id": tenant.exchange_client},
                "apis": {
                    api.name: {"resource": api.resource, "hosts": sorted(api.hosts), "scopes": sorted(api.scopes)}
                    for api in apis
                },
            },
        }
    )


def is_of_a_user(token: str) -> bool:
    """Return True for the beginning of a token that has delegated scopes; the agent's own tokens have none."""
    payload = token.split(".")[1]
    return b'"scp"' in urlsafe_b64decode(payload[: len(payload) // 4 * 4])


def holders_of_users_tokens() -> list[str]:
    """Return the kinds of the objects in this process that hold the text of a user's token."""
    gc.collect()
    return sorted(set(_holders()))


def _holders() -> Iterator[str]:
    for holder in gc.get_objects():
        if any(map(_is_with_users_token, _values(holder))):
            yield f"{type(holder).__module__}.{type(holder).__name__}"


def _values(holder: object) -> Iterator[object]:
    """Yield what an object refers to, and what is in tuples and dictionaries that the collector does not list."""
    for value in gc.get_referents(holder):
        if isinstance(value, tuple | dict) and not gc.is_tracked(value):
            yield from _values(value)
        else:
            yield value


def _is_with_users_token(value: object) -> bool:
    if isinstance(value, bytes | bytearray):
        return b"eyJ" in value and any(map(is_of_a_user, JWT.findall(value.decode("latin-1"))))
    return isinstance(value, str) and "eyJ" in value and any(map(is_of_a_user, JWT.findall(value)))

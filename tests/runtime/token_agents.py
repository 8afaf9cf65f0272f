"""Agents of the sample tenant as the runtime library's token clients see them: settings, users' tokens, searches."""

import gc
import re
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


def holders_of_tokens() -> list[str]:
    """Return the types of the objects in this process that hold the text of a token."""
    gc.collect()
    return sorted(_holders())


def _holders() -> Iterator[str]:
    for held in gc.get_objects():
        if type(held).__name__ == "frame":
            continue
        for value in gc.get_referents(held):
            if isinstance(value, (bytes, bytearray)) and JWT.search(value.decode("latin-1")):
                yield f"{type(held).__name__} with {type(value).__name__}"
            elif isinstance(value, str) and JWT.search(value):
                yield f"{type(held).__name__} with str"

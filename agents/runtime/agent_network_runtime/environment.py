"""Reading of an agent's settings from the one environment variable `AGENT_NETWORK_RUNTIME`.

The value is strict JSON with ids and names alone, never a secret. The reading is strict in everything: each object has
exactly its members, each id is a GUID in lower case, each scope belongs to one API. All problems, and all
contradictions with the platform's own variables, are in one `SettingsError` before the library requests any token.
"""

import os
from collections.abc import Mapping
from itertools import combinations
from typing import Final, cast

from agent_network_runtime.errors import SettingsError
from agent_network_runtime.json_text import JsonTextError, parse_json
from agent_network_runtime.platform_variables import contradictions
from agent_network_runtime.scopes import OPENID
from agent_network_runtime.settings import (
    ActsForUsers,
    Api,
    Application,
    FoundryAgentIdentity,
    Host,
    Identity,
    ManagedIdentity,
    PodToken,
    Settings,
    WorkloadIdentity,
)
from agent_network_runtime.strict_reader import GUID, MISSING, NAME, ORIGIN, RESOURCE, SCOPE, SERVER, Reader, shown

VARIABLE: Final = "AGENT_NETWORK_RUNTIME"
VERSION: Final = 1

IDENTITY_KINDS: Final[Mapping[str, str]] = {
    "container-app": "managed-identity",
    "aks": "workload-identity",
    "foundry": "foundry-agent",
}
"""Kind of an agent's own identity, by host."""

CLOUDS: Final[Mapping[str, str]] = {
    "https://login.microsoftonline.com": "api://AzureADTokenExchange",
    "https://login.microsoftonline.us": "api://AzureADTokenExchangeUSGov",
    "https://login.chinacloudapi.cn": "api://AzureADTokenExchangeChina",
    "https://login.partner.microsoftonline.cn": "api://AzureADTokenExchangeChina",
}
"""Audience of a federated credential by the sign-in address of its cloud ("Configure an application to trust a managed
identity", Microsoft Learn, 2024-12)."""


def settings_from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the agent's settings from environment variables; raises one `SettingsError` with all problems."""
    variables = os.environ if environment is None else environment
    if VARIABLE not in variables:
        raise SettingsError(f"the environment variable {VARIABLE} is missing; the agent's deployment sets it")
    try:
        value = parse_json(variables[VARIABLE])
    except JsonTextError as error:
        raise SettingsError(f"{VARIABLE} is not strict JSON: {error}") from None
    reader = Reader(VARIABLE)
    settings = _settings(reader, value)
    _check_together(reader, settings)
    found = contradictions(
        variables,
        host=settings.host,
        tenant_id=settings.tenant_id,
        authority_host=settings.authority_host,
        client_id=settings.identity.client_id if isinstance(settings.identity, ManagedIdentity) else None,
    )
    problems = [*reader.problems, *found]
    if problems:
        raise SettingsError("\n- ".join(["the settings of the agent are not valid:", *problems]))
    return settings


def _settings(reader: Reader, value: object) -> Settings:
    """Read the whole document; a member that is not valid is empty, and the reader has its problem."""
    names = ("version", "agent", "host", "tenant_id", "authority_host", "identity", "application", "acts_for_users")
    found = reader.members(value, "", names)
    reader.number(found["version"], "version", VERSION)
    host = reader.one_of(found["host"], "host", tuple(IDENTITY_KINDS))
    application, acts = found["application"], found["acts_for_users"]
    return Settings(
        agent=reader.text(found["agent"], "agent", NAME),
        host=cast("Host", host),
        tenant_id=reader.text(found["tenant_id"], "tenant_id", GUID),
        authority_host=reader.text(found["authority_host"], "authority_host", ORIGIN),
        identity=_identity(reader, found["identity"], host),
        application=None if application is None else _application(reader, application),
        acts_for_users=None if acts is None or acts is MISSING else _acts_for_users(reader, acts),
    )


def _identity(reader: Reader, value: object, host: str) -> Identity:
    path = "identity"
    kind = reader.kind(value, path, tuple(IDENTITY_KINDS.values()))
    if kind and host and kind != IDENTITY_KINDS[host]:
        reader.problem(f"{path}.kind", f"{shown(kind)} contradicts the host; on {host} it is {IDENTITY_KINDS[host]}")
    if kind == "managed-identity":
        found = reader.members(value, path, ("kind", "client_id"))
        return ManagedIdentity(reader.optional_text(found["client_id"], f"{path}.client_id", GUID))
    if kind:
        reader.members(value, path, ("kind",))
    return WorkloadIdentity() if kind == "workload-identity" else FoundryAgentIdentity()


def _application(reader: Reader, value: object) -> Application:
    path = "application"
    found = reader.members(value, path, ("client_id", "call_role"))
    return Application(
        client_id=reader.text(found["client_id"], f"{path}.client_id", GUID),
        call_role=reader.optional_text(found["call_role"], f"{path}.call_role", NAME),
    )


def _acts_for_users(reader: Reader, value: object) -> ActsForUsers:
    path = "acts_for_users"
    found = reader.members(value, path, ("scope", "callers", "token_exchange_audience", "credential", "apis"))
    audiences = sorted(set(CLOUDS.values()))
    return ActsForUsers(
        scope=reader.text(found["scope"], f"{path}.scope", SCOPE),
        callers=reader.texts(found["callers"], f"{path}.callers", GUID),
        token_exchange_audience=reader.one_of(
            found["token_exchange_audience"], f"{path}.token_exchange_audience", audiences
        ),
        credential=_credential(reader, found["credential"]),
        apis={
            name: _api(reader, name, entry)
            for name, entry in reader.entries(found["apis"], f"{path}.apis", NAME, "API").items()
        },
    )


def _credential(reader: Reader, value: object) -> ManagedIdentity | PodToken:
    path = "acts_for_users.credential"
    kind = reader.kind(value, path, ("managed-identity", "pod-token"))
    if kind == "managed-identity":
        found = reader.members(value, path, ("kind", "client_id"))
        return ManagedIdentity(reader.text(found["client_id"], f"{path}.client_id", GUID))
    if kind == "pod-token":
        reader.members(value, path, ("kind",))
        return PodToken()
    return ManagedIdentity("")


def _api(reader: Reader, name: str, value: object) -> Api:
    path = f"acts_for_users.apis.{name}"
    found = reader.members(value, path, ("resource", "hosts", "scopes"))
    scopes = reader.texts(found["scopes"], f"{path}.scopes", SCOPE)
    for scope in sorted(scopes & OPENID):
        reader.problem(f"{path}.scopes", f"{scope!r} is not a scope of an API; the library keeps no such token")
    return Api(
        name=name,
        resource=reader.text(found["resource"], f"{path}.resource", RESOURCE),
        hosts=reader.texts(found["hosts"], f"{path}.hosts", SERVER),
        scopes=scopes,
    )


def _check_together(reader: Reader, settings: Settings) -> None:
    """Report members that are valid alone and contradict each other."""
    acts, application = settings.acts_for_users, settings.application
    if acts is None:
        return
    path = "acts_for_users"
    if settings.host == "foundry":
        reader.problem(path, "must be null on foundry, where an agent has no identity that its application can trust")
    if application is None:
        reader.problem("application", f"must not be null: an agent with {path} has an application")
    elif application.client_id in acts.callers:
        reader.problem(f"{path}.callers", "contains the agent's own application; an agent is not its own client")
    audience = acts.token_exchange_audience
    expected = CLOUDS.get(settings.authority_host, audience)
    if audience and audience != expected:
        reader.problem(f"{path}.token_exchange_audience", f"belongs to another cloud; it must be {expected}")
    _check_credential(reader, settings, acts)
    for one, other in combinations(acts.apis.values(), 2):
        if one.resource and one.resource == other.resource:
            reader.problem(f"{path}.apis", f"{one.name} and {other.name} have one resource; a token is for one API")


def _check_credential(reader: Reader, settings: Settings, acts: ActsForUsers) -> None:
    path, credential = "acts_for_users.credential", acts.credential
    if isinstance(credential, PodToken):
        if settings.host not in {"", "aks"}:
            reader.problem(f"{path}.kind", f"a pod's token exists on aks alone, and the host is {settings.host}")
    elif credential.client_id and credential == settings.identity:
        reader.problem(f"{path}.client_id", "is the agent's own identity; the credential is an identity of its own")
    elif credential.client_id and settings.application and credential.client_id == settings.application.client_id:
        reader.problem(f"{path}.client_id", "is the client id of the application, not of the identity that it trusts")

"""Settings of an agent: plain data, which the deployment writes and the runtime library reads once at its start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Host = Literal["container-app", "aks", "foundry"]

ISSUERS: Final[Mapping[str, str]] = {"https://login.chinacloudapi.cn": "https://login.partner.microsoftonline.cn"}
"""Older sign-in addresses, each with the one that tokens name as their issuer: Azure in China has both. No document
states which one a cluster's webhook sets and which one is the issuer, so both are taken for the same."""


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """A managed identity of the container: the system-assigned one, or the user-assigned one with the client id."""

    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class WorkloadIdentity:
    """The identity of a pod, which the cluster's workload identity puts into the pod's environment."""


@dataclass(frozen=True, slots=True)
class FoundryAgentIdentity:
    """The identity that Foundry gives to a hosted agent."""


Identity = ManagedIdentity | WorkloadIdentity | FoundryAgentIdentity


@dataclass(frozen=True, slots=True)
class PodToken:
    """The pod's own token as the credential of the agent's application, without a managed identity between them."""


@dataclass(frozen=True, slots=True)
class Application:
    """Entra application of the agent: the audience of the tokens that its clients send."""

    client_id: str
    call_role: str | None
    """The app role that a calling agent must hold; None if no agent may call this one."""


@dataclass(frozen=True, slots=True)
class Api:
    """An API that the agent calls as the user, with the scopes that it declares there."""

    name: str
    resource: str
    hosts: frozenset[str]
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class ActsForUsers:
    """The agent's work in the name of users: who may send their tokens, and which scopes it may request with them."""

    scope: str
    callers: frozenset[str]
    """Client ids of the applications that may send users' tokens."""
    token_exchange_audience: str
    credential: ManagedIdentity | PodToken
    apis: Mapping[str, Api]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the runtime library knows about its agent."""

    agent: str
    host: Host
    tenant_id: str
    authority_host: str
    """Address of the sign-in service, such as `https://login.microsoftonline.com`, without a slash at its end."""
    identity: Identity
    application: Application | None = None
    acts_for_users: ActsForUsers | None = None

    @property
    def issuer(self) -> str:
        """The issuer of the tenant's version 2 tokens."""
        return f"{ISSUERS.get(self.authority_host, self.authority_host)}/{self.tenant_id}/v2.0"

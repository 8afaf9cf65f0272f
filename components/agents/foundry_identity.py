"""The principal of an agent that Foundry made, asked for where it stands: no resource type of Azure answers it.

An agent's own identity is in the project's data plane, the one that unpublished agents share in what Resource Manager
says of the project. A dynamic resource asks while it is created and refreshed, never in a preview, with the token of
whoever deploys; of that and of the answers nothing but the principal's id is kept. Sources: "Manage hosted agents" and
"Agent identity concepts in Microsoft Foundry", Microsoft Learn, 2026-04-13.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypedDict, cast
from urllib.parse import quote

import pulumi
from pulumi import dynamic

__all__ = ["Answer", "FoundryIdentity", "FoundryIdentityArgs", "Provider", "ask", "principal_of"]

_AGENTS = "https://ai.azure.com/.default"
_MANAGEMENT = "https://management.azure.com"
_AGENTS_VERSION = "v1"
_PROJECTS_VERSION = "2025-10-01-preview"
_READER = "'Cognitive Services Data Reader' at the project, and 'Reader' for a shared identity"
_OK, _UNAUTHENTICATED, _FORBIDDEN, _MISSING = 200, 401, 403, 404


class Answer(NamedTuple):
    """What a service said: its status, and its body where that is an object."""

    status: int
    body: Mapping[str, Any]


Ask = Callable[[str, str], Answer]
"""Asks one address, with a token for one audience."""


class FoundryIdentityArgs(TypedDict):
    """Arguments of a `FoundryIdentity`."""

    project_id: pulumi.Input[str]
    """Id of the project."""
    project_endpoint: pulumi.Input[str]
    """Address of the project."""
    agents: Sequence[str]
    """Names of the agents in the project whose identity it is; one, where it is the agent's own."""
    identity: Literal["shared", "per-agent"]
    """Whether it is the project's unpublished agents' identity, or an agent's own."""


class Provider(dynamic.ResourceProvider):
    """Asks for the principal; makes nothing, and so deletes nothing."""

    # It captures nothing, so that there is nothing to encrypt.
    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Another project, agent of one's own or kind of identity is another resource; who else shares one is not."""
        changed = [key for key in FoundryIdentityArgs.__annotations__ if _olds.get(key) != _news.get(key)]
        shared = _olds.get("identity") == _news.get("identity") == "shared"
        replaces = [key for key in changed if key != "agents" or not shared]
        return dynamic.DiffResult(changes=bool(changed), replaces=replaces, delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Ask for it once."""
        # Whose it is, and not where: the address of a project says nothing that its id does not.
        called = props["agents"][0] if props["identity"] == "per-agent" else "shared"
        return dynamic.CreateResult(f"{props['project_id']}/agentIdentities/{called}", _kept(props, _told(props)))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        """Ask again, for others share it."""
        return dynamic.UpdateResult(_kept(news, _told(news)))

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Ask again; without the agents there is no such resource any more."""
        principal = principal_of(props, ask)
        return dynamic.ReadResult("", {}) if principal is None else dynamic.ReadResult(id_, _kept(props, principal))


class FoundryIdentity(dynamic.Resource, module="foundry", name="AgentIdentity"):
    """Who an agent of Foundry is, as Foundry says; `pulumi up --refresh` asks again."""

    principal_id: pulumi.Output[str]
    """The agent's principal."""

    def __init__(self, name: str, args: FoundryIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(Provider(), name, {**args, "principal_id": None}, opts)


def principal_of(props: Mapping[str, Any], ask: Ask) -> str | None:
    """The principal; None where there is none of the agents.

    Raises:
        RuntimeError: it cannot be had, with what to do.
    """
    asked: list[str] = props["agents"]
    found = {agent: told for agent in asked if (told := _agent(props, agent, ask)) is not None}
    if not found:
        return None
    missing = [agent for agent in asked if agent not in found]
    if missing:
        raise RuntimeError(_no_agents(props, missing))
    # Null for an agent that was made before agents had identities of their own.
    own = {agent: _instance(told) for agent, told in found.items()}
    return _shared(props, own, ask) if props["identity"] == "shared" else _own(*next(iter(own.items())))


def _agent(props: Mapping[str, Any], agent: str, ask: Ask) -> Mapping[str, Any] | None:
    """What the project tells of an agent; None where it has none of that name."""
    url = f"{props['project_endpoint']}/agents/{quote(agent, safe='')}?api-version={_AGENTS_VERSION}"
    told = ask(url, _AGENTS)
    if told.status == _MISSING:
        return None
    _check(told, f"agent {agent!r}")
    return told.body


def _instance(told: Mapping[str, Any]) -> str | None:
    identity: Mapping[str, str] = told.get("instance_identity") or {}
    return identity.get("principal_id")


def _own(agent: str, principal: str | None) -> str:
    if not principal:
        raise RuntimeError(
            f"agent {agent!r} has no identity of its own, for it was made before Foundry gave every agent one;"
            " make it anew, or say identity 'shared', or publish it and say 'application'"
        )
    return principal


def _shared(props: Mapping[str, Any], own: Mapping[str, str | None], ask: Ask) -> str:
    told = ask(f"{_MANAGEMENT}{props['project_id']}?api-version={_PROJECTS_VERSION}", f"{_MANAGEMENT}/.default")
    _check(told, f"project {props['project_id']!r}")
    found = sorted(set(_agent_identities(told.body)))
    if len(found) != 1:
        raise RuntimeError(
            f"Azure tells {len(found)} agent identities of project {props['project_id']!r}, where its unpublished"
            " agents share one; copy 'agentIdentityId' from the project's JSON view in the Azure portal, and give it"
            " as 'principal_id'"
        )
    for agent, principal in own.items():
        if principal not in {None, "", found[0]}:
            raise RuntimeError(f"agent {agent!r} shares no identity, but has {principal} of its own; say 'per-agent'")
    return found[0]


def _agent_identities(value: object) -> Iterator[str]:
    """Every `agentIdentityId`, wherever in the answer: where it stands is not documented, what it is called is."""
    if isinstance(value, Mapping):
        for key, each in cast("Mapping[str, object]", value).items():
            if key == "agentIdentityId" and isinstance(each, str) and each:
                yield each
            else:
                yield from _agent_identities(each)


def _check(told: Answer, what: str) -> None:
    if told.status in {_UNAUTHENTICATED, _FORBIDDEN}:
        raise RuntimeError(f"whoever deploys may not read {what} ({told.status}); give them {_READER}")
    if told.status != _OK:
        raise RuntimeError(f"asking for {what} got {told.status}; try again, or give its id as 'principal_id'")


def _told(props: Mapping[str, Any]) -> str:
    principal = principal_of(props, ask)
    if principal is None:
        raise RuntimeError(_no_agents(props, props["agents"]))
    return principal


def _no_agents(props: Mapping[str, Any], missing: Sequence[str]) -> str:
    where = f"{props['project_endpoint']} has no agent {' and no agent '.join(map(repr, missing))}"
    return f"{where}; make a first version there, or give the id that the identity will have as 'principal_id'"


def _kept(props: Mapping[str, Any], principal: str) -> dict[str, Any]:
    return {**props, "principal_id": principal}


def ask(url: str, audience: str) -> Answer:
    """Ask one address as whoever is signed in.

    Raises:
        RuntimeError: nobody is signed in, or there is no way there.
    """
    from components.agents import foundry_asking  # noqa: PLC0415 - importing costs, and a preview never asks

    return foundry_asking.ask(url, audience)

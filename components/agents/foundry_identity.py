"""The principal of an agent that Foundry made, asked for where it stands: no resource type of Azure answers it.

An agent's own identity is in the project's data plane, the one that unpublished agents share in what Resource Manager
says of the project. An id that a person gives is asked about too, for what stands nearest to copy is the shared one. A
dynamic resource asks while it is created and refreshed, never in a preview, with the token of whoever deploys; of that
and of the answers nothing but the principal's id is kept. Sources: "Manage hosted agents" and "Agent identity concepts
in Microsoft Foundry", Microsoft Learn, 2026-04-13.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict, cast
from urllib.parse import quote

import pulumi
from pulumi import dynamic

from components.agents.azure_response import Answer

if TYPE_CHECKING:  # the provider's process has no need of Azure's types, which cost time to import
    from components.grants import Grantee
    from components.hosts.foundry_project import FoundryProject

__all__ = [
    "Answer",
    "Asked",
    "FoundryIdentity",
    "FoundryIdentityArgs",
    "Provider",
    "ask",
    "asked",
    "principal_of",
    "shared_by",
]

_AGENTS = "https://ai.azure.com/.default"
_MANAGEMENT = "https://management.azure.com"
_AGENTS_VERSION = "v1"
_PROJECTS_VERSION = "2025-10-01-preview"
_GIVE_IT = "give the id in 'agent_identities' or 'project_identities' of the stack (component: 'principal_id')"
_OK, _UNAUTHENTICATED, _FORBIDDEN, _MISSING = 200, 401, 403, 404


Ask = Callable[[str, str], Answer]
"""Asks one address, with a token for one audience."""

Asked = Literal["shared", "per-agent"]
"""Whose identity is asked for: that of a project's unpublished agents, or an agent's own."""


class FoundryIdentityArgs(TypedDict):
    """Arguments of a `FoundryIdentity`."""

    project_id: pulumi.Input[str]
    """Id of the project."""
    project_endpoint: pulumi.Input[str]
    """Address of the project."""
    agents: Sequence[str]
    """Names of the agents in the project whose identity it is; one, but for a shared identity."""
    identity: Asked
    """Whose identity it is."""
    given: NotRequired[str]
    """Its id, where somebody gave it: then it is asked what the project's unpublished agents act as, and no more."""


class Provider(dynamic.ResourceProvider):
    """Asks for the principal; makes nothing, and so deletes nothing."""

    # It captures nothing, so that there is nothing to encrypt.
    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Another project or agent is another resource; who else shares an identity, and who tells it, is not."""
        changed = [key for key in FoundryIdentityArgs.__annotations__ if _olds.get(key) != _news.get(key)]
        shared = [one.get("identity") == "shared" for one in (_olds, _news)]
        replaces = [key for key in changed if key != "given" and not (key == "agents" and all(shared))]
        return dynamic.DiffResult(changes=bool(changed), replaces=replaces, delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Ask for it once."""
        # Whose it is, and not where: the address of a project says nothing that its id does not.
        called = "shared" if props["identity"] == "shared" else props["agents"][0]
        return dynamic.CreateResult(f"{props['project_id']}/agentIdentities/{called}", {**props, **_told(props)})

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        """Ask again, for others share it."""
        return dynamic.UpdateResult({**news, **_told(news)})

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Ask again; without the agents there is no such resource any more."""
        found = _found(props)
        return dynamic.ReadResult("", {}) if found is None else dynamic.ReadResult(id_, {**props, **found})


class FoundryIdentity(dynamic.Resource, module="foundry", name="AgentIdentity"):
    """Who an agent of Foundry is, as Foundry says; `pulumi up --refresh` asks again."""

    principal_id: pulumi.Output[str]
    """The agent's principal."""
    shared: pulumi.Output[Sequence[str]]
    """With `given`: what the unpublished agents of the project act as, as far as Azure tells; else empty."""

    def __init__(self, name: str, args: FoundryIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(Provider(), name, {**args, "principal_id": None, "shared": None}, opts)


def asked(
    who: "Grantee", project: "FoundryProject", agents: Sequence[str], identity: Asked, given: str | None = None
) -> FoundryIdentity:
    """Ask for a component's identity, or for an id that is given, below the component."""
    args: FoundryIdentityArgs = {
        "project_id": project.project_id,
        "project_endpoint": project.project_endpoint,
        "agents": agents,
        "identity": identity,
    }
    if given is not None:
        args["given"] = given
    return FoundryIdentity(f"{who.agent_name}-identity", args, pulumi.ResourceOptions(parent=who.component))


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
    _check(told, f"agent {agent!r}", "'Cognitive Services Data Reader'", f", or {_GIVE_IT}")
    return told.body


def _instance(told: Mapping[str, Any]) -> str | None:
    identity: Mapping[str, str] = told.get("instance_identity") or {}
    return identity.get("principal_id")


def _own(agent: str, principal: str | None) -> str:
    if not principal:
        raise RuntimeError(
            f"agent {agent!r} has no identity of its own, for it was made before Foundry gave every agent one; make it"
            " anew, or remove 'identities: per-agent' from its project (component: identity 'shared' or 'application')"
        )
    return principal


def _shared(props: Mapping[str, Any], own: Mapping[str, str | None], ask: Ask) -> str:
    found = sorted(shared_by(props["project_id"], ask) or ())
    if len(found) != 1:
        raise RuntimeError(
            f"Azure tells {len(found)} agent identities of project {props['project_id']!r}, where its unpublished"
            " agents share one; copy 'agentIdentityId' from the project's JSON view in the Azure portal to"
            " 'project_identities' of the stack (component: 'principal_id')"
        )
    for agent, principal in own.items():
        if principal not in {None, "", found[0]}:
            raise RuntimeError(
                f"agent {agent!r} shares no identity, but has {principal} of its own; say 'identities: per-agent' of"
                " its project (component: identity 'per-agent')"
            )
    return found[0]


def shared_by(project_id: str, ask: Ask) -> frozenset[str] | None:
    """The identity that the unpublished agents of a project share; None where there is no such project.

    It is empty, or has several, where Azure tells it in another way than is known.

    Raises:
        RuntimeError: the project cannot be read, with what to do.
    """
    told = _project(project_id, ask)
    return None if told is None else frozenset(_named("agentIdentityId", told))


def _project(project_id: str, ask: Ask) -> Mapping[str, Any] | None:
    """What Resource Manager tells of a project; None where there is none."""
    told = ask(f"{_MANAGEMENT}{project_id}?api-version={_PROJECTS_VERSION}", f"{_MANAGEMENT}/.default")
    if told.status == _MISSING:
        return None
    _check(told, f"project {project_id!r}", "'Reader'")
    return told.body


def _named(name: str, value: object) -> Iterator[str]:
    """Every text of that name, wherever in an answer: where ids stand is not documented, what they are called is."""
    if isinstance(value, Mapping):
        for key, each in cast("Mapping[str, object]", value).items():
            if key == name and isinstance(each, str) and each:
                yield each
            else:
                yield from _named(name, each)


def _check(told: Answer, what: str, reader: str, otherwise: str = "") -> None:
    if told.status in {_UNAUTHENTICATED, _FORBIDDEN}:
        raise RuntimeError(
            f"whoever deploys may not read {what} ({told.status}); give them the deployer's role there, which has that"
            f" action, or {reader} at the project"
        )
    if told.status != _OK:
        raise RuntimeError(f"asking for {what} got {told.status}; try again{otherwise}")


def _found(props: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is kept of the answers; None without the agents, or for a given id without the project."""
    if "given" not in props:
        principal = principal_of(props, ask)
        return None if principal is None else {"principal_id": principal, "shared": []}
    project, given = _project(props["project_id"], ask), str(props["given"])
    if project is None:
        return None
    # It stands just above the one that is to be copied.
    if given.lower() in {one.lower() for one in _named("agentIdentityBlueprintId", project)}:
        raise RuntimeError(f"{given} is the id of a blueprint, and of no agent; copy 'agentIdentityId' instead")
    return {"principal_id": given, "shared": sorted(set(_named("agentIdentityId", project)))}


def _told(props: Mapping[str, Any]) -> dict[str, Any]:
    found = _found(props)
    if found is None and "given" in props:
        raise RuntimeError(f"there is no project {props['project_id']!r}")
    if found is None:
        raise RuntimeError(_no_agents(props, props["agents"]))
    return found


def _no_agents(props: Mapping[str, Any], missing: Sequence[str]) -> str:
    where = f"{props['project_endpoint']} has no agent {' and no agent '.join(map(repr, missing))}"
    return f"{where}; make a first version there, or {_GIVE_IT}"


def ask(url: str, audience: str) -> Answer:
    """Ask one address as whoever is signed in.

    Raises:
        RuntimeError: nobody is signed in, or there is no way there.
    """
    from components.agents import azure_request as foundry_asking  # noqa: PLC0415 - importing costs, and a preview never asks

    return foundry_asking.ask(url, audience)

"""An agent of Foundry: whose identity it has, and who may call it."""

from collections.abc import Mapping
from io import BytesIO
from itertools import pairwise
from typing import Any, Literal

import pulumi
import pytest
import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from access.azure.roles import by_name
from components.agents import azure_request as foundry_asking
from components.agents import foundry_identity
from components.agents.azure_response import Answer
from components.agents.foundry import FoundryAgent, FoundryAgentArgs
from components.agents.foundry_identity import Provider, principal_of
from components.agents.foundry_unpublished import UnpublishedAgents
from components.hosts.foundry_account import FoundryAccount
from components.hosts.foundry_project import FoundryProject
from components.people import People
from components.resources.key_vault import KeyVault
from components.resources.key_vault_secret import KeyVaultSecret
from tests.components import recorder
from tests.components.places import Somebody, placed
from tests.components.recorder import identity_of, record
from tests.components.recorder import principal_of as made_for

GUID = "33333333-3333-4333-8333-333333333333"
PROJECT = "https://agents.foundry.test/api/projects/agents"
APPLICATION = "contoso-report-dev"
PUBLISHED = {"identity": "application", "version": "7"}
ASKED = {"project_id": "/the/project", "project_endpoint": "https://p.test/api/projects/p", "agents": ["report"]}
SHARED = {"properties": {"agentIdentity": {"agentIdentityBlueprintId": "blueprint", "agentIdentityId": "shared"}}}


def in_project() -> FoundryProject:
    account = FoundryAccount("contoso-ai", placed("contoso-ai-dev7"))
    return FoundryProject("agents", {"account": account, "project_name": "agents", "location": "westeurope"})


def report(**more: Any) -> FoundryAgent:  # noqa: ANN401 - any argument
    args: FoundryAgentArgs = {"project": in_project(), "agent": "report", "app_name": APPLICATION, **more}
    return FoundryAgent("report", args)


def sharing(*agents: str, principal_id: str | None = None) -> list[FoundryAgent]:
    """Unpublished agents of one project."""
    project = in_project()
    shared = UnpublishedAgents(
        "unpublished",
        {"project": project, "agents": agents, "azure_name": "contoso-unpublished-dev", "principal_id": principal_id},
    )
    return [
        FoundryAgent(
            name,
            {
                "project": project,
                "agent": name,
                "app_name": f"contoso-{name}-dev",
                "identity": "shared",
                "shared": shared,
            },
        )
        for name in agents
    ]


def granted(**more: Any) -> recorder.Registered:  # noqa: ANN401 - any argument
    def program() -> None:
        vault = KeyVault("contoso-vault", placed("contoso-vault-dev7"))
        KeyVaultSecret("signing", {"vault": vault, "secret": "signing"}).allow(report(**more), "read")

    return record(program).one("RoleAssignment", "report-may-read-signing")


@pytest.mark.parametrize(
    ("given", "principal"),
    [
        (PUBLISHED, made_for("report")),
        ({"identity": "per-agent"}, made_for("report-identity")),
        ({"identity": "per-agent", "principal_id": GUID}, GUID),
        ({"identity": "given", "principal_id": GUID}, GUID),
    ],
)
def test_a_grant_goes_to_whoever_the_agent_is(given: dict[str, Any], principal: str) -> None:
    grant = granted(**given)

    assert (grant.inputs["principalId"], grant.inputs["principalType"]) == (principal, "ServicePrincipal")
    assert grant.parent.endswith("::report")


@pytest.mark.parametrize(
    ("given", "principal"),
    [(None, made_for("unpublished-identity")), (recorder.SHARED, recorder.SHARED)],
    ids=["asked", "given"],
)
def test_agents_that_share_an_identity_are_granted_as_one(given: str | None, principal: str) -> None:
    def program() -> None:
        vault = KeyVault("contoso-vault", placed("contoso-vault-dev7"))
        report, _ = sharing("report", "clerk", principal_id=given)
        KeyVaultSecret("signing", {"vault": vault, "secret": "signing"}).allow(report.grantee, "read")

    recorded = record(program)

    grant = recorded.one("RoleAssignment", "unpublished-may-read-signing")
    assert grant.inputs["principalId"] == principal
    assert grant.parent == recorded.one("UnpublishedAgents").urn
    outputs = [one.outputs or {} for one in recorded.all("FoundryAgent")]
    assert [one["principal_id"] for one in outputs] == [principal] * 2


@pytest.mark.parametrize(
    ("given", "made"),
    [
        (PUBLISHED, {("AgentApplication", "report"), ("AgentDeployment", "report-is-deployed")}),
        ({"identity": "per-agent"}, {("AgentIdentity", "report-identity")}),
        ({"identity": "per-agent", "principal_id": GUID}, {("AgentIdentity", "report-identity")}),
        ({"identity": "given", "principal_id": GUID}, {("AgentIdentity", "report-identity")}),
    ],
)
def test_what_an_agent_is_made_of(given: dict[str, Any], made: set[tuple[str, str]]) -> None:
    recorded = record(lambda: report(**given))

    agent = recorded.one("FoundryAgent")
    assert {(one.kind, one.name) for one in recorded.resources if one.parent == agent.urn} == made


def test_who_agents_share_is_asked_once_for_all_of_them() -> None:
    recorded = record(lambda: sharing("report", "clerk"))

    (asked,) = recorded.all("AgentIdentity")
    assert asked.parent == recorded.one("UnpublishedAgents").urn
    assert (asked.inputs["agents"], asked.inputs["identity"]) == (["report", "clerk"], "shared")


def test_the_whole_application() -> None:
    recorded = record(lambda: report(**PUBLISHED))

    assert recorded.one("AgentApplication").inputs == {
        "name": "contoso-report-dev",
        "projectName": "agents",
        "accountName": "contoso-ai-dev7",
        "resourceGroupName": "group",
        "properties": {
            "displayName": "contoso-report-dev",
            "agents": [{"agentName": "report"}],
            "authorizationPolicy": {"type": "Default"},
        },
    }


def test_callers_get_the_version_that_is_named() -> None:
    recorded = record(lambda: report(**PUBLISHED))

    deployment = recorded.one("AgentDeployment")
    assert deployment.inputs["properties"] == {
        "deploymentType": "Managed",
        "agents": [{"agentName": "report", "agentVersion": "7"}],
        "protocols": [{"protocol": "Responses", "version": "1.0"}],
    }
    assert recorded.one("AgentApplication").urn in deployment.dependencies


def test_an_agent_that_is_a_container_is_hosted() -> None:
    recorded = record(lambda: report(**PUBLISHED, min_replicas=1, max_replicas=3))

    properties = recorded.one("AgentDeployment").inputs["properties"]
    hosted = (properties["deploymentType"], properties["minReplicas"], properties["maxReplicas"])
    assert hosted == ("Hosted", 1, 3)


@pytest.mark.parametrize(
    ("given", "outputs"),
    [
        (
            PUBLISHED,
            (
                made_for("report"),
                f"{PROJECT}/applications/contoso-report-dev/protocols/openai",
                identity_of("AgentApplication", "report"),
                {"use": "Foundry User"},
            ),
        ),
        (
            {"identity": "per-agent", "principal_id": GUID},
            (
                GUID,
                f"{PROJECT}/agents/report/endpoint/protocols/openai",
                f"{identity_of('Project', 'agents')}/agents/report",
                {"use": "Foundry Agent Consumer"},
            ),
        ),
        ({"identity": "given", "principal_id": GUID}, (GUID, PROJECT, "", {})),
    ],
)
def test_its_outputs(given: dict[str, Any], outputs: tuple[str, str, str, dict[str, str]]) -> None:
    recorded = record(lambda: report(**given))

    principal, endpoint, scope, verbs = outputs
    assert recorded.one("FoundryAgent").outputs == {
        "principal_id": principal,
        "app_name": "contoso-report-dev",
        "host": "agents.foundry.test",
        "endpoint": endpoint,
        "scope": scope,
        "verbs": verbs,
        "published": given is PUBLISHED,
    }


def test_who_it_is_is_asked_with_no_secret() -> None:
    recorded = record(lambda: report(identity="per-agent"))

    inputs = recorded.one("AgentIdentity").inputs
    assert {key: value for key, value in inputs.items() if key != "__provider"} == {
        "project_id": identity_of("Project", "agents"),
        "project_endpoint": PROJECT,
        "agents": ["report"],
        "identity": "per-agent",
    }


def test_an_application_without_an_identity_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(recorder)["_ANSWERS"], "AgentApplication", lambda _: {"properties": {}})

    with pytest.raises(RuntimeError, match="published 'contoso-report-dev' without an identity of its own"):
        record(lambda: report(**PUBLISHED))


@pytest.mark.parametrize("preview", [True, False])
def test_the_program_itself_asks_nobody(monkeypatch: pytest.MonkeyPatch, *, preview: bool) -> None:
    """Foundry is asked by the resource's provider, which runs when something is made or refreshed, and never before."""
    service = Service(own("its own"))
    monkeypatch.setattr(foundry_identity, "ask", service)
    monkeypatch.setattr(foundry_asking, "ask", service)

    for given in (PUBLISHED, {"identity": "per-agent"}, {"identity": "given", "principal_id": GUID}):
        record(lambda given=given: report(**given), preview=preview)
    record(lambda: sharing("report", "clerk"), preview=preview)

    assert service.asked == []


@pytest.mark.parametrize("given", [PUBLISHED, {"identity": "per-agent"}])
def test_in_a_preview_who_it_is_is_unknown(given: dict[str, Any]) -> None:
    recorded = record(lambda: report(**given), preview=True)

    assert isinstance((recorded.one("FoundryAgent").outputs or {})["principal_id"], pulumi.output.Unknown)


@pytest.mark.parametrize(
    ("given", "role", "scope"),
    [
        (PUBLISHED, "Foundry User", identity_of("AgentApplication", "report")),
        (
            {"identity": "per-agent", "principal_id": GUID},
            "Foundry Agent Consumer",
            f"{identity_of('Project', 'agents')}/agents/report",
        ),
    ],
)
def test_a_caller_may_use_it(given: dict[str, Any], role: str, scope: str) -> None:
    recorded = record(lambda: report(**given).allow(Somebody("clerk"), "use"))

    grant = recorded.one("RoleAssignment", "clerk-may-use-report").inputs
    assert grant["scope"] == scope
    assert grant["roleDefinitionId"].rpartition("/")[2] == by_name(role).id
    assert grant["principalId"] == "principal of clerk"


@pytest.mark.parametrize(("kind", "principal_type"), [("group", "Group"), ("user", "User")])
def test_people_may_use_it(kind: Literal["group", "user"], principal_type: str) -> None:
    def program() -> None:
        report(**PUBLISHED).allow(People("analysts", {"kind": kind, "principal_id": GUID}), "use")

    recorded = record(program)

    grant = recorded.one("RoleAssignment", "analysts-may-use-report")
    assert (grant.inputs["principalId"], grant.inputs["principalType"]) == (GUID, principal_type)
    assert grant.parent == recorded.one("People").urn


def test_nobody_is_granted_a_whole_project_to_call_one_agent() -> None:
    with pytest.raises(ValueError, match="anything but the whole project; publish it"):
        record(lambda: report(identity="given", principal_id=GUID).allow(Somebody("clerk"), "use"))
    with pytest.raises(ValueError, match="anything but the whole project; publish it"):
        record(lambda: sharing("report")[0].allow(Somebody("clerk"), "use"))


@pytest.mark.parametrize("identity", ["given", "per-agent"])
def test_an_id_that_others_share_is_nobodys_own(identity: str) -> None:
    with pytest.raises(
        pulumi.RunError, match=f"'{recorder.SHARED}' is what all unpublished agents of project 'agents'"
    ):
        record(lambda: report(identity=identity, principal_id=recorder.SHARED))


def test_an_id_that_is_given_for_all_is_theirs_where_azure_tells_it() -> None:
    told = f"'{GUID}' is not what the unpublished agents of project 'agents' act as; Azure tells '{recorder.SHARED}'"

    with pytest.raises(pulumi.RunError, match=told):
        record(lambda: sharing("report", "clerk", principal_id=GUID))


def test_nothing_is_granted_to_an_id_before_it_is_known_whether_others_share_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def program() -> None:
        vault = KeyVault("contoso-vault", placed("contoso-vault-dev7"))
        who = report(identity="given", principal_id=recorder.SHARED.upper())
        KeyVaultSecret("signing", {"vault": vault, "secret": "signing"}).allow(who, "read")

    asked: list[str] = []
    monitor = vars(recorder)["_Monitor"]
    register = monitor.RegisterResource
    monkeypatch.setattr(monitor, "RegisterResource", lambda self, one: asked.append(one.name) or register(self, one))

    with pytest.raises(pulumi.RunError, match="act as"):
        record(program)

    assert "report-identity" in asked
    assert "report-may-read-signing" not in asked


def test_published_agents_of_an_account_are_written_one_after_another() -> None:
    """Whoever writes to an account while another does gets RequestConflict."""

    def program() -> None:
        project = in_project()
        for name in ("clerk", "report"):
            FoundryAgent(name, {"project": project, "agent": name, "app_name": f"contoso-{name}-dev", **PUBLISHED})

    recorded = record(program)

    written = [recorded.one("AgentApplication", "clerk"), recorded.one("AgentDeployment", "clerk-is-deployed")]
    written += [recorded.one("AgentApplication", "report"), recorded.one("AgentDeployment", "report-is-deployed")]
    assert recorded.one("Project").urn in written[0].dependencies
    for before, after in pairwise(written):
        assert before.urn in after.dependencies


def test_an_unknown_verb_is_refused() -> None:
    with pytest.raises(ValueError, match="'report' has no verb 'own'; its verbs are use"):
        record(lambda: report(**PUBLISHED).allow(Somebody("clerk"), "own"))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"identity": "mine"}, "identity 'mine'; there are shared, application, per-agent, given"),
        ({"identity": "given"}, "say which in 'principal_id'"),
        ({"identity": "application"}, "needs version"),
        ({"identity": "shared"}, "'shared' says whose"),
        ({**PUBLISHED, "principal_id": GUID}, "identity of its application; leave out 'principal_id'"),
        ({**PUBLISHED, "min_replicas": 1}, "say max_replicas too"),
        ({"identity": "per-agent", "version": "7"}, "leave out version, or say identity 'application'"),
    ],
)
def test_what_does_not_fit_together_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        record(lambda: report(**given))


class Service:
    """What Azure answers, by address; others are not there."""

    def __init__(self, agent: Answer, project: Answer | None = None) -> None:
        self._agent, self._project = agent, project or Answer(404, {})
        self.asked: list[tuple[str, str]] = []

    def __call__(self, url: str, audience: str) -> Answer:
        self.asked.append((url, audience))
        return self._project if "management.azure.com" in url else self._agent


def own(principal: str | None) -> Answer:
    return Answer(200, {"instance_identity": None if principal is None else {"principal_id": principal}})


def test_an_agents_own_identity_is_in_the_projects_data_plane() -> None:
    service = Service(own("its own"))

    assert principal_of({**ASKED, "identity": "per-agent"}, service) == "its own"
    assert service.asked == [
        ("https://p.test/api/projects/p/agents/report?api-version=v1", "https://ai.azure.com/.default")
    ]


def test_the_shared_identity_is_the_projects() -> None:
    service = Service(own(None), Answer(200, SHARED))

    assert principal_of({**ASKED, "identity": "shared"}, service) == "shared"
    assert [audience for _, audience in service.asked] == [
        "https://ai.azure.com/.default",
        "https://management.azure.com/.default",
    ]


@pytest.mark.parametrize(
    ("identity", "service", "why"),
    [
        ("per-agent", Service(own(None)), "'report' has no identity of its own"),
        ("shared", Service(own("its own"), Answer(200, SHARED)), "its own of its own; say 'identities: per-agent'"),
        ("shared", Service(own(None), Answer(200, {})), "tells 0 agent identities .* to 'project_identities'"),
        ("shared", Service(own(None), Answer(403, {})), r"may not read project '/the/project' \(403\); give them"),
        ("per-agent", Service(Answer(401, {})), r"may not read agent 'report' \(401\)"),
        ("per-agent", Service(Answer(500, {})), "got 500; try again, or give the id in 'agent_identities' or"),
    ],
)
def test_what_cannot_be_told_says_what_to_do(identity: str, service: Service, why: str) -> None:
    with pytest.raises(RuntimeError, match=why):
        principal_of({**ASKED, "identity": identity}, service)


def test_only_the_principal_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foundry_identity, "ask", Service(own("its own")))
    props = {**ASKED, "identity": "per-agent"}

    created = Provider().create(props)

    assert created.id == "/the/project/agentIdentities/report"
    assert created.outs == {**props, "principal_id": "its own", "shared": []}


@pytest.mark.parametrize(("project", "shared"), [(SHARED, ["shared"]), ({}, [])], ids=["told", "not told"])
def test_beside_an_id_that_is_given_the_project_is_asked_whether_it_is_the_shared_one(
    monkeypatch: pytest.MonkeyPatch, project: dict[str, Any], shared: list[str]
) -> None:
    service = Service(Answer(403, {}), Answer(200, project))
    monkeypatch.setattr(foundry_identity, "ask", service)
    props = {**ASKED, "identity": "per-agent", "given": GUID}

    created = Provider().create(props)

    assert created.outs == {**props, "principal_id": GUID, "shared": shared}
    assert [audience for _, audience in service.asked] == ["https://management.azure.com/.default"]
    assert (Provider().read(created.id, created.outs).outs or {})["shared"] == shared


def test_an_id_in_a_project_that_may_not_be_read_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foundry_identity, "ask", Service(own("its own"), Answer(403, {})))

    with pytest.raises(RuntimeError, match=r"may not read project '/the/project' \(403\); give them"):
        Provider().create({**ASKED, "identity": "per-agent", "given": GUID})


def test_the_id_of_a_blueprint_is_no_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foundry_identity, "ask", Service(own("its own"), Answer(200, SHARED)))

    with pytest.raises(
        RuntimeError, match="BLUEPRINT is the id of a blueprint, and of no agent; copy 'agentIdentityId'"
    ):
        Provider().create({**ASKED, "identity": "per-agent", "given": "BLUEPRINT"})


def test_an_id_in_a_project_that_is_gone_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foundry_identity, "ask", Service(own("its own")))
    props = {**ASKED, "identity": "per-agent", "given": GUID}

    assert Provider().read("id", props).id == ""
    with pytest.raises(RuntimeError, match="there is no project '/the/project'"):
        Provider().create(props)


def test_a_refresh_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foundry_identity, "ask", Service(own("another")))

    found = Provider().read("id", {**ASKED, "identity": "per-agent", "principal_id": "its own"})

    assert (found.id, (found.outs or {})["principal_id"]) == ("id", "another")


def test_an_agent_that_is_gone_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foundry_identity, "ask", Service(Answer(404, {})))
    props = {**ASKED, "identity": "per-agent"}

    assert Provider().read("id", props).id == ""
    with pytest.raises(RuntimeError, match="has no agent 'report'; make a first version there"):
        Provider().create(props)


def test_another_agent_is_another_resource() -> None:
    olds = {**ASKED, "identity": "per-agent", "principal_id": "its own"}

    assert Provider().diff("id", olds, {**olds, "principal_id": None}).changes is False
    assert Provider().diff("id", olds, {**olds, "agents": ["other"]}).replaces == ["agents"]
    assert Provider().diff("id", olds, {**olds, "identity": "shared"}).replaces == ["identity"]


def test_who_else_shares_an_identity_changes_nothing_of_it() -> None:
    """A replacement would take the grants of all of them away and give them anew."""
    olds = {**ASKED, "identity": "shared", "principal_id": "shared"}

    found = Provider().diff("id", olds, {**olds, "agents": ["report", "clerk"]})

    assert (found.changes, found.replaces) == (True, [])


def test_who_tells_an_identity_changes_nothing_of_whose_it_is() -> None:
    olds = {**ASKED, "identity": "per-agent", "principal_id": "its own"}

    found = Provider().diff("id", olds, {**olds, "given": GUID})

    assert (found.changes, found.replaces) == (True, [])


def test_a_replacement_comes_before_what_it_replaces_goes() -> None:
    olds = {**ASKED, "identity": "per-agent", "principal_id": "its own"}

    assert Provider().diff("id", olds, {**olds, "project_id": "/another"}).delete_before_replace is False


def test_one_that_is_not_there_has_no_part_in_what_others_share() -> None:
    class Half(Service):
        def __call__(self, url: str, audience: str) -> Answer:
            return Answer(404, {}) if url.partition("?")[0].endswith("/clerk") else super().__call__(url, audience)

    props = {**ASKED, "agents": ["report", "clerk"], "identity": "shared"}

    with pytest.raises(RuntimeError, match="has no agent 'clerk'; make a first version there"):
        principal_of(props, Half(own(None), Answer(200, SHARED)))


class Signed:
    """A credential; without a token, nobody is signed in."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        if self._token is None:
            raise ClientAuthenticationError(f"nobody for {scopes}")
        return AccessToken(self._token, 4102444800)


class Canned(BaseAdapter):
    """An HTTP that answers one thing and remembers what it was sent."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self._status, self._body = status, body
        self.headers: list[Mapping[str, str]] = []

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        self.headers.append(dict(request.headers))
        response = requests.Response()
        response.status_code, response.request, response.url = self._status, request, request.url or ""
        response.raw = HTTPResponse(BytesIO(self._body), status=self._status, preload_content=False)
        response.headers["Content-Type"] = "application/json"
        return response

    def close(self) -> None:
        """There is nothing to close."""


def through(adapter: BaseAdapter) -> RequestsTransport:
    session = requests.Session()
    session.mount("https://", adapter)
    return RequestsTransport(session=session)


def test_a_question_carries_the_token_of_whoever_is_signed_in() -> None:
    web = Canned(200, b'{"instance_identity": {"principal_id": "its own"}}')

    answer = foundry_asking.ask("https://p.test/agents/report", "audience", Signed("secret"), through(web))

    assert answer == Answer(200, {"instance_identity": {"principal_id": "its own"}})
    assert [one["Authorization"] for one in web.headers] == ["Bearer secret"]


def test_an_answer_that_is_no_object_is_empty() -> None:
    assert foundry_asking.ask("https://p.test", "a", Signed("s"), through(Canned(404, b"gone"))) == Answer(404, {})


def test_where_nobody_is_signed_in_it_says_how_to() -> None:
    with pytest.raises(RuntimeError, match=r"nobody is signed in to Azure .* run `az login`"):
        foundry_asking.ask("https://p.test", "audience", Signed(None), through(Canned(200, b"{}")))

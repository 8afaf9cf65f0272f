"""Tests of the Foundry agent component: its identity and the access of its callers."""

from itertools import pairwise
from typing import Any, Literal, cast

import pulumi
import pytest

from access.azure.roles import by_name
from components.agents import azure_request, dynamic_provider
from components.agents.azure_response import AzureResponse
from components.agents.foundry import FoundryAgent, FoundryAgentArgs
from components.agents.unpublished import UnpublishedAgents
from components.hosts.foundry_account import FoundryAccount
from components.hosts.foundry_project import FoundryProject
from components.people import People
from components.resources.key_vault import KeyVault
from components.resources.key_vault_secret import KeyVaultSecret
from tests.components import recorder
from tests.components.places import Somebody, placed
from tests.components.recorder import identity_of, principal_of, record

GUID = "33333333-3333-4333-8333-333333333333"
PROJECT = "https://agents.foundry.test/api/projects/agents"
APPLICATION = "contoso-report-dev"
PUBLISHED: dict[str, Any] = {"identity": "application", "version": "7"}


def in_project() -> FoundryProject:
    account = FoundryAccount("contoso-ai", {**placed("contoso-ai-dev7")})
    return FoundryProject("agents", {"account": account, "project_name": "agents", "location": "westeurope"})


def report(**more: Any) -> FoundryAgent:  # noqa: ANN401 - any argument
    args: dict[str, Any] = {"project": in_project(), "agent": "report", "app_name": APPLICATION, **more}
    return FoundryAgent("report", cast("FoundryAgentArgs", args))


def sharing(*agents: str, principal_id: str | None = None) -> list[FoundryAgent]:
    """Create the component of a project's shared identity."""
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
        (PUBLISHED, principal_of("report")),
        ({"identity": "per-agent"}, principal_of("report-identity")),
        ({"identity": "per-agent", "principal_id": GUID}, GUID),
        ({"identity": "given", "principal_id": GUID}, GUID),
    ],
)
def test_role_assignment_of_a_foundry_agent_is_for_the_principal_of_its_identity_source(
    given: dict[str, Any], principal: str
) -> None:
    grant = granted(**given)

    assert (grant.inputs["principalId"], grant.inputs["principalType"]) == (principal, "ServicePrincipal")
    assert grant.parent.endswith("::report")


@pytest.mark.parametrize(
    ("given", "principal"),
    [(None, principal_of("unpublished-identity")), (recorder.SHARED, recorder.SHARED)],
    ids=["read from Azure", "configured"],
)
def test_foundry_agents_with_a_shared_identity_get_one_role_assignment_for_it(
    given: str | None, principal: str
) -> None:
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
def test_foundry_agent_registers_the_child_resources_of_its_identity_source(
    given: dict[str, Any], made: set[tuple[str, str]]
) -> None:
    recorded = record(lambda: report(**given))

    agent = recorded.one("FoundryAgent")
    assert {(one.kind, one.name) for one in recorded.resources if one.parent == agent.urn} == made


def test_shared_foundry_identity_is_looked_up_once_for_all_its_agents() -> None:
    recorded = record(lambda: sharing("report", "clerk"))

    (lookup,) = recorded.all("AgentIdentity")
    assert lookup.parent == recorded.one("UnpublishedAgents").urn
    assert (lookup.inputs["agents"], lookup.inputs["identity"]) == (["report", "clerk"], "shared")


def test_published_foundry_agent_registers_an_application_with_exactly_the_expected_inputs() -> None:
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


def test_published_foundry_agents_deployment_has_the_declared_version() -> None:
    recorded = record(lambda: report(**PUBLISHED))

    deployment = recorded.one("AgentDeployment")
    assert deployment.inputs["properties"] == {
        "deploymentType": "Managed",
        "agents": [{"agentName": "report", "agentVersion": "7"}],
        "protocols": [{"protocol": "Responses", "version": "1.0"}],
    }
    assert recorded.one("AgentApplication").urn in deployment.dependencies


@pytest.mark.parametrize(
    ("given", "outputs"),
    [
        (
            PUBLISHED,
            (
                principal_of("report"),
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
def test_foundry_agent_outputs_match_its_identity_source(
    given: dict[str, Any], outputs: tuple[str, str, str, dict[str, str]]
) -> None:
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


def test_foundry_identity_lookup_has_exactly_the_expected_inputs() -> None:
    recorded = record(lambda: report(identity="per-agent"))

    inputs = recorded.one("AgentIdentity").inputs
    assert {key: value for key, value in inputs.items() if key != "__provider"} == {
        "project_id": identity_of("Project", "agents"),
        "project_endpoint": PROJECT,
        "agents": ["report"],
        "identity": "per-agent",
    }


def test_foundry_application_returned_without_an_identity_is_refused_by_the_agent_component(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(
        vars(recorder)["_ANSWERS"], "azure-native:cognitiveservices:AgentApplication", lambda _: {"properties": {}}
    )

    with pytest.raises(RuntimeError, match="published 'contoso-report-dev' without an identity of its own"):
        record(lambda: report(**PUBLISHED))


@pytest.mark.parametrize("preview", [True, False])
def test_program_with_foundry_agents_sends_no_request_to_foundry(
    monkeypatch: pytest.MonkeyPatch, *, preview: bool
) -> None:
    """Requests are sent by the provider of the dynamic resource, when it is created or refreshed."""
    requests: list[str] = []

    def send(url: str, _audience: str) -> AzureResponse:
        requests.append(url)
        return AzureResponse(404, {})

    monkeypatch.setattr(dynamic_provider, "send_request", send)
    monkeypatch.setattr(azure_request, "send_get_request", send)

    for given in (PUBLISHED, {"identity": "per-agent"}, {"identity": "given", "principal_id": GUID}):
        record(lambda given=given: report(**given), preview=preview)
    record(lambda: sharing("report", "clerk"), preview=preview)

    assert requests == []


@pytest.mark.parametrize("given", [PUBLISHED, {"identity": "per-agent"}])
def test_principal_id_of_a_foundry_agent_is_unknown_in_preview(given: dict[str, Any]) -> None:
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
def test_caller_of_a_foundry_agent_gets_a_role_at_that_agent(given: dict[str, Any], role: str, scope: str) -> None:
    recorded = record(lambda: report(**given).allow(Somebody("clerk"), "use"))

    grant = recorded.one("RoleAssignment", "clerk-may-use-report").inputs
    assert grant["scope"] == scope
    assert grant["roleDefinitionId"].rpartition("/")[2] == by_name(role).id
    assert grant["principalId"] == "principal of clerk"


@pytest.mark.parametrize(("kind", "principal_type"), [("group", "Group"), ("user", "User")])
def test_people_who_call_a_published_foundry_agent_get_a_role_at_it(
    kind: Literal["group", "user"], principal_type: str
) -> None:
    def program() -> None:
        report(**PUBLISHED).allow(People("analysts", {"kind": kind, "principal_id": GUID}), "use")

    recorded = record(program)

    grant = recorded.one("RoleAssignment", "analysts-may-use-report")
    assert (grant.inputs["principalId"], grant.inputs["principalType"]) == (GUID, principal_type)
    assert grant.parent == recorded.one("People").urn


def test_role_for_calling_a_foundry_agent_without_a_scope_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="but the whole project; publish it"):
        record(lambda: report(identity="given", principal_id=GUID).allow(Somebody("clerk"), "use"))
    with pytest.raises(ValueError, match="but the whole project; publish it"):
        record(lambda: sharing("report")[0].allow(Somebody("clerk"), "use"))


@pytest.mark.parametrize("identity", ["given", "per-agent"])
def test_shared_identity_id_configured_for_one_foundry_agent_is_refused(identity: str) -> None:
    with pytest.raises(
        pulumi.RunError, match=f"'{recorder.SHARED}' is the identity that all unpublished agents of project 'agents'"
    ):
        record(lambda: report(identity=identity, principal_id=recorder.SHARED))


def test_configured_shared_foundry_identity_id_that_azure_does_not_report_is_refused() -> None:
    message = (
        f"'{GUID}' is not the identity of the unpublished agents of project 'agents'; Azure reports '{recorder.SHARED}'"
    )

    with pytest.raises(pulumi.RunError, match=message):
        record(lambda: sharing("report", "clerk", principal_id=GUID))


def test_no_role_is_registered_for_a_configured_foundry_identity_id_that_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def program() -> None:
        vault = KeyVault("contoso-vault", placed("contoso-vault-dev7"))
        agent = report(identity="given", principal_id=recorder.SHARED.upper())
        KeyVaultSecret("signing", {"vault": vault, "secret": "signing"}).allow(agent, "read")

    registered: list[str] = []
    monitor = vars(recorder)["_Monitor"]
    register = monitor.RegisterResource
    monkeypatch.setattr(
        monitor, "RegisterResource", lambda self, one: registered.append(one.name) or register(self, one)
    )

    with pytest.raises(pulumi.RunError, match="share; set the id of this agent alone"):
        record(program)

    assert "report-identity" in registered
    assert "report-may-read-signing" not in registered


def test_writes_of_foundry_agents_to_one_account_depend_on_each_other_in_turn() -> None:
    """Azure refuses a second write to an account at the same time with RequestConflict."""

    def program() -> None:
        project = in_project()
        for name in ("clerk", "report"):
            args = {"project": project, "agent": name, "app_name": f"contoso-{name}-dev", **PUBLISHED}
            FoundryAgent(name, cast("FoundryAgentArgs", args))

    recorded = record(program)

    written = [recorded.one("AgentApplication", "clerk"), recorded.one("AgentDeployment", "clerk-is-deployed")]
    written += [recorded.one("AgentApplication", "report"), recorded.one("AgentDeployment", "report-is-deployed")]
    assert recorded.one("Project").urn in written[0].dependencies
    for before, after in pairwise(written):
        assert before.urn in after.dependencies


def test_unknown_verb_on_a_foundry_agent_is_refused_with_its_valid_verbs() -> None:
    with pytest.raises(ValueError, match="'report' has no verb 'own'; its verbs are use"):
        record(lambda: report(**PUBLISHED).allow(Somebody("clerk"), "own"))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"identity": "mine"}, "identity 'mine'; the choices are per-agent, given, shared, application"),
        ({"identity": "given"}, "set its id in 'principal_id'"),
        ({"identity": "application"}, "set 'version'"),
        ({"identity": "shared"}, "the argument 'shared' is required for identity 'shared' alone"),
        (
            {**PUBLISHED, "principal_id": GUID},
            "identity 'application', which Foundry assigns; leave out 'principal_id'",
        ),
        ({"identity": "shared", "shared": None, "version": "7"}, "has no endpoint; leave out version"),
    ],
)
def test_foundry_agent_component_refuses_inconsistent_arguments(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        record(lambda: report(**given))

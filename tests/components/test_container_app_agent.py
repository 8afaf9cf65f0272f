"""Tests of the Container App agent component: app, identities, ingress, probes and scaling."""

import re
from collections.abc import Callable
from typing import Any, cast

import pytest

from components.agents.container_app import ContainerAppAgent, ContainerAppAgentArgs
from components.agents.permissions import Permission
from components.resources.base import Scaling
from components.resources.cosmos_account import CosmosAccount
from components.resources.cosmos_container import CosmosContainer
from components.resources.image_registry import ImageRegistry, Permissions
from components.resources.model_account import ModelAccount
from tests.components.places import placed
from tests.components.recorder import SUBSCRIPTION, Recorded, identity_of, principal_of, record

PULL_IDENTITY = identity_of("UserAssignedIdentity", "report-pull")


def registry(*, permissions: Permissions = Permissions.REGISTRY) -> ImageRegistry:
    existing = permissions is Permissions.REPOSITORY
    return ImageRegistry("contoso", {**placed("contosodev7", existing=existing), "permissions": permissions})


def report(images: ImageRegistry | None = None, **more: Any) -> ContainerAppAgent:  # noqa: ANN401 - any argument
    args: dict[str, Any] = {
        "app_name": "contoso-report-dev",
        "pull_identity_name": "contoso-report-dev-pull",
        "resource_group_name": "group",
        "location": "westeurope",
        "environment_id": "/the/environment",
        "registry": images or registry(),
        "repository": "agents/report",
        "image_tag": "1.2.3",
        "cpu": 0.5,
        "memory": "1Gi",
        "min_replicas": 1,
        "max_replicas": 3,
        **more,
    }
    return ContainerAppAgent("report", cast("ContainerAppAgentArgs", args))


OWN = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/group/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x"


def report_with_own_identity(**more: Any) -> ContainerAppAgent:  # noqa: ANN401 - any argument
    findings = CosmosContainer(
        "findings",
        {
            "account": CosmosAccount("contoso-findings", placed("contoso-findings-dev7")),
            "database": "main",
            "container": "findings",
            "partition_key": "/id",
        },
    )
    models = ModelAccount("models", {**placed("contoso-ai", existing=True), "deployments": []})
    wanted = [Permission(findings, "read"), Permission(models, role="Reader", because="it lists deployments")]
    own = {"azure_name": "x", "subscription_id": SUBSCRIPTION, "permissions": wanted}
    return report(own_identity=own, **more)


def app_of(recorded: Recorded) -> dict[str, Any]:
    return recorded.one("ContainerApp").inputs


def test_container_app_agent_registers_app_pull_identity_and_pull_assignment() -> None:
    recorded = record(report)

    agent = recorded.one("ContainerAppAgent")
    assert {(one.kind, one.name) for one in recorded.resources if one.parent == agent.urn} == {
        ("UserAssignedIdentity", "report-pull"),
        ("RoleAssignment", "report-may-pull-contoso"),
        ("ContainerApp", "report"),
    }


def test_container_app_agent_registers_an_app_with_exactly_the_expected_inputs() -> None:
    recorded = record(report)

    assert app_of(recorded) == {
        "containerAppName": "contoso-report-dev",
        "resourceGroupName": "group",
        "location": "westeurope",
        "environmentId": "/the/environment",
        "workloadProfileName": "Consumption",
        "identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": [PULL_IDENTITY]},
        "configuration": {
            "activeRevisionsMode": "Single",
            "identitySettings": [
                {"identity": PULL_IDENTITY, "lifecycle": "None"},
                {"identity": "system", "lifecycle": "Main"},
            ],
            "registries": [{"server": "contoso.registry.test", "identity": PULL_IDENTITY}],
        },
        "template": {
            "containers": [
                {
                    "name": "report",
                    "image": "contoso.registry.test/agents/report:1.2.3",
                    "resources": {"cpu": 0.5, "memory": "1Gi"},
                    "env": [],
                }
            ],
            "scale": {"minReplicas": 1, "maxReplicas": 3},
        },
    }


def test_container_app_agent_with_own_identity_registers_an_app_that_uses_only_that_identity() -> None:
    scaling = Scaling("azure-servicebus", {"queueName": "jobs"})
    recorded = record(lambda: report_with_own_identity(scaling=scaling))

    app, usual = app_of(recorded), app_of(record(lambda: report(scaling=scaling)))
    assert app["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [PULL_IDENTITY, OWN]}
    assert app["configuration"]["identitySettings"] == [
        {"identity": PULL_IDENTITY, "lifecycle": "None"},
        {"identity": OWN, "lifecycle": "Main"},
    ]
    assert app["configuration"]["registries"] == usual["configuration"]["registries"]
    (container,) = app["template"]["containers"]
    assert container["env"] == [{"name": "AZURE_CLIENT_ID", "value": "client of report"}]
    assert "system" not in str(app)
    own_rule = {**usual["template"]["scale"]["rules"][0]["custom"], "identity": OWN}
    assert app["template"]["scale"]["rules"] == [{"name": "waiting", "custom": own_rule}]


def test_container_app_agents_app_depends_on_every_role_assignment_of_its_own_identity() -> None:
    recorded = record(report_with_own_identity)

    agent, app = recorded.one("ContainerAppAgent"), recorded.one("ContainerApp")
    granted = [recorded.one("SqlResourceSqlRoleAssignment"), *recorded.all("RoleAssignment")]
    assert {one.name for one in granted} == {
        "report-may-read-findings",
        "report-holds-reader-on-models",
        "report-may-pull-contoso",
    }
    assert {one.urn for one in granted} <= app.dependencies
    assert not any(app.urn in one.dependencies for one in granted)
    assert {one.inputs["principalId"] for one in granted} == {principal_of("report"), principal_of("report-pull")}
    # Below the agent, so that they are deleted with it.
    assert {one.parent for one in (*granted, *recorded.all("UserAssignedIdentity"))} == {agent.urn}
    assert (agent.outputs or {})["principal_id"] == principal_of("report")


def test_own_identity_of_a_container_app_agent_is_known_in_a_preview_where_the_pull_identity_is_not() -> None:
    recorded = record(report_with_own_identity, preview=True)

    _, own = app_of(recorded)["configuration"]["identitySettings"]
    assert own == {"identity": OWN, "lifecycle": "Main"}


@pytest.mark.parametrize("agent", [report, report_with_own_identity], ids=["system-assigned", "user-assigned"])
def test_container_app_agent_without_its_image_runs_a_pinned_placeholder_and_has_no_role_but_the_pull_of_its_image(
    agent: Callable[..., ContainerAppAgent],
) -> None:
    settings: dict[str, Any] = {
        "variables": {"MODE": "x"},
        "probes": {"liveness": {"port": 8080}},
        "ingress": {"port": 8080},
        "scaling": Scaling("azure-servicebus", {"queueName": "jobs"}),
    }
    recorded, later = record(lambda: agent(placeholder=True, **settings)), record(lambda: agent(**settings))

    granted = [*recorded.all("RoleAssignment"), *recorded.all("SqlResourceSqlRoleAssignment")]
    assert [one.name for one in granted] == ["report-may-pull-contoso"]
    app, usual = app_of(recorded), app_of(later)
    (container,) = app["template"]["containers"]
    assert re.fullmatch(r"mcr\.microsoft\.com/[\w/-]+@sha256:[0-9a-f]{64}", container["image"])
    assert set(container) == {"env", "image", "name", "resources"}
    assert container["env"] == []
    assert app["template"]["scale"] == {"minReplicas": 0, "maxReplicas": 1}
    assert app["configuration"]["ingress"] == {**usual["configuration"]["ingress"], "targetPort": 80}
    # Nothing else differs, so that the agent's identities and its pull role are there before its image is.
    for app_inputs in (app, usual):
        del app_inputs["template"], app_inputs["configuration"]["ingress"]
    assert app == usual


def test_container_app_agents_container_gets_no_token_for_the_pull_identity() -> None:
    recorded = record(report)

    settings = app_of(recorded)["configuration"]["identitySettings"]
    assert {one["identity"]: one["lifecycle"] for one in settings} == {PULL_IDENTITY: "None", "system": "Main"}


def test_container_app_agents_app_depends_on_its_image_pull_role() -> None:
    recorded = record(report)

    assert recorded.one("RoleAssignment", "report-may-pull-contoso").urn in recorded.one("ContainerApp").dependencies


def test_container_app_agent_outputs_have_separate_principal_ids_of_agent_and_pull_identity() -> None:
    recorded = record(lambda: report(ingress={"port": 8080}))

    assert recorded.one("ContainerAppAgent").outputs == {
        "principal_id": principal_of("report"),
        "pull_principal_id": principal_of("report-pull"),
        "app_name": "contoso-report-dev",
        "host": "report.apps.test",
        "endpoint": "https://report.apps.test",
    }


def test_container_app_agent_without_ingress_has_no_endpoint() -> None:
    recorded = record(report)

    assert "ingress" not in app_of(recorded)["configuration"]
    outputs = recorded.one("ContainerAppAgent").outputs or {}
    assert (outputs["host"], outputs["endpoint"]) == ("", "")


def test_internal_ingress_of_a_container_app_agent_is_not_external_and_requires_tls() -> None:
    recorded = record(lambda: report(ingress={"port": 8080}))

    assert app_of(recorded)["configuration"]["ingress"] == {
        "external": False,
        "targetPort": 8080,
        "allowInsecure": False,
        "transport": "auto",
    }


def test_external_ingress_of_a_container_app_agent_accepts_only_listed_ip_ranges() -> None:
    allow = ["198.51.100.7", "203.0.113.0/24"]
    recorded = record(lambda: report(ingress={"port": 8080, "external": True, "allow": allow}))

    assert app_of(recorded)["configuration"]["ingress"] == {
        "external": True,
        "targetPort": 8080,
        "allowInsecure": False,
        "transport": "auto",
        "ipSecurityRestrictions": [
            {"name": "allow-198-51-100-7", "ipAddressRange": "198.51.100.7", "action": "Allow"},
            {"name": "allow-203-0-113-0-24", "ipAddressRange": "203.0.113.0/24", "action": "Allow"},
        ],
    }


def test_external_ingress_without_an_allow_list_is_refused_by_the_container_app_component() -> None:
    with pytest.raises(ValueError, match="'contoso-report-dev' would be open to every address"):
        record(lambda: report(ingress={"port": 8080, "external": True}))


def test_allow_list_of_internal_ingress_is_refused_by_the_container_app_component() -> None:
    with pytest.raises(ValueError, match="is not external, so 'allow' has no effect"):
        record(lambda: report(ingress={"port": 8080, "allow": ["203.0.113.0/24"]}))


def test_environment_variables_of_a_container_app_agent_are_sorted_by_name() -> None:
    recorded = record(lambda: report(variables={"B": "2", "C": "3", "A": "1"}))

    (container,) = app_of(recorded)["template"]["containers"]
    assert container["env"] == [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "2"},
        {"name": "C", "value": "3"},
    ]


def test_container_app_agents_probe_is_http_with_a_path_and_tcp_without() -> None:
    probes = {
        "liveness": {"port": 8080, "path": "/healthz", "period_seconds": 30, "failure_threshold": 5},
        "startup": {"port": 8081, "initial_delay_seconds": 2, "timeout_seconds": 3, "success_threshold": 1},
    }
    recorded = record(lambda: report(probes=probes))

    (container,) = app_of(recorded)["template"]["containers"]
    assert container["probes"] == [
        {"type": "Liveness", "httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 30, "failureThreshold": 5},
        {
            "type": "Startup",
            "tcpSocket": {"port": 8081},
            "initialDelaySeconds": 2,
            "timeoutSeconds": 3,
            "successThreshold": 1,
        },
    ]


def test_container_app_agent_with_concurrent_requests_scales_on_http_requests() -> None:
    recorded = record(lambda: report(concurrent_requests=20))

    rules = app_of(recorded)["template"]["scale"]["rules"]
    assert rules == [{"name": "requests", "http": {"metadata": {"concurrentRequests": "20"}}}]


def test_queue_scaling_rule_of_a_container_app_agent_authenticates_with_its_own_identity() -> None:
    recorded = record(lambda: report(scaling=Scaling("azure-servicebus", {"queueName": "jobs"})))

    rules = app_of(recorded)["template"]["scale"]["rules"]
    custom = {"type": "azure-servicebus", "metadata": {"queueName": "jobs"}, "identity": "system"}
    assert rules == [{"name": "waiting", "custom": custom}]


def test_container_app_agents_image_pull_role_is_on_the_whole_registry_by_default() -> None:
    recorded = record(report)

    pull = recorded.one("RoleAssignment").inputs
    assert pull["scope"] == identity_of("Registry", "contoso")
    assert pull["principalId"] == principal_of("report-pull")
    assert "condition" not in pull


def test_container_app_agents_image_pull_role_is_limited_to_its_repository_in_repository_mode() -> None:
    recorded = record(lambda: report(registry(permissions=Permissions.REPOSITORY)))

    pull = recorded.one("RoleAssignment").inputs
    assert "StringEquals 'agents/report'" in pull["condition"]
    assert pull["conditionVersion"] == "2.0"


def test_image_registry_component_refuses_to_create_a_registry_in_repository_mode() -> None:
    def program() -> None:
        ImageRegistry("contoso", {**placed("contosodev7"), "permissions": Permissions.REPOSITORY})

    with pytest.raises(ValueError, match="'contoso' cannot be created in repository mode"):
        record(program)


def test_two_container_app_agents_have_different_pull_identities() -> None:
    def program() -> None:
        images = registry()
        args = report(images), images
        del args
        other: ContainerAppAgentArgs = {
            "app_name": "contoso-other-dev",
            "pull_identity_name": "contoso-other-dev-pull",
            "resource_group_name": "group",
            "location": "westeurope",
            "environment_id": "/the/environment",
            "registry": images,
            "repository": "agents/report",
            "image_tag": "1.2.3",
            "cpu": 0.5,
            "memory": "1Gi",
            "min_replicas": 1,
            "max_replicas": 3,
        }
        ContainerAppAgent("other", other)

    recorded = record(program)

    attached = [
        identity
        for one in recorded.all("ContainerApp")
        for identity in one.inputs["identity"]["userAssignedIdentities"]
    ]
    assert sorted(attached) == [identity_of("UserAssignedIdentity", "other-pull"), PULL_IDENTITY]
    principals = [one.inputs["principalId"] for one in recorded.all("RoleAssignment")]
    assert sorted(principals) == [principal_of("other-pull"), principal_of("report-pull")]

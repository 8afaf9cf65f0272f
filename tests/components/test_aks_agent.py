"""Tests of the AKS agent component: its identity, its pods and their network policies."""

from typing import Any, cast

import pytest

from components.agents.aks import AksAgent, AksAgentArgs
from components.agents.permissions import Permission
from components.hosts.aks_cluster import AksCluster
from components.resources.image_registry import ImageRegistry
from components.resources.key_vault import KeyVault
from components.resources.key_vault_secret import KeyVaultSecret
from components.resources.model_account import ModelAccount
from tests.components.places import placed
from tests.components.recorder import Recorded, Registered, identity_of, principal_of, record

NAME = {"app.kubernetes.io/name": "report"}
WHERE = {"name": "report", "namespace": "report", "labels": NAME}


def agent(name: str = "report", **more: Any) -> AksAgent:  # noqa: ANN401 - any argument
    place = placed("contoso-dev7")
    cluster = AksCluster("contoso", {**place, "vm_size": "Standard_D4ds_v5", "node_count": 3, "private": True})
    args: dict[str, Any] = {
        "app_name": name,
        "identity_name": f"contoso-{name}-dev",
        "resource_group_name": "group",
        "location": "westeurope",
        "cluster": cluster,
        "namespace": name,
        "registry": ImageRegistry("images", {**placed("contosodev7")}),
        "repository": f"agents/{name}",
        "image_tag": "1.2.3",
        "cpu": 0.5,
        "memory": "1Gi",
        "replicas": 2,
        **more,
    }
    return AksAgent(name, cast("AksAgentArgs", args))


def pod(recorded: Recorded) -> dict[str, Any]:
    return recorded.one("Deployment").inputs["spec"]["template"]["spec"]


def container(recorded: Recorded) -> dict[str, Any]:
    (only,) = pod(recorded)["containers"]
    return only


def policy(recorded: Recorded, name: str = "report-reaches-what-is-listed") -> dict[str, Any]:
    return recorded.one("NetworkPolicy", name).inputs["spec"]


def inside(recorded: Recorded) -> list[Registered]:
    return [one for one in recorded.resources if one.type.startswith("kubernetes:")]


def test_aks_agent_registers_exactly_the_expected_child_resources() -> None:
    recorded = record(agent)

    whole = recorded.one("AksAgent")
    assert {(one.kind, one.name) for one in recorded.resources if one.parent == whole.urn} == {
        ("UserAssignedIdentity", "report"),
        ("FederatedIdentityCredential", "report-is-its-service-account"),
        ("Namespace", "report"),
        ("ServiceAccount", "report"),
        ("NetworkPolicy", "report-reaches-nothing"),
        ("NetworkPolicy", "report-reaches-what-is-listed"),
        ("Deployment", "report"),
    }


def test_aks_agents_pods_start_after_its_role_assignments_are_created() -> None:
    def program() -> None:
        models = ModelAccount("models", {**placed("contoso-ai", existing=True), "deployments": []})
        agent(permissions=[Permission(models, "use")])

    recorded = record(program)

    granted = recorded.one("RoleAssignment", "report-may-use-models")
    assert granted.urn in recorded.one("Deployment").dependencies
    assert (granted.parent, granted.inputs["principalId"]) == (recorded.one("AksAgent").urn, principal_of("report"))


def test_aks_agents_federated_credential_trusts_only_its_service_account() -> None:
    recorded = record(agent)

    assert recorded.one("FederatedIdentityCredential").inputs == {
        "federatedIdentityCredentialResourceName": "report-report",
        "resourceName": "contoso-report-dev",
        "resourceGroupName": "group",
        "issuer": "https://contoso.issuer.test/",
        "subject": "system:serviceaccount:report:report",
        "audiences": ["api://AzureADTokenExchange"],
    }


def test_aks_agents_service_account_names_the_identity_and_mounts_no_cluster_token() -> None:
    recorded = record(agent)

    account = recorded.one("ServiceAccount").inputs
    assert account["metadata"]["annotations"] == {"azure.workload.identity/client-id": "client of report"}
    assert (account["metadata"]["name"], account["metadata"]["namespace"]) == ("report", "report")
    assert account["automountServiceAccountToken"] is False
    assert "secrets" not in account


def test_aks_agents_namespace_enforces_the_restricted_pod_security_standard() -> None:
    recorded = record(agent)

    assert recorded.one("Namespace").inputs["metadata"] == {
        "name": "report",
        "labels": {
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/enforce-version": "latest",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/audit-version": "latest",
            "pod-security.kubernetes.io/warn": "restricted",
            "pod-security.kubernetes.io/warn-version": "latest",
        },
    }


def test_aks_agents_kubernetes_deployment_has_exactly_the_expected_spec() -> None:
    recorded = record(agent)

    limits = {"cpu": "0.5", "memory": "1Gi"}
    deployment = recorded.one("Deployment").inputs
    assert deployment["metadata"] == WHERE
    assert deployment["spec"] == {
        "replicas": 2,
        "selector": {"matchLabels": NAME},
        "template": {
            "metadata": {"labels": {**NAME, "azure.workload.identity/use": "true"}},
            "spec": {
                "serviceAccountName": "report",
                "automountServiceAccountToken": False,
                "enableServiceLinks": False,
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [
                    {
                        "name": "report",
                        "image": "images.registry.test/agents/report:1.2.3",
                        "imagePullPolicy": "Always",
                        "env": [],
                        "resources": {"requests": limits, "limits": limits},
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "privileged": False,
                            "readOnlyRootFilesystem": True,
                            "runAsNonRoot": True,
                            "capabilities": {"drop": ["ALL"]},
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - a volume of the pod's
                    }
                ],
                "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "256Mi"}}],
            },
        },
    }


def test_aks_agent_creates_and_mounts_no_secret() -> None:
    recorded = record(lambda: agent(variables={"REPORTS_ENDPOINT": "https://reports.test"}))

    assert recorded.all("Secret") == []
    assert "imagePullSecrets" not in pod(recorded)
    assert "envFrom" not in container(recorded)
    assert {key for one in container(recorded)["env"] for key in one} == {"name", "value"}


def test_aks_agents_network_policies_deny_all_traffic_but_dns_by_default() -> None:
    recorded = record(agent)

    both = ["Ingress", "Egress"]
    assert policy(recorded, "report-reaches-nothing") == {"podSelector": {}, "policyTypes": both}
    assert policy(recorded) == {
        "podSelector": {"matchLabels": NAME},
        "policyTypes": both,
        "ingress": [],
        "egress": [
            {
                "to": [
                    {
                        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
                    }
                ],
                "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
            }
        ],
    }


def test_aks_agents_network_policy_allows_egress_to_listed_blocks_and_ports() -> None:
    recorded = record(lambda: agent(egress=[{"cidr": "10.1.0.0/24", "ports": [443, 5671]}]))

    assert policy(recorded)["egress"][1:] == [
        {
            "to": [{"ipBlock": {"cidr": "10.1.0.0/24"}}],
            "ports": [{"port": 443, "protocol": "TCP"}, {"port": 5671, "protocol": "TCP"}],
        }
    ]


def test_aks_agent_with_a_port_has_a_service_that_only_its_callers_namespaces_reach() -> None:
    recorded = record(lambda: agent(port=8080, callers=["clerk"]))

    assert recorded.one("Service", "report").inputs["spec"] == {
        "type": "ClusterIP",
        "selector": NAME,
        "ports": [{"name": "http", "port": 8080, "targetPort": 8080, "protocol": "TCP"}],
    }
    assert policy(recorded)["ingress"] == [
        {
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "clerk"}}}],
            "ports": [{"port": 8080, "protocol": "TCP"}],
        }
    ]
    assert container(recorded)["ports"] == [{"containerPort": 8080, "protocol": "TCP"}]


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, ("", "")),
        (
            {"port": 8080, "callers": ["clerk"]},
            ("report.report.svc.cluster.local", "http://report.report.svc.cluster.local:8080"),
        ),
    ],
)
def test_aks_agent_outputs_have_an_endpoint_only_with_a_port(given: dict[str, Any], address: tuple[str, str]) -> None:
    recorded = record(lambda: agent(**given))

    assert recorded.one("AksAgent").outputs == {
        "principal_id": principal_of("report"),
        "namespace": "report",
        "app_name": "report",
        "host": address[0],
        "endpoint": address[1],
    }


def test_role_assignment_of_aks_agent_is_for_its_identity() -> None:
    def program() -> None:
        vault = KeyVault("contoso-vault", placed("contoso-vault-dev7"))
        KeyVaultSecret("signing", {"vault": vault, "secret": "signing"}).allow(agent(), "read")

    recorded = record(program)

    grant = recorded.one("RoleAssignment", "report-may-read-signing")
    assert grant.inputs["principalId"] == principal_of("report")
    assert grant.parent == recorded.one("AksAgent").urn


def test_aks_agents_kubernetes_deployment_depends_on_credential_service_account_and_network_policies() -> None:
    recorded = record(agent)

    needed = {
        recorded.one("FederatedIdentityCredential").urn,
        recorded.one("ServiceAccount").urn,
        *(one.urn for one in recorded.all("NetworkPolicy")),
    }
    assert needed <= recorded.one("Deployment").dependencies


def test_aks_agents_kubernetes_deployment_depends_on_the_kubelets_image_pull_role() -> None:
    def program() -> None:
        registry = ImageRegistry("shared", {**placed("contososhared")})
        place = placed("other-dev7")
        cluster = AksCluster("other", {**place, "vm_size": "Standard_D4ds_v5", "node_count": 3, "private": True})
        cluster.let_pull(registry, "agents/report")
        agent(cluster=cluster, registry=registry)

    recorded = record(program)

    pull = recorded.one("RoleAssignment", "other-kubelet-may-pull-shared")
    assert pull.urn in recorded.one("Deployment").dependencies


def test_aks_agents_network_policy_allows_egress_to_the_agents_it_calls() -> None:
    recorded = record(lambda: agent(callees=[{"namespace": "clerk", "port": 8080}]))

    assert policy(recorded)["egress"][1:] == [
        {
            "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "clerk"}}}],
            "ports": [{"port": 8080, "protocol": "TCP"}],
        }
    ]


def test_all_kubernetes_objects_of_an_aks_agent_are_in_its_namespace() -> None:
    recorded = record(lambda: agent(port=8080, callers=["clerk"]))

    spaces = {one.inputs["metadata"].get("namespace") for one in inside(recorded) if one.kind != "Namespace"}
    assert spaces == {"report"}


def test_environment_variables_of_an_aks_agent_are_sorted_by_name() -> None:
    recorded = record(lambda: agent(variables={"B": "2", "A": "1"}))

    assert container(recorded)["env"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]


def test_aks_agents_probe_is_http_with_a_path_and_tcp_without() -> None:
    probes = {"liveness": {"port": 8080, "path": "/healthz", "period_seconds": 30}, "startup": {"port": 8081}}
    recorded = record(lambda: agent(probes=probes))

    only = container(recorded)
    assert only["livenessProbe"] == {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 30}
    assert only["startupProbe"] == {"tcpSocket": {"port": 8081}}
    assert "readinessProbe" not in only


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"port": 8080}, "listens on port 8080, but no namespace may call it; list namespaces in 'callers'"),
        ({"callers": ["clerk"]}, "listens on no port; remove 'callers'"),
        ({"user_id": 0}, "would run as root"),
        ({"egress": [{"cidr": "0.0.0.0/0", "ports": [443]}]}, "could reach 169.254.169.254"),
        ({"egress": [{"cidr": "168.63.129.0/24", "ports": [443]}]}, "could reach 168.63.129.16"),
        ({"egress": [{"cidr": "10.1.0.0/24", "ports": []}]}, "list ports from 1 to 65535"),
        ({"egress": [{"cidr": "10.1.0.0/24", "ports": [70000]}]}, r"has the invalid egress ports \[70000\]"),
    ],
)
def test_aks_agent_component_refuses_unsafe_or_inconsistent_arguments(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        record(lambda: agent(**given))


def test_preview_of_an_aks_agent_knows_its_deployment_name_and_federated_credential_subject() -> None:
    recorded = record(agent, preview=True)

    assert recorded.one("Deployment").inputs["metadata"] == WHERE
    assert recorded.one("FederatedIdentityCredential").inputs["subject"] == "system:serviceaccount:report:report"


def test_aks_agents_identity_gets_no_role_and_is_not_used_by_the_cluster() -> None:
    recorded = record(agent)

    assert recorded.all("RoleAssignment") == []
    assert identity_of("UserAssignedIdentity", "report") not in str(recorded.one("ManagedCluster").inputs)

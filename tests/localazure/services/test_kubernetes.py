"""Tests of an agent's Kubernetes objects in local Azure, and of the Kubernetes provider in a local run."""

from typing import Any

import pulumi
import pytest

from localazure.azure import LocalAzure
from localazure.errors import UnknownType
from localazure.run import Operation, RunResult, run
from tests.localazure.samples import (
    IN_NAMESPACE,
    KUBERNETES,
    NAMESPACE,
    NETWORK_POLICY,
    PODS,
    SAMPLES,
    SERVICE,
    SERVICE_ACCOUNT,
    make,
)
from tests.localazure.services.refusals import refusal

_SPEC: dict[str, Any] = SAMPLES[PODS].inputs["spec"]
_KINDS = (SERVICE_ACCOUNT, SERVICE, PODS, NETWORK_POLICY)


def test_kubernetes_object_id_consists_of_namespace_and_name_in_local_azure(azure: LocalAzure) -> None:
    namespace, _ = make(azure, NAMESPACE)
    made = {token: make(azure, token) for token in _KINDS}

    assert namespace == "report"
    assert {each for each, _ in made.values()} == {"report/report"}
    assert len({outputs["metadata"]["uid"] for _, outputs in made.values()}) == len(_KINDS)
    assert {azure.read(token, "report/report") is not None for token in _KINDS} == {True}


def test_kubernetes_object_outputs_contain_inputs_and_creation_time_in_local_azure(azure: LocalAzure) -> None:
    _, outputs = make(azure, SERVICE_ACCOUNT)
    inputs = SAMPLES[SERVICE_ACCOUNT].inputs

    assert {**outputs, "metadata": None} == {**inputs, "metadata": None}
    assert inputs["metadata"].items() <= outputs["metadata"].items()
    assert outputs["metadata"]["creationTimestamp"] == "2026-01-01T00:00:00Z"


def test_kubernetes_object_update_keeps_uid_and_changes_resource_version_in_local_azure(azure: LocalAzure) -> None:
    resource_id, before = make(azure, NETWORK_POLICY)
    inputs = SAMPLES[NETWORK_POLICY].inputs

    after = azure.update(NETWORK_POLICY, resource_id, {**inputs, "spec": {"podSelector": {}}})

    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]
    assert after["spec"] == {"podSelector": {}}


def test_deleting_kubernetes_namespace_deletes_its_objects_in_local_azure(azure: LocalAzure) -> None:
    for token in _KINDS:
        make(azure, token)

    azure.delete(NAMESPACE, "report")

    assert azure.world.resources == {}


def test_kubernetes_object_in_missing_namespace_is_refused_by_local_azure(azure: LocalAzure) -> None:
    elsewhere = {**IN_NAMESPACE, "namespace": "elsewhere"}

    for token in _KINDS:
        refused = refusal(azure, token, metadata=elsewhere)
        assert (refused.code, refused.status) == ("NotFound", 404)
        assert 'namespaces "elsewhere" not found' in refused.message


def test_kubernetes_object_without_namespace_is_in_default_namespace_in_local_azure(azure: LocalAzure) -> None:
    resource_id, outputs = make(azure, SERVICE_ACCOUNT, metadata={"name": "lone"})

    assert (resource_id, outputs["metadata"]["namespace"]) == ("default/lone", "default")


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (NAMESPACE, "Agents"),
        (NAMESPACE, "report.dev"),
        (NAMESPACE, "-report"),
        (NAMESPACE, "a" * 64),
        (SERVICE_ACCOUNT, "report_dev"),
        (PODS, "report."),
        (SERVICE, "7up"),
        (NETWORK_POLICY, "a" * 254),
    ],
)
def test_invalid_kubernetes_name_is_refused_by_local_azure(azure: LocalAzure, token: str, name: str) -> None:
    refused = refusal(azure, token, metadata={**IN_NAMESPACE, "name": name})

    assert (refused.code, refused.status) == ("Invalid", 422)
    assert name in refused.message


def test_kubernetes_object_without_name_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assert "metadata.name is missing" in refusal(azure, SERVICE_ACCOUNT, metadata={"namespace": "report"}).message


def test_creating_built_in_kubernetes_namespace_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assert refusal(azure, NAMESPACE, metadata={"name": "kube-system"}).code == "AlreadyExists"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"selector": {"matchLabels": {"app": "other"}}}, "does not match the labels"),
        ({"selector": {}}, "spec.selector is missing or empty"),
        ({"template": {"metadata": {"labels": {"app": "report"}}, "spec": {}}}, "containers is missing"),
        (
            {"template": {**_SPEC["template"], "spec": {**_SPEC["template"]["spec"], "serviceAccountName": "nobody"}}},
            "the service account 'nobody' is not in the namespace 'report'",
        ),
    ],
)
def test_invalid_kubernetes_deployment_is_refused_by_local_azure(
    azure: LocalAzure, spec: dict[str, object], words: str
) -> None:
    assert words in refusal(azure, PODS, spec={**_SPEC, **spec}).message


@pytest.mark.parametrize("token", ["kubernetes:core/v1:Secret", "kubernetes:helm.sh/v3:Release"])
def test_unknown_kubernetes_kind_is_refused_by_name_by_local_azure(azure: LocalAzure, token: str) -> None:
    with pytest.raises(UnknownType, match=token):
        azure.create(token, {"metadata": {"name": "report"}})


def test_local_run_accepts_kubernetes_provider_and_objects() -> None:
    result = _up(_program)

    assert result.ok, result.failures
    assert {step.record.type: step.record.id for step in result.steps if step.record.type.startswith("kub")} == {
        NAMESPACE: "report",
        SERVICE_ACCOUNT: "report/report",
    }
    assert [step.record.type for step in result.steps].count(KUBERNETES) == 1


def test_second_local_run_of_kubernetes_objects_changes_nothing(tmp_path: Any) -> None:  # noqa: ANN401 (a path)
    path = tmp_path / "dev.json"
    first = _up(_program, path)

    second = _up(_program, path)

    assert first.ok
    assert {step.op.value for step in second.steps} == {"same"}


def test_local_run_refuses_explicit_providers_other_than_kubernetes() -> None:
    def program() -> None:
        pulumi.ProviderResource("azure-native", "elsewhere", {})

    result = _up(program)

    assert "does not support explicit providers" in str(result.failures)


def test_component_passes_kubernetes_provider_to_children_in_local_azure() -> None:
    def program() -> None:
        cluster = pulumi.ProviderResource("kubernetes", "cluster", {"kubeconfig": "{}"})
        agent = pulumi.ComponentResource("tiny:index:Agent", "report", {}, pulumi.ResourceOptions(providers=[cluster]))
        _object(NAMESPACE, "namespace", pulumi.ResourceOptions(parent=agent))

    result = _up(program)

    assert result.ok, result.failures


def _program() -> None:
    cluster = pulumi.ProviderResource("kubernetes", "cluster", {"kubeconfig": "{}"})
    where = pulumi.ResourceOptions(provider=cluster)
    namespace = _object(NAMESPACE, "namespace", where)
    _object(SERVICE_ACCOUNT, "account", pulumi.ResourceOptions.merge(where, pulumi.ResourceOptions(parent=namespace)))


def _object(token: str, name: str, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Register a Kubernetes object in the way in which the classes of pulumi-kubernetes register theirs."""
    return pulumi.CustomResource(token, name, SAMPLES[token].inputs, opts)


def _up(program: Any, path: Any = None) -> RunResult:  # noqa: ANN401 (a function and a path)
    return run(program, project="tiny", stack="dev", config={}, operation=Operation.UP, path=path)

"""Tests of the validation of Container Apps in local Azure."""

from typing import Any

import pytest

from localazure.azure import LocalAzure
from tests.localazure.samples import APP, ENVIRONMENT, ENVIRONMENT_ID, IDENTITY_ID, SAMPLES, make
from tests.localazure.services.refusals import refusal

INPUTS = SAMPLES[APP].inputs
CONTAINER = INPUTS["template"]["containers"][0]
GENERAL = "ContainerAppInvalidPropertyValue"


def container(**changed: object) -> dict[str, object]:
    """Return the inputs of an app with the sample's container and changes to the container."""
    return {"template": {"containers": [{**CONTAINER, **changed}]}}


def configuration(**changed: object) -> dict[str, object]:
    return {"configuration": {**INPUTS["configuration"], **changed}}


def ingress(**changed: object) -> dict[str, object]:
    return configuration(ingress={"targetPort": 8080, **changed})


def scale(**changed: object) -> dict[str, object]:
    return {"template": {**INPUTS["template"], "scale": changed}}


def probe(**changed: object) -> dict[str, object]:
    return container(probes=[{"type": "Liveness", "tcpSocket": {"port": 8080}, **changed}])


def restriction(name: str, action: str = "Allow", block: str = "192.0.2.0/24") -> dict[str, str]:
    return {"name": name, "action": action, "ipAddressRange": block}


@pytest.mark.parametrize("name", ["r", "Report", "1report", "report-", "re--port", "re_port", "x" * 33])
def test_invalid_container_app_name_is_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    refused = refusal(azure, APP, containerAppName=name)

    assert refused.code == "ContainerAppInvalidName"
    assert name in refused.message


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        (None, "InvalidManagedEnvironmentId"),
        (f"{ENVIRONMENT_ID}-2", "ManagedEnvironmentNotFound"),
        (IDENTITY_ID, "ManagedEnvironmentNotFound"),
    ],
)
def test_container_app_in_missing_environment_is_refused_by_local_azure(
    azure: LocalAzure, environment: str | None, code: str
) -> None:
    assert refusal(azure, APP, environmentId=environment).code == code


REFUSALS: list[tuple[str, dict[str, object], str, str]] = [
    ("another region", {"location": "northeurope"}, GENERAL, "in the region of its environment, westeurope"),
    (
        "unknown profile",
        {"workloadProfileName": "D4"},
        GENERAL,
        "'D4': the workload profiles of the environment are Consumption",
    ),
    ("no container", {"template": {"containers": []}}, GENERAL, "at least one container"),
    ("container without image", container(image=""), "ContainerAppImageRequired", "'report'"),
    ("container's name", container(name="Report"), GENERAL, "'Report'"),
    ("two containers of a name", {"template": {"containers": [CONTAINER] * 2}}, GENERAL, "two containers have"),
    ("a variable twice", container(env=[{"name": "A", "value": "1"}] * 2), GENERAL, "'A': this environment variable"),
    ("unknown secret", container(env=[{"name": "A", "secretRef": "b"}]), "ContainerAppSecretRefNotFound", "'b'"),
    ("no such size", container(resources={"cpu": 0.5, "memory": "2Gi"}), "ContainerAppInvalidResourceTotal", "0.25"),
    ("too big", container(resources={"cpu": 4.25, "memory": "8.5Gi"}), "ContainerAppInvalidResourceTotal", "4.25"),
    ("unit of memory", container(resources={"cpu": 0.5, "memory": "1024Mi"}), "ContainerAppInvalidResourceTotal", "Gi"),
    (
        "identity setting",
        configuration(identitySettings=[{"identity": "other"}]),
        GENERAL,
        "identitySettings[0].identity",
    ),
    ("setting twice", configuration(identitySettings=[{"identity": "system"}] * 2), GENERAL, "identity twice"),
    ("registry's identity", configuration(registries=[{"server": "a.example", "identity": "b"}]), GENERAL, "'b'"),
    ("registry without login", configuration(registries=[{"server": "a.example"}]), GENERAL, "either identity"),
    (
        "registry without server",
        configuration(registries=[{"identity": "system"}]),
        GENERAL,
        "the registry's server is missing",
    ),
    (
        "registry twice",
        configuration(registries=[{"server": "a.example", "identity": "system"}] * 2),
        GENERAL,
        "lists this server twice",
    ),
    (
        "registry's password",
        configuration(registries=[{"server": "a.example", "username": "u", "passwordSecretRef": "p"}]),
        "ContainerAppRegistriesPasswordSecretRefNotFound",
        "'p'",
    ),
    ("secret without value", configuration(secrets=[{"name": "s"}]), "ContainerAppSecretInvalid", "'s'"),
    ("secret twice", configuration(secrets=[{"name": "s", "value": "v"}] * 2), GENERAL, "two secrets have"),
    ("port", ingress(targetPort=70000), GENERAL, "70000"),
    ("exposed port", ingress(exposedPort=443), GENERAL, "only with transport tcp"),
    ("traffic", ingress(traffic=[{"latestRevision": True, "weight": 90}]), GENERAL, "add up to 100"),
    (
        "allow and deny",
        ingress(ipSecurityRestrictions=[restriction("a"), restriction("b", "Deny", "192.0.2.0/28")]),
        GENERAL,
        "must have the same action",
    ),
    ("one name twice", ingress(ipSecurityRestrictions=[restriction("a")] * 2), GENERAL, "two restrictions have"),
    ("no block", ingress(ipSecurityRestrictions=[restriction("a", block="192.0.2.1/24")]), GENERAL, "192.0.2.1/24"),
    ("probes of a type", container(probes=[{"type": "Liveness", "tcpSocket": {"port": 1}}] * 2), GENERAL, "one probe"),
    ("probe's way", probe(httpGet={"port": 8080}), GENERAL, "either httpGet or tcpSocket"),
    ("probe's port", probe(tcpSocket={"port": 0}), GENERAL, "1 to 65535"),
    ("probe's period", probe(periodSeconds=241), GENERAL, "1 to 240"),
    ("probe's long delay", probe(initialDelaySeconds=61), GENERAL, "1 to 60"),
    ("probe without delay", probe(initialDelaySeconds=0), GENERAL, "1 to 60"),
    ("probe's threshold", probe(failureThreshold=0), GENERAL, "1 to 10"),
    ("fewest", scale(minReplicas=-1), GENERAL, "minReplicas"),
    ("fewer than the fewest", scale(minReplicas=3, maxReplicas=2), GENERAL, "maxReplicas"),
    ("none", scale(maxReplicas=0), GENERAL, "maxReplicas"),
    ("most", scale(maxReplicas=1001), GENERAL, "maxReplicas"),
    ("rule's name", scale(rules=[{"name": "Requests", "http": {"metadata": {"a": "1"}}}]), GENERAL, "'Requests'"),
    ("rule's kind", scale(rules=[{"name": "requests"}]), GENERAL, "azureQueue, custom, http, tcp"),
    (
        "rule's identity",
        scale(rules=[{"name": "waiting", "custom": {"type": "azure-servicebus", "identity": "other"}}]),
        GENERAL,
        "custom.identity",
    ),
    (
        "revision's name",
        {"template": {**INPUTS["template"], "revisionSuffix": "x" * 40}},
        "ContainerAppInvalidRevisionName",
        "54",
    ),
]


@pytest.mark.parametrize(
    ("changed", "code", "message"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_invalid_container_app_is_refused_by_local_azure(
    azure: LocalAzure, changed: dict[str, object], code: str, message: str
) -> None:
    refused = refusal(azure, APP, **changed)

    assert refused.code == code
    assert message in refused.message


@pytest.mark.parametrize("cores", [0.25, 0.75, 2, 4])
def test_container_app_with_twice_as_much_memory_as_cpu_is_accepted_by_local_azure(
    azure: LocalAzure, cores: float
) -> None:
    _, app = make(azure, APP, **container(resources={"cpu": cores, "memory": f"{2 * cores:g}Gi"}))

    assert app["template"]["containers"][0]["resources"]["cpu"] == cores


def test_ephemeral_storage_of_a_container_app_follows_from_the_cpu_of_all_its_containers_in_local_azure(
    azure: LocalAzure,
) -> None:
    half: dict[str, Any] = {"cpu": 0.25, "memory": "0.5Gi"}
    both = [{**CONTAINER, "resources": half}, {**CONTAINER, "name": "second", "resources": half}]

    _, app = make(azure, APP, template={"containers": both})

    assert {each["resources"]["ephemeralStorage"] for each in app["template"]["containers"]} == {"2Gi"}


def test_container_app_on_dedicated_profile_accepts_other_cpu_and_memory_sizes_in_local_azure(
    azure: LocalAzure,
) -> None:
    profiles = [{"name": "big", "workloadProfileType": "D8", "minimumCount": 1, "maximumCount": 2}]
    make(azure, ENVIRONMENT, workloadProfiles=profiles)

    _, app = make(azure, APP, workloadProfileName="big", **container(resources={"cpu": 6, "memory": "8Gi"}))

    assert app["workloadProfileName"] == "big"


def test_container_app_with_probe_scale_rule_ip_restrictions_and_identity_settings_is_accepted_by_local_azure(
    azure: LocalAzure,
) -> None:
    blocks = [restriction("office"), restriction("partner", block="198.51.100.7/32")]
    changed: dict[str, Any] = {
        **configuration(
            identitySettings=[
                {"identity": IDENTITY_ID, "lifecycle": "None"},
                {"identity": "system", "lifecycle": "Main"},
            ],
            ingress={"targetPort": 8080, "external": True, "ipSecurityRestrictions": blocks},
        ),
        "template": {
            "containers": [
                {
                    **CONTAINER,
                    "env": [{"name": "A", "value": "1"}, {"name": "B", "secretRef": "given"}],
                    "probes": [{"type": "Liveness", "httpGet": {"path": "/health", "port": 8080}, "periodSeconds": 10}],
                }
            ],
            "scale": {
                "minReplicas": 0,
                "maxReplicas": 3,
                "rules": [{"name": "waiting", "custom": {"type": "azure-servicebus", "identity": "system"}}],
            },
        },
    }

    _, app = make(azure, APP, **changed)

    assert app["configuration"]["ingress"]["ipSecurityRestrictions"] == blocks
    assert app["template"]["scale"]["maxReplicas"] == 3

"""Tests of Container Apps in local Azure: managed environments, and outputs of apps."""

import pytest

from localazure.arm.world import TENANT_ID
from localazure.azure import LocalAzure
from localazure.errors import AzureError
from tests.localazure.samples import APP, ENVIRONMENT, ENVIRONMENT_ID, IDENTITY, IDENTITY_ID, SAMPLES, make
from tests.localazure.services.refusals import refusal, update_refusal

INPUTS = SAMPLES[APP].inputs


def configured(**changed: object) -> dict[str, object]:
    """Return the configuration of the sample container app with changes."""
    return {**INPUTS["configuration"], **changed}


@pytest.mark.parametrize(("external", "inside"), [(True, ""), (False, ".internal")])
def test_container_app_fqdn_is_its_name_in_the_environment_domain_in_local_azure(
    azure: LocalAzure,
    external: bool,  # noqa: FBT001 (one of two cases)
    inside: str,
) -> None:
    _, environment = make(azure, ENVIRONMENT)

    _, app = make(azure, APP, configuration=configured(ingress={"targetPort": 8080, "external": external}))

    domain = environment["defaultDomain"]
    assert domain.endswith(".westeurope.azurecontainerapps.io")
    assert app["configuration"]["ingress"]["fqdn"] == f"network-report-dev{inside}.{domain}"
    assert app["latestRevisionFqdn"] == f"{app['latestRevisionName']}{inside}.{domain}"


def test_container_app_without_ingress_has_no_fqdn_in_local_azure(azure: LocalAzure) -> None:
    _, app = make(azure, APP, configuration={"activeRevisionsMode": "Single"})

    assert "ingress" not in app["configuration"]
    assert app["latestRevisionFqdn"] == ""


def test_user_assigned_identity_list_becomes_a_mapping_in_app_outputs_in_local_azure(azure: LocalAzure) -> None:
    _, app = make(azure, APP)

    identity = azure.read(IDENTITY, IDENTITY_ID)
    assert identity is not None
    own = azure.world.find_principal(app["identity"]["principalId"])
    assert own is not None
    assert app["identity"] == {
        "type": "SystemAssigned,UserAssigned",
        "principalId": own.id,
        "tenantId": TENANT_ID,
        "userAssignedIdentities": {
            IDENTITY_ID: {"clientId": identity[1]["clientId"], "principalId": identity[1]["principalId"]}
        },
    }


def test_deleting_container_app_deletes_only_its_system_assigned_identity_in_local_azure(azure: LocalAzure) -> None:
    app, outputs = make(azure, APP)

    azure.delete(APP, app)

    assert azure.world.find_principal(outputs["identity"]["principalId"]) is None
    assert azure.world.find_owned_principal(IDENTITY_ID) is not None


def test_system_assigned_identity_disabled_and_enabled_again_is_another_principal_in_local_azure(
    azure: LocalAzure,
) -> None:
    app, first = make(azure, APP)
    attached = {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY_ID]}

    without = azure.update(APP, app, {**INPUTS, "identity": attached})
    again = azure.update(APP, app, INPUTS)

    assert "principalId" not in without["identity"]
    assert azure.world.find_principal(first["identity"]["principalId"]) is None
    assert again["identity"]["principalId"] != first["identity"]["principalId"]


def test_container_app_with_missing_user_assigned_identity_is_refused_by_local_azure(azure: LocalAzure) -> None:
    missing = {"type": "UserAssigned", "userAssignedIdentities": [f"{IDENTITY_ID}-2"]}

    refused = refusal(azure, APP, identity=missing, configuration={})

    assert refused.code == "FailedIdentityOperation"
    assert f"{IDENTITY_ID}-2" in refused.message


@pytest.mark.parametrize(
    "identity",
    [{"type": "SystemAssigned", "userAssignedIdentities": [IDENTITY_ID]}, {"type": "UserAssigned"}],
)
def test_container_app_identity_type_that_contradicts_its_identity_list_is_refused_by_local_azure(
    azure: LocalAzure, identity: dict[str, object]
) -> None:
    assert refusal(azure, APP, identity=identity, configuration={}).code == "InvalidIdentityValues"


def test_container_app_revision_changes_only_with_the_template_in_local_azure(azure: LocalAzure) -> None:
    app, first = make(azure, APP)
    image = {"containers": [{"name": "report", "image": "images.example/report:2"}]}

    tagged = azure.update(APP, app, {**INPUTS, "tags": {"owner": "platform"}})
    reimaged = azure.update(APP, app, {**INPUTS, "template": image})

    assert tagged["latestRevisionName"] == first["latestRevisionName"]
    assert reimaged["latestRevisionName"] != first["latestRevisionName"]
    assert reimaged["identity"] == first["identity"]


def test_container_app_revision_suffix_becomes_part_of_the_revision_name_in_local_azure(azure: LocalAzure) -> None:
    template = {**INPUTS["template"], "revisionSuffix": "first"}

    assert make(azure, APP, template=template)[1]["latestRevisionName"] == "network-report-dev--first"


def test_container_app_secret_value_is_not_in_outputs_in_local_azure(azure: LocalAzure) -> None:
    _, app = make(azure, APP)

    assert app["configuration"]["secrets"] == [{"name": "given"}]


def test_container_app_default_cpu_and_memory_are_in_local_azure_outputs(azure: LocalAzure) -> None:
    _, app = make(azure, APP, template={"containers": [{"name": "report", "image": "images.example/report:1"}]})

    assert app["template"]["containers"][0]["resources"] == {"cpu": 0.5, "memory": "1Gi", "ephemeralStorage": "2Gi"}


def test_changing_environment_of_a_container_app_forces_replacement_in_local_azure(azure: LocalAzure) -> None:
    app, _ = make(azure, APP)
    make(azure, ENVIRONMENT, environmentName="network-dev-2")

    assert azure.diff(APP, INPUTS, {**INPUTS, "environmentId": f"{ENVIRONMENT_ID}-2"}).replaces == ("environmentId",)
    assert update_refusal(azure, APP, app, environmentId=f"{ENVIRONMENT_ID}-2").code == "PropertyChangeNotAllowed"


def test_deleting_managed_environment_with_apps_is_refused_by_local_azure(azure: LocalAzure) -> None:
    app, _ = make(azure, APP)

    with pytest.raises(AzureError, match="still contains 1 container app"):
        azure.delete(ENVIRONMENT, ENVIRONMENT_ID)

    assert azure.read(ENVIRONMENT, ENVIRONMENT_ID) is not None
    azure.delete(APP, app)
    azure.delete(ENVIRONMENT, ENVIRONMENT_ID)
    assert azure.read(ENVIRONMENT, ENVIRONMENT_ID) is None


@pytest.mark.parametrize("name", ["n", "1-network", "network--dev", "network-", "net_work", "x" * 61])
def test_invalid_managed_environment_name_is_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    assert refusal(azure, ENVIRONMENT, environmentName=name).code == "ManagedEnvironmentInvalidName"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"vnetConfiguration": {"internal": True}}, "ManagedEnvironmentInvalidNetworkConfiguration"),
        ({"vnetConfiguration": {"infrastructureSubnetId": f"{ENVIRONMENT_ID}/subnet"}}, "ResourceNotFound"),
        ({"appLogsConfiguration": {"destination": "log-analytics"}}, "ManagedEnvironmentInvalidPropertyValue"),
        ({"appLogsConfiguration": {"destination": "console"}}, "ManagedEnvironmentInvalidPropertyValue"),
        (
            {"workloadProfiles": [{"name": "one", "workloadProfileType": "Consumption"}] * 2},
            "ManagedEnvironmentInvalidPropertyValue",
        ),
    ],
)
def test_invalid_managed_environment_is_refused_by_local_azure(
    azure: LocalAzure, changed: dict[str, object], code: str
) -> None:
    assert refusal(azure, ENVIRONMENT, **changed).code == code


def test_managed_environment_network_change_is_refused_by_local_azure(azure: LocalAzure) -> None:
    environment, _ = make(azure, ENVIRONMENT)
    network = {"platformReservedCidr": "10.0.0.0/23"}

    refused = update_refusal(azure, ENVIRONMENT, environment, vnetConfiguration=network)

    assert refused.code == "PropertyChangeNotAllowed"


def test_log_analytics_key_of_managed_environment_is_not_in_outputs_in_local_azure(azure: LocalAzure) -> None:
    keys = {"customerId": "one", "sharedKey": "never-answered"}
    logs = {"destination": "log-analytics", "logAnalyticsConfiguration": keys}

    _, environment = make(azure, ENVIRONMENT, appLogsConfiguration=logs)

    assert environment["appLogsConfiguration"]["logAnalyticsConfiguration"] == {"customerId": "one"}

"""Tests that a value which a program swaps in the deployment alone is a deviation from the approved preview.

A preview shows none of these values: each was unknown until the deployment.
"""

from typing import Any

import pytest

from access.model.json_values import UNKNOWN
from access.model.planned_resource import PlannedResource, from_json, to_json
from access.model.returned_values import NOTHING, ReturnedValues, returned_values
from access.questions.deviations import deviations, gives_access, with_images
from access.readers.planned_resources import planned_resources

SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/store"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/archive"
ROLE = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
AGENT, STRANGER, CLUSTER = (f"{number * 8}-0000-4000-8000-000000000000" for number in "abc")
SOURCE = "urn:pulumi:dev::tiny::azure-native:app:ContainerApp::agent"
OTHER = "urn:pulumi:dev::tiny::azure-native:app:ContainerApp::other"
RETURNED = {
    SOURCE: returned_values(
        CONTAINER,
        {
            "tags": {"note": STRANGER},
            "accountName": "store",
            "environment": [{"value": GROUP}],
            "properties": {"subDomain": "models-dev"},
        },
        {
            "name": STRANGER,
            "tags": {"note": STRANGER},
            "environment": [{"value": GROUP}],
            "identity": {"principalId": AGENT},
            "issuer": "https://issuer.example/Tenant/",
            "loginServer": "store.azurecr.io",
            "properties": {"subDomain": "models-dev", "defaultDomain": "green-1.westeurope.azurecontainerapps.io"},
            "endpoint": "https://store.blob.core.windows.net/",
        },
    ),
    OTHER: returned_values("", {}, {"identity": {"principalId": STRANGER}}),
}


def given(urn: str) -> ReturnedValues:
    return RETURNED.get(urn, NOTHING)


def problems(
    kind: str,
    planned: dict[str, Any],
    found: dict[str, Any],
    *sources: str,
    **fields: Any,  # noqa: ANN401 (fields of a planned resource)
) -> tuple[str, ...]:
    """Return the deviations of a resource whose unknown values are made from resources."""
    by_property = dict.fromkeys(planned, sources or (SOURCE,))
    plan = PlannedResource(urn="urn:x", type=kind, inputs=planned, sources=by_property, **fields)
    return deviations(from_json(to_json([plan])), "urn:x", kind, found, given)


ASSIGNMENT = "azure-native:authorization:RoleAssignment"
COSMOS = "azure-native:cosmosdb:SqlResourceSqlRoleAssignment"
TRUST = "azure-native:managedidentity:FederatedIdentityCredential"
ENTRA_TRUST = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
CONSENT = "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"
APP_ROLE = "azuread:index/appRoleAssignment:AppRoleAssignment"
GIVING = (
    (ASSIGNMENT, ("principalId", "roleDefinitionId", "condition", "delegatedManagedIdentityResourceId", "scope")),
    (COSMOS, ("principalId", "roleDefinitionId", "scope")),
    ("azure-native:cosmosdb:MongoDBResourceMongoRoleDefinition", ("privileges",)),
    ("azure-native:cosmosdb:SqlResourceSqlRoleDefinition", ("permissions", "assignableScopes")),
    ("azure-native:authorization:RoleDefinition", ("permissions",)),
    ("azure-native_authorization_v20220401:authorization:RoleAssignment", ("principalId", "scope")),
    ("azure-native:authorization:PolicyAssignment", ("parameters",)),
    ("azure-native:managedservices:RegistrationDefinition", ("authorizations",)),
    ("azure-native:kusto:ClusterPrincipalAssignment", ("principalId", "role")),
    ("azure-native:keyvault:AccessPolicy", ("policy",)),
    ("azure-native:storage:LocalUser", ("permissionScopes",)),
    (TRUST, ("issuer", "subject", "audiences")),
    (ENTRA_TRUST, ("issuer", "subject", "audiences", "applicationId")),
    (APP_ROLE, ("appRoleId", "principalObjectId", "resourceObjectId")),
    (CONSENT, ("claimValues", "userObjectId", "resourceServicePrincipalObjectId")),
    ("azuread:index/applicationPassword:ApplicationPassword", ("applicationId",)),
    ("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", ("subjects", "roleRef")),
)


SWAPPED: tuple[object, ...] = (
    STRANGER,
    GROUP,
    f"{CONTAINER}/../../..",
    f"{CONTAINER}%2F..",
    f"{CONTAINER}?x=1",
    AGENT.replace("a", "\u0430", 1),
    "*",
    "repo:evil/evil:ref:refs/heads/main",
    "https://issuer.example/tenant/",
    [AGENT, STRANGER],
    [{"actions": ["*"], "principalId": AGENT}],
    {STRANGER + "/x": AGENT},
    {"enabled": True, "principalId": AGENT},
    True,
    1,
    UNKNOWN,
    "",
    None,
    [],
    {},
)


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in GIVING for name in names], ids=lambda each: each.split(":")[-1]
)
def test_unknown_value_that_gives_access_accepts_only_ids_that_azure_made_for_its_source(kind: str, name: str) -> None:
    assert gives_access(kind)
    for found in SWAPPED:
        assert len(problems(kind, {name: UNKNOWN}, {name: found})) == 1, found
    assert problems(kind, {name: UNKNOWN}, {name: AGENT.upper()}) == ()


@pytest.mark.parametrize(
    "found",
    [
        f"{CONTAINER}/../../../../..",
        f"{CONTAINER}/./x",
        f"{CONTAINER}/%2e%2e",
        f"{CONTAINER}\\..",
        f"{CONTAINER}#",
        CONTAINER.replace("k", "\u212a") if "k" in CONTAINER else CONTAINER.replace("s", "\u017f", 1),
        CONTAINER.replace("archive", "archive\u200b"),
        f"/{GROUP}",
        ACCOUNT,
        f"{ACCOUNT}/blobServices/default/containers/archives",
        "/",
        "",
        "/providers/Microsoft.Management/managementGroups/all",
    ],
    ids=str,
)
def test_scope_that_a_spelling_leads_out_of_the_approved_one_is_a_deviation(found: str) -> None:
    expected = {"scope": CONTAINER}
    assert len(problems(ASSIGNMENT, {"scope": UNKNOWN}, {"scope": found}, expected=expected)) == 1
    assert problems(ASSIGNMENT, {"scope": UNKNOWN}, {"scope": f"{CONTAINER.upper()}/"}, expected=expected) == ()


@pytest.mark.parametrize("name", ["roleAssignmentName", "roleAssignmentId"])
@pytest.mark.parametrize("found", ["../../x", f"{AGENT}/../{STRANGER}", "", None, UNKNOWN, 1], ids=str)
def test_unknown_name_of_an_assignment_must_be_a_guid(name: str, found: object) -> None:
    assert len(problems(ASSIGNMENT, {name: UNKNOWN}, {name: found})) == 1
    assert problems(ASSIGNMENT, {name: UNKNOWN}, {name: STRANGER}) == ()


def test_principal_of_an_assignment_that_is_made_from_two_identities_is_not_the_approved_one() -> None:
    values = {"principalId": UNKNOWN}
    for found in (AGENT, STRANGER):
        (problem,) = problems(ASSIGNMENT, values, {"principalId": found}, SOURCE, OTHER)
        assert "does not say who it is" in problem


def test_identifier_uri_of_an_application_must_have_the_id_of_its_application() -> None:
    kind, name = "azuread:index/applicationIdentifierUri:ApplicationIdentifierUri", "identifierUri"
    assert problems(kind, {name: UNKNOWN}, {name: f"api://{AGENT}"}) == ()
    for found in (f"api://{STRANGER}", "https://graph.microsoft.com", f"api://{AGENT}/x", "", None):
        assert len(problems(kind, {name: UNKNOWN}, {name: found})) == 1


PLAIN = (
    "azure-native:app:ContainerApp",
    "azure-native:app/v20240301:ContainerApp",
    "azure-native_app_v20240301:app:ContainerApp",
    "azure-native:compute:VirtualMachine",
    "azure-native:resources:DeploymentScript",
    "azure-native:storage:StorageAccount",
    "command:local:Command",
    "kubernetes:apps/v1:Deployment",
    "pulumi-python:dynamic/foundry:AgentIdentity",
    "azapi:resources:Resource",
)


@pytest.mark.parametrize(
    ("planned", "found"),
    [
        ({"allowSharedKeyAccess": UNKNOWN}, {"allowSharedKeyAccess": True}),
        ({"publicAccess": UNKNOWN}, {"publicAccess": "Container"}),
        ({"immutability": {"days": UNKNOWN}}, {"immutability": {"days": 0}}),
        ({"immutability": {"days": UNKNOWN}}, {"immutability": None}),
        ({"ingress": {"external": UNKNOWN}}, {"ingress": {"external": True}}),
        ({"ingress": {"external": False}}, {"ingress": {"external": 0}}),
        ({"ingress": {"external": False}}, {"ingress": {"external": UNKNOWN}}),
        ({"networkAcls": UNKNOWN}, {}),
        ({"image": UNKNOWN}, {"image": "evil.azurecr.io/agent:1"}),
        ({"image": UNKNOWN}, {"image": "docker.io/store.azurecr.io:1"}),
        ({"image": UNKNOWN}, {"image": "evilstore.azurecr.io/agent:1"}),
        ({"image": UNKNOWN}, {"image": "store.azurecr.io.evil.com/agent:1"}),
        ({"url": UNKNOWN}, {"url": "https://store.azurecr.io@evil.com/"}),
        ({"url": UNKNOWN}, {"url": "https://evil.com/?store.azurecr.io"}),
        ({"url": UNKNOWN}, {"url": "https://models-dev.evil.com/"}),
        ({"env": [{"name": "A", "value": UNKNOWN}]}, {"env": [{"name": "A", "value": "something else"}]}),
        ({"env": [{"name": "A", "value": UNKNOWN}]}, {"env": [{"name": "B", "value": AGENT}]}),
        ({"env": [{"name": "A", "value": UNKNOWN}]}, {"env": [{"name": "A", "value": AGENT}, {"name": "B"}]}),
        ({"identity": {"userAssignedIdentities": UNKNOWN}}, {"identity": {"userAssignedIdentities": [GROUP]}}),
        ({"identity": {"userAssignedIdentities": UNKNOWN}}, {"identity": {"userAssignedIdentities": {GROUP: AGENT}}}),
        ({"registries": [{"identity": UNKNOWN}]}, {"registries": [{"identity": GROUP}]}),
        ({"accessPolicies": [{"objectId": UNKNOWN}]}, {"accessPolicies": [{"objectId": STRANGER}]}),
        ({"accessPolicies": UNKNOWN}, {"accessPolicies": [{"objectId": AGENT, "all": True}]}),
        ({"tenantId": UNKNOWN}, {"tenantId": STRANGER}),
        ({"name": "x"}, {"name": "x", "allowSharedKeyAccess": True}),
        ({"name": "x", "locks": ["a"]}, {"name": "x"}),
        ({"name": "x"}, {"name": "X"}),
        ({"subject": "/eid1/c/pub/t/aB"}, {"subject": "/eid1/c/pub/t/Ab"}),
        ({"create": UNKNOWN}, {"create": "curl evil"}),
    ],
    ids=str,
)
def test_swapped_value_of_a_resource_of_any_package_is_a_deviation(
    planned: dict[str, Any], found: dict[str, Any]
) -> None:
    for kind in PLAIN:
        assert problems(kind, planned, found), kind


@pytest.mark.parametrize(
    "found",
    [
        CONTAINER,
        CONTAINER.upper(),
        "store.azurecr.io/agent:1",
        "https://store.blob.core.windows.net/uploads",
        "https://models-dev.openai.azure.com/",
        "https://agent.internal.green-1.westeurope.azurecontainerapps.io",
        f"api://{AGENT}/.default",
        f'{{"id": "{AGENT}", "authority": "https://login.microsoftonline.com/"}}',
        UNKNOWN,
    ],
    ids=str,
)
def test_text_that_is_made_of_what_azure_returned_is_accepted(found: str) -> None:
    assert problems("azure-native:app:ContainerApp", {"value": UNKNOWN}, {"value": found}) == ()


def test_labels_that_a_cluster_adds_are_accepted_and_other_additions_are_a_deviation() -> None:
    kind = "kubernetes:apps/v1:Deployment"
    planned = {"metadata": {"name": "a"}, "spec": {"replicas": 1}}
    labels = {"app.kubernetes.io/managed-by": "pulumi"}
    assert problems(kind, planned, {**planned, "metadata": {"name": "a", "labels": labels}}) == ()
    own = {"name": "a", "labels": labels, "annotations": {"pulumi.com/autonamed": "true"}}
    assert problems(kind, planned, {**planned, "metadata": own}) == ()
    assert problems(kind, planned, {**planned, "metadata": {"name": "a", "namespace": "b"}})
    for more in ({"azure.workload.identity/client-id": AGENT}, {"pulumi.com/a.azure.workload.identity": "x"}):
        assert problems(kind, planned, {**planned, "metadata": {"name": "a", "annotations": more}})
    use = {"labels": {"azure.workload.identity/use": "true"}}
    assert problems(kind, planned, {**planned, "metadata": {"name": "a", **use}})
    assert problems(kind, planned, {**planned, "spec": {"replicas": 1, "template": {"metadata": use}}})
    assert problems(kind, planned, {**planned, "spec": {"replicas": 1, "hostNetwork": {"labels": "x"}}})


NATIVE = "pulumi:providers:azure-native"
DEFAULT = f"urn:pulumi:dev::tiny::{NATIVE}::default_3_29_0"


def step(urn: str, provider: str, **inputs: str) -> dict[str, Any]:
    state = {"urn": urn, "type": urn.split("::")[2], "custom": True, "inputs": inputs, "provider": provider}
    return {"op": "create", "urn": urn, "newState": state}


def test_resource_with_another_provider_or_a_provider_with_other_settings_is_a_deviation() -> None:
    urn = "urn:pulumi:dev::tiny::azure-native:app:ContainerApp::agent"
    config = {"azure-native:subscriptionId": "1", "azure-native:location": "westeurope", "tiny:x": "y"}
    config["azure-native:partnerId"] = "[secret]"
    document = {"config": config, "steps": [step(urn, f"{DEFAULT}::{UNKNOWN}", containerAppName="agent")]}
    planned = {one.urn: one for one in planned_resources(document)}
    kind, values = "azure-native:app:ContainerApp", {"containerAppName": "agent"}

    assert deviations(planned, urn, kind, values, given, provider=DEFAULT) == ()
    (problem,) = deviations(planned, urn, kind, values, given, provider=DEFAULT.replace("default_3_29_0", "evil"))
    assert problem == "the provider is 'evil' instead of 'default_3_29_0'"

    settings = {"subscriptionId": "1", "location": "westeurope", "version": "3.29.0", "__internal": {}}
    settings["partnerId"] = UNKNOWN  # as the policy gets a secret
    assert deviations(planned, DEFAULT, NATIVE, settings, given) == ()
    for other in ({"subscriptionId": "2"}, {"clientSecret": "x"}, {"metadataHost": "evil"}, {"pluginDownloadURL": "x"}):
        assert len(deviations(planned, DEFAULT, NATIVE, {**settings, **other}, given)) == 1
    assert deviations(planned, f"{DEFAULT}-2", NATIVE, settings, given) == (
        "the approved preview has no such resource",
    )


@pytest.mark.parametrize("kind", ["azure-native:app:ContainerApp", "kubernetes:apps/v1:Deployment"])
def test_image_from_a_new_registry_must_be_the_one_of_the_program(kind: str) -> None:
    def inputs(image: str) -> dict[str, Any]:
        return {"template": {"containers": [{"image": image, "name": "agent"}]}}

    plan = PlannedResource(urn="urn:x", type=kind, inputs=inputs(UNKNOWN), sources={"template": (SOURCE,)})
    planned = from_json(to_json(with_images([plan], {"urn:x": inputs("local.azurecr.io/team/agent:1.0")})))

    def found(image: str) -> int:
        return len(deviations(planned, "urn:x", kind, inputs(image), given))

    assert found("store.azurecr.io/team/agent:1.0") == 0
    for image in ("team/other:1.0", "team/agent:1.1", "evil/team/agent:1.0", "team/agent:1.0@sha256:0", ""):
        assert found(f"store.azurecr.io/{image}") == 1
    assert found("evil.azurecr.io/team/agent:1.0") == 1
    assert found(UNKNOWN) == 1

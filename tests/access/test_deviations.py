"""Tests of the comparison of a deployment's values with an approved preview."""

from typing import Any

import pytest

from access.model.json_values import UNKNOWN
from access.model.planned_resource import PlannedResource, from_json, to_json
from access.model.returned_values import NOTHING, returned_values
from access.questions.deviations import deviations, gives_access
from access.readers.planned_resources import planned_resources

GROUP = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg"
CONTAINER = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/archive"
READER = (
    "/subscriptions/11111111-1111-4111-8111-111111111111/providers/Microsoft.Authorization/roleDefinitions/"
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
)
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
AGENT, OTHER, STORE = "urn:agent", "urn:other", "urn:container"
WHO, ANOTHER, PULL = (f"{number * 8}-0000-4000-8000-000000000000" for number in "abc")
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/agent-pull"
GIVEN = {
    AGENT: returned_values(
        f"{GROUP}/providers/Microsoft.App/containerApps/agent",
        {"tags": {"owner": ANOTHER}},
        {
            "identity": {
                "principalId": WHO,
                "userAssignedIdentities": {IDENTITY: {"principalId": PULL, "clientId": PULL}},
            },
            "name": ANOTHER,
            "tags": {"owner": ANOTHER},
        },
    ),
    OTHER: returned_values("", {}, {"identity": {"principalId": ANOTHER}}),
    STORE: returned_values(CONTAINER, {}, {}),
}
PLAN = PlannedResource(
    urn="urn:grant",
    type=ASSIGNMENT,
    inputs={
        "principalId": UNKNOWN,
        "principalType": "ServicePrincipal",
        "roleAssignmentName": UNKNOWN,
        "roleDefinitionId": READER,
        "scope": UNKNOWN,
    },
    sources={"principalId": (AGENT,), "scope": (STORE,), "roleAssignmentName": (STORE,)},
    expected={"scope": CONTAINER},
)
RIGHT: dict[str, Any] = {
    "principalId": WHO,
    "principalType": "ServicePrincipal",
    "roleAssignmentName": "44444444-0000-4000-8000-000000000000",
    "roleDefinitionId": READER,
    "scope": CONTAINER,
}


def found(
    values: dict[str, Any], *planned: PlannedResource, urn: str = "urn:grant", kind: str = ASSIGNMENT
) -> tuple[str, ...]:
    by_urn = from_json(to_json(planned or (PLAN,)))
    return deviations(by_urn, urn, kind, values, lambda each: GIVEN.get(each, NOTHING))


@pytest.mark.parametrize(
    "values",
    [RIGHT, {**RIGHT, "scope": CONTAINER.upper()}, {**RIGHT, "principalId": WHO.upper()}, {**RIGHT, "__defaults": []}],
)
def test_assignment_with_the_approved_values_has_no_deviation(values: dict[str, Any]) -> None:
    assert found(values) == ()


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"scope": GROUP}, "scope"),
        ({"scope": CONTAINER.rpartition("/")[0]}, "scope"),
        ({"scope": f"{CONTAINER}-2"}, "scope"),
        ({"scope": CONTAINER.replace("1111-", "2222-", 1)}, "scope"),
        ({"scope": UNKNOWN}, "scope"),
        ({"scope": None}, "scope"),
        ({"principalId": ANOTHER}, "principalId"),
        ({"principalId": PULL}, "principalId"),
        ({"principalId": UNKNOWN}, "principalId"),
        ({"principalId": ""}, "principalId"),
        ({"principalType": "Group"}, "principalType"),
        ({"roleDefinitionId": READER.replace("2a2b9908", "b24988ac")}, "roleDefinitionId"),
        ({"condition": "@Resource[x] StringEquals 'y'"}, "condition"),
        ({"delegatedManagedIdentityResourceId": CONTAINER}, "delegatedManagedIdentityResourceId"),
    ],
)
def test_assignment_with_another_value_has_one_deviation_that_names_the_property(
    values: dict[str, Any], name: str
) -> None:
    (problem,) = found({**RIGHT, **values})

    assert problem.startswith(f"{name} is ")


def test_condition_that_the_plan_has_may_not_be_missing_in_the_deployment() -> None:
    plan = PlannedResource(
        urn="urn:grant",
        type=ASSIGNMENT,
        inputs={**PLAN.inputs, "condition": UNKNOWN},
        sources=PLAN.sources,
        expected=PLAN.expected,
    )

    (problem,) = found(RIGHT, plan)

    assert problem.startswith("condition is missing")


def test_scope_below_the_approved_one_is_less_access_and_no_deviation() -> None:
    assert found({**RIGHT, "scope": f"{CONTAINER}/blobs/one"}) == ()


def test_resource_that_the_preview_does_not_have_is_a_deviation_of_any_type() -> None:
    kind = "azure-native:storage:StorageAccount"

    assert found({}, urn="urn:new", kind=kind) == ("the approved preview has no such resource",)
    assert found({}, kind=kind) == (f"the type is {kind} instead of {ASSIGNMENT}",)


@pytest.mark.parametrize(
    ("identities", "count"), [([IDENTITY], 0), ([IDENTITY, CONTAINER], 1), ([], 1), ([CONTAINER], 1)]
)
def test_attached_identities_are_bound_in_every_resource(identities: list[str], count: int) -> None:
    kind = "azure-native:app:ContainerApp"
    inputs = {"identity": {"type": "UserAssigned", "userAssignedIdentities": [UNKNOWN]}}
    plan = PlannedResource(urn="urn:app", type=kind, inputs=inputs, sources={"identity": ("urn:pull",)})
    values = {"identity": {"type": "UserAssigned", "userAssignedIdentities": identities}}
    given = {"urn:pull": returned_values(IDENTITY.lower(), {}, {})}

    problems = deviations({plan.urn: plan}, plan.urn, kind, values, lambda each: given.get(each, NOTHING))

    assert len(problems) == count


@pytest.mark.parametrize(
    "kind",
    [
        "azure-native:cosmosdb:SqlResourceSqlRoleAssignment",
        "azure-native:documentdb/v20241115:SqlResourceSqlRoleAssignment",
        "azure-native:managedidentity:FederatedIdentityCredential",
        "azuread:index/appRoleAssignment:AppRoleAssignment",
        "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
        "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    ],
)
def test_unknown_value_of_every_type_that_gives_access_must_come_from_the_approved_resource(kind: str) -> None:
    plan = PlannedResource(urn="urn:x", type=kind, inputs={"subject": UNKNOWN}, sources={"subject": (AGENT,)})

    def problems(value: str) -> tuple[str, ...]:
        return deviations({plan.urn: plan}, plan.urn, kind, {"subject": value}, GIVEN.__getitem__)

    assert gives_access(kind)
    assert problems(WHO) == ()
    assert len(problems(ANOTHER)) == 1


@pytest.mark.parametrize(
    ("kind", "gives"),
    [
        ("azure-native:authorization:RoleManagementPolicy", True),
        ("azure-native:managedservices:RegistrationAssignment", True),
        ("azure-native:keyvault:AccessPolicy", True),
        ("azure-native:sql:ServerAzureADAdministrator", True),
        ("azure-native:storage:LocalUser", True),
        ("azure-native:kusto:ClusterPrincipalAssignment", True),
        ("azuread:index/application:Application", True),
        ("azure-native:app:ContainerApp", False),
        ("azure-native:managedidentity:UserAssignedIdentity", False),
        ("kubernetes:apps/v1:Deployment", False),
        ("random:index/randomId:RoleAssignment", False),
    ],
)
def test_types_that_give_access_are_assignments_administrators_and_all_of_entra(kind: str, *, gives: bool) -> None:
    assert gives_access(kind) is gives


APP, POD, PROVIDER = "azure-native:app:ContainerApp", "kubernetes:core/v1:Pod", "pulumi:providers:kubernetes"


@pytest.mark.parametrize(
    ("kind", "planned", "values", "problems"),
    [
        (APP, {"text": UNKNOWN}, {"text": f"id={WHO}"}, 0),
        (APP, {"text": UNKNOWN}, {"text": f"id={OTHER}"}, 1),
        (APP, {"text": UNKNOWN}, {"text": UNKNOWN}, 0),
        (APP, {"clientId": UNKNOWN}, {"clientId": UNKNOWN}, 1),
        (APP, {"text": "a"}, {"text": "b"}, 1),
        (APP, {"metadata": {}}, {"metadata": {"labels": {"a": "b"}}}, 1),
        (POD, {"metadata": {}}, {"metadata": {"labels": {"app.kubernetes.io/managed-by": "pulumi"}}}, 0),
        (POD, {"metadata": {}}, {"metadata": {"labels": {"a": "b"}}}, 1),
        (POD, {"metadata": {"labels": {"a": "b"}}}, {"metadata": {"labels": {"a": "c"}}}, 1),
        (POD, {"metadata": {"labels": {"a": "b"}}}, {"metadata": {"labels": {}}}, 1),
        (POD, {"spec": {}}, {"spec": {"hostNetwork": True}}, 1),
        (POD, {"spec": [1, 2]}, {"spec": [1]}, 1),
        (POD, {"spec": [1, 2]}, {"spec": [1, 3]}, 1),
        (PROVIDER, {"version": "1"}, {"version": "2"}, 0),
        (PROVIDER, {"cluster": "1"}, {"cluster": "2"}, 1),
        (APP, {"version": "1"}, {"version": "2"}, 1),
    ],
)
def test_values_of_a_resource_that_gives_no_access_are_bound_too(
    kind: str, planned: dict[str, Any], values: dict[str, Any], problems: int
) -> None:
    sources = dict.fromkeys(planned, (AGENT,))
    plan = PlannedResource(urn="urn:grant", type=kind, inputs=planned, sources=sources)

    assert len(found(values, plan, kind=kind)) == problems


@pytest.mark.parametrize("name", ["", "not-a-guid", UNKNOWN, None, f"{WHO}0"])
def test_name_of_an_assignment_that_the_preview_does_not_know_must_be_a_guid(name: str | None) -> None:
    (problem,) = found({**RIGHT, "roleAssignmentName": name})

    assert problem.startswith("roleAssignmentName is ")


def test_preview_gives_the_scope_of_an_assignment_that_depends_on_a_new_container() -> None:
    base = {"custom": True, "provider": "p::1"}
    account = {"accountName": "a", "resourceGroupName": "rg"}
    rows = [
        ("urn:account", "azure-native:storage:StorageAccount", account, {}),
        (STORE, "azure-native:storage:BlobContainer", {**account, "containerName": "archive"}, {}),
        ("urn:grant", ASSIGNMENT, PLAN.inputs, {"scope": [STORE], "principalId": ["urn:identity"]}),
        (
            "urn:identity",
            "azure-native:managedidentity:UserAssignedIdentity",
            {"resourceName": "agent", "resourceGroupName": "rg"},
            {},
        ),
    ]
    steps = [
        {
            "op": "create",
            "urn": urn,
            "newState": {**base, "urn": urn, "type": kind, "inputs": inputs, "propertyDependencies": depends},
        }
        for urn, kind, inputs, depends in rows
    ]

    planned = {one.urn: one for one in planned_resources({"steps": steps})}

    assert planned["urn:grant"].provider == "p"
    assert planned["urn:grant"].expected == {"scope": CONTAINER}
    assert planned["urn:grant"].sources["principalId"] == ("urn:identity",)

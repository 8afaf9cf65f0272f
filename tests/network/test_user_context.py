"""Tests of networks with agents that act for users, on local Azure: what is created, in which order, and for whom."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
from agent_network_runtime.environment import settings_from_environment
from agent_network_runtime.settings import Settings

from access.azure.clouds import CLOUDS
from access.azure.delegated_permissions import APPLICATION_IDS
from components.network import AgentNetwork
from components.user_context.downstream_apis import LOCAL_TENANT
from components.user_context.runtime_settings import VARIABLE
from localazure.arm.world import TENANT_ID
from localazure.deployment.records import Record
from localazure.run import RunResult
from manifest import ManifestError
from manifest.apis import CLOUDS as CLOUD_NAMES
from manifest.apis import KNOWN_APIS
from manifest.required_connections import SIGN_IN_HOSTS
from tests.components.recorder import DEPLOYER, TENANT, Recorded, record
from tests.network.deploying import APP, deploy, described

OWNER, PORTAL, REVIEWERS, ANN, EXISTING = (f"{d * 8}-{d * 4}-4{d * 3}-8{d * 3}-{d * 12}" for d in "abcde")
APIS = {"microsoft-graph": ["User.Read"], "azure-devops": ["vso.code"]}
ACTS: dict[str, Any] = {"apis": APIS, "callers": ["portal"], "groups": ["reviewers"]}
ENTRA: dict[str, Any] = {
    "deployer_rights": "all",
    "owners": [OWNER],
    "callers": {"portal": PORTAL},
    "groups": {"reviewers": REVIEWERS},
}
CREDENTIAL = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
IDS = {"client_id": EXISTING, "application": ANN, "service_principal": OWNER}


def network(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - any key of an agent
    agent = {"image": "desk", "port": 8080, "ingress": "internal", "access": {"documents": "read"}, **more}
    return {
        "name": "contoso",
        "registry": {"name": "contosoimages"},
        "resources": {"documents": {"kind": "blob-container", "account": "contosodocs"}},
        "hosts": {"fleet": {"kind": "aks-cluster", "cluster": "contoso-fleet", "allow": ["203.0.113.0/24"]}},
        "agents": {"desk": agent},
    }


def environment(entra: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting
    place = {"location": "westeurope", "resource_group": "agents", "suffix": "dev7", "production": False}
    return {**place, "entra": ENTRA if entra is None else entra, **more}


def up(path: Path, agent: dict[str, Any], settings: dict[str, Any] | None = None) -> RunResult:
    return deploy(*described(network(**agent), settings or environment(), "dev"), path / "dev.json")


def registered(agent: dict[str, Any], settings: dict[str, Any]) -> Recorded:
    """Return what the program registers on Pulumi mocks."""
    manifest, site = described(network(**agent), settings, "dev")
    return record(lambda: AgentNetwork("contoso", {"network": manifest, "environment": site}))


def of_type(result: RunResult, token: str, name: str | None = None) -> Record:
    (found,) = (one for one in result.records if one.type == token and name in {None, one.name})
    return found


def azuread(recorded: Recorded) -> set[str]:
    return {one.kind for one in recorded.resources if one.type.startswith("azuread:")}


def runtime(container: dict[str, Any]) -> Settings:
    """Return the settings of the runtime library in a container, as the library itself reads them."""
    platform = {"IDENTITY_ENDPOINT": "http://localhost:42356/msi/token", "IDENTITY_HEADER": "changes"}
    given = {one["name"]: one["value"] for one in container["env"] if one["name"] == VARIABLE}
    return settings_from_environment(platform | given)


def test_app_of_an_agent_acting_for_users_has_exactly_the_settings_that_the_runtime_library_accepts(
    tmp_path: Path,
) -> None:
    result = up(tmp_path, {"acts_for_users": ACTS})

    (container,) = of_type(result, APP).inputs["template"]["containers"]
    settings = runtime(container)
    acts = settings.acts_for_users
    assert acts is not None
    assert settings.application is not None
    assert acts.callers == {PORTAL}
    assert {name: api.scopes for name, api in acts.apis.items()} == {name: set(scopes) for name, scopes in APIS.items()}
    assert (
        settings.application.client_id == of_type(result, "azuread:index/application:Application").outputs["clientId"]
    )


def test_credential_identity_is_used_by_the_code_and_holds_no_role(tmp_path: Path) -> None:
    result = up(tmp_path, {"acts_for_users": ACTS})

    app = of_type(result, APP)
    identity = of_type(result, "azure-native:managedidentity:UserAssignedIdentity", "desk-credential")
    lifecycles = {
        one["identity"].rpartition("/")[2]: one["lifecycle"] for one in app.inputs["configuration"]["identitySettings"]
    }
    assert lifecycles == {
        "contoso-desk-dev-pull": "None",
        "system": "Main",
        "contoso-desk-dev-credential": "Main",
    }
    principal = identity.outputs["principalId"]
    held = [one.inputs for one in result.world.resources.values() if one.token.endswith(":RoleAssignment")]
    assert held
    assert principal not in {one["principalId"] for one in held}
    assert of_type(result, CREDENTIAL).inputs["subject"] == principal


def test_federated_credential_exists_before_the_container_starts(tmp_path: Path) -> None:
    result = up(tmp_path, {"acts_for_users": ACTS})

    assert of_type(result, CREDENTIAL).urn in of_type(result, APP).dependencies


@pytest.mark.parametrize("entra", [ENTRA, {**ENTRA, "existing": {"desk": IDS}}])
def test_nothing_is_created_in_azure_or_entra_before_the_check_of_deleted_names(entra: dict[str, Any]) -> None:
    found = registered({"acts_for_users": {**ACTS, "consent": "admin"}}, environment(entra, deleted="report"))

    waits = {one.urn: one.dependencies for one in found.resources}
    reached = {found.one("DeletedResources").urn}
    while more := {urn for urn, before in waits.items() if before & reached} - reached:
        reached |= more
    created = {one.urn: one.name for one in found.resources if one.type.startswith(("azure-native:", "azuread:"))}
    assert "reviewers-may-use-desk" in created.values()
    assert [name for urn, name in created.items() if urn not in reached] == []


def test_pod_is_the_credential_of_an_agent_in_a_cluster(tmp_path: Path) -> None:
    agent = {"host": "aks", "cluster": "fleet", "egress": ["azure"], "acts_for_users": ACTS, "access": {}}
    manifest = {**network(**agent)}
    del manifest["agents"]["desk"]["port"], manifest["agents"]["desk"]["ingress"]
    destinations = {"azure": {"blocks": ["20.1.0.0/24"]}}

    result = deploy(*described(manifest, environment(destinations=destinations), "dev"), tmp_path / "dev.json")

    deployment = of_type(result, "kubernetes:apps/v1:Deployment")
    (container,) = deployment.inputs["spec"]["template"]["spec"]["containers"]
    trusted = of_type(result, CREDENTIAL)
    assert json.loads(container["env"][0]["value"])["acts_for_users"]["credential"] == {"kind": "pod-token"}
    assert trusted.inputs["subject"] == "system:serviceaccount:contoso-desk-dev:desk"
    assert trusted.urn in deployment.dependencies
    identities = [one.name for one in result.records if one.type.endswith(":UserAssignedIdentity")]
    assert identities == ["desk"]


def test_agent_in_a_cluster_needs_egress_to_the_apis_that_it_calls_for_users() -> None:
    agent = {"host": "aks", "cluster": "fleet", "acts_for_users": ACTS, "access": {}}
    with pytest.raises(ManifestError, match=r"dev\.azure\.com:443 \(azure-devops\), graph\.microsoft\.com:443"):
        described(network(**agent), environment(), "dev")


def test_agent_without_users_gets_the_settings_of_its_own_identity_alone() -> None:
    recorded = registered({}, environment({}))

    (container,) = recorded.one("ContainerApp").inputs["template"]["containers"]
    settings = runtime(container)
    assert (settings.agent, settings.tenant_id, settings.application, settings.acts_for_users) == (
        "desk",
        TENANT,
        None,
        None,
    )
    assert azuread(recorded) == set()


def test_placeholder_image_gets_neither_settings_nor_the_credential_identity() -> None:
    recorded = registered({"acts_for_users": ACTS}, environment(placeholder_images=True))

    app = recorded.one("ContainerApp").inputs
    assert app["template"]["containers"][0]["env"] == []
    assert [one.rpartition("/")[2] for one in app["identity"]["userAssignedIdentities"]] == ["desk-pull"]


@pytest.mark.parametrize(
    ("rights", "existing", "created"),
    [
        ("none", IDS, set[str]()),
        (
            "applications",
            {"assignments": {"reviewers": "a" * 43}},
            {
                "Application",
                "ApplicationFederatedIdentityCredential",
                "ApplicationIdentifierUri",
                "ApplicationPreAuthorized",
                "ServicePrincipal",
            },
        ),
        (
            "all",
            IDS,
            {
                "AppRoleAssignment",
                "ApplicationFederatedIdentityCredential",
                "ServicePrincipalDelegatedPermissionGrant",
            },
        ),
        (
            "all",
            {
                **IDS,
                "federated_credential": ANN,
                "assignments": {"reviewers": "a" * 43},
                "consents": {"microsoft-graph": "a" * 43, "azure-devops": "b" * 43},
            },
            set[str](),
        ),
    ],
)
def test_stack_creates_what_the_deployer_may_and_no_administrator_has_made(
    rights: str, existing: dict[str, Any] | None, created: set[str]
) -> None:
    entra = {**ENTRA, "deployer_rights": rights, "owners": [DEPLOYER]}
    if existing is not None:
        entra["existing"] = {"desk": existing}

    recorded = registered({"acts_for_users": {**ACTS, "consent": "admin"}}, environment(entra))

    assert azuread(recorded) == created


def test_deployer_that_would_not_own_its_applications_is_refused_with_the_setting() -> None:
    entra = {**ENTRA, "deployer_rights": "applications"}
    with pytest.raises(pulumi.RunError, match=r"entra\.owners: '.*', the deploying identity, is not an owner"):
        registered({"acts_for_users": ACTS}, environment(entra))


def test_stack_whose_deployer_owns_its_applications_can_be_tried_on_local_azure(tmp_path: Path) -> None:
    entra = {**ENTRA, "deployer_rights": "applications", "owners": [DEPLOYER]}

    result = up(tmp_path, {"acts_for_users": ACTS}, environment(entra))

    assert result.ok
    assert "desk-application" in {one.name for one in result.records}


def test_consent_of_an_administrator_is_for_each_user_where_no_group_is_declared() -> None:
    acts = {"apis": APIS, "callers": ["portal"], "users": ["ann"], "consent": "admin"}
    entra = {"deployer_rights": "all", "owners": [OWNER], "callers": {"portal": PORTAL}, "users": {"ann": ANN}}

    recorded = registered({"acts_for_users": acts}, environment(entra))

    grants = [one for one in recorded.resources if one.kind == "ServicePrincipalDelegatedPermissionGrant"]
    assert {one.name: one.inputs["userObjectId"] for one in grants} == {
        "desk-may-use-azure-devops-for-ann": ANN,
        "desk-may-use-microsoft-graph-for-ann": ANN,
    }


def test_tables_of_clouds_in_the_manifest_and_in_the_components_agree() -> None:
    assert set(CLOUDS) == set(CLOUD_NAMES) == set(SIGN_IN_HOSTS)
    assert {name: f"https://{host}" for name, host in SIGN_IN_HOSTS.items()} == {
        name: cloud.authority_host for name, cloud in CLOUDS.items()
    }
    assert all(set(api.resources) == set(api.hosts) <= set(CLOUDS) for api in KNOWN_APIS.values())


def test_tables_of_apis_in_the_manifest_and_in_access_agree() -> None:
    assert {name: APPLICATION_IDS[name] for name in KNOWN_APIS} == {
        name: api.client_id for name, api in KNOWN_APIS.items()
    }


def test_scopes_of_an_api_of_the_organization_are_taken_to_exist_on_local_azure_alone(tmp_path: Path) -> None:
    acts = {**ACTS, "apis": {"billing": ["Bills.Read"]}}
    entra = {**ENTRA, "apis": {"billing": {"client_id": EXISTING, "hosts": ["billing.example.com"]}}}

    application = of_type(
        up(tmp_path, {"acts_for_users": acts}, environment(entra)), "azuread:index/application:Application"
    )

    (required,) = application.outputs["requiredResourceAccesses"]
    assert required["resourceAppId"] == EXISTING
    assert [each["type"] for each in required["resourceAccesses"]] == ["Scope"]
    assert LOCAL_TENANT == TENANT_ID

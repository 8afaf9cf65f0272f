"""Tests of the policy of a release: for each type that gives access, it stops a resource that was not approved."""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import ResourceValidationArgs
from pulumi_policy.policy import PolicyProviderResource, PolicyResourceOptions

from access.model.json_values import UNKNOWN
from access.model.planned_resource import PlannedResource, to_json
from release.enforcement import pack
from release.errors import ReleaseError
from release.inputs.files import text_digest

GROUP = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg"
SCOPE = f"{GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/a"
ROLE = "00000000-0000-4000-8000-00000000000c"
AGENT, CALLED = "urn:agent", "urn:called"
PROVIDER = PlannedResource(urn="urn:provider", type="pulumi:providers:azure-native")
WHO, OTHER, PRINCIPAL, ISSUER = (
    *("aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"),
    *("cccccccc-0000-4000-8000-000000000000", "https://login.microsoftonline.com/t/v2.0"),
)
APPLICATION = f"/applications/{PRINCIPAL}"
IDENTITY, ANOTHER = (
    f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}" for name in ("agent", "another")
)
TYPES: dict[str, tuple[dict[str, Any], str, Any]] = {
    "azure-native:authorization:RoleAssignment": (
        {"principalId": WHO, "roleDefinitionId": ROLE, "scope": SCOPE},
        "principalId",
        OTHER,
    ),
    "azure-native:cosmosdb:SqlResourceSqlRoleAssignment": (
        {"principalId": WHO, "roleDefinitionId": ROLE, "scope": SCOPE},
        "principalId",
        OTHER,
    ),
    "azuread:index/appRoleAssignment:AppRoleAssignment": (
        {"appRoleId": ROLE, "principalObjectId": WHO, "resourceObjectId": PRINCIPAL},
        "principalObjectId",
        OTHER,
    ),
    "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant": (
        {"claimValues": ["User.Read"], "servicePrincipalObjectId": WHO, "resourceServicePrincipalObjectId": PRINCIPAL},
        "claimValues",
        ["User.Read", "Mail.ReadWrite"],
    ),
    "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential": (
        {"applicationId": APPLICATION, "issuer": ISSUER, "subject": WHO},
        "subject",
        OTHER,
    ),
    "azure-native:managedidentity:FederatedIdentityCredential": (
        {"issuer": ISSUER, "subject": "system:serviceaccount:agents:agent", "resourceName": "agent"},
        "subject",
        "system:serviceaccount:default:other",
    ),
    "azure-native:app:ContainerApp": (
        {"identity": {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]}},
        "identity",
        {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY, ANOTHER]},
    ),
}
"""Pulumi type → approved values, a property, and a value of the property that gives more access."""
OF_THE_CALLED = {"resourceObjectId", "resourceServicePrincipalObjectId", "applicationId"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folder of the files that a release exchanges with its policy."""
    given = {
        AGENT: {"id": IDENTITY.lower(), "principalId": WHO},
        CALLED: {"id": f"/servicePrincipals/{PRINCIPAL}", "objectId": PRINCIPAL, "applicationId": APPLICATION},
    }
    rows = ({"urn": urn, "made": made, "echoed": {}} for urn, made in given.items())
    (tmp_path / "returned.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return tmp_path


def violations(
    folder: Path, kind: str, values: dict[str, Any], *planned: PlannedResource, task: str = pack.COMPARE
) -> list[str]:
    """Return what the policy reports for a resource of a deployment whose approved plan has some resources."""
    plan = json.dumps(to_json([PROVIDER, *planned]))
    (folder / "approved.json").write_text(plan)
    names = {"approved": "approved.json", "returned": "returned.jsonl", "compared": "compared.jsonl"}
    config = {name: str(folder / file) for name, file in names.items()} | {"digest": text_digest(plan), "task": task}
    return called(kind, values, config)


def called(kind: str, values: dict[str, Any], config: dict[str, str]) -> list[str]:
    found: list[str] = []
    options: Any = PolicyResourceOptions
    provider = PolicyProviderResource(PROVIDER.type, {}, PROVIDER.urn, "default")
    args = ResourceValidationArgs(kind, values, "urn:x", "x", options, provider, config)
    pack.policy().validate(args, lambda message, _urn=None: found.append(message))
    return found


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "_WAIT", 0.0)


@pytest.mark.parametrize("kind", TYPES)
def test_policy_of_a_release_stops_an_undeclared_or_changed_resource_of_each_type_that_gives_access(
    kind: str, folder: Path
) -> None:
    values, changed, more = TYPES[kind]
    unknown = json.dumps(values)
    for value in (WHO, PRINCIPAL, IDENTITY, APPLICATION):
        unknown = unknown.replace(json.dumps(value), json.dumps(UNKNOWN))
    plan = PlannedResource(
        urn="urn:x",
        type=kind,
        inputs=json.loads(unknown),
        sources={name: (CALLED if name in OF_THE_CALLED else AGENT,) for name in values},
    )

    assert violations(folder, kind, values, plan) == []
    (undeclared,) = violations(folder, kind, values)
    (deviating,) = violations(folder, kind, {**values, changed: more}, plan)

    assert "the approved preview has no such resource; the deployment stops before this resource" in undeclared
    assert f"x: {changed}" in deviating
    rows = [json.loads(line) for line in (folder / "compared.jsonl").read_text().splitlines()]
    assert [row["refused"] for row in rows] == [False, True, True]


def test_policy_of_a_release_only_records_in_a_preview(folder: Path) -> None:
    kind, (values, _changed, _more) = next(iter(TYPES.items()))

    assert violations(folder, kind, values, task=pack.RECORD) == []
    assert json.loads((folder / "compared.jsonl").read_text())["urn"] == "urn:x"


def test_policy_of_a_release_refuses_an_approved_plan_that_is_edited_while_the_deployment_runs(folder: Path) -> None:
    kind, (values, _changed, _more) = next(iter(TYPES.items()))
    config = {name: str(folder / f"{name}.json") for name in ("approved", "returned", "compared")}
    (folder / "approved.json").write_text("[]")

    with pytest.raises(ReleaseError, match="edited while the deployment ran"):
        called(kind, values, {**config, "digest": text_digest("[ ]"), "task": pack.COMPARE})

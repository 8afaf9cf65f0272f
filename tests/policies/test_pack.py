"""Tests of each policy on a program that violates it, and of all policies on a compliant program."""

import base64
import json
import re
from pathlib import Path
from unittest.mock import patch

import pytest
from jsonschema import Draft202012Validator
from pulumi_policy import EnforcementLevel, StackValidationPolicy

import access.findings
from access.azure.catalogue import by_name
from access.azure.types.keyvault import SIGNER
from policies.pack import INPUTS, RULES, UNJUDGED, name_of, policies
from tests.access.acting_program import program
from tests.access.readers.programs import (
    GROUP,
    IDENTITY,
    UNKNOWN,
    account,
    app,
    assignment,
    container,
    identity,
    row,
    urn,
)
from tests.access.test_acting_for_users import IN_ANY_PROGRAM
from tests.policies.analyzer import Config, Row, answers, secret

HOW_TO = Path(__file__).parents[2] / "docs" / "howto" / "use-the-policy-pack.md"
READER = "principal-of-reader"
TAGS = "!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/filter/action'})"
WITHOUT_ADDING = (
    "(!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'})) OR "
    "(@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'elsewhere')"
)
LOGIN = "DefaultEndpointsProtocol=https;AccountName=things;AccountKey=c2VjcmV0IHNlY3JldA=="
CLOSED = {"allowSharedKeyAccess": False, "allowBlobPublicAccess": False}
PULLS = {"identitySettings": [{"identity": IDENTITY, "lifecycle": "None"}]}
IN_PLAIN_SIGHT = "credential-in-plain-sight"
IN_PRODUCTION: Config = {"mutable-image-tag": {"production": True}}


def running(name: str, **more: object) -> Row:
    made = app(name)
    made["inputs"]["template"] = {"containers": [{"name": name, "image": "example.azurecr.io/worker:1.0", **more}]}
    return made


def public() -> Row:
    made = container()
    made["inputs"]["publicAccess"] = "Blob"
    return made


GOOD = [account(**CLOSED), container(), running("reader"), assignment("reads", READER)]
OPEN = account(allowBlobPublicAccess=False)
NAMES = {"resourceGroupName": "agents", "resourceName": "shared"}
WORKFLOW = row(
    "azure-native:managedidentity:FederatedIdentityCredential",
    "ci",
    f"{IDENTITY}/federatedIdentityCredentials/ci",
    inputs={
        **NAMES,
        "federatedIdentityCredentialResourceName": "ci",
        "subject": "repo:x/y:ref:refs/heads/main",
        "issuer": "https://token.actions.githubusercontent.com",
    },
)
FLEET = row(
    "azure-native:containerservice:ManagedCluster",
    "fleet",
    f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/fleet",
    inputs={
        "disableLocalAccounts": True,
        "aadProfile": {"managed": True, "adminGroupObjectIDs": ["00000000-0000-4000-8000-00000000ad31"]},
        "apiServerAccessProfile": {"enablePrivateCluster": True},
    },
)
KEY = f"{GROUP}/providers/Microsoft.KeyVault/vaults/signing/keys/app"


def key(*operations: str) -> Row:
    """Return a key of a vault that permits operations."""
    named = {"resourceGroupName": "agents", "vaultName": "signing", "keyName": "app"}
    return row("azure-native:keyvault:Key", "app-key", KEY, inputs={**named, "properties": {"keyOps": [*operations]}})


def of_applications() -> dict[str, list[Row]]:
    """Return each rule about Entra applications, with an agent's program that violates the rule by one change."""
    found: dict[str, list[Row]] = {}
    for rule, change in IN_ANY_PROGRAM.values():
        rows = program()
        change(rows)
        found.setdefault(rule, [*rows.values()])
    return found


BAD: dict[str, list[Row]] = {
    **of_applications(),
    "cluster-administrator": [*GOOD, FLEET],
    "foreign-actor": [
        *GOOD,
        {**identity(), "inputs": NAMES},
        {**WORKFLOW, "outputs": WORKFLOW["inputs"]},
        assignment("deploys", "principal-of-shared"),
    ],
    "condition-that-restricts-nothing": [*GOOD[:3], assignment("reads", READER, inputs={"condition": TAGS})],
    "credential-in-plain-sight": [*GOOD, running("writer", env=[{"name": "STORAGE", "value": LOGIN}])],
    "duplicate-grant": [*GOOD, assignment("again", READER)],
    "half-guarded-condition": [
        *GOOD[:3],
        assignment("reads", READER, role="Storage Blob Data Contributor", inputs={"condition": WITHOUT_ADDING}),
    ],
    "local-auth-on": [OPEN, *GOOD[1:]],
    "mutable-image-tag": [*GOOD, running("writer", image="example.azurecr.io/writer:latest")],
    "orphaned-assignment": [*GOOD, assignment("gone", "00000000-0000-4000-8000-00000000dead")],
    "privileged-role": [*GOOD, assignment("all", READER, role="Storage Account Contributor")],
    "public-access": [account(allowSharedKeyAccess=False), public()],
    "redundant-grant": [*GOOD, assignment("writes", READER, role="Storage Blob Data Contributor")],
    "role-granting-role": [*GOOD, assignment("all", READER, role="User Access Administrator")],
    "shared-identity": [identity(), app("reader", IDENTITY, own=False), app("writer", IDENTITY, own=False)],
    "shared-pull-identity": [identity(), *(app(name, IDENTITY, configuration=PULLS) for name in ("reader", "writer"))],
    "signing-key-permits-more": [*GOOD, key("sign", "decrypt"), assignment("signs", READER, KEY, role=SIGNER)],
    "signing-key-role-too-wide": [
        *GOOD[:-1],
        key("sign"),
        assignment("signs", READER, KEY, role=SIGNER),
        assignment("decrypts", READER, KEY, role="Key Vault Crypto User"),
    ],
    "unauthenticated-ingress": [
        *GOOD[:-1],
        app("reader", configuration={"ingress": {"external": False, "targetPort": 80}}),
        GOOD[-1],
    ],
    "unknown-role": [
        *GOOD,
        assignment("odd", READER, role=f"{GROUP}/roleDefinitions/00000000-0000-4000-8000-00000000beef"),
    ],
    "wide-grant": [*GOOD[:3], assignment("reads", READER, GROUP)],
    UNJUDGED: [*GOOD, row("azure:storage/account:Account", "classic")],
}


def test_compliant_program_violates_no_policy_of_the_policy_pack() -> None:
    assert not answers(*GOOD, config=IN_PRODUCTION).by_policy


def test_every_policy_of_the_pack_that_reports_findings_has_a_sample_program_that_should_violate_it() -> None:
    assert {each.name for each in policies()} - {INPUTS} == set(BAD)


@pytest.mark.parametrize("deployed", [False, True], ids=["before", "deployed"])
@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_each_policy_reports_its_finding_and_is_mandatory_for_errors(
    rule: access.findings.Rule, *, deployed: bool
) -> None:
    name = name_of(rule)

    found = answers(*BAD[name], config=IN_PRODUCTION, deployed=deployed)

    assert found.by_policy[name]
    assert (name in found.mandatory) == (rule.severity == "error")
    assert all(rule.fix in message for message in found.by_policy[name])


@pytest.mark.parametrize("name", sorted(set(BAD) - {UNJUDGED, IN_PLAIN_SIGHT}))
def test_policy_exemption_suppresses_the_violation_only_for_the_resource_with_its_urn(name: str) -> None:
    (name_in_urn,) = answers(*BAD[name], config=IN_PRODUCTION, deployed=True).urns[name]
    here = next(each["urn"] for each in BAD[name] if each["urn"].endswith(f"::{name_in_urn}"))

    def exempting(exempt: str) -> Config:
        return {name: IN_PRODUCTION.get(name, {}) | {"exempt": [{"urn": exempt, "because": "a test"}]}}

    assert name not in answers(*BAD[name], config=exempting(here), deployed=True).by_policy
    assert name in answers(*BAD[name], config=exempting(urn("x", "other")), deployed=True).by_policy


def test_policy_exemption_for_a_credential_accepts_one_property_and_not_the_whole_app() -> None:
    two = running("writer", env=[{"name": "STORAGE", "value": LOGIN}, {"name": "OTHER", "value": LOGIN}])
    exempt = {"urn": two["urn"], "property": "template.containers[writer].env[STORAGE]", "because": "a test"}

    found = answers(*GOOD, two, config={IN_PLAIN_SIGHT: {"exempt": [exempt]}})

    (message,) = found.by_policy[IN_PLAIN_SIGHT]
    assert "env[OTHER]" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [("PARTITION_KEY", "tenant1_customer_id"), ("IMAGE_DIGEST", base64.b64encode(bytes(range(32))).decode())],
)
def test_partition_key_name_and_image_digest_in_variables_violate_no_policy(name: str, value: str) -> None:
    assert not answers(*GOOD, running("writer", env=[{"name": name, "value": value}])).by_policy


@pytest.mark.parametrize("called", ["storage account contributor", by_name("Storage Account Contributor").id])
def test_privileged_role_policy_allows_configured_roles_by_name_and_by_id(called: str) -> None:
    found = answers(*BAD["privileged-role"], config={"privileged-role": {"allowedRoles": [called]}})

    assert "privileged-role" not in found.by_policy


def test_mutable_image_tag_violates_its_policy_only_if_production_is_configured() -> None:
    assert "mutable-image-tag" not in answers(*BAD["mutable-image-tag"]).by_policy


@pytest.mark.parametrize(
    ("rows", "where", "what"),
    [
        ([account(allowBlobPublicAccess=False, allowSharedKeyAccess=UNKNOWN)], "things", "allowSharedKeyAccess"),
        ([account(allowBlobPublicAccess=UNKNOWN, allowSharedKeyAccess=False)], "things", "allowBlobPublicAccess"),
        (
            [account(allowBlobPublicAccess=False, allowSharedKeyAccess=secret(value=True))],
            "things",
            "allowSharedKeyAccess",
        ),
        ([app("reader", configuration={"ingress": UNKNOWN})], "reader", "configuration.ingress"),
        ([running("reader", env=[{"name": "API_KEY", "value": UNKNOWN}])], "reader", "API_KEY"),
        ([*GOOD[:3], assignment("reads", UNKNOWN)], "reads", "the principal of this role assignment is unknown"),
        ([*GOOD[:3], assignment("reads", READER, UNKNOWN)], "reads", "the scope of this role assignment"),
        ([*GOOD[:3], assignment("reads", READER, role=UNKNOWN)], "reads", "this source does not define that role"),
    ],
)
def test_policy_pack_reports_values_unknown_in_preview_as_not_evaluated(rows: list[Row], where: str, what: str) -> None:
    found = answers(*rows)

    assert what in "\n".join(found.by_policy["unknown-role"] + found.by_policy[UNJUDGED])
    assert where in found.urns[UNJUDGED] | found.urns["unknown-role"]


@pytest.mark.parametrize("kind", ["ClusterRoleBinding", "RoleBinding"])
def test_policy_pack_reports_an_administrator_binding_in_a_kubernetes_cluster_outside_the_program(kind: str) -> None:
    bound = row(
        f"kubernetes:rbac.authorization.k8s.io/v1:{kind}",
        "visitors",
        inputs={
            "kind": kind,
            "metadata": {"name": "visitors", "namespace": "batch"},
            "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "Group", "name": "visitors"}],
        },
    )

    (message,) = answers(*GOOD, bound).by_policy[UNJUDGED]

    assert "gives group visitors rights in a cluster that this source does not contain" in message


def test_policy_pack_neither_shows_secret_values_nor_reports_them_as_plain_text_credentials() -> None:
    vault = {"resourceGroupName": "agents", "vaultName": "safe", "secretName": "login"}
    rows = [row("keyvault:Secret", "login", inputs={**vault, "properties": {"value": secret(LOGIN)}})]
    rows += [running("reader", env=[{"name": "STORAGE", "value": secret(LOGIN)}])]

    found = answers(*rows)

    assert "credential-in-plain-sight" not in found.by_policy
    assert "AccountKey" not in answers(*rows, *BAD["credential-in-plain-sight"]).text


def test_credential_in_a_stack_output_violates_the_plain_text_credential_policy() -> None:
    stack = row("pulumi:pulumi:Stack", "program-dev", outputs={"login": LOGIN, "hidden": secret(LOGIN)})

    (message,) = answers(*GOOD, stack).by_policy["credential-in-plain-sight"]

    assert "output login" in message


def test_credential_in_outputs_of_another_stack_violates_the_plain_text_credential_policy() -> None:
    outputs = {"outputs": {"login": LOGIN, "hidden": secret(LOGIN)}}
    reference = row("pulumi:pulumi:StackReference", "shared", outputs=outputs)

    (message,) = answers(*GOOD, reference).by_policy["credential-in-plain-sight"]

    assert "output login of stack shared" in message


def test_policy_pack_reports_every_policy_as_violated_if_the_program_cannot_be_read() -> None:
    deep: Row = {}
    for _ in range(60):
        deep = {"in": [deep]}
    broken = row("pulumi:pulumi:Stack", "program-dev", outputs=deep)

    with pytest.raises(Exception, match="deep"):
        answers({**broken, "inputs": deep})
    assert set(answers(*GOOD, broken).by_policy) == set(BAD)


def test_policy_pack_analyses_the_program_once_for_all_policies() -> None:
    with patch("policies.pack.check", side_effect=access.findings.check) as check:
        answers(*BAD["privileged-role"])

    assert check.call_count == 1


def test_policy_configuration_in_the_policy_pack_how_to_is_valid() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    schemas = {each.name: each.config_schema for each in policies()}

    for name, config in json.loads(example).items():
        schema = schemas[name]
        assert schema is not None
        if isinstance(config, str):
            assert EnforcementLevel(config)
        else:
            Draft202012Validator({"properties": schema.properties, "additionalProperties": False}).validate(config)


def test_every_policy_schema_requires_reasons_for_exemptions() -> None:
    for each in policies():
        if isinstance(each, StackValidationPolicy):
            assert each.config_schema is not None
            part = ["property"] if each.name == IN_PLAIN_SIGHT else []
            assert each.config_schema.properties["exempt"]["items"]["required"] == ["urn", *part, "because"]
            assert json.dumps(each.config_schema.properties)
            assert each.enforcement_level in {EnforcementLevel.MANDATORY, EnforcementLevel.ADVISORY}

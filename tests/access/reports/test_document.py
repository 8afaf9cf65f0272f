"""Tests of the report document: its keys, origin, grants, exposure and declared rules."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from access.azure.roles import by_name
from access.model.declared import Budget, Exemption, Separation
from access.model.graph import Assignment, Graph, Principal, Resource
from access.reports.document import document
from access.reports.grants import grant_rows, weight
from access.reports.network_exposure import exposure_rows
from access.reports.provenance import Provenance
from tests.access import fabrikam
from tests.access.reports import samples
from tests.fabrikam import LEGACY

TODAY = date(2026, 11, 28)
MADE = Provenance(time=datetime(2026, 11, 28, 21, 4, tzinfo=UTC), version="9.9", commit="5588e2772b0c")
GROUP = "/subscriptions/s1/resourceGroups/rg/providers"


@cache
def report() -> dict[str, Any]:
    return document(fabrikam.graph(), fabrikam.declared(), today=TODAY, made=MADE)


OPEN_TO_ALL = "on: callers need no token"


def exposed(kind: str, properties: dict[str, Any], local_auth: bool | None = None) -> tuple[str, str, str, list[str]]:  # noqa: FBT001
    """Return network, anonymous access, keys and addresses of one resource."""
    provider, _, last = kind.partition("/")
    names = [f"{segment}/one" for segment in last.split("/")]
    one = Resource(
        id=f"{GROUP}/{provider}/{'/'.join(names)}", name="one", kind=kind, properties=properties, local_auth=local_auth
    )
    (row,) = exposure_rows(Graph(resources=[one]))
    return row["network"]["words"], row["anonymous"]["words"], row["keys"]["words"], row["addresses"]


def test_sample_documents_of_the_access_report_tests_have_the_keys_of_real_reports() -> None:
    real, sample = report(), samples.fabrikam()

    assert set(real) == set(sample)
    for name in ("grants", "exposure", "images", "identities", "logs", "access"):
        assert set(real[name][0]) == set(sample[name][0]), name
    assert (set(real["made"]), set(real["rules"])) == (set(sample["made"]), set(sample["rules"]))


def test_access_report_document_states_time_commit_version_and_subscriptions() -> None:
    assert report()["made"] == {
        "time": "2026-11-28T21:04:00+00:00",
        "commit": "5588e2772b0c",
        "has_changes": False,
        "version": "9.9",
        "subscriptions": ["10ca1000-0000-4000-8000-000000000001"],
        "simulated": True,
    }


def test_grants_of_the_access_report_are_all_role_assignments_with_their_ids() -> None:
    graph = fabrikam.graph()

    assert sorted(row["assignment"] for row in report()["grants"]) == sorted(one.id for one in graph.assignments)
    found = next(row for row in report()["grants"] if row["resource"] == "webhook-signing-key")
    assert (found["principals"], found["verb"], found["weight"]) == (["notifier"], "read", "secrets")
    rows = grant_rows(fabrikam.graph(root=LEGACY))
    shared = next(row for row in rows if "compliance" in row["principals"])
    assert shared["principals"] == ["compliance", "market-analysis"]


def test_grant_of_a_deleted_principal_in_the_access_report_has_its_id_in_place_of_a_name() -> None:
    role = by_name("Reader")
    one = Assignment(id="a", name="a", principal="gone", scope=f"{GROUP}/x/y/z", role=role, role_id=role.id)

    (row,) = grant_rows(Graph(principals=[Principal(id="other", name="other")], assignments=[one]))

    assert (row["principals"], row["exists"], row["scope"]) == (["gone"], False, f"{GROUP}/x/y/z")


@pytest.mark.parametrize(
    ("role", "verb", "expected"),
    [
        ("Storage Blob Data Reader", "read", ""),
        ("Storage Blob Data Contributor", "write", "write"),
        ("Azure Service Bus Data Sender", "send", "write"),
        ("Key Vault Secrets User", "read", "secrets"),
        ("Key Vault Administrator", "", "secrets"),
        ("Owner", "", "delete"),
        ("Contributor", "", "delete"),
        ("Reader", "", ""),
        ("Azure Service Bus Data Sender", "", "write"),
    ],
)
def test_role_in_the_access_report_is_weighted_as_delete_secrets_write_or_none_by_its_operations(
    role: str, verb: str, expected: str
) -> None:
    assert weight(by_name(role), verb) == expected


def test_role_without_a_definition_in_the_access_report_is_weighted_as_delete() -> None:
    assert weight(None) == "delete"


STORAGE, VAULT, APP = "microsoft.storage/storageaccounts", "microsoft.keyvault/vaults", "microsoft.app/containerapps"
COSMOS, CLUSTER = "microsoft.documentdb/databaseaccounts", "microsoft.containerservice/managedclusters"
CONTAINER = f"{STORAGE}/blobservices/containers"
REGISTRY = "microsoft.containerregistry/registries"


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        (STORAGE, {}, ("unknown", "unknown", [])),
        (STORAGE, {"publicNetworkAccess": "Enabled", "allowBlobPublicAccess": True}, ("any address", "on", [])),
        (STORAGE, {"publicNetworkAccess": "Disabled", "allowBlobPublicAccess": False}, ("closed", "off", [])),
        (
            STORAGE,
            {
                "publicNetworkAccess": "Enabled",
                "networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": "203.0.113.1"}]},
            },
            ("listed addresses", "unknown", ["203.0.113.1"]),
        ),
        (
            VAULT,
            {"properties": {"publicNetworkAccess": "enabled", "networkAcls": {"defaultAction": "Allow"}}},
            ("any address", "", []),
        ),
        (VAULT, {"properties": {"publicNetworkAccess": "SecuredByPerimeter"}}, ("SecuredByPerimeter", "", [])),
        (
            COSMOS,
            {"publicNetworkAccess": "Enabled", "ipRules": [{"ipAddressOrRange": "203.0.113.2"}]},
            ("listed addresses", "", ["203.0.113.2"]),
        ),
        (REGISTRY, {"publicNetworkAccess": "Enabled", "anonymousPullEnabled": True}, ("any address", "on", [])),
        (CONTAINER, {"publicAccess": "Blob"}, ("as its account", "on: Blob", [])),
        (CONTAINER, {"publicAccess": "None"}, ("as its account", "off", [])),
        (CONTAINER, {}, ("as its account", "unknown", [])),
        (APP, {}, ("unknown", "", [])),
        (APP, {"template": {}, "configuration": {}}, ("no ingress", "", [])),
        (APP, {"configuration": {"ingress": {"external": False}}}, ("every app of its environment", OPEN_TO_ALL, [])),
        (APP, {"configuration": {"ingress": {"external": True}}}, ("any address", OPEN_TO_ALL, [])),
        (
            APP,
            {
                "configuration": {
                    "ingress": {
                        "external": True,
                        "ipSecurityRestrictions": [{"action": "Allow", "ipAddressRange": "203.0.113.0/24"}],
                    }
                }
            },
            ("listed addresses", OPEN_TO_ALL, ["203.0.113.0/24"]),
        ),
        (CLUSTER, {}, ("unknown", "", [])),
        (CLUSTER, {"agentPoolProfiles": []}, ("API: any address", "", [])),
        (CLUSTER, {"apiServerAccessProfile": {"enablePrivateCluster": True}}, ("API: private", "", [])),
        (
            CLUSTER,
            {"apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.0/24"]}},
            ("API: listed addresses", "", ["203.0.113.0/24"]),
        ),
    ],
)
def test_exposure_of_a_resource_in_the_access_report_is_unknown_if_its_setting_is_missing(
    kind: str, properties: dict[str, Any], expected: tuple[str, str, list[str]]
) -> None:
    network, anonymous, _, addresses = exposed(kind, properties)

    assert (network, anonymous, addresses) == expected


@pytest.mark.parametrize(("local_auth", "words"), [(True, "on"), (False, "off"), (None, "unknown")])
def test_key_access_of_a_resource_in_the_access_report_is_on_off_or_unknown(
    local_auth: bool | None,  # noqa: FBT001 - a column of the table
    words: str,
) -> None:
    assert exposed(STORAGE, {}, local_auth)[2] == words


def test_access_report_shows_separations_budgets_and_exceptions_with_reasons_and_expiry_dates() -> None:
    declared = fabrikam.declared()
    agents = {**declared.agents, "report": replace(declared.agents["report"], budget=Budget(secrets=0, models=2))}
    changed = replace(
        declared,
        agents=agents,
        separation=(Separation(apart=(("reports", "write"), ("findings", "write")), because="reason one", line=3),),
        exceptions=(
            Exemption(finding="unused-resource", on="documents", because="reason two", expires=date(2026, 12, 8)),
            Exemption(finding="unused-resource", on="models", because="reason three", expires=date(2026, 11, 27)),
        ),
    )

    found = document(fabrikam.graph(), changed, today=TODAY)["rules"]

    assert [(one["apart"], one["because"]) for one in found["separations"]] == [
        (["write reports", "write findings"], "reason one")
    ]
    assert [(one["agent"], one["limits"]) for one in found["budgets"]] == [("report", {"secrets": 0, "models": 2})]
    assert [(one["because"], one["expired"], one["days"]) for one in found["exceptions"]] == [
        ("reason two", False, 10),
        ("reason three", True, -1),
    ]


def test_images_identities_and_log_destinations_in_the_access_report_are_those_of_the_deployment() -> None:
    found = report()

    assert {row["agent"]: (row["name"], row["tag"], row["source"]) for row in found["images"]} == {
        "analysis": ("analysis", "dev", "deployed"),
        "ingestion": ("ingestion", "dev", "deployed"),
        "notifier": ("notifier", "dev", "declared"),
        "report": ("report", "dev", "deployed"),
        "security-scanner": ("security-scanner", "dev", "deployed"),
    }
    assert [row["name"] for row in found["identities"]] == ["research"]
    assert {where.rpartition("/")[2] for row in found["logs"] for where in row["destinations"]} == {"fabrikam-dev"}


def test_access_report_states_that_write_on_a_blob_container_can_also_delete_the_container() -> None:
    notes = {(row["agent"], row["resource"]): " ".join(row.get("notes", ())) for row in report()["access"]}

    beyond = "also allows to delete the container itself and change its settings, whatever its paths"
    assert {cell for cell, text in notes.items() if beyond in text} == {
        ("ingestion", "code-uploads"),
        ("report", "reports"),
    }

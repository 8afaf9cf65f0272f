"""Tests of single resource kinds; `tests/contracts` has the tests of properties that all kinds share."""

import pytest

from components.resources.app_configuration import AppConfiguration
from components.resources.cosmos_account import CosmosAccount
from components.resources.cosmos_container import CosmosContainer
from components.resources.key_vault import KeyVault
from components.resources.key_vault_secret import KeyVaultSecret
from components.resources.model_account import DeploymentArgs, ModelAccount
from components.resources.search_index import SearchIndex
from components.resources.search_service import SearchService
from components.resources.service_bus_namespace import ServiceBusNamespace
from components.resources.service_bus_queue import ServiceBusQueue
from components.resources.service_bus_topic import ServiceBusTopic
from tests.components.places import Somebody, placed
from tests.components.recorder import identity_of, record


def topic() -> ServiceBusTopic:
    namespace = ServiceBusNamespace("contoso-bus", placed("contoso-bus-dev7"))
    return ServiceBusTopic("news", {"namespace": namespace, "topic": "news"})


def test_receiver_of_a_service_bus_topic_gets_a_role_at_its_own_subscription_and_none_at_the_topic() -> None:
    recorded = record(lambda: topic().allow(Somebody("reader"), "receive"))

    subscription = recorded.one("Subscription")
    assert subscription.name == "reader-subscribes-to-news"
    assert subscription.parent == recorded.one("Somebody").urn
    assert subscription.inputs == {
        "subscriptionName": "contoso-reader-dev",
        "topicName": "news",
        "namespaceName": "contoso-bus-dev7",
        "resourceGroupName": "group",
        "deadLetteringOnMessageExpiration": True,
    }
    (assignment,) = recorded.all("RoleAssignment")
    assert assignment.inputs["scope"] == identity_of("Subscription", "reader-subscribes-to-news")


def test_sender_to_a_service_bus_topic_gets_a_role_at_the_topic_and_no_subscription() -> None:
    recorded = record(lambda: topic().allow(Somebody("writer"), "send"))

    assert recorded.all("Subscription") == []
    (assignment,) = recorded.all("RoleAssignment")
    assert assignment.inputs["scope"] == identity_of("Topic", "news")


def test_service_bus_subscription_environment_variable_is_set_for_receivers_only() -> None:
    names: dict[str, set[str]] = {}

    def program() -> None:
        news = topic()
        names["send"] = set(news.variables("contoso-writer-dev", {"send"}))
        names["receive"] = set(news.variables("contoso-reader-dev", {"receive"}))

    record(program)

    assert names == {"send": {"ENDPOINT", "TOPIC"}, "receive": {"ENDPOINT", "TOPIC", "SUBSCRIPTION"}}


def test_cosmos_containers_of_one_database_create_the_database_once() -> None:
    def program() -> None:
        account = CosmosAccount("contoso-items", placed("contoso-items-dev7"))
        for name, database in (("items", "main"), ("notes", "main"), ("logs", "other")):
            CosmosContainer(
                name, {"account": account, "database": database, "container": name, "partition_key": "/tenant"}
            )

    recorded = record(program)

    databases = recorded.all("SqlResourceSqlDatabase")
    assert {one.name for one in databases} == {"main-in-contoso-items", "other-in-contoso-items"}
    items = recorded.one("SqlResourceSqlContainer", "items")
    assert items.inputs["resource"]["partitionKey"] == {"paths": ["/tenant"], "kind": "Hash", "version": 2}
    assert recorded.one("SqlResourceSqlDatabase", "main-in-contoso-items").urn in items.dependencies


def test_model_deployments_of_a_model_account_depend_on_each_other_and_have_no_version_upgrade() -> None:
    names = ("large", "small", "tiny")
    models: list[DeploymentArgs] = [
        {"name": name, "model": f"gpt-{name}", "version": "2026-07-09", "sku": "Standard", "capacity": 10}
        for name in names
    ]
    recorded = record(lambda: ModelAccount("models", {**placed("contoso-ai-dev7"), "deployments": models}))

    deployments = [recorded.one("Deployment", f"models-has-{name}") for name in names]
    assert [one.inputs["properties"] for one in deployments] == [
        {
            "model": {"format": "OpenAI", "name": f"gpt-{name}", "version": "2026-07-09"},
            "versionUpgradeOption": "NoAutoUpgrade",
        }
        for name in names
    ]
    before = recorded.one("Account")
    for deployment in deployments:
        assert before.urn in deployment.dependencies
        before = deployment


def test_key_vault_secret_and_search_index_get_role_assignments_but_are_not_created() -> None:
    def program() -> None:
        vault = KeyVault("contoso-vault", placed("contoso-vault-dev7"))
        KeyVaultSecret("signing", {"vault": vault, "secret": "signing-2"}).allow(Somebody("one"), "read")
        service = SearchService("contoso-search", placed("contoso-search-dev7"))
        SearchIndex("docs", {"service": service, "index": "docs-2"}).allow(Somebody("two"), "read")

    recorded = record(program)

    assert {one.kind for one in recorded.resources if one.custom} == {
        "Vault",
        "Service",
        "DiagnosticSetting",
        "RoleAssignment",
    }
    assert {one.name: one.inputs["scope"] for one in recorded.all("RoleAssignment")} == {
        "one-may-read-signing": f"{identity_of('Vault', 'contoso-vault')}/secrets/signing-2",
        "two-may-read-docs": f"{identity_of('azure-native:search:Service', 'contoso-search')}/indexes/docs-2",
    }


def test_service_bus_queue_component_returns_a_scaling_rule_for_its_message_count() -> None:
    def program() -> None:
        namespace = ServiceBusNamespace("contoso-bus", placed("contoso-bus-dev7"))
        queue = ServiceBusQueue("jobs", {"namespace": namespace, "queue": "jobs-2"})
        scaler, metadata = queue.scaling(5)
        assert scaler == "azure-servicebus"
        assert metadata == {"namespace": "contoso-bus-dev7", "queueName": "jobs-2", "messageCount": "5"}

    record(program)


def test_scaling_on_an_app_configuration_store_is_refused() -> None:
    with pytest.raises(ValueError, match="'settings' has no messages to scale on"):
        record(lambda: AppConfiguration("settings", placed("contoso-settings-dev7")).scaling(5))


def test_service_bus_endpoint_is_the_host_name_without_scheme_and_port() -> None:
    recorded = record(topic)

    assert (recorded.one("ServiceBusTopic").outputs or {})["endpoint"] == "contoso-bus.bus.test"

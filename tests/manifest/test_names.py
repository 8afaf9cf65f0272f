"""Tests of naming rules of Azure resources, and of names that are generated from the network."""

import pytest

from manifest import azure_naming_rules as azure
from manifest.generated_names import (
    app_name,
    environment_name,
    identity_name,
    namespace_name,
    parent_name,
    pull_identity_name,
    variable_prefix,
)
from manifest.name_rules import NameRule

RULES: list[tuple[NameRule, list[str], list[str]]] = [
    (azure.CONTAINER_APP, ["ab", "a-b", "a" * 32], ["a", "A-b", "1a", "a-", "a--b", "a_b", "a" * 33]),
    (azure.HOSTING_ENVIRONMENT, ["fabrikam-dev", "a" * 60], ["-a", "a--b", "a" * 61]),
    (azure.IDENTITY, ["a-b_C", "1ab", "a" * 128], ["ab", "-ab", "a.b", "a" * 129]),
    (azure.WORKSPACE, ["ab-1", "a" * 63], ["abc", "-abcd", "abcd-", "a" * 64]),
    (azure.RESOURCE_GROUP, ["a", "Grüße_(1).x", "a" * 90], ["", "a.", "a b", "a" * 91]),
    (azure.BLOB_CONTAINER, ["abc", "1-a", "a" * 63], ["ab", "Abc", "a--b", "-ab", "ab-", "$web", "a" * 64]),
    (azure.STORAGE_QUEUE, ["abc", "a-1", "a" * 63], ["ab", "a_b", "a--b", "-ab", "ab-", "a" * 64]),
    (azure.COSMOS_CHILD, ["a", "A b_c", "a" * 255], ["", "a/b", "a\\b", "a#", "a?", " a", "a ", "a'b", "a" * 256]),
    (azure.SECRET, ["a", "-", "A-1", "a" * 127], ["", "a_b", "a.b", "a" * 128]),
    (azure.MODEL_DEPLOYMENT, ["gpt-4.1", "a_", "a" * 64], ["a", "-a", ".a", "a b", "a" * 65]),
    (azure.SERVICE_BUS_ENTITY, ["a", "a/b.c_d-1", "a" * 260], ["", "/a", "a/", "a b", "a" * 261]),
    (azure.SEARCH_INDEX, ["ab", "1-a_b", "a" * 128], ["a", "Ab", "a--b", "a__b", "-ab", "a" * 129]),
    (azure.FOUNDRY_PROJECT, ["ab", "1-a_.b", "a" * 64], ["a", "-ab", ".ab", "a b", "a" * 65]),
    (azure.FOUNDRY_AGENT, ["a", "A-1", "a" * 63], ["", "-a", "a-", "a_b", "a.b", "a" * 64]),
    (azure.FOUNDRY_CONNECTION, ["abc", "1-a_B", "a" * 33], ["ab", "-abc", "_ab", "a.b", "a b", "a" * 34]),
    (azure.KUBERNETES_LABEL, ["a", "a--1", "a" * 63], ["", "A", "1a", "-a", "a-", "a_b", "a.b", "a" * 64]),
    (azure.REPOSITORY, ["a", "a/b", "a.b_c__d--e", "team/app"], ["", "A", "a:1", "a//b", "/a", "a/", "a@b", "a..b"]),
    (azure.TAG, ["1", "_", "v1.0-x", "a" * 128], ["", ".1", "-1", "a b", "é", "a" * 129]),
]

PARENTS: dict[str, tuple[list[str], list[str]]] = {
    "storage-account": (["abc", "1a2", "a" * 24], ["ab", "Abc", "a-b", "a" * 25]),
    "cosmos-account": (["abc", "1-a", "a" * 44], ["ab", "Abc", "a--b", "a-", "a" * 45]),
    "key-vault": (["abc", "A-1", "a" * 24], ["ab", "1ab", "a--b", "ab-", "a_b", "a" * 25]),
    "model-account": (["ab", "1-A", "a" * 64], ["a", "a-", "-a", "a_b", "a" * 65]),
    "service-bus-namespace": (
        ["abcdef", "Abc--1", "a" * 50],
        ["abcde", "1bcdef", "abcde-", "abcd-sb", "ab-mgmt", "a" * 51],
    ),
    "search-service": (["ab", "ab-1", "a" * 60], ["a", "a-b", "-ab", "ab-", "ab--c", "Abc", "a" * 61]),
    "configuration-store": (["abcde", "A--b1", "a" * 50], ["abcd", "-abcd", "abcd-", "a---bc", "ab_cd", "a" * 51]),
    "foundry-account": (["ab", "1-A", "a" * 64], ["a", "a-", "-a", "a_b", "a" * 65]),
    "kubernetes-cluster": (["a", "1_-A", "a" * 63], ["", "-a", "a-", "_a", "a.b", "a" * 64]),
    "registry": (["abcde", "Ab123", "a" * 50], ["abcd", "ab-cd", "a" * 51]),
}


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [*RULES, *((azure.PARENTS[kind].rule, *names) for kind, names in PARENTS.items())],
    ids=lambda value: value.what if isinstance(value, NameRule) else "",
)
def test_azure_naming_rule_accepts_valid_names_and_refuses_invalid_names(
    rule: NameRule, good: list[str], bad: list[str]
) -> None:
    assert [name for name in good + bad if rule.error(name) is None] == good


def test_every_kind_of_parent_resource_has_naming_examples_in_the_tests() -> None:
    assert PARENTS.keys() == azure.PARENTS.keys()


@pytest.mark.parametrize("kind", azure.PARENTS)
def test_name_of_a_parent_resource_with_its_suffix_is_valid_in_azure(kind: str) -> None:
    name = parent_name(kind, "fabrikam", "dev7")

    assert azure.PARENTS[kind].base.error("fabrikam") is None
    assert azure.PARENTS[kind].rule.error(name) is None
    assert name in ("fabrikamdev7", "fabrikam-dev7")


@pytest.mark.parametrize("kind", ["storage-account", "registry"])
def test_suffix_of_storage_account_and_registry_names_follows_without_a_dash(kind: str) -> None:
    assert parent_name(kind, "fabrikam", "dev7") == "fabrikamdev7"


def test_azure_names_generated_for_an_agent_consist_of_network_agent_and_stack() -> None:
    assert app_name("fabrikam", "security-scanner", "prod") == "fabrikam-security-scanner-prod"
    assert pull_identity_name("fabrikam", "security-scanner", "prod") == "fabrikam-security-scanner-prod-pull"
    assert identity_name("fabrikam", "security-scanner", "prod") == "fabrikam-security-scanner-prod"
    assert namespace_name("fabrikam", "security-scanner", "prod") == "fabrikam-security-scanner-prod"
    assert environment_name("fabrikam", "prod") == "fabrikam-prod"
    assert variable_prefix("code-uploads") == "CODE_UPLOADS_"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("azure", "azure"),
        ("Office365", "office365"),
        ("web.config", "web.config"),
        ("app_data", "app_data"),
        ("loginstore", "login"),
        ("my-windows-box", "windows"),
        ("MicrosoftLearn", "microsoft"),
        ("azure-store", None),
        ("blogin", None),
        ("officer", None),
    ],
)
def test_reserved_word_finds_the_words_that_azure_refuses_at_their_position_in_a_name(
    name: str, word: str | None
) -> None:
    assert azure.reserved_word(name) == word

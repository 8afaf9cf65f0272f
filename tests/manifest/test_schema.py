"""Tests of the JSON Schemas: the files are up to date, and the schemas accept what the models accept."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from manifest.schema import COMMAND, environment_schema, network_schema, schemas
from manifest.yaml_document import read_document
from tests import fabrikam
from tests.projects import NAMESPACE
from tests.strategies import projects

NETWORK = Draft202012Validator(network_schema())
ENVIRONMENT = Draft202012Validator(environment_schema(NAMESPACE))


def change(path: str, value: object) -> dict[str, Any]:
    """Fabrikam's network with the value at one path replaced."""
    data = fabrikam.network()
    *parents, last = path.split(".")
    here = data
    for parent in parents:
        here = here.setdefault(parent, {})
    here[last] = value
    return data


def shipped(name: str) -> dict[str, Any]:
    return json.loads((fabrikam.REPOSITORY / name).read_text("utf-8"))


def test_network_schema_file_equals_the_generated_schema() -> None:
    assert shipped("network.schema.json") == network_schema(), f"network.schema.json is old; run: {COMMAND}"


def test_environment_schema_file_equals_the_generated_schema() -> None:
    """Compare for the namespace in the file: a user who renames the project generates the file again."""
    found = shipped("environment.schema.json")
    namespace = next(iter(found["properties"]["config"]["properties"])).partition(":")[0]

    assert found == environment_schema(namespace), f"environment.schema.json is old; run: {COMMAND}"


def test_network_and_environment_schema_texts_are_generated_for_the_projects_configuration_namespace() -> None:
    written = {name: json.loads(text) for name, text in schemas(fabrikam.FABRIKAM).items()}

    assert written == {
        "network.schema.json": network_schema(),
        "environment.schema.json": environment_schema(NAMESPACE),
    }


def test_network_and_environment_schemas_are_valid_json_schemas() -> None:
    Draft202012Validator.check_schema(network_schema())
    Draft202012Validator.check_schema(environment_schema(NAMESPACE))


@pytest.mark.parametrize("name", ["network.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"])
def test_schemas_accept_the_files_of_fabrikam(name: str) -> None:
    validator = NETWORK if name == "network.yaml" else ENVIRONMENT

    assert (
        list(validator.iter_errors(read_document(fabrikam.FABRIKAM, name).data)) == []
    )  # in YAML 1.2, as editors: a date is a text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("agents.report.acess", {}),
        ("agents.report.identity", "shared"),
        ("agents.report.cpu", 0.3),
        ("agents.report.memory", "512Mi"),
        ("agents.report.port", 0),
        ("agents.report.port", None),
        ("agents.report.ingress", "external"),
        ("agents.report.access.reports", "wirte"),
        ("agents.report.access.reports", []),
        ("agents.report.access.reports", {"role": "Storage Blob Data Owner"}),
        ("agents.report.access.reports", {"verbs": "read", "paths": ["/in"]}),
        ("agents.Report", {"image": "report"}),
        ("agents.report.host", "foundry"),
        ("agents.report.host", "aks"),
        ("agents.report.project", "research"),
        ("agents.report.service_account", "report"),
        ("agents.report", {}),
        ("agents.report", {"host": "foundry", "project": "research", "version": 3}),
        ("agents.report", {"host": "foundry", "project": "research", "version": "3", "cpu": 0.5}),
        ("agents.report", {"host": "aks", "cluster": "fleet"}),
        ("agents.report", {"host": "aks", "cluster": "fleet", "image": "report", "version": "3"}),
        ("hosts", {"research": {"kind": "foundry", "account": "contoso"}}),
        ("hosts", {"research": {"kind": "foundry-project", "account": "contoso", "identities": "own"}}),
        ("hosts", {"fleet": {"kind": "aks-cluster", "account": "contoso"}}),
        ("agents.report.budget", {"secrets": -1}),
        ("agents.report.budget", {"identites": 0}),
        ("separation", [{"apart": [{"reports": "write"}], "because": "one alone"}]),
        ("separation", [{"apart": [{"reports": "write"}, {"models": "wirte"}], "because": "a typo"}]),
        ("separation", [{"apart": [{"reports": "write", "models": "use"}, {"findings": "read"}], "because": "two"}]),
        ("exceptions", [{"finding": "unused-resource", "on": "documents", "because": "for ever"}]),
        ("exceptions", [{"finding": "Unused", "on": "documents", "because": "kept", "expires": "2027-01-31"}]),
        ("resources.reports.kind", "blob"),
        ("resources.reports.account", "Fabrikam-Output"),
        ("resources.reports.container", "$web"),
        ("resources.reports.queue", "reports"),
        ("registry", "fabrikam"),
        ("name", None),
    ],
)
def test_network_schema_refuses_an_invalid_value(path: str, value: object) -> None:
    assert list(NETWORK.iter_errors(change(path, value))) != []


def stack_file() -> dict[str, Any]:
    return {"config": {f"{NAMESPACE}:{key}": value for key, value in fabrikam.environment("dev").items()}}


@pytest.mark.parametrize(
    "change",
    [
        {"published": "all"},
        {"shared_identity": True},
        {"agent_identities": {"report": "3"}},
        {"sufix": "dev7"},
        {"suffix": "D-7"},
        {"production": "no"},
        {"image_tags": "1.0"},
        {"log_retention_days": 7},
    ],
)
def test_environment_schema_refuses_an_invalid_value(change: dict[str, Any]) -> None:
    data = stack_file()
    data["config"] |= {f"{NAMESPACE}:{key}": value for key, value in change.items()}

    assert list(ENVIRONMENT.iter_errors(data)) != []


def test_environment_schema_ignores_keys_of_other_namespaces() -> None:
    data = stack_file()
    data["config"]["azure-native:location"] = "westeurope"
    data["encryptionsalt"] = "v1:"

    assert list(ENVIRONMENT.iter_errors(data)) == []


@settings(max_examples=30, deadline=None)
@given(project=projects())
def test_schemas_accept_every_generated_network_and_environment(
    project: tuple[dict[str, Any], dict[str, Any], str],
) -> None:
    network, environment, _ = project
    config = {f"{NAMESPACE}:{key}": value for key, value in environment.items()}

    assert [error.message for error in NETWORK.iter_errors(network)] == []
    assert [error.message for error in ENVIRONMENT.iter_errors({"config": config})] == []


@settings(max_examples=30, deadline=None)
@given(project=projects(hosts=True))
def test_schemas_accept_every_generated_network_with_hosts(
    project: tuple[dict[str, Any], dict[str, Any], str],
) -> None:
    network, environment, _ = project
    config = {f"{NAMESPACE}:{key}": value for key, value in environment.items()}

    assert [error.message for error in NETWORK.iter_errors(network)] == []
    assert [error.message for error in ENVIRONMENT.iter_errors({"config": config})] == []


def test_every_key_of_the_network_schema_except_verbs_of_an_access_has_a_description() -> None:
    silent = [
        f"{name}.{key}"
        for name, schema in network_schema()["$defs"].items()
        for part in [schema, *schema.get("anyOf", ())]
        for key, value in part.get("properties", {}).items()
        if not any("description" in one for one in (value, *value.get("anyOf", ())))
    ]

    assert json.dumps(silent) == json.dumps(["AccessEntry.verbs"])

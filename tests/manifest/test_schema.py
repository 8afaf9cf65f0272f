"""The published schemas: in step with the models, and of one opinion with them where a schema can have one."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from manifest.schema import COMMAND, environment_schema, network_schema, schemas
from manifest.yaml_document import read
from tests.projects import NAMESPACE
from tests.strategies import projects

ROOT = Path(__file__).parents[2]
NETWORK = Draft202012Validator(network_schema())
ENVIRONMENT = Draft202012Validator(environment_schema(NAMESPACE))


def change(path: str, value: object) -> dict[str, Any]:
    """Fabrikam with one value set."""
    data = yaml.safe_load((ROOT / "network.yaml").read_text())
    *parents, last = path.split(".")
    here = data
    for parent in parents:
        here = here.setdefault(parent, {})
    here[last] = value
    return data


@pytest.mark.parametrize(("name", "text"), schemas(ROOT).items())
def test_a_schema_file_is_in_step_with_the_models(name: str, text: str) -> None:
    assert (ROOT / name).read_text() == text, f"{name} is out of step with the models; run: {COMMAND}"


def test_the_schemas_are_schemas() -> None:
    Draft202012Validator.check_schema(network_schema())
    Draft202012Validator.check_schema(environment_schema(NAMESPACE))


@pytest.mark.parametrize("name", ["network.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"])
def test_the_files_of_this_project_are_accepted(name: str) -> None:
    validator = NETWORK if name == "network.yaml" else ENVIRONMENT

    assert list(validator.iter_errors(read(ROOT, name).data)) == []  # in YAML 1.2, as editors: a date is a text


@pytest.mark.parametrize("name", ["network.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"])
def test_the_files_of_this_project_say_which_schema_is_theirs(name: str) -> None:
    schema = "network.schema.json" if name == "network.yaml" else "environment.schema.json"

    assert (ROOT / name).read_text().splitlines()[0] == f"# yaml-language-server: $schema={schema}"


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
def test_a_bad_network_is_refused_by_the_schema_too(path: str, value: object) -> None:
    assert list(NETWORK.iter_errors(change(path, value))) != []


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
def test_a_bad_environment_is_refused_by_the_schema_too(change: dict[str, Any]) -> None:
    data = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    data["config"] |= {f"{NAMESPACE}:{key}": value for key, value in change.items()}

    assert list(ENVIRONMENT.iter_errors(data)) != []


def test_keys_of_other_namespaces_are_none_of_its_business() -> None:
    data = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    data["config"]["azure-native:location"] = "westeurope"
    data["encryptionsalt"] = "v1:"

    assert list(ENVIRONMENT.iter_errors(data)) == []


@settings(max_examples=30, deadline=None)
@given(project=projects())
def test_what_the_models_accept_the_schemas_accept(project: tuple[dict[str, Any], dict[str, Any], str]) -> None:
    network, environment, _ = project
    config = {f"{NAMESPACE}:{key}": value for key, value in environment.items()}

    assert [error.message for error in NETWORK.iter_errors(network)] == []
    assert [error.message for error in ENVIRONMENT.iter_errors({"config": config})] == []


@settings(max_examples=30, deadline=None)
@given(project=projects(hosts=True))
def test_what_the_models_accept_of_hosts_the_schemas_accept(
    project: tuple[dict[str, Any], dict[str, Any], str],
) -> None:
    network, environment, _ = project
    config = {f"{NAMESPACE}:{key}": value for key, value in environment.items()}

    assert [error.message for error in NETWORK.iter_errors(network)] == []
    assert [error.message for error in ENVIRONMENT.iter_errors({"config": config})] == []


def test_every_key_explains_itself_in_an_editor() -> None:
    silent = [
        f"{name}.{key}"
        for name, schema in network_schema()["$defs"].items()
        for part in [schema, *schema.get("anyOf", ())]
        for key, value in part.get("properties", {}).items()
        if not any("description" in one for one in (value, *value.get("anyOf", ())))
    ]

    assert json.dumps(silent) == json.dumps(["AccessEntry.verbs"])

"""Tests of `agent-network manifest show`: declared documents, and messages for invalid files."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from cli.main import run
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.safeguards import Exemption
from manifest.stack_file import config_getter
from tests.fabrikam import FABRIKAM
from tests.projects import any_role, write_project
from tests.strategies import projects

PULUMI = "name: agent-network\nruntime: python\n"
ENVIRONMENT = (
    "config: {location: westeurope, resource_group: group, suffix: dev7, production: false, image_tag: '1.0'}\n"
)
NETWORK = """\
name: contoso
registry: { name: contoso }
resources:
  reports: { kind: blob-container, account: contosoreports }
  models: { kind: model-account, account: contoso-ai, existing: true }
agents:
  report:
    image: team/report
    access:
      reports:
        verbs: [write, read]
        paths: [out/, in/]
      models: { role: Some Role, because: no verb would do }
    budget: { secrets: 0, influences: 2 }
  reader: { image: reader, access: { models: use } }
separation:
  - because: writers do not use models
    apart: [{ reports: write }, { models: use }]
  - apart: [{ reports: read }, { models: use }]
    because: >
      readers
      do not use models
exceptions:
  - { finding: unused-resource, on: reports, because: kept, expires: "2027-01-31" }
  - finding: over-budget
    on: report/models
    because: long past, and still no mistake in the file
    expires: 2001-02-03
"""


def project(root: Path, network: str = NETWORK, environment: str = ENVIRONMENT, pulumi: str = PULUMI) -> Path:
    (root / "Pulumi.yaml").write_text(pulumi)
    (root / "network.yaml").write_text(network)
    (root / "Pulumi.dev.yaml").write_text(environment)
    return root


def show(root: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.chdir(root)
    return run(["manifest", "show", *arguments])


def printed(
    root: Path, stack: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    assert show(root, monkeypatch, "--stack", stack) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def test_manifest_show_prints_every_declared_entry_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = {"resources": None, "secrets": 0, "models": None, "destroys": None, "identities": None, "influences": 2}
    verb = {"resource": "reports", "role": None, "because": None, "paths": ["in/", "out/"], "line": 10}
    role = {"resource": "models", "verb": None, "role": "Some Role", "because": "no verb would do", "paths": []}
    use = {"resource": "models", "verb": "use", "role": None, "because": None, "paths": [], "line": 15}
    agent = {"host": "container-app", "image_tag": "1.0"}
    models_use, reports_read, reports_write = (
        {"resource": resource, "verb": verb}
        for resource, verb in [("models", "use"), ("reports", "read"), ("reports", "write")]
    )

    assert printed(project(tmp_path), "dev", monkeypatch, capsys) == {
        "format": "agent-network-declared",
        "version": 1,
        "network": "contoso",
        "stack": "dev",
        "production": False,
        "shared_identity": "refused",
        "file": "network.yaml",
        "registry": {"name": "contoso", "line": 2},
        "resources": {
            "reports": {"kind": "blob-container", "existing": False, "line": 4},
            "models": {"kind": "model-account", "existing": True, "line": 5},
        },
        "agents": {
            "report": agent
            | {
                "line": 7,
                "image": "team/report",
                "access": [{**role, "line": 13}, {**verb, "verb": "read"}, {**verb, "verb": "write"}],
                "budget": limits,
            },
            "reader": agent | {"line": 15, "image": "reader", "access": [use], "budget": None},
        },
        "separation": [
            {"apart": [models_use, reports_read], "because": "readers do not use models\n", "line": 19},
            {"apart": [models_use, reports_write], "because": "writers do not use models", "line": 17},
        ],
        "exceptions": [
            {
                "finding": "over-budget",
                "on": "report/models",
                "because": "long past, and still no mistake in the file",
                "expires": "2001-02-03",
                "line": 25,
            },
            {
                "finding": "unused-resource",
                "on": "reports",
                "because": "kept",
                "expires": "2027-01-31",
                "line": 24,
            },
        ],
    }


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(project=projects())
def test_every_entry_of_the_declared_document_has_the_line_of_its_key(
    project: tuple[dict[str, Any], dict[str, Any], str], tmp_path: Path
) -> None:
    written, environment, stack = project
    write_project(tmp_path, written, environment, stack)
    shown = declared_document(
        *load_with_document(stack, config_getter(tmp_path, stack), root=tmp_path, role_refusal_reason=any_role)
    )
    lines = ["", *(tmp_path / "network.yaml").read_text().splitlines()]

    assert json.loads(json.dumps(shown)) == shown
    for section in ("resources", "agents"):
        assert {name: lines[one["line"]].strip() for name, one in shown[section].items()} == {
            name: f'"{name}":' for name in written.get(section, {})
        }
    for agent in shown["agents"].values():
        assert [
            one for one in agent["access"] if not lines[one["line"]].strip().startswith(f'"{one["resource"]}":')
        ] == []
    for section in ("separation", "exceptions"):
        assert len({one["line"] for one in shown[section]}) == len(written.get(section, []))
        assert [one for one in shown[section] if not lines[one["line"]].startswith("- ")] == []
    for one in shown["exceptions"]:
        assert lines[one["line"] + 1].strip(' "') == f'on": "{one["on"]}'


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_manifest_show_prints_the_declared_document_of_fabrikam(
    stack: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = printed(FABRIKAM, stack, monkeypatch, capsys)

    assert (shown["network"], shown["stack"], shown["production"]) == ("fabrikam", stack, stack == "prod")
    assert sum(len(agent["access"]) for agent in shown["agents"].values()) == 12


def test_manifest_show_prints_mistakes_in_network_yaml_with_their_lines_to_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = NETWORK.replace("on: report/models", "on: report/modles").replace("image: reader", "image: reader:1")

    assert show(project(tmp_path, bad), monkeypatch) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert [line.removeprefix("error: ").partition(": ")[0] for line in err.splitlines()] == [
        "network.yaml:15 agents.reader.image",
        "network.yaml:26 exceptions[1].on",
    ]


def test_manifest_show_refuses_an_unknown_stack_with_the_nearest_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(project(tmp_path), monkeypatch, "--stack", "dve") == 2
    assert capsys.readouterr().err == "error: no stack 'dve'; did you mean 'dev'?\n"


def test_manifest_show_outside_any_project_names_the_missing_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(tmp_path, monkeypatch) == 2
    assert capsys.readouterr().err.startswith("error: no Pulumi.yaml here: ")


def test_manifest_show_without_stack_files_names_the_missing_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(PULUMI)

    assert show(tmp_path, monkeypatch) == 2
    assert [line.removeprefix("error: ").partition(":")[0] for line in capsys.readouterr().err.splitlines()] == [
        "Pulumi.dev.yaml",
        "network.yaml",
    ]


def test_configuration_in_the_stack_file_overrides_the_projects_configuration(tmp_path: Path) -> None:
    pulumi = PULUMI + "config: {suffix: all, location: {default: eastus2}, image_tag: {value: '2'}, other:suffix: x}\n"
    environment = "config: {agent-network:suffix: own, azure-native:location: northeurope, tags: {a: b}, replicas: }\n"
    get = config_getter(project(tmp_path, environment=environment, pulumi=pulumi), "dev")

    keys = ("suffix", "location", "image_tag", "tags", "replicas", "stack")
    assert {key: get(key) for key in keys} == {
        "suffix": "own",
        "location": "eastus2",
        "image_tag": "2",
        "tags": '{"a": "b"}',
        "replicas": None,
        "stack": None,
    }


@pytest.mark.parametrize("day", [date(2027, 1, 31), "2027-01-31"])
def test_expiry_date_of_an_exception_in_network_yaml_may_be_a_yaml_date_or_a_string(day: object) -> None:
    written = {"finding": "unused-resource", "on": "reports", "because": "kept", "expires": day}

    assert Exemption.model_validate(written).expires == date(2027, 1, 31)


@pytest.mark.parametrize("day", ["31.1.2027", "2027-1-31", "2027-02-30", "", 2027, None, True, [2027, 1, 31]])
def test_expiry_date_of_an_exception_in_network_yaml_rejects_values_that_are_not_dates(day: object) -> None:
    written = {"finding": "unused-resource", "on": "reports", "because": "kept", "expires": day}

    with pytest.raises(ValidationError, match="write it like 2027-01-31"):
        Exemption.model_validate(written)

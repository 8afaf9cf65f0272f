"""Tests of `access check --without-manifest`, which judges any Azure program outside of every project."""

import base64
import json
from pathlib import Path

import pytest

from cli.main import run
from tests.access.readers.programs import GROUP, account, app, assignment, container, document, row
from tests.cli.projects import quick_project
from tests.policies.analyzer import Row, answers, secret

CHECK = ["access", "check", "--without-manifest", "--format", "json"]
SOUND = [account(allowSharedKeyAccess=False, allowBlobPublicAccess=False), container(), app("reader")]
STACK = row("pulumi:pulumi:Stack", "shop-dev", outputs={"password": "Tr0ub4dor&" + "3-horse"})
PROGRAMS: dict[str, list[Row]] = {
    "sound": [*SOUND, assignment("reads", "principal-of-reader")],
    "keys": [account(), container()],
    "owner": [*SOUND, assignment("owns", "principal-of-reader", GROUP, role="Owner")],
    "unread": [row("azure-native:redis:Redis", "cache", f"{GROUP}/providers/Microsoft.Cache/redis/cache")],
    "gone": [*SOUND, assignment("left", "somebody")],
    "output": [{**STACK, "custom": False}],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change into an empty folder, which is in no project."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", PROGRAMS)
def test_access_check_without_manifest_finds_what_the_policy_pack_finds(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = PROGRAMS[name]
    (folder / "export.json").write_text(json.dumps(document(*rows)))

    code = run([*CHECK, "--of", "export.json"])
    found = json.loads(capsys.readouterr().out)
    pack = answers(*rows, deployed=all(each["id"] for each in rows))

    names = {"unread": "cannot-be-judged"}
    assert {names.get(each["id"], each["id"]) for each in found} == set(pack.by_policy)
    assert code == (1 if pack.mandatory else 0)
    assert bool(found) is (name != "sound")


def test_access_check_without_manifest_of_a_local_run_names_existing_resources_that_were_not_seen(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = account(allowSharedKeyAccess=False, allowBlobPublicAccess=False)
    (folder / "run.json").write_text(json.dumps({"resources": [{**seen, "external": True}]}))

    code = run([*CHECK, "--of", "run.json"])

    assert (code, [each["id"] for each in json.loads(capsys.readouterr().out)]) == (0, ["not-seen-here"])


PASSWORD = "Tr0ub4dor&" + "3"
CREDENTIALS: dict[str, tuple[str, dict[str, object], str]] = {
    "config map": (
        "kubernetes:core/v1:ConfigMap",
        {"data": {"DB_PASSWORD": PASSWORD}},
        "data.DB_PASSWORD has a password",
    ),
    "text of a secret": (
        "kubernetes:core/v1:Secret",
        {"stringData": {"login.conf": f"user=app\npassword={PASSWORD}\n"}},
        "stringData.login.conf has a password",
    ),
    "data of a secret": (
        "kubernetes:core/v1:Secret",
        {"data": {"file": base64.b64encode(f"machine a login b password {PASSWORD}".encode()).decode()}},
        "data.file has a password",
    ),
    "variable of a container": (
        "kubernetes:apps/v1:Deployment",
        {"spec": {"containers": [{"name": "web", "env": [{"name": "DB_PASSWORD", "value": PASSWORD}]}]}},
        "spec.containers[web].env[DB_PASSWORD] has a password",
    ),
    "argument": (
        "kubernetes:batch/v1:CronJob",
        {"spec": {"containers": [{"name": "dump", "command": ["mysqldump"], "args": [f"-p{PASSWORD}", "orders"]}]}},
        "spec.containers[dump].args has a password in a command",
    ),
    "option and value as two arguments": (
        "kubernetes:core/v1:Pod",
        {"spec": {"containers": [{"name": "web", "args": ["serve", "--password", PASSWORD]}]}},
        "spec.containers[web].args has a password",
    ),
    "option with its value": (
        "kubernetes:core/v1:Pod",
        {"spec": {"containers": [{"name": "web", "args": ["serve", f"--password={PASSWORD}"]}]}},
        "spec.containers[web].args[1] has a password",
    ),
    "values of a Helm chart": (
        "kubernetes:helm.sh/v3:Release",
        {"values": {"auth": {"rootPassword": PASSWORD}}},
        "values.auth.rootPassword has a password",
    ),
    "setting of another provider": (
        "azure:appservice/linuxWebApp:LinuxWebApp",
        {"appSettings": {"DB_PASSWORD": PASSWORD}},
        "appSettings.DB_PASSWORD has a password",
    ),
    "script of a command": (
        "command:local:Command",
        {"create": f"curl -u deploy:{PASSWORD} https://contoso.example"},
        "create has a password in a command",
    ),
}


@pytest.mark.parametrize("name", CREDENTIALS)
def test_check_without_manifest_and_policy_pack_report_a_password_in_a_resource_outside_azure(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    type_, inputs, what = CREDENTIALS[name]
    found = row(type_, "web", "shop/web", inputs=inputs)
    (folder / "export.json").write_text(json.dumps(document(found)))

    code = run([*CHECK, "--of", "export.json"])

    errors = [each["what"] for each in json.loads(capsys.readouterr().out) if each["severity"] == "error"]
    assert (code, errors) == (1, [f"{type_.rpartition(':')[2]} web: {what}"])
    (message,) = answers(found).by_policy["credential-in-plain-sight"]
    assert errors[0] in message


def test_check_without_manifest_and_policy_pack_read_no_secret_value_of_a_kubernetes_secret(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = row(
        "kubernetes:core/v1:Secret", "web", "shop/web", inputs={"stringData": {"DB_PASSWORD": secret(PASSWORD)}}
    )
    (folder / "export.json").write_text(json.dumps(document(found)))

    run([*CHECK, "--of", "export.json"])

    assert "credential-in-plain-sight" not in capsys.readouterr().out
    assert "credential-in-plain-sight" not in answers(found).by_policy


@pytest.mark.parametrize("question", [["matrix"], ["proof"], ["why", "a", "b", "read"], ["blast-radius"], ["check"]])
def test_access_question_in_a_project_without_network_yaml_refers_to_the_check_without_manifest(
    question: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = quick_project(tmp_path / "project")
    (root / "network.yaml").unlink()
    monkeypatch.chdir(root)

    assert run(["access", *question]) == 2

    message = capsys.readouterr().err
    assert message.startswith("error: network.yaml: no such file")
    assert "agent-network access check --of FILE --without-manifest" in message


def test_access_diff_in_a_project_without_network_yaml_compares_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = quick_project(tmp_path / "project")
    (root / "network.yaml").unlink()
    monkeypatch.chdir(root)
    monkeypatch.delenv("AGENT_NETWORK_NO_CACHE")

    assert run(["access", "diff", "."]) == 0
    assert capsys.readouterr().out == "access is the same in the working tree and the working tree\n"


@pytest.mark.parametrize("source", [".", "live", "git:main"])
def test_access_check_without_manifest_of_anything_but_a_file_exits_with_2(
    source: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["access", "check", "--without-manifest", "--of", source]) == 2
    assert "only a file is read" in capsys.readouterr().err
    assert not list(folder.iterdir())


def test_access_check_with_a_manifest_reports_a_credential_in_an_output_of_a_stack_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(quick_project(tmp_path / "project"))
    Path("export.json").write_text(json.dumps(document(*PROGRAMS["output"])))

    run(["access", "check", "--of", "export.json", "--format", "json"])

    assert "output password" in capsys.readouterr().out

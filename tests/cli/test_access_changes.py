"""Tests of the access changes that `preview` and `up` print, and of `--summary`."""

import json
import shutil
from pathlib import Path

import pytest

from cli.main import run
from tests.fabrikam import FABRIKAM

NETWORK = """\
name: contoso
registry: { name: contoso }
resources:
  reports: { kind: blob-container, account: contosoreports }
  documents: { kind: blob-container, account: contosodocuments }
agents:
  report:
    image: report
    access: { reports: write }
"""
WIDER = NETWORK.replace("{ reports: write }", "{ reports: write, documents: write }")
STACK = """\
config:
  agent-network:location: westeurope
  agent-network:resource_group: contoso-agents
  agent-network:suffix: dev7
  agent-network:production: false
  agent-network:image_tag: "1.0"
"""
GAINED = "+ report may write documents"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a project of one agent, in which nothing is deployed."""
    (tmp_path / "Pulumi.yaml").write_text("name: agent-network\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(STACK)
    (tmp_path / "network.yaml").write_text(NETWORK)
    shutil.copy(FABRIKAM / "__main__.py", tmp_path / "__main__.py")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def output(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Run a command; return its output."""
    capsys.readouterr()
    assert run(list(arguments)) == code
    return capsys.readouterr().out


def test_local_preview_and_up_print_the_access_that_changes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "access from" not in output(capsys, "preview"), "nothing is deployed yet"
    output(capsys, "up")
    assert "access is the same in the deployed stack and this preview" in output(capsys, "preview")

    (project / "network.yaml").write_text(WIDER)
    planned = output(capsys, "preview")
    assert f"{GAINED}\naccess from the deployed stack to this preview: 1 grown, 0 shrunk" in planned
    assert "+ template.containers[report].env[DOCUMENTS_CONTAINER].value" in planned
    assert "=>" not in planned, "variables that keep their value are not shown"
    document = json.loads(output(capsys, "preview", "--json"))
    assert [change["words"] for change in document["accessChanges"]["changes"]] == ["may write"]
    changed = {one["path"]: one for row in document["resources"] for one in row["differences"]}
    variable = changed.pop("template.containers[report].env[DOCUMENTS_CONTAINER].value")
    assert ("old" in variable, variable["new"], variable["replaces"]) == (False, "documents", False)
    assert not [path for path in changed if "DOCUMENTS" not in path], "variables that keep their value are not listed"
    assert f"{GAINED}\naccess from the last deployment to this one" in output(capsys, "up")

    (project / "network.yaml").write_text(NETWORK)
    assert "- report may write documents" in output(capsys, "preview")


def test_failed_local_preview_prints_no_access_changes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output(capsys, "up")
    (project / "__main__.py").write_text("raise RuntimeError('boom')\n")

    assert "access" not in output(capsys, "preview", code=1)


def test_local_preview_with_an_error_in_network_yaml_prints_nothing_to_stdout(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "network.yaml").write_text(NETWORK.replace("reports: write", "reports: wirte"))

    assert output(capsys, "preview", code=2) == ""


def test_summary_option_of_a_local_run_prints_counts_access_changes_and_verdict_without_tree(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = output(capsys, "up", "--summary")
    assert "└──" not in text
    assert text.endswith("\n\nProof holds · 0 errors · 1 warning\n")

    (project / "network.yaml").write_text(WIDER)
    lines = output(capsys, "preview", "--summary").splitlines()
    assert GAINED in lines
    assert ["authorization:RoleAssignment", "1"] in [line.split() for line in lines]


def test_local_preview_with_summary_exits_with_1_for_an_error_finding(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "network.yaml").write_text(NETWORK + "    budget: { destroys: 0 }\n")

    assert "1 error" in output(capsys, "preview", "--summary", code=1)


def test_local_preview_prints_the_access_change_and_finding_of_a_new_public_blob_container(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output(capsys, "up")
    with (project / "__main__.py").open("a") as program:
        program.write(
            "from pulumi_azure_native import storage\n"
            "storage.StorageAccount('open', account_name='contosoopen1', resource_group_name='contoso-agents',\n"
            "    location='westeurope', kind='StorageV2', sku={'name': 'Standard_LRS'},\n"
            "    allow_blob_public_access=True)\n"
            "storage.BlobContainer('pub', account_name='contosoopen1', resource_group_name='contoso-agents',\n"
            "    container_name='pub', public_access='Blob')\n"
        )

    text = output(capsys, "preview")

    assert "+ anybody may read pub" in text
    assert "new finding: public-access: 'pub' can be read by anybody" in text


def test_local_preview_shows_a_new_finding_that_network_yaml_accepts_as_accepted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output(capsys, "up")
    program = project / "__main__.py"
    program.write_text(
        "import pulumi\n"
        "def keys_on(args):\n"
        "    if args.type_.endswith(':StorageAccount'):\n"
        "        props = args.props | {'allow_shared_key_access': True}\n"
        "        return pulumi.ResourceTransformationResult(props, args.opts)\n"
        f"pulumi.runtime.register_stack_transformation(keys_on)\n{program.read_text()}"
    )
    exception = "{ finding: local-auth-on, on: reports, because: clients are moved, expires: 2999-12-31 }"
    (project / "network.yaml").write_text(f"{NETWORK}exceptions:\n  - {exception}\n")

    text = " ".join(output(capsys, "preview").split())

    assert "new, accepted: local-auth-on: 'contosoreportsdev7' can be accessed with keys, without a role" in text
    assert "accepted until 2999-12-31: clients are moved" in text
    assert "1 accepted new finding" in text


def test_local_preview_summary_of_a_program_without_network_yaml_counts_errors_and_shows_no_proof(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "network.yaml").unlink()
    (project / "__main__.py").write_text("import pulumi\npulumi.export('one', 1)\n")

    assert output(capsys, "preview", "--summary").splitlines()[-1] == "0 errors"

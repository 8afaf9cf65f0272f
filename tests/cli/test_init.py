"""Tests of `agent-network init`: the files of a new project, and refused names."""

from pathlib import Path

import pytest
import yaml

from access.azure.roles import role_refusal_reason
from cli import installed_from, new_project
from cli.main import run
from cli.new_project import FILES, LONGEST_NAME
from localazure.deployment.project import Project
from localazure.run import Operation
from localazure.run import run as run_locally
from manifest import load
from manifest.stack_file import config_getter


def made(folder: Path, name: str) -> Path:
    assert run(["init", name, "--path", str(folder)]) == 0
    return folder


def test_init_writes_its_files_and_prints_two_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["init", "contoso-agents"]) == 0

    assert {path.name for path in (tmp_path / "contoso-agents").iterdir()} == set(FILES)
    assert len(FILES) <= 6
    written, commands = capsys.readouterr().out.split("\nNext:\n")
    assert written.split() == [str(Path("contoso-agents") / name) for name in FILES]
    assert commands == "  cd contoso-agents\n  agent-network preview\n"


@pytest.mark.parametrize("name", ["ab", "contoso", "a-1-b-2-c-3-d-4", "x" * LONGEST_NAME])
def test_init_with_any_valid_name_creates_a_valid_project(tmp_path: Path, name: str) -> None:
    root = made(tmp_path, name)

    network, environment = load("dev", config_getter(root, "dev"), root=root, role_refusal_reason=role_refusal_reason)

    assert (network.name, environment.stack) == (name, "dev")
    assert set(network.agents) == {"assistant", "ingestion"}
    keys = yaml.safe_load((root / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    assert {key.partition(":")[0] for key in keys} == {name}


def test_new_project_from_init_previews_on_local_azure_without_error(tmp_path: Path) -> None:
    project = Project.at(made(tmp_path, "contoso-agents"))

    result = run_locally(
        project.run, project=project.name, stack="dev", config=project.config("dev"), operation=Operation.PREVIEW
    )

    assert result.ok
    assert {"assistant", "ingestion"} <= {record.name for record in result.records}


def test_init_writes_a_random_name_suffix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_project.secrets, "token_hex", lambda size: "0a" * size)

    assert "contoso:suffix: d0a0a\n" in (made(tmp_path, "contoso") / "Pulumi.dev.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    ["a", "x" * (LONGEST_NAME + 1), "Contoso", "contoso_agents", "1contoso", "contoso-", "con--toso", "../x", "login"],
)
def test_init_with_a_name_that_azure_rejects_writes_no_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run(["init", name, "--path", str(tmp_path / "new")]) == 2

    assert not (tmp_path / "new").exists()
    assert f"error: '{name}'" in capsys.readouterr().err


def test_init_does_not_overwrite_an_existing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "network.yaml").write_text("mine", encoding="utf-8")

    assert run(["init", "contoso", "--path", str(tmp_path)]) == 2

    assert [path.name for path in tmp_path.iterdir()] == ["network.yaml"]
    assert (tmp_path / "network.yaml").read_text(encoding="utf-8") == "mine"
    assert (
        capsys.readouterr().err
        == f"error: {tmp_path}: the folder already has network.yaml; name another folder with --path\n"
    )


def test_init_keeps_other_files_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "components").mkdir()

    made(tmp_path, "contoso")

    assert {path.name for path in tmp_path.iterdir()} == {*FILES, "components"}


ORIGINS = {
    "index": (None, f"agent-network=={installed_from.__version__}"),
    "git": (
        '{"url": "https://example.com/n.git", "vcs_info": {"vcs": "git", "commit_id": "0f"}}',
        "agent-network @ git+https://example.com/n.git@0f",
    ),
    "archive": (
        '{"url": "https://example.com/n.whl", "archive_info": {}}',
        "agent-network @ https://example.com/n.whl",
    ),
    "folder": ('{"url": "file:///src/n", "dir_info": {}}', "agent-network @ file:///src/n"),
    "checkout": ('{"url": "file:///src/n", "dir_info": {"editable": true}}', "--editable file:///src/n"),
}


@pytest.mark.parametrize(("origin", "line"), ORIGINS.values(), ids=ORIGINS)
def test_requirements_of_a_new_project_name_the_source_of_this_installation(
    monkeypatch: pytest.MonkeyPatch, origin: str | None, line: str
) -> None:
    class Installed:
        def read_text(self, name: str) -> str | None:
            return origin if name == "direct_url.json" else None

    monkeypatch.setattr(installed_from, "distribution", lambda _name: Installed())

    assert installed_from.requirement() == line


def test_init_error_lists_all_existing_files_that_it_would_overwrite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "network.yaml").touch()

    assert run(["init", "contoso", "--path", str(tmp_path)]) == 2
    assert "the folder already has Pulumi.yaml, network.yaml; name another folder" in capsys.readouterr().err

"""Tests of running a git revision's program in a subprocess from a temporary checkout."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.revision import deployment_at
from tests.cli.projects import quick_project, variables

# What an older revision of this project has in place of the console command.
OLDER = """\
import json, os, sys
from pathlib import Path
print(json.dumps({"resources": [], "outputs": {
    "process": os.getpid(), "folder": str(Path.cwd()), "words": sys.argv[1:],
    "network": Path("network.yaml").read_text(),
}}))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = quick_project(tmp_path / "project")
    for name, value in variables().items():
        monkeypatch.setenv(name, value)
    return root


def commit(root: Path) -> None:
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@e"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], cwd=root, check=True)  # noqa: S603 (the git of this machine)


def test_program_of_a_git_revision_runs_as_committed(project: Path) -> None:
    (project / "__main__.py").write_text("import pulumi\npulumi.export('x', 'committed')\n")
    commit(project)
    (project / "__main__.py").write_text("import pulumi\npulumi.export('x', 'edited')\n")

    assert deployment_at(project, "HEAD", "dev")["outputs"] == {"x": "committed"}


def test_older_git_revision_runs_its_own_command_line_in_a_subprocess(project: Path) -> None:
    (project / "localazure").mkdir()
    (project / "localazure" / "__init__.py").write_text("")
    (project / "localazure" / "__main__.py").write_text(OLDER)
    (project / "network.yaml").write_text("committed")
    commit(project)
    (project / "network.yaml").write_text("edited")

    outputs = deployment_at(project, "HEAD", "prod")["outputs"]

    assert outputs["words"] == ["preview", "--stack", "prod", "--json"]
    assert outputs["network"] == "committed"
    assert outputs["process"] != os.getpid()
    assert not Path(outputs["folder"]).exists()


def test_project_in_a_subfolder_of_the_repository_is_found_at_a_revision(tmp_path: Path, project: Path) -> None:
    (project / "__main__.py").write_text("import pulumi\npulumi.export('x', 'below')\n")
    commit(tmp_path)

    assert deployment_at(project, "HEAD", "dev")["outputs"] == {"x": "below"}


def test_failing_program_of_a_git_revision_is_reported_with_its_error_message(project: Path) -> None:
    (project / "__main__.py").write_text("import pulumi\nraise pulumi.RunError('the network is down')\n")
    commit(project)

    with pytest.raises(CommandError, match=r"^HEAD: the network is down$"):
        deployment_at(project, "HEAD", "dev")


def test_stack_missing_at_a_git_revision_is_reported_once(project: Path) -> None:
    commit(project)

    with pytest.raises(CommandError) as refused:
        deployment_at(project, "HEAD", "qa")

    assert str(refused.value) == "HEAD: no stack 'qa'; the stacks are 'dev', 'prod'"


@pytest.mark.parametrize("name", ["nowhere", "--help", "HEAD~7"])
def test_unknown_git_revision_is_reported_as_an_error(project: Path, name: str) -> None:
    commit(project)

    with pytest.raises(CommandError, match="is not a file and not a git revision"):
        deployment_at(project, name, "dev")


def test_missing_git_command_is_reported_as_an_error(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    assert shutil.which("git") is None

    with pytest.raises(CommandError, match="git is not installed"):
        deployment_at(project, "main", "dev")


def test_reading_a_git_revision_leaves_no_worktree_behind(project: Path) -> None:
    commit(project)
    deployment_at(project, "HEAD", "dev")

    command = ["git", "worktree", "list", "--porcelain"]
    listed = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert listed.count("worktree ") == 1
    assert json.dumps(listed).count("prunable") == 0

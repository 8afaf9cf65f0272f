"""Tests of running a git revision's program in a subprocess from a temporary checkout."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
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


# Writes its environment to a file next to the project, and then runs until it is stopped.
WAITING = """\
import json, os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open({path!r} + ".new", "w") as file:
    json.dump({{"environment": dict(os.environ), "processes": [os.getpid(), child.pid], "folder": os.getcwd()}}, file)
os.replace({path!r} + ".new", {path!r})
time.sleep({seconds})
"""
SECRET = f"secret-{os.getpid()}"


def is_running(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    "name",
    [
        *("ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"),
        *("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "DATABASE_URL", "anything_else"),
    ],
)
def test_credentials_of_the_environment_are_not_passed_to_the_code_of_a_git_revision(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "localazure").mkdir()
    (project / "localazure" / "__init__.py").write_text("")
    program = "import json, os\nprint(json.dumps({'resources': [], 'outputs': dict(os.environ)}))\n"
    (project / "localazure" / "__main__.py").write_text(program)
    commit(project)
    monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("HOME", str(project))

    environment = deployment_at(project, "HEAD", "dev")["outputs"]

    assert SECRET not in environment.values()
    assert environment["HOME"] != str(project)
    assert "HEAD: the code of this revision runs on this machine as your user" in capfd.readouterr().err


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda one: one.name)
def test_terminating_a_diff_with_a_git_revision_leaves_no_file_process_or_worktree_behind(
    tmp_path: Path, project: Path, number: signal.Signals
) -> None:
    seen, temporary = tmp_path / "seen.json", tmp_path / "temporary"
    temporary.mkdir()
    (project / "__main__.py").write_text(WAITING.format(path=str(seen), seconds=600))
    commit(project)
    command = [sys.executable, "-m", "agent_network", "access", "diff", "HEAD"]
    environment = variables(TMPDIR=str(temporary), AGENT_NETWORK_NO_CACHE="1")
    # A shell that runs tests in the background ignores Ctrl-C for them; the command itself must not inherit that.
    usual = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, cwd=project, env=environment, preexec_fn=usual) as process:  # noqa: S603, PLW1509
        while not seen.exists() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(timeout=20) in {-number, 128 + number}

    found = json.loads(seen.read_text())
    assert found["folder"].startswith(str(temporary))
    assert [each for each in found["processes"] if is_running(each)] == []
    assert list(temporary.iterdir()) == []
    command = ["git", "worktree", "list"]
    listed = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert listed.count("\n") == 1


def test_reading_a_git_revision_leaves_no_worktree_behind(project: Path) -> None:
    commit(project)
    deployment_at(project, "HEAD", "dev")

    command = ["git", "worktree", "list", "--porcelain"]
    listed = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert listed.count("worktree ") == 1
    assert json.dumps(listed).count("prunable") == 0

"""Tests of the CI workflows: they run the commands of .ci/run with read permission and pinned actions."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
WORKFLOWS = sorted((REPOSITORY / ".github/workflows").iterdir())
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")
READ_ONLY = {"contents": "read"}
# Other triggers of pull requests run a stranger's code with the repository's own token and secrets.
TRIGGERS = {"push", "pull_request"}
# Pulumi's action deploys where it has a command; without one it installs the CLI.
INPUTS = {
    "actions/checkout": {"persist-credentials"},
    "actions/setup-python": {"python-version"},
    "pulumi/actions": {"pulumi-version"},
}

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def loaded(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    # YAML 1.1 reads the key `on` as true.
    return {"on" if key is True else key: value for key, value in found.items()}


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in loaded(path)["jobs"].values() for step in job["steps"]]


def commands_of_ci() -> list[str]:
    """Return the commands of .ci/run after the lines that set up its shell."""
    text = (REPOSITORY / ".ci/run").read_text(encoding="utf-8")
    prepares = re.compile(r"#|set -|cd |$")
    return [line for line in text.splitlines() if not prepares.match(line)]


def test_ci_workflow_files_exist_and_all_end_in_yml() -> None:
    assert WORKFLOWS
    assert {path.suffix for path in WORKFLOWS} == {".yml"}


@each_workflow
def test_workflow_runs_exactly_the_commands_of_the_ci_script(path: Path) -> None:
    for name, job in loaded(path)["jobs"].items():
        commands = [step["run"].strip() for step in job["steps"] if "run" in step]
        assert commands == commands_of_ci() != [], name


@each_workflow
def test_workflow_runs_on_the_oldest_supported_python_and_on_3_13(path: Path) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for job in loaded(path)["jobs"].values():
        pythons = job["strategy"]["matrix"]["python"]
        assert pythons == [project["requires-python"].removeprefix(">="), "3.13"]
        (setup,) = [step for step in job["steps"] if step.get("uses", "").startswith("actions/setup-python@")]
        assert setup["with"]["python-version"] == "${{ matrix.python }}"


@each_workflow
def test_workflow_actions_are_pinned_by_commit_with_the_version_as_comment(path: Path) -> None:
    used = re.findall(r"^.*\buses:\s*(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(used) == len([step for step in steps(path) if "uses" in step])
    assert [one for one in used if not PINNED.fullmatch(one)] == []


@each_workflow
def test_workflow_token_has_read_permission_only(path: Path) -> None:
    workflow = loaded(path)

    assert workflow["permissions"] == READ_ONLY
    assert [name for name, job in workflow["jobs"].items() if "permissions" in job] == []
    assert set(workflow["on"]) <= TRIGGERS


@each_workflow
def test_workflow_publishes_nothing(path: Path) -> None:
    """The workflow reads no secret, calls no other workflow, and passes no input that publishes something."""
    text = path.read_text(encoding="utf-8")
    workflow = loaded(path)

    assert not re.search(r"\bsecrets\b|github\.token|id-token|GITHUB_TOKEN", text)
    assert [name for name, job in workflow["jobs"].items() if {"uses", "environment", "container"} & set(job)] == []
    for step in steps(path):
        if "uses" in step:
            assert set(step.get("with", {})) <= INPUTS[step["uses"].partition("@")[0]], step


@each_workflow
def test_workflow_checkout_does_not_persist_credentials(path: Path) -> None:
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]

    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)

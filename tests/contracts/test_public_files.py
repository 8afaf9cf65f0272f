"""Tests of the files for a public repository: licence, security policy, issue forms, dependency updates and hooks."""

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
FORMS = [REPOSITORY / ".github/ISSUE_TEMPLATE" / name for name in ("bug.yml", "feature.yml")]
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
"""SHA-256 of the licence text as the Apache Software Foundation publishes it."""
FIELDS = {"input", "textarea", "dropdown", "checkboxes"}


def text_of(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def loaded(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_licence_file_is_the_unchanged_apache_2_text_and_pyproject_declares_it() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]

    assert hashlib.sha256((REPOSITORY / "LICENSE").read_bytes()).hexdigest() == APACHE_2
    assert (project["license"], project["license-files"]) == ("Apache-2.0", ["LICENSE"])
    assert [one for one in project["classifiers"] if one.startswith("License ::")] == []


def test_security_policy_requests_private_reports_on_the_platform_without_an_address() -> None:
    text = text_of("SECURITY.md")

    assert "private vulnerability reporting" in text
    assert not re.search(r"https?://|\S@\S|mailto:", text)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_issue_form_has_fields_with_unique_ids_and_labels(path: Path) -> None:
    form = loaded(path)
    fields = [one for one in form["body"] if one["type"] != "markdown"]

    assert form["name"]
    assert form["description"]
    assert {one["type"] for one in fields} <= FIELDS
    assert any(one["validations"]["required"] for one in fields)
    for values in ([one["id"] for one in fields], [one["attributes"]["label"] for one in fields]):
        assert len(values) == len(set(values)) > 0


def test_bug_report_form_directs_vulnerabilities_to_the_security_policy() -> None:
    (warning,) = [one for one in loaded(FORMS[0])["body"] if one["type"] == "markdown"]

    assert "SECURITY.md" in warning["attributes"]["value"]
    assert loaded(REPOSITORY / ".github/ISSUE_TEMPLATE/config.yml") == {"blank_issues_enabled": False}


def test_pull_request_template_has_exactly_change_access_and_review_sections() -> None:
    headings = re.findall(r"^## (.*)$", text_of(".github/pull_request_template.md"), re.MULTILINE)

    assert headings == ["Change", "Access", "Before review"]


def test_dependabot_updates_packages_and_actions_weekly() -> None:
    updates = loaded(REPOSITORY / ".github/dependabot.yml")

    assert updates["version"] == 2
    assert [(one["package-ecosystem"], one["directory"]) for one in updates["updates"]] == [
        ("pip", "/"),
        ("github-actions", "/"),
    ]
    assert {one["schedule"]["interval"] for one in updates["updates"]} == {"weekly"}


def test_pre_commit_hooks_run_the_commands_of_make_check() -> None:
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", text_of("Makefile"), re.MULTILINE)
    assert recipe
    commands = [line.strip().removeprefix("@").replace("$(VENV)", ".venv") for line in recipe[1].splitlines()]

    (repository,) = loaded(REPOSITORY / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    assert [hook["entry"] for hook in repository["hooks"]] == commands
    # A hook of the system's language is a command that exists already: nothing is downloaded for it.
    assert {(hook["language"], hook["pass_filenames"]) for hook in repository["hooks"]} == {("system", False)}


def test_pre_commit_configuration_is_valid(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 (our own file and interpreter)
        [sys.executable, "-m", "pre_commit", "validate-config", str(REPOSITORY / ".pre-commit-config.yaml")],
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_line_endings_are_lf_on_every_operating_system() -> None:
    assert "* text=auto eol=lf" in text_of(".gitattributes").splitlines()
    assert re.search(r"^\[\*\]\n(?:.+\n)*end_of_line = lf$", text_of(".editorconfig"), re.MULTILINE)

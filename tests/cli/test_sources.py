"""Tests of the forms of a source: working tree, git revision and file."""

import json
import subprocess
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.sources import LiveScope, Source, texts_of
from cli.working_tree import Project
from tests.access import fabrikam
from tests.cli.projects import quick_project, variables

DOCUMENT = json.dumps(fabrikam.document())
MANY = len(fabrikam.graph().assignments)
"""Number of role assignments in the file; the program of the git revision has none."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project in a git repository with the branches `main` and `feature/x`; the current folder is its own."""
    root = quick_project(tmp_path / "project")
    for name, value in variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(root)
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@e"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "1"], ["branch", "feature/x"]):
        subprocess.run([*git, *command], cwd=root, check=True)  # noqa: S603 (the git of this machine)
    return Project(root, "dev")


def assignments(source: str, project: Project) -> int:
    return len(Source(source, project, LiveScope()).graph.assignments)


@pytest.mark.parametrize("name", ["main", "feature/x", "HEAD"])
def test_access_source_that_is_both_a_file_and_a_git_revision_is_refused_without_a_prefix(
    project: Project, name: str
) -> None:
    path = project.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(DOCUMENT)

    for reads in (lambda source: source.graph, lambda source: source.texts):
        with pytest.raises(CommandError) as refused:
            reads(Source(name, project, LiveScope()))
        assert str(refused.value) == f"{name}: is both a file and a git revision; write file:{name} or git:{name}"
    assert [assignments(f"{prefix}{name}", project) for prefix in ("file:", "./", f"{project.root}/")] == [MANY] * 3
    assert assignments(f"git:{name}", project) == 0


def test_texts_of_a_git_revision_are_the_lines_of_its_own_stack_file(project: Project) -> None:
    path = project.root / "Pulumi.dev.yaml"
    path.write_text(path.read_text() + "  agent-network:later: x\n")

    own, at_revision = (dict(Source(name, project, LiveScope()).texts) for name in (".", "main"))
    assert "  agent-network:later: x" in own.values()
    assert set(own.values()) - set(at_revision.values()) == {"  agent-network:later: x"}


def test_access_source_without_prefix_is_read_as_the_file_or_git_revision_that_exists(project: Project) -> None:
    (project.root / "export.json").write_text(DOCUMENT)

    assert assignments("export.json", project) == MANY
    assert assignments("main", project) == 0


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("git:export.json", "is not a file and not a git revision here"),
        ("git:--help", "is not a file and not a git revision"),
        ("file:main", "cannot be read"),
        ("./main", "cannot be read"),
        ("nowhere", "is not a file and not a git revision here"),
    ],
)
def test_access_source_with_a_file_or_git_prefix_is_not_read_as_the_other(
    project: Project, source: str, message: str
) -> None:
    (project.root / "export.json").write_text(DOCUMENT)

    with pytest.raises(CommandError, match=message):
        assignments(source, project)


def test_access_source_that_is_a_file_is_read_without_git_installed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.root / "main").write_text(DOCUMENT)
    monkeypatch.setenv("PATH", str(project.root))

    assert assignments("main", project) == MANY


GRANT, KEY = "3hHdZY3cEUuMAB8gyZXAxmIWWZ2nWVFFsGtbA3s4tI0", "Ql5tVb7RkY2Xw9sZ0aEcGhJfLpNq3u6Wd8yT1oMiKvA"
STACK_FILE = f"""config:
  contoso:entra:
    existing:
      desk:
        client_id: 5f0e1a00-0000-4000-8000-0000000000d1
        assignments: {{ reviewers: {GRANT} }}
        consents:
          azure-devops: "{GRANT}"
        key: {KEY}
  contoso:other: {{ existing: {{ desk: {{ assignments: {{ reviewers: {KEY} }} }} }} }}
"""


def test_ids_of_assignments_and_consents_in_a_stack_file_are_not_searched_for_credentials(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(STACK_FILE)

    found = texts_of({}, tmp_path, "dev")

    assert not any(GRANT in line for line in found.values())
    assert [place for place, line in found.items() if KEY in line] == ["Pulumi.dev.yaml:9", "Pulumi.dev.yaml:10"]
    assert [len(line) for line in found.values()] == [len(line) for line in STACK_FILE.splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        "existing: [",
        "- existing",
        "",
        "config: { a:entra: { existing: [x] } }",
        "existing: " + "[" * 5000,
        "a: existing\nb: *x",
    ],
)
def test_stack_file_that_cannot_be_read_is_searched_for_credentials_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(text)

    assert list(texts_of({}, tmp_path, "dev").values()) == text.splitlines()

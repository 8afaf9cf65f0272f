"""Tests of the authors of what a plan deploys, from the git history since the last release of the stack."""

import shutil
import subprocess
from pathlib import Path

import pytest

from release.apply import apply
from release.approval_sources.commit_history import committed_authors
from release.errors import ReleaseError
from release.last_release import last_released_commit
from tests.release.planned_release import AUTHOR, PlannedRelease, git

MERGER = "merger@example.com"


def commit(root: Path, message: str, author: str = AUTHOR, committer: str = AUTHOR, file: str = "") -> str:
    """Make a commit that changes a file, and return its id."""
    name = file or message.partition("\n")[0]
    (root / name).write_text(message)
    git(root, "add", "--all")
    names = ("-c", f"user.email={committer}", "-c", "user.name=Committer")
    git(root, *names, "commit", "--quiet", f"--author=Author <{author}>", "--message", message)
    return head(root)


def head(root: Path) -> str:
    return git(root, "rev-parse", "HEAD").strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Create a repository with one commit."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    commit(tmp_path, "one")
    return tmp_path


def authors(root: Path, released: str = "") -> set[str]:
    return set(committed_authors(root, released, head(root)).names)


def test_authors_since_the_last_release_are_all_authors_committers_and_co_authors(root: Path) -> None:
    released = head(root)
    commit(root, "two", "two@example.com", "Committer@Example.com")
    squash = (
        "three\n\n* first\n\nCo-Authored-By: Co <co@example.com>\n\n* second\n\n---------\n\n"
        "co-authored-by: Last <last@example.com>"
    )
    commit(root, squash, "three@example.com", "noreply@github.com", "file")

    assert authors(root, released) == {
        "two@example.com",
        "committer@example.com",
        "three@example.com",
        "co@example.com",
        "last@example.com",
    }
    assert authors(root) == {"three@example.com", "co@example.com", "last@example.com"}
    assert committed_authors(root, released, head(root)).commits == f"commits since the release of {released[:12]}"


def test_address_of_the_mailmap_counts_next_to_the_written_one(root: Path) -> None:
    released = head(root)
    commit(root, "Proper <proper@example.com> <two@example.com>", "two@example.com", file=".mailmap")

    assert authors(root, released) >= {"proper@example.com", "two@example.com"}


def test_authors_of_a_commit_that_is_taken_back_count(root: Path) -> None:
    released = commit(root, "two", "two@example.com", "two@example.com")
    git(root, "reset", "--quiet", "--hard", "HEAD^")

    assert authors(root, released) == {AUTHOR, "two@example.com"}


@pytest.mark.parametrize("is_automatic", [True, False])
def test_merging_person_is_an_author_only_of_what_git_does_not_merge_by_itself(
    root: Path, *, is_automatic: bool
) -> None:
    git(root, "checkout", "--quiet", "-b", "branch")
    commit(root, "two", "two@example.com", "two@example.com")
    git(root, "checkout", "--quiet", "main")
    commit(root, "three", "three@example.com", "three@example.com")
    names = ("-c", f"user.email={MERGER}", "-c", "user.name=Merger")
    git(root, *names, "merge", "--quiet", "--no-ff", "--no-commit", "branch")
    if not is_automatic:
        (root / "two").write_text("something else")
        git(root, "add", "two")
    git(root, *names, "commit", "--quiet", "--message", "merge")

    assert authors(root) - {AUTHOR} == {"two@example.com", *(() if is_automatic else (MERGER,))}


def test_clone_without_its_history_or_without_the_last_release_is_refused(root: Path, tmp_path: Path) -> None:
    commit(root, "two")
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", root.as_uri(), shallow], check=True)  # noqa: S603, S607 (the machine's git)
    with pytest.raises(ReleaseError, match="fetch-depth: 0"):
        committed_authors(shallow, "", head(root))
    shutil.rmtree(shallow)
    with pytest.raises(ReleaseError, match="the commit 000000000000 of the last release is not in this clone"):
        committed_authors(root, "0" * 40, head(root))
    with pytest.raises(ReleaseError, match="without its full id"):
        committed_authors(root, "", "HEAD")


def test_replaced_object_does_not_hide_an_author(root: Path) -> None:
    released = head(root)
    real = commit(root, "two", "two@example.com", "two@example.com")
    git(root, "reset", "--quiet", "--hard", released)
    other = commit(root, "two")
    git(root, "replace", real, other)
    git(root, "reset", "--quiet", "--hard", real)

    assert "two@example.com" in committed_authors(root, released, real).names


def test_plan_names_the_commit_of_the_last_release_that_did_not_stop(tmp_path: Path) -> None:
    release = PlannedRelease(tmp_path)
    assert release.evidence.inputs.released == ""
    planned = release.evidence.inputs.commit
    apply(release.around(), release.folder, release.rule, release.records)
    stopped = release.backend.folder / "releases/tiny/dev/0000/2999-01-01T000000+0000-result.intoto.json"
    stopped.parent.mkdir()
    stopped.write_text('{"predicate": {"commit": "1", "failure": "stopped"}}')
    other = release.backend.folder / "releases/tiny/developers/0000/2999-01-01T000000+0000-result.intoto.json"
    other.parent.mkdir(parents=True)
    other.write_text('{"predicate": {"commit": "2", "failure": ""}}')

    assert last_released_commit(release.backend, "tiny", "dev") == planned
    assert release.plan().inputs.released == planned


def test_apply_refuses_evidence_that_names_another_last_release(tmp_path: Path) -> None:
    release = PlannedRelease(tmp_path)
    result = release.backend.folder / "releases/tiny/dev/0000/2026-11-29T120000+0000-result.intoto.json"
    result.parent.mkdir(parents=True)
    result.write_text('{"predicate": {"commit": "abc", "failure": ""}}')

    with pytest.raises(ReleaseError, match="the last released commit is abc instead of none"):
        apply(release.around(), release.folder, release.rule, release.records)
    assert release.stack.deployments == 0

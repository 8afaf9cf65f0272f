"""Tests of approvals derived from the records of GitHub and Azure Pipelines, in the form of their documentation.

The answers are written after the references that the modules name. None of them was recorded on a platform.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from release.approval import Approval, ApprovalRule, When, approval_statement, check_approved, made_at
from release.approval_sources.azure_pipelines import CheckApprovals
from release.approval_sources.github import EnvironmentApprovals, ReviewApprovals
from release.approval_sources.repository_records import GitHubRepository, github_client
from release.errors import NotApprovedError, ReleaseError
from release.evidence import Evidence, write_evidence
from tests.release.github_records import HEAD, TOKEN, WEB_FLOW, GitHubRecords, Person, review, served
from tests.release.planned_release import PlannedRelease, git

RULE = ApprovalRule(when=When.ALWAYS)
RUN = {"platform": "github", "run_id": "7", "attempt": "1", "actor": "starter"}
REVIEWER: Person = ("reviewer@example.com", "Reviewer")


@pytest.fixture
def release(tmp_path: Path) -> PlannedRelease:
    return PlannedRelease(tmp_path)


def planned(release: PlannedRelease, run: Mapping[str, str], released: str = "") -> Evidence:
    """Return the evidence of a plan that a run of a platform made, after a release of another commit if any."""
    content = {name: value for name, value in release.evidence.document.items() if name != "files"}
    inputs = {**content["inputs"], "released": released, "commit": git(release.root, "rev-parse", "HEAD").strip()}
    return write_evidence(release.folder, {**content, "run": run, "inputs": inputs}, {})


def records(release: PlannedRelease, evidence: Evidence) -> GitHubRecords:
    """Return GitHub's records, in which another person approved environment and pull request."""
    tree = git(release.root, "rev-parse", "HEAD^{tree}").strip()
    found = GitHubRecords(commit=evidence.inputs.commit, tree=tree)
    found.reviews = [review((made_at(evidence) + timedelta(minutes=1)).isoformat())]
    found.approvals = [{"state": "approved", "user": {"login": "reviewer"}, "environments": [{"name": "prod"}]}]
    return found


def approval(release: PlannedRelease, evidence: Evidence, kind: str, github: GitHubRecords) -> Approval:
    """Return the approval of a plan in GitHub's records."""
    with served(github.answer) as origin:
        address = {"GITHUB_API_URL": origin, "GITHUB_GRAPHQL_URL": f"{origin}/graphql", "GITHUB_TOKEN": TOKEN}
        repository = GitHubRepository({**address, "GITHUB_REPOSITORY": "contoso/agents"})
        source = (
            EnvironmentApprovals(repository, release.root, "prod")
            if kind == "environment"
            else ReviewApprovals(repository, release.root)
        )
        found = check_approved(RULE, source, evidence, release.now + timedelta(minutes=5), grows=True)
    assert found is not None
    return found


def refusal(release: PlannedRelease, evidence: Evidence, kind: str, github: GitHubRecords) -> str:
    with pytest.raises(ReleaseError) as refused:
        approval(release, evidence, kind, github)
    return str(refused.value)


@pytest.mark.parametrize("kind", ["environment", "review"])
def test_approval_on_github_by_somebody_else_counts_and_its_statement_names_the_authors(
    release: PlannedRelease, kind: str
) -> None:
    evidence = planned(release, RUN)

    found = approval(release, evidence, kind, records(release, evidence))

    assert found.by == "reviewer"
    document = approval_statement(found, RULE, evidence).predicate
    assert document["authors"]["names"] == ["author", "opener", "starter"]
    assert document["authors"]["commits"] == (
        f"commit {evidence.inputs.commit[:12]} and what it merges, since no earlier release of the stack is recorded,"
        " and of pull request 3"
    )
    assert document["reviewed"] == (HEAD if kind == "review" else "")


@pytest.mark.parametrize(
    ("run", "change", "reason"),
    [
        ({}, {"state": "rejected"}, "no approval was found"),
        ({}, {"environments": [{"name": "dev"}]}, "no approval was found"),
        ({}, {"user": {"login": "AUTHOR"}}, "nobody approves their own change"),
        ({"actor": "reviewer"}, {}, "nobody approves their own change"),
        ({"attempt": "2"}, {}, "start a new run"),
        ({"platform": ""}, {}, "not made in a workflow of GitHub"),
        ({"run_id": "7/../8"}, {}, "not made in a workflow of GitHub"),
    ],
)
def test_approval_of_an_environment_on_github_does_not_count(
    release: PlannedRelease, run: dict[str, str], change: dict[str, Any], reason: str
) -> None:
    evidence = planned(release, {**RUN, **run})
    github = records(release, evidence)
    github.approvals[0] |= change

    assert reason in refusal(release, evidence, "environment", github)


@pytest.mark.parametrize(
    ("change", "later", "github", "reason"),
    [
        ({}, {}, {"head_tree": "1" * 40}, "has other files than the reviewed commit bbbbbbbbbbbb"),
        ({}, {}, {"api_tree": "1" * 40, "head_tree": "1" * 40}, "has other files than the reviewed commit"),
        ({"state": "DISMISSED"}, {}, {}, "it was dismissed"),
        ({"commit_id": "c" * 40}, {}, {}, "it is of commit cccccccccccc, and bbbbbbbbbbbb was pushed later"),
        ({"type": "Bot", "login": "review-app[bot]"}, {}, {}, "it is of a bot"),
        ({}, {}, {"permissions": {"reviewer": "read"}}, "they may not write to the repository"),
        ({}, {}, {"permissions": {}}, "they may not write to the repository"),
        ({}, {"state": "CHANGES_REQUESTED"}, {}, "they request changes"),
        ({}, {"state": "DISMISSED"}, {}, "it was dismissed"),
        (
            {},
            {"state": "CHANGES_REQUESTED", "login": "other"},
            {"permissions": {"reviewer": "write", "other": "admin"}},
            "the approval of reviewer (review of pull request 3) does not count: other requests changes",
        ),
        ({"login": "author"}, {}, {"permissions": {"author": "admin"}}, "nobody approves their own change"),
        ({"login": "opener"}, {}, {"permissions": {"opener": "admin"}}, "nobody approves their own change"),
        ({}, {}, {"pulls": ()}, "no approval was found"),
    ],
)
def test_review_on_github_counts_only_as_an_approval_of_these_files_by_another_writer(
    release: PlannedRelease, change: dict[str, Any], later: dict[str, Any], github: dict[str, Any], reason: str
) -> None:
    evidence = planned(release, RUN)
    found = records(release, evidence)
    at = (made_at(evidence) + timedelta(minutes=1)).isoformat()
    found.reviews = [review(at, **change), *([review(at, **later)] if later else ())]
    for name, value in github.items():
        setattr(found, name, value)

    assert reason in refusal(release, evidence, "review", found)


@pytest.mark.parametrize("later", [{"state": "COMMENTED"}, {"state": "CHANGES_REQUESTED", "login": "passer-by"}])
def test_review_on_github_counts_after_a_comment_and_after_the_opinion_of_somebody_without_write_access(
    release: PlannedRelease, later: dict[str, Any]
) -> None:
    evidence = planned(release, RUN)
    github = records(release, evidence)
    github.permissions["passer-by"] = "read"
    github.reviews.append(review(made_at(evidence).isoformat(), **later))

    assert approval(release, evidence, "review", github).by == "reviewer"


def test_review_on_github_after_a_hundred_comments_is_read_from_its_second_page(release: PlannedRelease) -> None:
    evidence = planned(release, RUN)
    github = records(release, evidence)
    at = made_at(evidence).isoformat()
    github.reviews = [*(review(at, state="COMMENTED") for _ in range(100)), *github.reviews]

    assert approval(release, evidence, "review", github).reviewed == HEAD


@pytest.mark.parametrize(
    "commits",
    [
        [([("author@example.com", "author")], REVIEWER)],
        [([("author@example.com", "author"), REVIEWER], WEB_FLOW)],
        [([("author@example.com", "author"), ("1+reviewer@users.noreply.github.com", None)], WEB_FLOW)],
        [([("author@example.com", "author")], WEB_FLOW), ([REVIEWER], WEB_FLOW)],
    ],
    ids=["committer", "co-author", "co-author-without-public-address", "author-of-a-commit-on-the-second-page"],
)
def test_approver_on_github_may_have_no_part_in_any_commit_of_the_pull_request(
    release: PlannedRelease, commits: list[tuple[list[Person], Person]]
) -> None:
    evidence = planned(release, RUN)
    github = records(release, evidence)
    github.pull_commits = commits

    for kind in ("environment", "review"):
        assert "nobody approves their own change" in refusal(release, evidence, kind, github)


def test_approver_on_github_may_have_no_part_in_any_commit_since_the_last_release(release: PlannedRelease) -> None:
    released = git(release.root, "rev-parse", "HEAD").strip()
    for number in ("two", "three"):
        git(release.root, "commit", "--quiet", "--allow-empty", "--message", number)
    earlier = git(release.root, "rev-parse", "HEAD^").strip()
    evidence = planned(release, RUN, released)
    github = records(release, evidence)
    github.people = {earlier: ([REVIEWER], WEB_FLOW)}

    assert f"an author (commits since the release of {released[:12]}" in refusal(release, evidence, "review", github)
    github.people = {released: ([REVIEWER], WEB_FLOW)}
    assert approval(release, evidence, "review", github).by == "reviewer"


def test_author_whose_address_belongs_to_no_account_may_be_the_approver(release: PlannedRelease) -> None:
    evidence = planned(release, RUN)
    github = records(release, evidence)
    github.pull_commits = [([("somebody@example.com", None)], WEB_FLOW)]

    assert "an author has the address somebody@example.com, of no account" in refusal(
        release, evidence, "review", github
    )


def test_refused_query_of_authors_is_an_error(release: PlannedRelease) -> None:
    evidence = planned(release, RUN)
    github = records(release, evidence)
    github.errors = [{"message": "Resource not accessible by integration"}]

    assert "query of the authors of commits: Resource not accessible" in refusal(release, evidence, "review", github)


def test_failing_platform_is_an_error_without_the_token(release: PlannedRelease) -> None:
    evidence = planned(release, RUN)
    with served(lambda _path, _body: None) as origin:
        address = {"GITHUB_API_URL": origin, "GITHUB_GRAPHQL_URL": origin, "GITHUB_TOKEN": TOKEN}
        repository = GitHubRepository({**address, "GITHUB_REPOSITORY": "contoso/agents"})
        with pytest.raises(ReleaseError, match="responded with 404") as failed:
            check_approved(
                RULE, EnvironmentApprovals(repository, release.root, "prod"), evidence, release.now, grows=True
            )
    assert TOKEN not in str(failed.value)


@pytest.mark.parametrize(("origin", "token"), [("http://github.example.com", TOKEN), ("https://api.github.com", "")])
def test_token_is_sent_over_https_alone_and_must_be_there(origin: str, token: str) -> None:
    with pytest.raises(ReleaseError, match=r"https|is missing"):
        github_client({"GITHUB_API_URL": origin, "GITHUB_TOKEN": token})


@pytest.mark.parametrize(
    ("step", "owner", "reason"),
    [
        ({}, 7, ""),
        ({"status": "pending"}, 7, "no approval was found"),
        ({}, 8, "no approval was found"),
        ({"actualApprover": {"uniqueName": "starter@example.com"}}, 7, "nobody approves their own change"),
        ({"actualApprover": {"uniqueName": "author@example.com"}}, 7, "nobody approves their own change"),
    ],
)
def test_approval_of_a_check_of_azure_pipelines_counts_for_the_run_that_made_the_plan(
    release: PlannedRelease, step: dict[str, Any], owner: int, reason: str
) -> None:
    evidence = planned(release, {"platform": "azure-pipelines", "run_id": "7"})
    at = (made_at(evidence) + timedelta(minutes=1)).isoformat()
    right = {"status": "approved", "actualApprover": {"uniqueName": "reviewer@example.com"}, "lastModifiedOn": at}
    row = {"id": "a", "status": "approved", "steps": [right | step], "pipeline": {"owner": {"id": owner}}}
    answers = {
        "/contoso/agents/_apis/pipelines/approvals": {"value": [row]},
        "/contoso/agents/_apis/build/builds/7": {"requestedFor": {"uniqueName": "Starter@example.com"}},
    }
    with served(lambda path, _body: answers.get(path.partition("?")[0])) as origin:
        variables = {
            "SYSTEM_COLLECTIONURI": f"{origin}/contoso/",
            "SYSTEM_TEAMPROJECT": "agents",
            "SYSTEM_ACCESSTOKEN": TOKEN,
        }
        source = CheckApprovals(variables, release.root)
        if reason:
            with pytest.raises(NotApprovedError, match=reason):
                check_approved(RULE, source, evidence, release.now + timedelta(minutes=5), grows=True)
        else:
            found = check_approved(RULE, source, evidence, release.now + timedelta(minutes=5), grows=True)
            assert found is not None
            assert found.by == "reviewer@example.com"

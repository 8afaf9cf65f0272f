"""Tests of approvals derived from the records of GitHub and Azure Pipelines, in the form of their documentation.

The answers are written after the REST references that the modules name. None of them was recorded on a platform.
"""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from release.approval import ApprovalRule, When, check_approved, made_at
from release.approval_sources.azure_pipelines import CheckApprovals
from release.approval_sources.github import EnvironmentApprovals, ReviewApprovals, github_client
from release.errors import ReleaseError
from release.evidence import Evidence, write_evidence
from tests.release.planned_release import PlannedRelease

RULE = ApprovalRule(when=When.ALWAYS)
TOKEN = "the token of the run"  # noqa: S105 (not a credential)
RUN = {"platform": "github", "run_id": "7", "attempt": "1", "actor": "author"}


@contextmanager
def served(answers: Mapping[str, Any]) -> Generator[str]:
    """Serve JSON values by path, for requests with the run's token, and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answers.get(self.path.partition("?")[0])
            allowed = self.headers["Authorization"] == f"Bearer {TOKEN}"
            self.send_response(401 if not allowed else 404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the base class)
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def release(tmp_path: Path) -> PlannedRelease:
    return PlannedRelease(tmp_path)


def planned(release: PlannedRelease, run: Mapping[str, str]) -> Evidence:
    """Return the evidence of a plan that a run of a platform made."""
    content = {name: value for name, value in release.evidence.document.items() if name != "files"}
    return write_evidence(release.folder, {**content, "run": run}, {})


def on_github(evidence: Evidence, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (parts of the answers)
    """Return GitHub's records, in which another person approved environment and commit."""
    commit = evidence.inputs.commit
    review = {
        "state": "APPROVED",
        "commit_id": commit,
        "submitted_at": (made_at(evidence) + timedelta(minutes=1)).isoformat(),
        "user": {"login": "reviewer"},
        "author_association": "MEMBER",
    }
    approval = {"state": "approved", "user": {"login": "reviewer"}, "environments": [{"name": "prod"}], "comment": ""}
    place = "/repos/contoso/agents"
    return {
        f"{place}/commits/{commit}": {"author": {"login": "Author"}, "committer": {"login": "web-flow"}},
        f"{place}/commits/{commit}/pulls": [{"number": 3, "user": {"login": "author"}}],
        f"{place}/actions/runs/7/approvals": [approval | changes.get("approval", {})],
        f"{place}/pulls/3/reviews": [review | changes.get("review", {}), *changes.get("later", ())],
    }


def approver(release: PlannedRelease, evidence: Evidence, kind: str, answers: Mapping[str, Any]) -> str:
    """Return who approved a plan according to GitHub's records."""
    with served(answers) as origin:
        client = github_client({"GITHUB_API_URL": origin, "GITHUB_TOKEN": TOKEN})
        source = (
            EnvironmentApprovals(client, "contoso/agents", "prod")
            if kind == "environment"
            else ReviewApprovals(client, "contoso/agents")
        )
        found = check_approved(RULE, source, evidence, release.now + timedelta(minutes=5), grows=True)
    assert found is not None
    return found.by


@pytest.mark.parametrize("kind", ["environment", "review"])
def test_approval_on_github_by_somebody_else_counts(release: PlannedRelease, kind: str) -> None:
    evidence = planned(release, RUN)

    assert approver(release, evidence, kind, on_github(evidence)) == "reviewer"


@pytest.mark.parametrize(
    ("kind", "run", "changes", "reason"),
    [
        ("environment", {}, {"approval": {"state": "rejected"}}, "no approval was found"),
        ("environment", {}, {"approval": {"environments": [{"name": "dev"}]}}, "no approval was found"),
        ("environment", {}, {"approval": {"user": {"login": "AUTHOR"}}}, "nobody approves their own change"),
        ("environment", {"actor": "reviewer"}, {}, "nobody approves their own change"),
        ("environment", {"attempt": "2"}, {}, "start a new run"),
        ("environment", {"platform": ""}, {}, "not made in a workflow of GitHub"),
        ("environment", {"run_id": "7/../8"}, {}, "not made in a workflow of GitHub"),
        ("review", {}, {"review": {"commit_id": "0" * 40}}, "no approval was found"),
        ("review", {}, {"review": {"state": "DISMISSED"}}, "no approval was found"),
        ("review", {}, {"review": {"author_association": "NONE"}}, "no approval was found"),
        ("review", {}, {"review": {"user": {"login": "author"}}}, "nobody approves their own change"),
        (
            "review",
            {},
            {"later": [{"state": "CHANGES_REQUESTED", "user": {"login": "reviewer"}, "commit_id": "x"}]},
            "no approval was found",
        ),
    ],
)
def test_approval_on_github_does_not_count(
    release: PlannedRelease, kind: str, run: dict[str, str], changes: dict[str, Any], reason: str
) -> None:
    evidence = planned(release, {**RUN, **run})

    with pytest.raises(ReleaseError, match=reason):
        approver(release, evidence, kind, on_github(evidence, **changes))


def test_failing_platform_is_an_error_without_the_token(release: PlannedRelease) -> None:
    evidence = planned(release, RUN)

    with pytest.raises(ReleaseError, match="responded with 404") as failed:
        approver(release, evidence, "environment", {})
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
    with served(answers) as origin:
        variables = {
            "SYSTEM_COLLECTIONURI": f"{origin}/contoso/",
            "SYSTEM_TEAMPROJECT": "agents",
            "SYSTEM_ACCESSTOKEN": TOKEN,
        }
        source = CheckApprovals(variables, release.root)
        if reason:
            with pytest.raises(ReleaseError, match=reason):
                check_approved(RULE, source, evidence, release.now + timedelta(minutes=5), grows=True)
        else:
            found = check_approved(RULE, source, evidence, release.now + timedelta(minutes=5), grows=True)
            assert found is not None
            assert found.by == "reviewer@example.com"

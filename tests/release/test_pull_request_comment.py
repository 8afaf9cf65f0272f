"""Tests of the comment on a pull request and of the outputs of a pipeline's job.

The answers are written after the REST references that the modules name. None of them was recorded on a platform.
"""

import json
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cli import release_steps
from cli.main import run
from release.access_review import Verdict
from release.errors import ReleaseError
from release.evidence import Evidence, read_evidence, write_evidence
from release.job_outputs import hand_over, without_commands
from release.pull_request_comment import write_comment
from tests.loopback_server import loopback_server

TOKEN = "the token of the run"  # noqa: S105 (not a credential)
ON_GITHUB = "/repos/contoso/agents/issues/3/comments"
ON_AZURE = "/contoso/agents/_apis/git/repositories/r1/pullRequests/3/threads"


@dataclass
class Platform:
    """REST API of a platform with the comments of one pull request."""

    comments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    requests: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    origin: str = ""
    status: int = 200

    def answer(self, method: str, target: str, body: dict[str, Any]) -> object:
        parts = urlsplit(target)
        path, on_azure = parts.path, parts.path.startswith(ON_AZURE)
        self.requests.append((method, path))
        if method == "POST":
            text = body["comments"][0]["content"] if on_azure else body["body"]
            self.comments.append(self.comment(text))
        elif method == "PATCH":
            number = int(path.rpartition("/")[2])
            (changed,) = [each for each in self.comments if each["id"] == number]
            changed["body"] = changed["content"] = body["content"] if on_azure else body["body"]
        elif on_azure:
            return {"value": [{"id": each["id"], "comments": [each]} for each in self.comments]}
        else:
            page = int(parse_qs(parts.query)["page"][0])
            return self.comments[(page - 1) * 100 : page * 100]
        return {}

    def comment(self, text: str, login: str = "github-actions[bot]") -> dict[str, Any]:
        return {"id": len(self.comments) + 1, "body": text, "content": text, "user": {"login": login}}

    def github(self) -> dict[str, str]:
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.origin,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_REPOSITORY": "contoso/agents",
            "GITHUB_REF": "refs/pull/3/merge",
        }

    def azure(self) -> dict[str, str]:
        return {
            "TF_BUILD": "True",
            "SYSTEM_COLLECTIONURI": f"{self.origin}/contoso/",
            "SYSTEM_TEAMPROJECT": "agents",
            "SYSTEM_ACCESSTOKEN": TOKEN,
            "SYSTEM_PULLREQUEST_PULLREQUESTID": "3",
            "BUILD_REPOSITORY_ID": "r1",
            "BUILD_REPOSITORY_PROVIDER": "TfsGit",
        }


@contextmanager
def served() -> Generator[Platform]:
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            allowed = self.headers["Authorization"] == f"Bearer {TOKEN}"
            found = platform.answer(self.command, self.path, body) if allowed else {}
            self.send_response(platform.status if allowed else 401)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 (names of the base class)

    with loopback_server(Handler) as address:
        platform.origin = address
        yield platform


def evidence(folder: Path, summary: str = "## Plan\n", stack: str = "prod") -> Evidence:
    content = {"project": "tiny", "stack": stack, "verdict": "growth", "made": "2026-11-29T12:00:00+00:00"}
    return write_evidence(folder, {**content, "run": {}, "resources": []}, {"summary.md": summary})


@pytest.mark.parametrize("on", [Platform.github, Platform.azure])
def test_comment_of_a_stack_is_written_once_and_then_replaced(on: Any, tmp_path: Path) -> None:  # noqa: ANN401 (a method)
    with served() as platform:
        assert write_comment(evidence(tmp_path / "1", "first"), on(platform))
        assert write_comment(evidence(tmp_path / "2", "other stack", "dev"), on(platform))
        second = evidence(tmp_path / "3", "second")
        assert not write_comment(second, on(platform))

    assert [each["body"].split("\n")[1] for each in platform.comments] == ["second", "other stack"]
    assert platform.comments[0]["body"].startswith("<!-- agent-network release: tiny/prod -->\n")
    assert platform.comments[0]["body"].endswith(f"Evidence `{second.digest}`\n")
    changes = [method for method, _ in platform.requests if method != "GET"]
    assert changes == ["POST", "POST", "PATCH"]


def test_comment_with_the_marker_by_somebody_else_is_never_replaced(tmp_path: Path) -> None:
    with served() as platform:
        foreign = platform.comment("<!-- agent-network release: tiny/prod -->\nnobody gains access", "mallory")
        platform.comments.append(foreign)

        assert write_comment(evidence(tmp_path), platform.github())
        assert not write_comment(evidence(tmp_path), platform.github())

    assert foreign["body"].endswith("nobody gains access")
    assert len(platform.comments) == 2


def test_comment_is_found_among_more_than_one_page_of_comments(tmp_path: Path) -> None:
    with served() as platform:
        for number in range(100):
            platform.comments.append(platform.comment(f"remark {number}", "reviewer"))

        assert write_comment(evidence(tmp_path), platform.github())
        assert not write_comment(evidence(tmp_path), platform.github())

    assert len(platform.comments) == 101


def test_comment_that_is_too_long_ends_with_a_whole_line_and_the_digest(tmp_path: Path) -> None:
    with served() as platform:
        long = evidence(tmp_path, "a row of the summary\n" * 10_000)
        write_comment(long, platform.github())

    text = platform.comments[0]["body"]
    assert len(text) < 65_536
    assert "a row of the summary\n\n**The summary is longer" in text
    assert long.digest in text


@pytest.mark.parametrize(
    ("on", "changes", "reason"),
    [
        (Platform.github, {"GITHUB_REF": "refs/heads/main"}, "not for a pull request"),
        (Platform.github, {"GITHUB_TOKEN": ""}, "token of the pipeline's run is missing"),
        (Platform.github, {"GITHUB_TOKEN": "another"}, "responded with 401"),
        (Platform.github, {"GITHUB_ACTIONS": ""}, "not a run of GitHub Actions or Azure Pipelines"),
        (Platform.azure, {"SYSTEM_PULLREQUEST_PULLREQUESTID": ""}, "not for a pull request"),
        (Platform.azure, {"BUILD_REPOSITORY_PROVIDER": "GitHub"}, "not in Azure Repos"),
    ],
)
def test_comment_outside_of_a_pull_request_is_an_error(
    on: Any,  # noqa: ANN401 (a method)
    changes: dict[str, str],
    reason: str,
    tmp_path: Path,
) -> None:
    with served() as platform, pytest.raises(ReleaseError, match=reason) as refused:
        write_comment(evidence(tmp_path), {**on(platform), **changes})

    assert TOKEN not in str(refused.value)
    assert platform.comments == []


def test_release_comment_refuses_evidence_with_another_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with served() as platform:
        for name, value in platform.github().items():
            monkeypatch.setenv(name, value)
        planned = evidence(tmp_path / "planned")
        other = evidence(tmp_path / "other", "nobody gains access")

        assert run(["release", "comment", "--evidence", str(other.folder), "--digest", planned.digest]) == 2
        assert planned.digest in capsys.readouterr().err
        assert platform.comments == []
        assert run(["release", "comment", "--evidence", str(planned.folder), "--digest", planned.digest]) == 0


@pytest.mark.parametrize("digest", ["", "0" * 64, "short"])
def test_evidence_with_another_digest_than_the_expected_one_is_refused(digest: str, tmp_path: Path) -> None:
    evidence(tmp_path)

    with pytest.raises(ReleaseError, match="--digest is"):
        read_evidence(tmp_path, digest)


def test_digest_is_handed_to_later_jobs_of_github_with_the_summary(tmp_path: Path) -> None:
    outputs, page = tmp_path / "outputs", tmp_path / "page"
    planned = evidence(tmp_path / "evidence")
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(page)}

    hand_over(planned, variables, lambda _line: None)

    assert outputs.read_text() == f"evidence_sha256={planned.digest}\n"
    assert page.read_text() == f"## Plan\n\nEvidence `{planned.digest}`\n"


def test_digest_is_handed_to_later_stages_of_azure_pipelines_with_the_summary(tmp_path: Path) -> None:
    planned, lines = evidence(tmp_path), list[str]()

    hand_over(planned, {"TF_BUILD": "True"}, lines.append)

    assert lines == [
        f"##vso[task.setvariable variable=evidence_sha256;isOutput=true;isReadOnly=true]{planned.digest}",
        f"##vso[task.uploadsummary]{tmp_path / 'summary.md'}",
    ]


@pytest.mark.parametrize("variables", [{}, {"GITHUB_ACTIONS": "true"}])
def test_digest_outside_of_a_pipeline_is_an_error(variables: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"leave it out on this machine|GITHUB_OUTPUT is not a file"):
        hand_over(evidence(tmp_path), variables, lambda _line: None)


@pytest.mark.parametrize(
    ("verdict", "code", "in_pipeline"),
    [(Verdict.UNCHANGED, 0, 0), (Verdict.GROWTH, 3, 0), (Verdict.REFUSED, 1, 1)],
)
def test_plan_with_growth_does_not_fail_a_pipeline_and_a_refused_one_does(
    verdict: Verdict, code: int, in_pipeline: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned, outputs = evidence(tmp_path / "evidence"), tmp_path / "outputs"
    (tmp_path / "Pulumi.yaml").write_text("name: tiny\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(release_steps, "prepared", lambda *_: nullcontext(SimpleNamespace(around=None)))
    monkeypatch.setattr(release_steps, "plan", lambda *_: (planned, verdict))
    for name, value in {"ACTIONS": "true", "OUTPUT": str(outputs), "STEP_SUMMARY": str(tmp_path / "page")}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)

    assert run(["release", "plan", "--json"]) == code
    assert not outputs.exists()
    assert run(["release", "plan", "--json", "--pipeline"]) == in_pipeline
    assert outputs.read_text() == f"evidence_sha256={planned.digest}\n"


@pytest.mark.parametrize(
    "line",
    [
        "may read ##vso[task.setvariable variable=evidence_sha256;isOutput=true]0",
        "##[add-mask]x",
        "::add-mask::x",
        "  ::set-env name=PATH::x",
        "###vso[task.complete]",
    ],
)
def test_text_of_a_plan_has_no_command_to_the_platform(line: str) -> None:
    shown = without_commands(f"first\n{line}\nurn:pulumi:dev::tiny::group # 1")

    assert "##vso[" not in shown
    assert "##[" not in shown
    assert not any(each.lstrip().startswith("::") for each in shown.splitlines())
    assert shown.startswith("first\n")
    assert shown.endswith("\nurn:pulumi:dev::tiny::group # 1")

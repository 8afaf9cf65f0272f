"""Tests of the release workflows for GitHub Actions and Azure Pipelines: least rights, no logic, evidence by digest."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import typer
import yaml

from cli.commands.release import Platform
from cli.commands.release import app as release_commands
from cli.main import run
from cli.pipeline_workflow import TEMPLATES
from release.job_outputs import DIGEST

GITHUB, AZURE = TEMPLATES[Platform.GITHUB][0], TEMPLATES[Platform.AZURE_PIPELINES][0]
CI = Path(__file__).parents[2] / ".github/workflows/ci.yml"
BIN = Path(sys.executable).parent
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")
OF_THIS_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"
PREPARATION = {
    "python -m pip install --requirement requirements.txt",
    "pulumi install --no-dependencies",
}
PREPARATION_ON_AZURE = PREPARATION | {
    (
        'curl --fail --silent --show-error "https://get.pulumi.com/releases/sdk/pulumi-v3.260.0-linux-x64.tar.gz"'
        ' | tar --extract --gzip --directory "$AGENT_TOOLSDIRECTORY"'
    ),
    'echo "##vso[task.prependpath]$AGENT_TOOLSDIRECTORY/pulumi"',
}
MESSAGE = re.compile(r'echo "(::notice::|##vso\[task\.logissue type=warning\])A pull request from a fork [\w ,.]+"')
EVIDENCE_OF_THE_PLAN = "${{ needs.plan-prod.outputs.evidence_sha256 }}"


def loaded(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def github_jobs() -> dict[str, dict[str, Any]]:
    return loaded(GITHUB)["jobs"]


def azure_jobs() -> Iterator[tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]]:
    """Yield each job of Azure Pipelines with its stage and its steps."""
    for stage in loaded(AZURE)["stages"]:
        for job in stage["jobs"]:
            yield stage, job, job["steps"] if "steps" in job else job["strategy"]["runOnce"]["deploy"]["steps"]


def command_of(step: dict[str, Any]) -> str | None:
    return step.get("run") or step.get("bash") or step.get("inputs", {}).get("inlineScript")


def azure_commands() -> list[str]:
    return [command for _, _, steps in azure_jobs() for step in steps if (command := command_of(step))]


def github_commands() -> list[str]:
    return [command for job in github_jobs().values() for step in job["steps"] if (command := command_of(step))]


def release_arguments(command: str) -> dict[str, Any]:
    """Return the arguments of a call of `agent-network release`; the console command refuses an unknown option."""
    program, group, name, *arguments = shlex.split(command)
    assert (program, group) == ("agent-network", "release")
    found = cast("Any", typer.main.get_command(release_commands)).commands[name]
    return {"name": name, **found.make_context(name, arguments).params}


@pytest.mark.parametrize(
    ("commands", "allowed"), [(github_commands, PREPARATION), (azure_commands, PREPARATION_ON_AZURE)]
)
def test_release_workflow_calls_documented_commands_alone_and_has_no_logic(commands: Any, allowed: set[str]) -> None:  # noqa: ANN401 (a function)
    others = [each for each in commands() if each not in allowed and not MESSAGE.fullmatch(each)]

    assert {release_arguments(each)["name"] for each in others} == {"plan", "comment", "approve", "apply"}
    assert [each for each in others if re.search(r"[;&|<>`\n]|\$\{\{|\$\((?!Pipeline\.Workspace\))", each)] == []


@pytest.mark.parametrize("commands", [github_commands, azure_commands])
def test_release_workflow_deploys_only_evidence_with_the_digest_of_its_plan(commands: Any) -> None:  # noqa: ANN401 (a function)
    calls = [release_arguments(each) for each in commands() if each.startswith("agent-network")]

    consumers = [each for each in calls if each["name"] != "plan"]
    assert {each["digest"] for each in consumers} == {"$EVIDENCE_SHA256"}
    assert [each for each in calls if each["name"] == "plan" and not each["pipeline"]] == []


def test_github_job_of_prod_waits_for_its_environment_and_takes_the_digest_of_the_plan() -> None:
    jobs = github_jobs()
    prod, plan = jobs["prod"], jobs["plan-prod"]

    assert (prod["environment"], prod["needs"], plan["needs"]) == ("prod", "plan-prod", "dev")
    assert plan["outputs"] == {DIGEST: f"${{{{ steps.plan.outputs.{DIGEST} }}}}"}
    digests = [step["env"]["EVIDENCE_SHA256"] for step in prod["steps"] if "release" in step.get("run", "")]
    assert digests == [EVIDENCE_OF_THE_PLAN, EVIDENCE_OF_THE_PLAN]


def test_github_jobs_that_plan_prod_use_the_environment_of_the_reading_identity() -> None:
    planning = {name: job["environment"] for name, job in github_jobs().items() if "--stack prod" in str(job["steps"])}

    assert planning == {"plan-pull-request": "prod-plan", "plan-prod": "prod-plan", "prod": "prod"}


def test_github_token_has_least_permissions_for_each_job() -> None:
    workflow = loaded(GITHUB)
    sign_in = {"contents": "read", "id-token": "write"}

    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "fork": {},
        "plan-pull-request": sign_in,
        "comment": {"contents": "read", "pull-requests": "write"},
        "dev": sign_in,
        "plan-prod": sign_in,
        "prod": {**sign_in, "actions": "read", "pull-requests": "read"},
    }


def test_github_pull_request_from_a_fork_gets_no_id_token_and_no_environment() -> None:
    jobs = github_jobs()
    # YAML 1.1 reads the key `on` as true.
    assert set(cast("Any", loaded(GITHUB))[True]) == {"pull_request", "push"}
    for name, job in jobs.items():
        runs_for_pull_requests = "event_name == 'pull_request'" in job.get("if", "")
        if "id-token" in job["permissions"] and runs_for_pull_requests:
            assert OF_THIS_REPOSITORY in job["if"], name
    assert jobs["fork"]["if"] == jobs["plan-pull-request"]["if"].replace(
        OF_THIS_REPOSITORY, OF_THIS_REPOSITORY.replace("==", "!=")
    )
    assert "environment" not in jobs["fork"]
    assert jobs["dev"]["if"] == "github.event_name == 'push'"


def test_github_actions_of_the_release_are_pinned_by_commit_and_those_of_ci_are_the_same() -> None:
    used, of_ci = (re.findall(r"uses: (.*)$", path.read_text("utf-8"), re.MULTILINE) for path in (GITHUB, CI))

    assert [each for each in used if not PINNED.fullmatch(each)] == []
    assert set(of_ci) <= set(used)


def test_release_workflows_install_the_pulumi_version_of_ci() -> None:
    (version,) = re.findall(r"pulumi-version: (\S+)", CI.read_text("utf-8"))

    assert set(re.findall(r"pulumi-version: (\S+)", GITHUB.read_text("utf-8"))) == {version}
    assert set(re.findall(r"sdk/pulumi-v([\d.]+)-", AZURE.read_text("utf-8"))) == {version}


def test_release_workflows_keep_no_credentials_of_the_checkout() -> None:
    on_github = [step["with"] for job in github_jobs().values() for step in job["steps"] if "checkout@" in str(step)]
    on_azure = [step for _, _, steps in azure_jobs() for step in steps if step.get("checkout") == "self"]

    assert [step["persist-credentials"] for step in on_github] == [False] * 5
    assert [step["persistCredentials"] for step in on_azure] == ["false"] * 5


def test_release_jobs_that_deploy_check_out_the_history_with_all_authors() -> None:
    on_github = {
        name: step["with"].get("fetch-depth")
        for name, job in github_jobs().items()
        for step in job["steps"]
        if "checkout@" in str(step)
    }
    on_azure = [(stage["stage"], step.get("fetchDepth")) for stage, _, steps in azure_jobs() for step in steps]

    assert {name for name, depth in on_github.items() if depth == 0} == {"dev", "prod"}
    assert {stage for stage, depth in on_azure if depth == "0"} == {"dev", "prod"}


def test_artifacts_of_the_release_have_the_evidence_alone() -> None:
    on_github = [
        step["with"]["path"] for job in github_jobs().values() for step in job["steps"] if "artifact@" in str(step)
    ]
    on_azure = [step["publish"] for _, _, steps in azure_jobs() for step in steps if "publish" in step]

    assert set(on_github) == {"${{ runner.temp }}/evidence"}
    assert set(on_azure) == {"$(Pipeline.Workspace)/evidence"}


def test_release_jobs_have_a_time_limit_and_each_stack_is_deployed_by_one_run_at_a_time() -> None:
    jobs = github_jobs()
    assert [name for name, job in jobs.items() if "timeout-minutes" not in job] == []
    groups = {name: jobs[name]["concurrency"] for name in ("dev", "prod")}
    assert groups == {name: {"group": f"release-{name}", "cancel-in-progress": False} for name in groups}

    assert [job for _, job, _ in azure_jobs() if "timeoutInMinutes" not in job] == []
    locks = {stage["stage"]: stage["lockBehavior"] for stage, job, _ in azure_jobs() if "deployment" in job}
    assert locks == {"dev": "sequential", "prod": "sequential"}


def test_azure_stage_of_prod_waits_for_its_environment_and_takes_the_digest_of_the_plan() -> None:
    ((stage, job, _),) = [each for each in azure_jobs() if each[0]["stage"] == "prod"]

    assert (stage["dependsOn"], job["environment"]) == ("plan_prod", "prod")
    variables = {each.get("name"): each.get("value") for each in job["variables"]}
    assert variables[DIGEST] == f"$[ stageDependencies.plan_prod.plan.outputs['plan.{DIGEST}'] ]"


def test_azure_service_connections_are_one_for_each_identity_and_forks_have_none() -> None:
    connections = {
        (stage["stage"], step["inputs"]["azureSubscription"])
        for stage, _, steps in azure_jobs()
        for step in steps
        if "azureSubscription" in step.get("inputs", {})
    }
    conditions = {stage["stage"]: stage.get("condition", "") for stage in loaded(AZURE)["stages"]}

    assert connections == {
        ("pull_request", "release-prod-plan"),
        ("dev", "release-dev"),
        ("plan_prod", "release-prod-plan"),
        ("prod", "release-prod"),
    }
    assert "ne(variables['System.PullRequest.IsFork'], 'True')" in conditions["pull_request"]
    assert "eq(variables['System.PullRequest.IsFork'], 'True')" in conditions["fork"]
    assert "ne(variables['Build.Reason'], 'PullRequest')" in conditions["dev"]
    # Without a condition of their own, these are skipped with the stage that they depend on.
    assert (conditions["plan_prod"], conditions["prod"]) == ("", "")


@pytest.mark.parametrize(
    "command",
    [
        ("zizmor", "--offline", "--no-progress", "--persona", "pedantic", GITHUB),
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", GITHUB),
        # The default engine for regular expressions cannot read a pattern of this schema.
        ("check-jsonschema", "--builtin-schema", "vendor.azure-pipelines", "--regex-variant", "python", AZURE),
    ],
    ids=("zizmor", "schema-of-github", "schema-of-azure-pipelines"),
)
def test_release_workflow_has_no_finding_of(command: tuple[str | Path, ...]) -> None:
    done = subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603 (our own tools)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("go") is None, reason="actionlint is built with Go, and there is no `go` on PATH")
def test_release_workflow_has_no_finding_of_actionlint(tmp_path: Path) -> None:
    go = cast("str", shutil.which("go"))
    installed = subprocess.run(  # noqa: S603 (the machine's Go)
        [go, "install", ACTIONLINT],
        env={**os.environ, "GOBIN": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if installed.returncode:
        pytest.skip(f"actionlint cannot be built: {installed.stderr.strip()[-200:]}")

    done = subprocess.run([tmp_path / "actionlint", GITHUB], capture_output=True, text=True, check=False)  # noqa: S603 (built above)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("platform", Platform)
def test_release_workflow_is_written_into_the_project_and_never_over_a_file(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: tiny\n")
    monkeypatch.chdir(tmp_path)
    template, name = TEMPLATES[platform]

    assert run(["release", "workflow", platform.value]) == 0
    assert (tmp_path / name).read_text("utf-8") == template.read_text("utf-8")
    assert run(["release", "workflow", platform.value]) == 2
    assert "exists already" in capsys.readouterr().err

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
from cli.errors import CommandError
from cli.main import run
from cli.pipeline_workflow import TEMPLATES, stack_names, write_workflow
from release.job_outputs import DIGEST
from tests.fabrikam import copy_project

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


def test_artifact_of_each_plan_has_a_name_of_its_own_so_that_a_second_attempt_replaces_none() -> None:
    on_github = {
        (name, step["with"]["name"])
        for name, job in github_jobs().items()
        for step in job["steps"]
        if "artifact@" in str(step)
    }
    on_azure = [step["artifact"] for _, _, steps in azure_jobs() for step in steps if "artifact" in step]

    of_this_job, of_the_plan = "${{ steps.plan.outputs.evidence_sha256 }}", EVIDENCE_OF_THE_PLAN
    assert on_github == {
        ("plan-pull-request", f"evidence-{of_this_job}"),
        ("comment", "evidence-${{ needs.plan-pull-request.outputs.evidence_sha256 }}"),
        ("plan-prod", f"evidence-{of_this_job}"),
        ("prod", f"evidence-{of_the_plan}"),
    }
    assert sorted(on_azure) == ["evidence-$(evidence_sha256)"] * 2 + ["evidence-$(plan.evidence_sha256)"] * 2


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


LINTERS: tuple[tuple[str | Path, ...], ...] = (
    ("zizmor", "--offline", "--no-progress", "--persona", "pedantic", GITHUB),
    ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", GITHUB),
    # The default engine for regular expressions cannot read a pattern of this schema.
    ("check-jsonschema", "--builtin-schema", "vendor.azure-pipelines", "--regex-variant", "python", AZURE),
)


def linted(command: tuple[str | Path, ...]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603 (our own tools)


@pytest.mark.parametrize("command", LINTERS, ids=("zizmor", "schema-of-github", "schema-of-azure-pipelines"))
def test_release_workflow_has_no_finding_of(command: tuple[str | Path, ...]) -> None:
    done = linted(command)

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

    files = [GITHUB]
    for number, stacks in enumerate(ORDERS):
        (tmp_path / str(number)).mkdir()
        files.append(written(tmp_path / str(number), Platform.GITHUB, stacks))
    done = subprocess.run([tmp_path / "actionlint", *files], capture_output=True, text=True, check=False)  # noqa: S603 (built above)
    assert done.returncode == 0, done.stdout + done.stderr


ORDERS = {
    "dev,staging,prod": ("dev", "staging", "plan-prod", "prod"),
    "only": ("plan-only", "only"),
    "prod,dev": ("prod", "plan-dev", "dev"),
    "eu.test,2026,live": ("eu-test", "stack-2026", "plan-live", "live"),
}


def written(root: Path, platform: Platform, stacks: str) -> Path:
    root.joinpath("Pulumi.yaml").write_text("name: tiny\n")
    return write_workflow(root, platform.value, stack_names(stacks))


@pytest.mark.parametrize("stacks", ORDERS)
def test_workflow_for_other_stacks_deploys_them_one_after_another_for_the_main_branch_alone(
    stacks: str, tmp_path: Path
) -> None:
    github = loaded(written(tmp_path, Platform.GITHUB, stacks))["jobs"]
    azure = {each["stage"]: each for each in loaded(written(tmp_path, Platform.AZURE_PIPELINES, stacks))["stages"]}
    order = ORDERS[stacks]
    names = stacks.split(",")

    assert list(github) == ["fork", "plan-pull-request", "comment", *order]
    assert [github[each].get("needs") for each in order] == [None, *order[:-1]]
    assert [github[each].get("if", "") for each in order] == ["github.event_name == 'push'", *[""] * (len(order) - 1)]
    stages = [each.replace("-", "_") for each in order]
    assert list(azure) == ["fork", "pull_request", *stages]
    assert [azure[each]["dependsOn"] for each in stages] == [[], *stages[:-1]]
    assert "ne(variables['Build.Reason'], 'PullRequest')" in azure[stages[0]]["condition"]
    assert [azure[each].get("condition") for each in stages[1:]] == [None] * (len(stages) - 1)
    environments = [github[each]["environment"] for each in order]
    assert environments == [*names[:-1], f"{names[-1]}-plan", names[-1]]
    assert github["plan-pull-request"]["environment"] == f"{names[-1]}-plan"
    deployed = [azure[each]["jobs"][0].get("environment") for each in stages]
    assert deployed == [*names[:-1], None, names[-1]]
    for each, environment in zip(order, environments, strict=True):
        commands = [command for step in github[each]["steps"] if "release" in (command := command_of(step) or "")]
        assert {release_arguments(command)["stack"] for command in commands} == {environment.removesuffix("-plan")}
    assert github[order[-1]]["concurrency"] == {"group": f"release-{names[-1]}", "cancel-in-progress": False}


@pytest.mark.parametrize("stacks", ORDERS)
def test_workflow_for_other_stacks_has_no_finding_of_the_linters(stacks: str, tmp_path: Path) -> None:
    for command in LINTERS:
        platform = Platform.AZURE_PIPELINES if command[-1] == AZURE else Platform.GITHUB
        path = tmp_path / TEMPLATES[platform][1]
        done = linted((*command[:-1], path if path.exists() else written(tmp_path, platform, stacks)))
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("stacks", "reason"),
    [
        ("", "'' is not the name of a stack"),
        ("dev,", "'' is not the name of a stack"),
        ("dev,dev", "'dev' is given twice"),
        ("--yes", "'--yes' is not the name of a stack"),
        ("dev;rm", "'dev;rm' is not the name of a stack"),
        ("a b", "'a b' is not the name of a stack"),
        ("${{x}}", "is not the name of a stack"),
        ("org/project/dev", "is not the name of a stack"),
        ("a" * 101, "is not the name of a stack"),
        ("a.b,a-b", "the job 'a-b' would be there twice"),
        ("fork", "the job 'fork' would be there twice"),
        ("plan-prod,prod", "the job 'plan-prod' would be there twice"),
        (",".join(map(str, range(21))), "has 21 stacks"),
    ],
)
def test_workflow_for_names_that_are_not_stacks_is_refused(stacks: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        written(tmp_path, Platform.GITHUB, stacks)
    assert reason in str(refused.value)
    assert not (tmp_path / ".github").exists()


def test_workflow_lets_each_stack_wait_whose_setting_requires_approvals(tmp_path: Path) -> None:
    copy_project(tmp_path)
    settings = tmp_path / "Pulumi.prod.yaml"
    (tmp_path / "Pulumi.live.yaml").write_text(settings.read_text("utf-8"))
    path = write_workflow(tmp_path, "github", ("dev", "prod", "live"))

    assert [each for each in loaded(path)["jobs"] if each not in {"fork", "plan-pull-request", "comment"}] == [
        "dev",
        "plan-prod",
        "prod",
        "plan-live",
        "live",
    ]


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

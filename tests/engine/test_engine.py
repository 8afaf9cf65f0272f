"""Tests of small programs on the real Pulumi engine: environment, provider plugins, and refusals."""

import json
import sys
from pathlib import Path

import pytest
import yaml

from tests.engine.projects import REASON, Project, cli_is_here
from tests.projects import to_yaml

needs_cli = pytest.mark.skipif(not cli_is_here(), reason=REASON)

STACK_FILE = """\
# What differs in dev.
config:
  tiny:greeting: hello   # of nobody's business
  tiny:enabled: false
"""

SECRETS = """
import pulumi
from pulumi_azure_native import authorization, resources

hidden = pulumi.Output.secret("do-not-show")
subscription = authorization.get_client_config().subscription_id
theirs = resources.ResourceGroup.get("theirs", f"/subscriptions/{subscription}/resourceGroups/theirs")
group = resources.ResourceGroup(
    "group", resource_group_name="rg", location="westeurope", tags={"key": hidden, "a.b": theirs.name}
)
pulumi.export("greeting", pulumi.Config().require("greeting"))
pulumi.export("key", group.tags["key"])
"""

GRANTED_TWICE = """
import pulumi
from access.azure.roles import by_name
from pulumi_azure_native import authorization, managedidentity, resources

group = resources.ResourceGroup("group", resource_group_name="rg", location="westeurope")
agent = managedidentity.UserAssignedIdentity("agent", resource_name_="agent", resource_group_name=group.name)
subscription = authorization.get_client_config_output().subscription_id
role = pulumi.Output.concat(
    "/subscriptions/", subscription, "/providers/Microsoft.Authorization/roleDefinitions/", by_name("Reader").id
)
before = None
for number in (1, 2):
    before = authorization.RoleAssignment(
        f"grant-{number}",
        role_assignment_name=f"00000000-0000-4000-8000-00000000000{number}",
        scope=group.id,
        principal_id=agent.principal_id,
        principal_type="ServicePrincipal",
        role_definition_id=role,
        opts=pulumi.ResourceOptions(depends_on=[before] if before else []),
    )
"""

UNKNOWN_TYPE = """
from pulumi_azure_native import batch

batch.BatchAccount("jobs", account_name="jobs", resource_group_name="rg", location="westeurope")
"""

LOGS_ELSEWHERE = """
from pulumi_azure_native import resources
from components.hosts.container_apps_environment import HostingEnvironment

group = resources.ResourceGroup("group", resource_group_name="rg", location="westeurope")
HostingEnvironment(
    "contoso",
    {
        "environment_name": "contoso-dev",
        "resource_group_name": group.name,
        "location": "westeurope",
        "log_retention_days": 30,
        "workspace_id": "%s",
    },
)
"""
AUDIT = (
    "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/security"
    "/providers/Microsoft.OperationalInsights/workspaces/audit"
)


@needs_cli
def test_pulumi_up_leaves_the_project_files_unchanged_and_shows_no_secret(tmp_path: Path) -> None:
    project = Project.written(tmp_path, SECRETS)
    (tmp_path / "Pulumi.dev.yaml").write_text(STACK_FILE)
    files = {path.name for path in tmp_path.iterdir()}

    up = project.pulumi("up --yes --skip-preview")
    again = project.pulumi("up --yes --skip-preview --expect-no-changes")
    refreshed = project.pulumi("refresh --yes --skip-preview --expect-no-changes")
    outputs = project.pulumi("stack output --json")
    exported = project.pulumi("stack export")
    seen = "".join(outcome.out + outcome.err for outcome in (up, again, refreshed, outputs, exported))
    project.pulumi("destroy --yes --skip-preview")

    assert json.loads(outputs.out) == {"greeting": "hello", "key": "[secret]"}
    assert "do-not-show" not in seen
    assert "warning" not in seen
    assert (tmp_path / "Pulumi.dev.yaml").read_text() == STACK_FILE
    # Python may keep the compiled program.
    assert {path.name for path in tmp_path.iterdir()} - {"__pycache__"} == files | {".localazure"}
    assert ((tmp_path / ".localazure/pulumi/passphrase").stat().st_mode & 0o777) == 0o600
    assert {resource.id.rpartition("/")[2] for resource in project.world.resources.values()} == {"theirs"}


@needs_cli
def test_pulumi_up_reports_a_refused_role_assignment_with_azures_error_code_and_no_traceback(tmp_path: Path) -> None:
    project = Project.written(tmp_path, GRANTED_TWICE)

    refused = project.run("pulumi up --yes --skip-preview --non-interactive")

    assert refused.code != 0
    assert "error: RoleAssignmentExists: " in refused.out
    assert "Traceback" not in refused.out + refused.err
    assert [name for name in project.world.resources if "roleassignments" in name] == [
        name for name in project.world.resources if name.endswith("000000000001")
    ]


@needs_cli
def test_unknown_resource_type_on_the_pulumi_engine_is_refused_by_name(tmp_path: Path) -> None:
    refused = Project.written(tmp_path, UNKNOWN_TYPE).run("pulumi preview --non-interactive")

    assert refused.code != 0
    assert "error: local Azure does not simulate 'azure-native:batch:BatchAccount'" in refused.out
    assert "Traceback" not in refused.out + refused.err


@needs_cli
def test_engine_command_refuses_to_run_pulumi_with_real_azure_credentials_in_the_environment(tmp_path: Path) -> None:
    refused = Project.written(tmp_path, "").run("pulumi preview", ARM_CLIENT_ID="somebody")

    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("real Azure credentials are set (ARM_CLIENT_ID): ")


def test_engine_command_reports_a_missing_pulumi_cli_in_one_line_with_exit_code_127(tmp_path: Path) -> None:
    refused = Project.written(tmp_path, "").run("pulumi preview", path="/nowhere")

    assert (refused.code, refused.out) == (127, "")
    assert refused.err.startswith("pulumi: not found on PATH; install the CLI")
    assert refused.err.count("\n") == 1


def test_engine_command_line_without_a_command_exits_with_2(tmp_path: Path) -> None:
    refused = Project.written(tmp_path, "").run("")

    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("no command is given; ")


def test_engine_command_in_a_folder_without_pulumi_yaml_exits_with_2(tmp_path: Path) -> None:
    project = Project.written(tmp_path, "")
    (tmp_path / "Pulumi.yaml").unlink()

    refused = project.run("pulumi preview")

    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"error: no Pulumi.yaml here: neither {tmp_path} nor a folder above")


@needs_cli
def test_hexadecimal_key_in_network_yaml_is_refused_by_pulumi_preview_and_by_local_preview(tmp_path: Path) -> None:
    project = Project.of_fabrikam(tmp_path)
    written, key = yaml.safe_load((tmp_path / "network.yaml").read_text()), bytes(range(100, 116)).hex()
    written["agents"]["report"]["environment"] = {"AZURE_OPENAI_KEY": key}
    (tmp_path / "network.yaml").write_text(to_yaml(written))
    python = f"{sys.executable} -m agent_network"

    outcomes = [
        project.run(line)
        for line in ("pulumi preview --stack dev --non-interactive", f"{python} preview", f"{python} up")
    ]

    for refused in outcomes:
        assert refused.code != 0
        assert "agents.report.environment.AZURE_OPENAI_KEY: the value looks like a key" in refused.out + refused.err
        assert key not in refused.out + refused.err


@needs_cli
def test_pulumi_destroy_keeps_the_existing_log_workspace_that_a_diagnostic_setting_sends_to(tmp_path: Path) -> None:
    project = Project.written(tmp_path, LOGS_ELSEWHERE % AUDIT)

    project.pulumi("up --yes --skip-preview")
    project.pulumi("preview --expect-no-changes")
    (setting,) = [one for one in project.world.resources.values() if one.token.endswith(":DiagnosticSetting")]
    project.pulumi("destroy --yes --skip-preview")

    assert setting.inputs["workspaceId"] == AUDIT
    assert {one.id for one in project.world.resources.values()} == {AUDIT}

"""Tests that a release refuses settings that change what the engine does and that no plan has."""

from pathlib import Path

import pytest

from release.engine.overrides import engine_overrides
from release.engine.stack import EngineStack
from release.errors import ReleaseError


def refused(root: Path, **variables: str) -> list[str]:
    return [each.partition(" ")[0].partition(":")[0] for each in engine_overrides(root, "dev", variables)]


@pytest.mark.parametrize(
    "name",
    [
        "PULUMI_OPTION_POLICY_PACK",
        "PULUMI_OPTION_POLICY_PACK_CONFIG",
        "PULUMI_OPTION_TARGET",
        "PULUMI_OPTION_CONFIG_FILE",
        "PULUMI_OPTION_CONFIG",
        "PULUMI_OPTION_CWD",
        "PULUMI_OPTION_CONTINUE_ON_ERROR",
        "PULUMI_DEBUG_PROVIDERS",
        "PULUMI_DEBUG_LANGUAGES",
        "PULUMI_CONTINUE_ON_ERROR",
        "PULUMI_SKIP_CHECKPOINTS",
        "PULUMI_PYTHON_CMD",
        "PULUMI_CLOUD_SECRET_OVERRIDE",
        "PULUMI_DISABLE_POLICY",
        "PULUMI_OF_A_LATER_VERSION",
    ],
)
def test_variable_of_the_pulumi_cli_that_no_plan_has_is_refused_by_name(name: str, tmp_path: Path) -> None:
    assert refused(tmp_path, **{name: "x", "PATH": "/bin"}) == [name]
    assert refused(tmp_path, **{name: ""}) == []


def test_stack_is_not_selected_with_such_variables_and_all_are_named(tmp_path: Path) -> None:
    variables = {"PULUMI_OPTION_TARGET": "x", "PULUMI_DEBUG_PROVIDERS": "azure-native:1"}

    with pytest.raises(ReleaseError) as error:
        EngineStack(tmp_path, "dev", variables)

    assert [name in str(error.value) for name in variables] == [True, True]


def test_variables_of_a_pipeline_are_accepted(tmp_path: Path) -> None:
    pipeline = {"PULUMI_CONFIG_PASSPHRASE": "x", "PULUMI_CI_BUILD_ID": "7", "PULUMI_PARALLEL": "4"}

    assert refused(tmp_path, **pipeline) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Pulumi.yaml", "name: x\nplugins: {analyzers: [{name: policy-python, path: other}]}\n"),
        ("Pulumi.yml", "plugins:\n  providers:\n  - {name: azure-native, path: other}\n"),
        ("Pulumi.json", '{"name": "x", "plugins": {"languages": []}}'),
        ("Pulumi.dev.yaml", "environment: [shared]\nconfig: {}\n"),
    ],
)
def test_programs_and_values_from_elsewhere_in_a_file_of_pulumi_are_refused(
    name: str, text: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)

    assert refused(tmp_path) == [name]


def test_settings_of_another_stack_and_a_policy_pack_in_the_project_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text("environment: [shared]\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {a:environment: dev, a:plugins: x}\n")
    (tmp_path / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (tmp_path / "Pulumi.yaml").write_text("not: [yaml\n")

    assert refused(tmp_path) == []

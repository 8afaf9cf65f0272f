"""Tests that a release refuses keys of Pulumi's files that change what the engine does and that no plan binds."""

from pathlib import Path

import pytest

from release.engine.overrides import engine_overrides
from release.engine.stack import EngineStack
from release.errors import ReleaseError


def refused(root: Path) -> list[str]:
    return [each.partition(":")[0] for each in engine_overrides(root, "dev")]


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
    with pytest.raises(ReleaseError, match=name):
        EngineStack(tmp_path, "dev")


def test_settings_of_another_stack_and_a_policy_pack_in_the_project_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text("environment: [shared]\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {a:environment: dev, a:plugins: x}\n")
    (tmp_path / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (tmp_path / "Pulumi.yaml").write_text("not: [yaml\n")

    assert refused(tmp_path) == []

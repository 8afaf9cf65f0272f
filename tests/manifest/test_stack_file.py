"""Configuration read from project and stack files without the engine."""

from pathlib import Path

import pytest

from manifest.stack_file import StackFileError, config_getter, read_project, stack_config


def written(root: Path, project: str, stack: str) -> Path:
    (root / "Pulumi.yaml").write_text(project)
    (root / "Pulumi.dev.yaml").write_text(stack)
    return root


def test_stack_file_values_override_default_values_in_pulumi_yaml(tmp_path: Path) -> None:
    project = "name: tiny\nconfig:\n  size: {default: 1}\n  tiny:zone: {value: a}\n"
    root = written(tmp_path, project, "config:\n  tiny:size: 2\n  other:key: x\n  tiny:list: [1, 2]\n")

    values = stack_config(root, "dev", read_project(root))

    assert values == {"tiny:size": "2", "tiny:zone": "a", "other:key": "x", "tiny:list": "[1, 2]"}
    get = config_getter(root, "dev")
    assert [get(name) for name in ("size", "zone", "list", "key")] == ["2", "a", "[1, 2]", None]


@pytest.mark.parametrize("file", ["Pulumi.yaml", "Pulumi.dev.yaml"])
def test_encrypted_configuration_value_is_refused_without_showing_it(tmp_path: Path, file: str) -> None:
    root = written(tmp_path, "name: tiny\n", "")
    with (root / file).open("a") as opened:
        opened.write("config:\n  tiny:key: {secure: hidden}\n")

    with pytest.raises(StackFileError, match=rf"{file} config.tiny:key: is a secret") as refused:
        config_getter(root, "dev")("key")
    with pytest.raises(StackFileError, match=rf"{file} config.tiny:key: is a secret"):
        stack_config(root, "dev", read_project(root))
    assert "hidden" not in str(refused.value)

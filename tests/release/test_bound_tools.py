"""Tests of the tools that a plan binds: plugins where the Pulumi CLI finds them, and the packages of the program."""

from pathlib import Path

from release.inputs.tools import tool_versions


def test_plugin_next_to_the_cli_is_bound_by_content_also_behind_a_link_on_path(tmp_path: Path) -> None:
    home, on_path = tmp_path / "home", tmp_path / "bin"
    for folder in (home, on_path):
        folder.mkdir()
    cli = home / "pulumi"
    cli.touch(mode=0o755)
    (on_path / "pulumi").symlink_to(cli)
    plugin = home / "pulumi-analyzer-policy-python"
    plugin.write_text("one")
    environment = {"PATH": str(on_path), "PULUMI_HOME": str(tmp_path / "nothing")}

    before = tool_versions(tmp_path, environment)
    plugin.write_text("another")
    now = tool_versions(tmp_path, environment)

    assert {name for name in now if before.get(name) != now[name]} == {f"plugin home/{plugin.name}"}


def test_packages_in_the_virtual_environment_of_the_program_are_bound_by_version(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("runtime: {name: python, options: {virtualenv: venv}}\n")
    info = tmp_path / "venv/lib/python3.12/site-packages/pulumi_azure_native-3.30.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pulumi_azure_native\nVersion: 3.30.0\n")

    found = tool_versions(tmp_path, {"PATH": "", "PULUMI_HOME": str(tmp_path)})

    assert found["package pulumi_azure_native of the program"] == "3.30.0"
    assert found["package pulumi_azure_native"] != "3.30.0"

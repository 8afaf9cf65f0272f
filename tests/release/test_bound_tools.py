"""Test of the tools that a plan binds: plugins where the Pulumi CLI finds them."""

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

    before = tool_versions(environment)
    plugin.write_text("another")
    now = tool_versions(environment)

    assert {name for name in now if before.get(name) != now[name]} == {f"plugin home/{plugin.name}"}

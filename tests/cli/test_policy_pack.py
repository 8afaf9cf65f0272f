"""Tests of `agent-network policy-pack`: the folder of the Pulumi policy pack."""

from pathlib import Path

import pytest
import yaml

from cli import policy_pack
from cli.main import run

PACK = Path(__file__).parents[2] / "policies"


def test_policy_pack_command_in_a_checkout_prints_its_policies_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy-pack"]) == 0
    assert capsys.readouterr().out == f"{PACK}\n"


def test_policy_pack_command_of_an_installed_package_writes_a_pack_that_names_its_virtual_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(policy_pack.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    monkeypatch.setattr(policy_pack.start, "__name__", "agent_network.policies.start")
    monkeypatch.setattr(policy_pack.sys, "prefix", "/opt/an environment: with {odd} characters")

    assert run(["policy-pack"]) == 0

    folder = Path(capsys.readouterr().out.removesuffix("\n"))
    assert folder.is_relative_to(tmp_path / "cache")
    described = yaml.safe_load((folder / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    checkout = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    assert described["runtime"]["options"].pop("virtualenv") == policy_pack.sys.prefix
    assert checkout["runtime"]["options"].pop("virtualenv") == "../.venv"
    assert described == checkout
    assert "from agent_network.policies.start import start\n" in (folder / "__main__.py").read_text(encoding="utf-8")


def test_policy_pack_command_restores_a_changed_file_of_the_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(policy_pack.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path))
    monkeypatch.setattr(policy_pack.start, "__name__", "agent_network.policies.start")
    run(["policy-pack"])
    program = Path(capsys.readouterr().out.removesuffix("\n")) / "__main__.py"
    written = program.read_text(encoding="utf-8")
    program.write_text("import other\n", encoding="utf-8")

    run(["policy-pack"])

    assert program.read_text(encoding="utf-8") == written

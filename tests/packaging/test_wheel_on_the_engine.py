"""Tests a new project on the real Pulumi engine with the installed package and its policy pack."""

import os
from pathlib import Path

import pytest

from localazure.ambient_credentials import VARIABLES
from tests.engine.projects import REASON, cli_is_here
from tests.packaging.conftest import Installation

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)


def test_new_project_previews_with_the_policy_pack_on_the_pulumi_engine(
    installation: Installation, tmp_path: Path
) -> None:
    outside = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    caches = dict.fromkeys(("XDG_CACHE_HOME", "LOCALAPPDATA"), str(tmp_path / "cache"))
    variables = outside | caches | {"HOME": str(tmp_path / "home"), "NO_COLOR": "1"}
    folder = tmp_path / "contoso"
    assert installation.run(["agent-network", "init", "contoso"], tmp_path, variables).returncode == 0
    pack = installation.run(["agent-network", "policy-pack"], folder, variables).stdout.strip()

    command = ["agent-network", "engine", "--", "pulumi", "preview", "--non-interactive", "--policy-pack", pack]
    done = installation.run(command, folder, variables)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "to create" in done.stdout
    assert "✅ agent-network" in done.stdout

"""Tests that the example of the how-to for testing agents runs, and that the page names what is served."""

import re
from pathlib import Path

import pytest

from localazure.endpoints import serve
from tests.fabrikam import REPOSITORY
from tests.localazure.endpoints.deployed_network import ENVIRONMENT, NETWORK
from tests.network.deploying import deploy, described

PAGE = (REPOSITORY / "docs/howto/test-agents-on-local-azure.md").read_text("utf-8")
(EXAMPLE,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_example_of_the_how_to_for_testing_agents_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = deploy(*described(NETWORK, ENVIRONMENT, "dev")).world
    (tmp_path / ".localazure").mkdir()
    world.save(tmp_path / ".localazure" / "dev.json")
    monkeypatch.chdir(tmp_path)
    for variable in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(variable, "")

    # In a checkout, the packages are in the root.
    exec(compile(EXAMPLE.replace("agent_network.localazure", "localazure"), "how-to", "exec"), {})  # noqa: S102


def test_how_to_for_testing_agents_names_every_host_that_local_azure_serves() -> None:
    world = deploy(*described(NETWORK, ENVIRONMENT, "dev")).world
    with serve(world) as azure:
        assert [host for host in azure.hosts if f"`{host}`" not in PAGE] == []

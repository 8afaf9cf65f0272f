"""Tests that nothing in an agent's process keeps a user's token after the user's request."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.localazure.endpoints.sample_tenant import SampleTenant, sample_tenant
from tests.runtime.token_agents import runtime_variable

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Generator[SampleTenant]:
    with sample_tenant() as found:
        for name, value in found.endpoints.container("ingestion").environment.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.mark.parametrize("kind", ["task", "thread"])
def test_no_object_holds_a_users_token_after_the_request(tenant: SampleTenant, kind: str) -> None:
    """The process of an agent alone: the endpoints, and with them the web server's buffers, are in this process."""
    environment = {
        **os.environ,
        **tenant.endpoints.environment,
        "AGENT_NETWORK_RUNTIME": runtime_variable(tenant),
        "PYTHONPATH": os.pathsep.join(("agents/runtime", ".")),
    }
    arguments = ("-m", "tests.runtime.request_memory", kind, str(tenant.endpoints.port), str(tenant.endpoints.ca_file))
    done = subprocess.run(  # noqa: S603 - this interpreter
        (sys.executable, *arguments),
        input=tenant.sign_in(),
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=ROOT,
        timeout=60,
    )
    assert not done.returncode, done.stderr
    during, after, left = json.loads(done.stdout)

    assert "agent_network_runtime.secret.Secret" in during
    assert (after, left) == ([], 0)

"""Tests that nothing in an agent's process keeps a user's token after the user's request."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
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


@contextmanager
def agent_process(tenant: SampleTenant, kind: str) -> Generator[subprocess.Popen[str]]:
    """Run the process of an agent alone: the endpoints, and with them their buffers, are in this process."""
    environment = {
        **os.environ,
        **tenant.endpoints.environment,
        "AGENT_NETWORK_RUNTIME": runtime_variable(tenant),
        "PYTHONPATH": os.pathsep.join(("agents/runtime", ".")),
    }
    arguments = ("-m", "tests.runtime.request_memory", kind, str(tenant.endpoints.port), str(tenant.endpoints.ca_file))
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - this interpreter
        (sys.executable, *arguments), stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment, cwd=ROOT
    ) as process:
        yield process


def found_in(process: subprocess.Popen[str], text: str = "") -> tuple[list[str], list[str], int]:
    """Return the holders of users' tokens before and after the end of the request, and the library's own."""
    out, errors = process.communicate(text, timeout=60)
    assert not process.returncode, errors
    before, after, left = json.loads(out)
    return before, after, left


@pytest.mark.parametrize("kind", ["task", "thread"])
def test_no_object_holds_a_users_token_after_the_request(tenant: SampleTenant, kind: str) -> None:
    with agent_process(tenant, kind) as process:
        during, after, left = found_in(process, tenant.sign_in())

    assert "agent_network_runtime.secret.Secret" in during
    assert (after, left) == ([], 0)


def test_web_server_alone_holds_the_header_of_a_request_and_only_until_it_has_answered(tenant: SampleTenant) -> None:
    """The library's objects hold nothing once its block has ended; what is left is uvicorn's list of headers."""
    with agent_process(tenant, "web") as process:
        assert process.stdout is not None
        connection = http.client.HTTPConnection("127.0.0.1", int(process.stdout.readline()))
        connection.request("POST", "/", headers={"Authorization": f"Bearer {tenant.sign_in()}"})
        assert connection.getresponse().status == 200
        connection.close()
        before, after, left = found_in(process)

    assert before == ["builtins.list"]
    assert (after, left) == ([], 0)

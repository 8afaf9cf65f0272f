"""Tests of the code in the how-to for waiting for new access, on the pipeline of azure-core and a fake transport."""

import re
from typing import Any

import pytest
from azure.core.pipeline import Pipeline
from azure.core.pipeline.policies import RetryPolicy
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest

from tests.fabrikam import REPOSITORY

PAGE = (REPOSITORY / "docs/howto/wait-for-new-access.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
LATEST = 10 * 60
"""Seconds after which a new role assignment has an effect: "Troubleshoot Azure RBAC", Microsoft Learn, 2026."""


def defined_in_how_to(name: str) -> Any:  # noqa: ANN401 - a class or a function of the page
    """Run the code block of the how-to that defines a name, and return what it defines."""
    (block,) = (each for each in BLOCKS if f"class {name}" in each or f"def {name}" in each)
    space: dict[str, Any] = {}
    exec(block, space)  # noqa: S102 - the page's own code is under test
    return space[name]


class Response:
    """HTTP response with a status and nothing else."""

    def __init__(self, status: int) -> None:
        self.status_code = status
        self.headers: dict[str, str] = {}


class Transport(HttpTransport[HttpRequest, Response]):
    """Fake transport that refuses every request until some time has passed on its own clock."""

    def __init__(self, refusal: int, until: float) -> None:
        self.refusal, self.until = refusal, until
        self.slept, self.sent = 0.0, list[str]()

    def send(self, request: HttpRequest, **_: object) -> Response:
        self.sent.append(request.method)
        return Response(self.refusal if self.slept < self.until else 200)

    def sleep(self, duration: float) -> None:
        self.slept += duration

    def open(self) -> None: ...

    def close(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def status_of(method: str, transport: Transport, policy: RetryPolicy[Any, Any]) -> int:
    """Send one request through azure-core's own pipeline, and return the status of the last response."""
    pipeline = Pipeline(transport, [policy])
    return pipeline.run(HttpRequest(method, "https://contoso.vault.azure.net/")).http_response.status_code


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "PATCH", "DELETE"])
def test_retry_policy_of_the_how_to_repeats_refused_requests_until_a_new_grant_has_an_effect(method: str) -> None:
    transport = Transport(403, LATEST)

    assert status_of(method, transport, defined_in_how_to("AccessRetry")()) == 200
    assert status_of(method, Transport(403, LATEST), RetryPolicy()) == 403, "the SDK alone repeats no refusal"


def test_retry_policy_of_the_how_to_returns_the_refusal_in_the_end() -> None:
    transport = Transport(403, float("inf"))

    assert status_of("GET", transport, defined_in_how_to("AccessRetry")()) == 403
    assert LATEST < transport.slept < 2 * LATEST


@pytest.mark.parametrize(("status", "sent"), [(404, 1), (409, 1), (200, 1)])
def test_retry_policy_of_the_how_to_repeats_no_other_answer(status: int, sent: int) -> None:
    transport = Transport(status, float("inf"))

    assert status_of("GET", transport, defined_in_how_to("AccessRetry")()) == status
    assert len(transport.sent) == sent


class Clock:
    """Stand-in for the module `time` in which a pause takes no time."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class RefusedError(Exception):
    """Error of a client, with the status of the response."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status_code = status


@pytest.mark.parametrize(("status", "until"), [(403, LATEST), (401, LATEST)])
def test_wait_of_the_how_to_ends_with_the_first_request_that_is_not_refused(status: int, until: float) -> None:
    wait, clock = defined_in_how_to("wait_for_access"), Clock()
    wait.__globals__["time"] = clock

    def request() -> None:
        if clock.now < until:
            raise RefusedError(status)

    wait(request)

    assert until <= clock.now < until + 60


@pytest.mark.parametrize(("status", "waited"), [(403, True), (404, False)])
def test_wait_of_the_how_to_raises_other_errors_at_once_and_a_refusal_after_some_time(
    status: int,
    waited: bool,  # noqa: FBT001 - of the table
) -> None:
    wait, clock = defined_in_how_to("wait_for_access"), Clock()
    wait.__globals__["time"] = clock

    def request() -> None:
        raise RefusedError(status)

    with pytest.raises(RefusedError):
        wait(request)
    assert (clock.now > LATEST) is waited

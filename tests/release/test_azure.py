"""Tests of the reconciler's Azure client: retries, waiting, pages, and the hosts that tokens are sent to."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from access.model.errors import UnreadableSource
from access.readers.http_client import Reply, Service
from release.errors import ReleaseError
from release.foundry.azure import Azure

ASSIGNMENT = "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/one"
MADE = {"properties": {"principalId": "Who", "roleDefinitionId": "r"}}
Answers = Callable[[str, str, Mapping[str, Any] | None], Reply]


class Signed:
    """Credential of a signed-in person."""

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        return AccessToken(" ".join(scopes), 4_102_444_800)


class Waiting:
    """Wait function that returns at once and sums the seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, seconds: float) -> None:
        self.seconds += seconds


def answering(monkeypatch: pytest.MonkeyPatch, *replies: tuple[str, Reply]) -> list[str]:
    """Let Azure answer requests with the given replies in turn, and return the list of requests."""
    left, requests = list(replies), list[str]()

    def send(_service: Service, method: str, url: str, _body: object = None) -> Reply:
        requests.append(f"{method} {url}")
        expected, reply = left.pop(0)
        assert method == expected
        return reply

    monkeypatch.setattr(Service, "send", send)
    return requests


def refused(code: str, status: int = 400) -> Reply:
    return Reply(status, {"error": {"code": code, "message": "no"}})


GONE = refused("ResourceNotFound", 404)


@pytest.mark.parametrize("code", ["PrincipalNotFound", "PreconditionFailed", "Conflict"])
def test_reconcile_client_retries_a_role_assignment_that_azure_refuses_temporarily(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    wait = Waiting()
    answering(
        monkeypatch, ("PUT", refused(code)), ("PUT", refused(code)), ("PUT", Reply(201, {})), ("GET", Reply(200, MADE))
    )

    Azure(Signed(), wait=wait).put(ASSIGNMENT, MADE["properties"])

    assert wait.seconds > 0


@pytest.mark.parametrize(
    ("replies", "tried"),
    [
        ([Reply(201, {})], ["ServicePrincipal"]),
        ([refused("UnmatchedPrincipalType"), Reply(201, {})], ["ServicePrincipal", "AgentServicePrincipal"]),
        (
            [refused("UnmatchedPrincipalType"), refused("UnmatchedPrincipalType"), Reply(201, {})],
            ["ServicePrincipal", "AgentServicePrincipal", "AgentUser"],
        ),
    ],
    ids=["first", "second", "third"],
)
def test_reconcile_client_creates_a_role_assignment_with_the_principal_type_that_azure_accepts(
    monkeypatch: pytest.MonkeyPatch, replies: list[Reply], tried: list[str]
) -> None:
    sent: list[str] = []
    left = [*replies, Reply(200, MADE)]

    def send(_service: Service, method: str, _url: str, body: Mapping[str, Any] | None = None) -> Reply:
        if method == "PUT" and body is not None:
            sent.append(body["properties"]["principalType"])
        return left.pop(0)

    monkeypatch.setattr(Service, "send", send)

    Azure(Signed(), wait=Waiting()).put(ASSIGNMENT, {**MADE["properties"], "principalType": "ServicePrincipal"})

    assert (sent, left) == (tried, [])


@pytest.mark.parametrize(
    ("code", "given", "requests", "words"),
    [
        (
            "UnmatchedPrincipalType",
            {"principalType": "ServicePrincipal"},
            3,
            "set 'agent_principal_type' in the stack file",
        ),
        ("UnmatchedPrincipalType", {"principalType": "Group"}, 1, "set 'agent_principal_type' in the stack file"),
        ("UnmatchedPrincipalType", {}, 1, "set 'agent_principal_type' in the stack file"),
        (
            "PrincipalTypeNotSupported",
            {"principalType": "ServicePrincipal"},
            1,
            "created before 2026-04-11; create the",
        ),
    ],
)
def test_reconcile_client_explains_a_principal_type_that_azure_refuses(
    monkeypatch: pytest.MonkeyPatch, code: str, given: dict[str, str], requests: int, words: str
) -> None:
    sent = answering(monkeypatch, *[("PUT", refused(code))] * requests)

    with pytest.raises(ReleaseError, match=re.escape(f"({code}: no); ") + ".*" + re.escape(words)):
        Azure(Signed(), wait=Waiting()).put(ASSIGNMENT, {**MADE["properties"], **given})

    assert len(sent) == requests


def test_reconcile_client_reports_azures_error_code_and_message_of_a_refused_role_assignment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering(monkeypatch, ("PUT", refused("AuthorizationFailed", 403)))

    with pytest.raises(
        ReleaseError, match=r"cannot be created in Azure: Azure responded with 403 \(AuthorizationFailed: no\)"
    ):
        Azure(Signed(), wait=Waiting()).put(ASSIGNMENT, MADE["properties"])


def test_reconcile_client_waits_until_azure_returns_the_role_assignment_with_the_right_principal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = {"properties": {"principalId": "somebody else"}}
    answering(
        monkeypatch,
        ("PUT", Reply(202, None)),
        ("GET", GONE),
        ("GET", Reply(200, other)),
        ("GET", Reply(200, {"properties": {"principalId": "who"}})),
    )

    Azure(Signed(), wait=Waiting()).put(ASSIGNMENT, MADE["properties"])


def test_reconcile_client_gives_up_waiting_for_a_role_assignment_within_ten_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wait = Waiting()
    answering(monkeypatch, ("PUT", Reply(202, None)), *[("GET", GONE)] * 100)

    with pytest.raises(ReleaseError, match="Azure does not return it yet; run this command again"):
        Azure(Signed(), wait=wait).put(ASSIGNMENT, MADE["properties"])

    assert 0 < wait.seconds <= 600


@pytest.mark.parametrize("first", [Reply(200, {}), Reply(204, None), GONE], ids=["existing", "no content", "not found"])
def test_reconcile_client_deletes_a_role_assignment_without_error_even_if_it_is_already_gone(
    monkeypatch: pytest.MonkeyPatch, first: Reply
) -> None:
    answering(monkeypatch, ("DELETE", first), ("GET", GONE))

    Azure(Signed(), wait=Waiting()).delete(ASSIGNMENT)


def test_reconcile_client_follows_next_page_links_but_refuses_one_to_another_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    more = "https://management.azure.com/subscriptions/s/more"
    requests = answering(
        monkeypatch,
        ("GET", Reply(200, {"value": [{"id": "1"}], "nextLink": more})),
        ("GET", Reply(200, {"value": [{"id": "2"}], "nextLink": "https://example.org/more"})),
    )
    path = "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments"

    rows = Azure(Signed()).list(path, filter="principalId eq 'who'")

    assert [next(rows)["id"], next(rows)["id"]] == ["1", "2"]
    with pytest.raises(ReleaseError, match="the next page of the list is at another host"):
        next(rows)
    assert "%24filter=principalId%20eq%20%27who%27" in requests[0]
    assert requests[1] == f"GET {more}"


def test_reconcile_client_reports_an_unreachable_azure_as_release_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> Reply:
        raise UnreadableSource("Azure", "cannot be reached")

    monkeypatch.setattr(Service, "send", nobody)

    with pytest.raises(ReleaseError, match="cannot be reached"):
        next(Azure(Signed()).list("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments"))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/api/projects/p/agents/a",
        "http://p.services.ai.azure.com/agents/a",
        "https://management.azure.com.example.org/x",
    ],
)
def test_reconcile_client_refuses_urls_outside_azure_without_sending_a_request(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    requests = answering(monkeypatch)

    with pytest.raises(RuntimeError, match=re.escape(url)):
        Azure(Signed()).send_get_request(url, "https://ai.azure.com/.default")

    assert requests == []


def test_reconcile_client_uses_a_separate_token_audience_for_foundry_and_resource_manager(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[tuple[str, str]] = []
    init = Service.__init__

    def noted(service: Service, origin: str, audience: str, credential: Signed, called: str) -> None:
        made.append((origin, audience))
        init(service, origin, audience, credential, called)

    monkeypatch.setattr(Service, "__init__", noted)
    answering(monkeypatch, *[("GET", Reply(200, {}))] * 2)
    azure = Azure(Signed())

    azure.send_get_request(
        "https://a.services.ai.azure.com/api/projects/p/agents/x?api-version=v1", "https://ai.azure.com/.default"
    )
    azure.send_get_request("https://management.azure.com/p?api-version=1", "https://management.azure.com/.default")

    assert made == [
        ("https://a.services.ai.azure.com", "https://ai.azure.com"),
        ("https://management.azure.com", "https://management.azure.com"),
    ]

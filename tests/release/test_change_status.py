"""Tests that the reconciler follows asynchronous changes, and repeats what replication refused, within a limit."""

import json
from collections.abc import Callable, Mapping

import pytest

from access.readers.http_client import Reply, Service
from localazure.arm.faults import VARIABLE
from release.errors import ReleaseError
from release.foundry.azure import Azure
from release.foundry.change_status import TIMEOUT
from tests.release.foundry_project import IN_COSMOS, Project, republish_compliance, with_more_access
from tests.release.test_azure import ASSIGNMENT, MADE, Signed, Waiting, refused

ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DocumentDB/databaseAccounts/a"
IN_ACCOUNT = f"{ACCOUNT}/sqlRoleAssignments/one"
STATUS = "https://management.azure.com/subscriptions/s/providers/Microsoft.DocumentDB/locations/w/operationsStatus/1"
RESULT = f"{IN_ACCOUNT}/operationResults/1"
NOT_FOUND = Reply(
    200,
    {
        "status": "Failed",
        "error": {
            "code": "BadRequest",
            "message": "The provided principal ID [who] was not found in the AAD tenant(s) [t]",
        },
    },
)
RUNNING = Reply(200, {"status": "InProgress"}, {"retry-after": "7"})
DONE = Reply(200, {"status": "Succeeded"})
ACCEPTED = Reply(202, None, {"azure-asyncoperation": STATUS})
BY_RESULT = Reply(202, None, {"location": f"https://management.azure.com{RESULT}"})
THERE = Reply(200, MADE)
GONE = refused("NotFound", 404)


def scripted(monkeypatch: pytest.MonkeyPatch, *replies: Reply) -> list[str]:
    """Let Azure answer with the given replies in turn; return the list of requests, each with its path."""
    left, requests = list(replies), list[str]()

    def send(_service: Service, method: str, url: str, _body: Mapping[str, object] | None = None) -> Reply:
        requests.append(f"{method} {url.partition('management.azure.com')[2].partition('?')[0]}")
        return left.pop(0) if len(left) > 1 else left[0]

    monkeypatch.setattr(Service, "send", send)
    return requests


def put(wait: Waiting, report: Callable[[str], None] = lambda _: None) -> None:
    Azure(Signed(), wait=wait, report=report).put(IN_ACCOUNT, MADE["properties"])


def test_reconcile_client_repeats_an_accepted_assignment_whose_principal_is_not_found_by_its_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wait, reports = Waiting(), list[str]()
    requests = scripted(monkeypatch, ACCEPTED, RUNNING, NOT_FOUND, ACCEPTED, NOT_FOUND, ACCEPTED, DONE, THERE)

    put(wait, reports.append)

    status = f"GET {STATUS.partition('.com')[2]}"
    sent = f"PUT {IN_ACCOUNT}"
    assert requests == [sent, status, status, sent, status, sent, status, f"GET {IN_ACCOUNT}"]
    assert wait.seconds >= 7
    assert [f"role assignment {IN_ACCOUNT} yet (BadRequest)" in one for one in reports] == [True, True]


@pytest.mark.parametrize("accepted", [ACCEPTED, BY_RESULT])
def test_reconcile_client_gives_up_on_a_principal_that_azure_never_finds_within_a_limit(
    monkeypatch: pytest.MonkeyPatch, accepted: Reply
) -> None:
    wait = Waiting()
    late = NOT_FOUND if accepted is ACCEPTED else Reply(400, NOT_FOUND.body)

    def send(_service: Service, method: str, _url: str, _body: Mapping[str, object] | None = None) -> Reply:
        return accepted if method == "PUT" else late

    monkeypatch.setattr(Service, "send", send)
    with pytest.raises(ReleaseError, match=r"cannot be created in Azure: .* was not found in the AAD tenant\(s\)"):
        put(wait)

    assert TIMEOUT <= wait.seconds <= TIMEOUT + 10


@pytest.mark.parametrize("state", ["Failed", "Canceled"])
def test_reconcile_client_reports_the_reason_in_the_status_of_a_refused_change_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    failed = Reply(200, {"status": state, "error": {"code": "BadRequest", "message": "the scope is wrong"}})
    requests = scripted(monkeypatch, ACCEPTED, failed)

    with pytest.raises(ReleaseError, match=r"cannot be created in Azure: .*\(BadRequest: the scope is wrong\)"):
        put(Waiting())

    assert len(requests) == 2


def test_reconcile_client_follows_the_location_of_a_change_until_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = scripted(monkeypatch, BY_RESULT, Reply(202, None), Reply(204, None), THERE)

    put(Waiting())

    assert [one.partition(" ")[2] for one in requests] == [IN_ACCOUNT, RESULT, RESULT, IN_ACCOUNT]


@pytest.mark.parametrize("unreadable", [refused("AuthorizationFailed", 403), refused("NotFound", 404)])
def test_reconcile_client_looks_for_the_assignment_if_it_may_not_read_the_status_of_the_change(
    monkeypatch: pytest.MonkeyPatch, unreadable: Reply
) -> None:
    requests = scripted(monkeypatch, ACCEPTED, unreadable, GONE, THERE)

    put(Waiting())

    assert len(requests) == 4


def test_reconcile_client_sends_no_request_to_a_status_url_at_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = Reply(202, None, {"azure-asyncoperation": "https://example.org/status"})
    requests = scripted(monkeypatch, elsewhere, THERE)

    put(Waiting())

    assert requests == [f"PUT {IN_ACCOUNT}", f"GET {IN_ACCOUNT}"]


def test_reconcile_client_stops_reading_a_status_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    wait = Waiting()
    endless = Reply(200, {"status": "InProgress"}, {"retry-after": "0"})
    requests = scripted(monkeypatch, ACCEPTED, *[endless] * 1000, endless)

    with pytest.raises(ReleaseError):
        put(wait)

    assert len(requests) < 1000


def test_reconcile_client_follows_the_deletion_of_an_assignment(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = scripted(monkeypatch, ACCEPTED, RUNNING, DONE, GONE)

    Azure(Signed(), wait=Waiting()).delete(IN_ACCOUNT)

    assert [one.partition(" ")[0] for one in requests] == ["DELETE", "GET", "GET", "GET"]


def test_role_assignment_of_azure_rbac_needs_no_status(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = scripted(monkeypatch, Reply(201, MADE, {"retry-after": "x"}), THERE)

    Azure(Signed(), wait=Waiting()).put(ASSIGNMENT, MADE["properties"])

    assert len(requests) == 2


def test_reconcile_moves_roles_in_cosmos_to_an_identity_that_is_found_only_later(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.edit("network.yaml", with_more_access)
    project.up()
    before = project.held()
    assert any(one.token == IN_COSMOS for one in project.world.resources.values())
    project.outside_the_program(republish_compliance)
    monkeypatch.setenv(VARIABLE, json.dumps({"principalReplication": 2}))
    monkeypatch.setattr("release.foundry.azure.PAUSE", 0.0)

    code, printed = project.reconcile("--apply")

    assert (code, printed.count("Azure does not accept role assignment")) == (0, 2), capsys.readouterr()
    monkeypatch.delenv(VARIABLE)
    assert project.held() == before
    assert project.up() == []

"""Tests of the on-behalf-of exchange without input and output: requests, meanings of responses, waits."""

import json
import logging
import traceback
from email.utils import formatdate
from itertools import repeat

import pytest
from agent_network_runtime.errors import (
    ClaimsChallengeError,
    ConfigurationError,
    ConsentRequiredError,
    CredentialRefusedError,
    ForbiddenError,
    InvalidTokenError,
    RuntimeLibraryError,
    TemporaryError,
)
from agent_network_runtime.exchange import NoResponse, Post, Response

from tests.runtime.wire import (
    AGENT,
    GRAPH,
    PROOF,
    START,
    TENANT,
    USER_TOKEN,
    Time,
    Wire,
    answer,
    form,
    incoming,
    issued,
    refused,
    rules,
    token_request,
)

CLAIMS = {"access_token": {"capolids": {"essential": True, "values": ["40000000-0000-0000-0000-000000000001"]}}}
CAPABILITY = {"access_token": {"xms_cc": {"values": ["cp1"]}}}


def test_exchange_sends_one_request_with_exactly_the_declared_scopes() -> None:
    wire = Wire()
    wire.run([issued()], token_request(None, f"{GRAPH}/User.Read", f"{GRAPH}/Mail.Read"))

    (post,) = wire.posts
    assert post.url == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    assert form(post) == {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "client_id": AGENT,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": PROOF,
        "assertion": f"{USER_TOKEN}anna",
        "requested_token_use": "on_behalf_of",
        "scope": f"{GRAPH}/Mail.Read {GRAPH}/User.Read",
    }


@pytest.mark.parametrize(
    ("continuous", "claims", "sent"),
    [
        (True, "", CAPABILITY),
        (False, json.dumps(CLAIMS), CLAIMS),
        (True, json.dumps(CLAIMS), {"access_token": CLAIMS["access_token"] | CAPABILITY["access_token"]}),
        (True, '{"access_token": 1}', CAPABILITY),
    ],
)
def test_claims_of_a_challenge_and_the_client_capability_are_sent_together(
    *, continuous: bool, claims: str, sent: object
) -> None:
    wire = Wire()
    wire.run([issued()], token_request(continuous=continuous, claims=claims))

    assert json.loads(form(wire.posts[0])["claims"]) == sent


@pytest.mark.parametrize(("life", "end"), [(600, 600), ("600", 600), (90_000, 3600)])
def test_token_ends_at_its_own_end_or_with_the_users_token(life: object, end: float) -> None:
    granted = Wire().run([issued(life=life)])

    assert (granted.token.reveal(), granted.expires_on) == ("issued", START + end)


@pytest.mark.parametrize(
    "response",
    [
        answer(200, b"<html>"),
        answer(200, []),
        issued(token_type="pop"),  # noqa: S106 - the kind of token
        issued(access_token=None),
        issued(access_token=""),
        issued(life="soon"),
        issued(life=True),
        issued(life=-1),
        issued(life=None),
        issued(life=float("inf")),
    ],
)
def test_response_that_is_not_a_bearer_token_is_temporary(response: Response) -> None:
    wire = Wire()
    with pytest.raises(TemporaryError, match="response is not a token"):
        wire.run(repeat(response))

    assert len(wire.posts) == 4


OLD, FRESH, EXPIRING = {"age": 1800.0}, {}, {"life": 30.0}


@pytest.mark.parametrize(
    ("response", "user", "kind"),
    [
        (refused("interaction_required", "basic_action", json.dumps(CLAIMS)), FRESH, ClaimsChallengeError),
        (refused("interaction_required", claims=json.dumps(CLAIMS)), {"handles_claims": False}, ForbiddenError),
        (refused("invalid_grant", claims=json.dumps(CLAIMS)), OLD, ClaimsChallengeError),
        (refused("interaction_required", "message_only"), OLD, ForbiddenError),
        (refused("interaction_required", claims=CLAIMS), FRESH, ForbiddenError),
        (refused("interaction_required", claims="[]"), FRESH, ForbiddenError),
        (refused("invalid_grant", "consent_required"), OLD, ConsentRequiredError),
        (refused("consent_required", claims=json.dumps(CLAIMS)), FRESH, ConsentRequiredError),
        (refused("invalid_grant"), FRESH, ForbiddenError),
        (refused("invalid_grant"), OLD, InvalidTokenError),
        (refused("invalid_grant"), EXPIRING, InvalidTokenError),
        (refused("invalid_grant", "bad_token"), FRESH, InvalidTokenError),
        (refused("invalid_grant", "token_expired"), FRESH, InvalidTokenError),
        (refused("invalid_resource"), FRESH, ConfigurationError),
        (refused("invalid_scope"), FRESH, ConfigurationError),
        (refused("invalid_client", status=401), FRESH, CredentialRefusedError),
        (refused("invalid_request"), FRESH, CredentialRefusedError),
        (refused("unauthorized_client"), OLD, CredentialRefusedError),
        (refused("an_error_of_tomorrow"), FRESH, ConfigurationError),
        (refused("Not a word"), FRESH, ConfigurationError),
        (answer(400, {"error": {"code": 1}}), FRESH, ConfigurationError),
        (answer(403, b"<html>a proxy</html>"), FRESH, ConfigurationError),
        (answer(302, b""), FRESH, ConfigurationError),
    ],
)
def test_refusal_is_decided_by_error_suberror_and_claims(
    response: Response, user: dict[str, float | bool], kind: type[RuntimeLibraryError]
) -> None:
    wire = Wire()
    with pytest.raises(RuntimeLibraryError) as caught:
        wire.run([response], token_request(incoming(**user)))  # type: ignore[arg-type]

    assert type(caught.value) is kind
    assert len(wire.posts) == 1


@pytest.mark.parametrize("error", ["invalid_grant", "interaction_required", "invalid_client", "invalid_resource"])
@pytest.mark.parametrize("suberror", ["", "consent_required", "basic_action"])
def test_refusal_has_the_same_meaning_with_every_number_of_entra(error: str, suberror: str) -> None:
    found: set[type[RuntimeLibraryError]] = set()
    for code in (50013, 50076, 50105, 50173, 50196, 65001, 70021, 500011, 1):
        with pytest.raises(RuntimeLibraryError) as caught:
            Wire().run([refused(error, suberror, code=code)])
        found.add(type(caught.value))
        assert caught.value.trace.codes == (code,)

    assert len(found) == 1


def test_claims_challenge_of_the_token_endpoint_names_the_agents_tenant() -> None:
    with pytest.raises(ClaimsChallengeError) as caught:
        Wire().run([refused("interaction_required", claims=json.dumps(CLAIMS))])

    assert caught.value.claims == CLAIMS
    assert f'realm="{TENANT}"' in caught.value.headers["WWW-Authenticate"]


def test_users_token_that_has_expired_is_not_sent() -> None:
    wire = Wire()
    with pytest.raises(InvalidTokenError):
        wire.run([], token_request(incoming(life=0)))

    assert wire.posts == []


@pytest.mark.parametrize("header", ["2", formatdate(START + 2, usegmt=True)])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_waits_as_long_as_the_response_requests(status: int, header: str) -> None:
    wire = Wire()
    wire.run([answer(status, {}, header), issued()])

    assert wire.pauses == [pytest.approx(2)]


@pytest.mark.parametrize("header", ["soon", "-1", "1e3", "", "Wed, 99 Nov 2026 00:00:00 GMT", "٣"])
def test_retry_waits_a_moment_if_the_header_is_not_valid(header: str) -> None:
    wire = Wire()
    wire.run([answer(429, {}, header), issued()])

    (pause,) = wire.pauses
    assert 0 <= pause <= 1


def test_wait_beyond_the_total_time_is_an_error_at_once_with_the_time_for_the_client() -> None:
    wire = Wire()
    with pytest.raises(TemporaryError) as caught:
        wire.run([answer(429, {"error": "temporarily_unavailable"}, "60")])

    assert (wire.pauses, caught.value.headers) == ([], {"Retry-After": "60"})


@pytest.mark.parametrize("response", [answer(500, b""), answer(429, {}, "0"), NoResponse("no route"), answer(200, b"")])
def test_retries_end_after_four_attempts_and_before_the_total_time(response: Response | NoResponse) -> None:
    wire = Wire()
    with pytest.raises(TemporaryError):
        wire.run(repeat(response))

    assert len(wire.posts) == 4
    assert wire.time.now - START < rules(wire.time).total


def test_slow_attempts_end_before_the_total_time() -> None:
    wire = Wire()

    def slow(post: Post) -> NoResponse:
        wire.time.now += post.timeout
        return NoResponse("no response")

    with pytest.raises(TemporaryError):
        wire.run_with(slow)

    assert wire.time.now - START <= 20 + 0.1
    assert wire.posts[-1].timeout < 10


def test_throttled_user_and_scope_throttle_no_other_user_and_no_other_scope() -> None:
    wire = Wire()
    known = rules(wire.time)
    with pytest.raises(TemporaryError):
        wire.run([answer(429, {}, "60")], known=known)

    assert wire.run([issued()], token_request(incoming("ben")), known).token.reveal() == "issued"
    assert wire.run([issued()], token_request(None, f"{GRAPH}/Mail.Read"), known).token.reveal() == "issued"
    with pytest.raises(TemporaryError, match="throttles the requests of this user"):
        wire.run([], known=known)
    wire.time.now += 45
    assert wire.run([issued()], known=known).token.reveal() == "issued"
    assert wire.pauses == [pytest.approx(15)]


def test_refused_request_is_sent_again_by_the_next_caller() -> None:
    wire = Wire()
    known = rules(wire.time)
    with pytest.raises(ConsentRequiredError):
        wire.run([refused("invalid_grant", "consent_required")], known=known)

    assert wire.run([issued()], known=known).token.reveal() == "issued"


def test_unknown_federated_credential_is_waited_for_in_the_first_minutes_alone() -> None:
    wire = Wire()
    known = rules(wire.time, settling=300.0, started=START)
    unknown = refused("invalid_client", status=401, code=70021)

    assert wire.run([unknown, unknown, issued()], known=known).token.reveal() == "issued"
    with pytest.raises(TemporaryError, match="may not know it yet"):
        wire.run(repeat(unknown), known=known)
    wire.time.now = START + 301
    wire.posts.clear()
    with pytest.raises(CredentialRefusedError):
        wire.run([unknown], known=known)
    assert len(wire.posts) == 1


def fail(wire: Wire, known: object, user: str, response: Response) -> None:
    with pytest.raises(RuntimeLibraryError):
        wire.run(repeat(response), token_request(incoming(user)), known)  # type: ignore[arg-type]


def test_breaker_opens_on_server_errors_of_several_users_and_lets_one_request_try() -> None:
    wire = Wire()
    known = rules(wire.time, attempts=2)
    for user in ("anna", "ben", "cara"):
        fail(wire, known, user, answer(503, b""))
    sent = len(wire.posts)
    fail(wire, known, "dora", issued())

    assert len(wire.posts) == sent
    wire.time.now += 6
    assert wire.run([issued()], token_request(incoming("dora")), known).token.reveal() == "issued"
    assert wire.run([issued()], token_request(incoming("emil")), known).token.reveal() == "issued"


@pytest.mark.parametrize("response", [answer(429, {}, "0"), refused("invalid_grant"), refused("invalid_client")])
def test_breaker_stays_closed_on_responses_that_are_not_server_errors(response: Response) -> None:
    wire = Wire()
    known = rules(wire.time)
    for number in range(20):
        fail(wire, known, f"user-{number}", response)

    assert wire.run([issued()], token_request(incoming("anna")), known).token.reveal() == "issued"


def test_breaker_stays_closed_when_requests_fail_for_one_user_alone() -> None:
    wire = Wire()
    known = rules(wire.time)
    for _ in range(5):
        fail(wire, known, "anna", answer(500, b""))

    assert wire.run([issued()], token_request(incoming("ben")), known).token.reveal() == "issued"


def test_waiting_times_of_many_users_are_bounded() -> None:
    wire = Wire()
    known = rules(wire.time)
    for number in range(10_050):
        known.waits.wait((f"user-{number}", "scope"), 60)

    assert len(known.waits) == 10_000


EVERY_RESPONSE = (
    refused("invalid_grant"),
    refused("interaction_required", claims=json.dumps(CLAIMS)),
    refused("invalid_client"),
    refused(f"{USER_TOKEN}anna", f"{USER_TOKEN}anna", f"{USER_TOKEN}anna"),
    answer(
        400, {"error": "invalid_grant", "correlation_id": f"{USER_TOKEN}anna", "error_codes": [f"{USER_TOKEN}anna"]}
    ),
    answer(429, {}, "60"),
    answer(500, f"{USER_TOKEN}anna".encode()),
    answer(200, {"access_token": f"{USER_TOKEN}anna", "token_type": "pop", "expires_in": 1}),
    answer(200, f"{USER_TOKEN}anna".encode()),
    NoResponse("no route"),
)


@pytest.mark.parametrize("response", EVERY_RESPONSE)
def test_error_traceback_and_log_of_an_exchange_hold_no_token(
    response: Response | NoResponse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(RuntimeLibraryError) as caught:
        Wire().run(repeat(response))
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    everything = f"{shown} {caught.value!r} {caught.value} {vars(caught.value)} {caught.value.headers} {caplog.text}"

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "anna" in everything
    assert f"{USER_TOKEN}anna" not in everything
    assert PROOF not in everything


def test_clock_of_the_rules_starts_with_the_process() -> None:
    time = Time()

    assert rules(time, settling=300.0, started=START).is_settling
    time.now += 301
    assert not rules(time, settling=300.0, started=START).is_settling

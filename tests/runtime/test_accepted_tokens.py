"""Valid tokens are accepted, with the claims that the library keeps; nothing else of a token is left."""

import asyncio
import copy
import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import hypothesis.strategies as st
import jwt
import pytest
from agent_network_runtime import CallerContext, Runtime, SyncRuntime, SyncUserContext, UserContext, thread_runtime
from agent_network_runtime.errors import ConfigurationError, ForbiddenError, InvalidTokenError, RuntimeLibraryError
from agent_network_runtime.gate import Header
from agent_network_runtime.settings import Settings
from hypothesis import given

from tests.runtime.tenant import (
    AGENT,
    CALLER,
    CALLER_PRINCIPAL,
    ISSUER,
    KEY,
    PORTAL,
    ROLE,
    SETTINGS,
    START,
    TENANT,
    USER,
    Clock,
    Tenant,
    bearer,
    caller_claims,
    issue,
    private_key,
    token_header,
    user_claims,
)


def user_of(header: Header, settings: Settings = SETTINGS) -> UserContext:
    return asyncio.run(Runtime(settings, get=Tenant().get, clock=Clock()).user_context(header))


def caller_of(header: Header, settings: Settings = SETTINGS) -> CallerContext:
    return asyncio.run(Runtime(settings, get=Tenant().get, clock=Clock()).caller(header))


def test_user_context_has_the_ids_of_the_token() -> None:
    user = user_of(bearer(issue()))

    assert (user.tid, user.oid, user.azp, user.uti) == (TENANT, USER, PORTAL, "fqiBqXLPj0eQa82S-IYFAA")
    assert (user.xms_cc, user.handles_claims, user.expires_on) == (("cp1",), True, START + 3600)


def test_caller_context_has_the_ids_and_roles_of_the_token() -> None:
    caller = caller_of(bearer(issue(caller_claims(roles=["Other", ROLE]))))

    assert (caller.tid, caller.oid, caller.azp) == (TENANT, CALLER_PRINCIPAL, CALLER)
    assert (caller.roles, caller.uti) == ({ROLE, "Other"}, "Zm9yLXRoZS1jYWxsZXI")


def test_synchronous_runtime_gives_the_same_contexts() -> None:
    runtime = SyncRuntime(SETTINGS, get=Tenant().document, clock=Clock())

    assert runtime.user_context(bearer(issue())).claims == user_of(bearer(issue())).claims
    assert runtime.caller(bearer(issue(caller_claims()))) == caller_of(bearer(issue(caller_claims())))


@pytest.mark.parametrize(
    "header",
    [
        lambda: f"bearer {issue()}",
        lambda: f"BEARER {issue()}",
        lambda: f"Bearer   {issue()}",
        lambda: [bearer(issue())],
        lambda: bearer(issue(user_claims(pad="x" * 11_000))),
    ],
    ids=["lower_case", "upper_case", "several_spaces", "list_of_one_header", "nearly_16_kib"],
)
def test_authorization_header_of_another_valid_form_is_accepted(header: Callable[[], Header]) -> None:
    assert user_of(header()).oid == USER


@pytest.mark.parametrize(
    "changes",
    [
        {"idtyp": ...},
        {"scp": "user_impersonation"},
        {"scp": "a user_impersonation b"},
        {"nbf": START + 60},
        {"iat": START + 60},
        {"exp": START + 1},
        {"xms_cc": ...},
        {"xms_cc": "cp1"},
        {"roles": ...},
        {"xms_act_fct": "9 11"},
        {"xms_sub_fct": "2 3"},
        {"unknown": {"a": [1.5, None]}},
    ],
    ids=str,
)
def test_user_token_with_other_valid_claims_is_accepted(changes: dict[str, object]) -> None:
    assert user_of(bearer(issue(user_claims(**changes)))).oid == USER


@pytest.mark.parametrize("changes", [{"scp": ""}, {"scp": "/"}, {"xms_sub_fct": "11"}, {"acct": ...}], ids=str)
def test_token_of_an_agent_identity_that_calls_is_accepted(changes: dict[str, object]) -> None:
    assert caller_of(bearer(issue(caller_claims(**changes)))).oid == CALLER_PRINCIPAL


@pytest.mark.parametrize("header", [{"typ": ...}, {"typ": "at+jwt"}, {"x5t": "x"}, {"nonce": "x"}], ids=str)
def test_token_with_another_valid_header_is_accepted(header: dict[str, object]) -> None:
    assert user_of(bearer(issue(header=token_header(**header)))).oid == USER


@pytest.mark.parametrize(("claim", "handles"), [(["cp1"], True), (["CP1", "x"], True), (["cp2"], False), (..., False)])
def test_client_handles_claims_challenges_only_with_the_capability_cp1(claim: object, handles: bool) -> None:  # noqa: FBT001
    assert user_of(bearer(issue(user_claims(xms_cc=claim)))).handles_claims is handles


def test_pyjwt_accepts_what_this_library_accepts() -> None:
    token = issue(user_claims(iat=1_700_000_000, nbf=1_700_000_000, exp=4_000_000_000))

    read = jwt.decode(token, private_key(KEY).public_key(), ["RS256"], audience=AGENT, issuer=ISSUER)

    assert read["oid"] == user_of(bearer(token)).oid


def test_user_context_shows_and_gives_away_no_token() -> None:
    token = issue()
    user = user_of(bearer(token))

    shown = [repr(user), str(user), f"{user}", repr(user.claims), str(vars(type(user)))]

    assert shown[0] == f"UserContext(tid='{TENANT}', oid='{USER}', uti='fqiBqXLPj0eQa82S-IYFAA')"
    assert not any(part in text for part in token.split(".") for text in shown)
    for take in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            take(user)


def test_agent_that_does_not_act_for_users_accepts_no_user() -> None:
    alone = Settings(
        agent="writer",
        host="container-app",
        tenant_id=TENANT,
        authority_host=SETTINGS.authority_host,
        identity=SETTINGS.identity,
        application=SETTINGS.application,
    )

    with pytest.raises(ConfigurationError, match="the agent writer does not act for users"):
        user_of(bearer(issue()), alone)
    assert caller_of(bearer(issue(caller_claims())), alone).azp == CALLER


def test_agent_without_a_call_role_accepts_no_caller() -> None:
    alone = Settings("writer", "container-app", TENANT, SETTINGS.authority_host, SETTINGS.identity)

    with pytest.raises(ConfigurationError, match="no agent may call writer"):
        caller_of(bearer(issue(caller_claims())), alone)


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (lambda: None, "Bearer"),
        (lambda: "Basic abc", 'Bearer error="invalid_token"'),
        (lambda: ["Bearer a", "Bearer b"], 'Bearer error="invalid_token"'),
        (lambda: bearer(issue(user_claims(exp=START))), 'Bearer error="invalid_token"'),
        (
            lambda: bearer(issue(user_claims(scp="other"))),
            'Bearer error="insufficient_scope", scope="user_impersonation"',
        ),
        (lambda: bearer(issue(user_claims(acct=1))), None),
    ],
    ids=["no_token", "other_scheme", "two_headers", "expired", "other_scope", "guest"],
)
def test_refusal_has_the_challenge_of_rfc_6750(header: Callable[[], Header], challenge: str | None) -> None:
    with pytest.raises(RuntimeLibraryError) as caught:
        user_of(header())

    assert caught.value.headers == ({} if challenge is None else {"WWW-Authenticate": challenge})


def test_request_is_validated_with_the_runtime_of_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Runtime] = []

    def from_environment() -> Runtime:
        made.append(Runtime(SETTINGS, get=Tenant().get, clock=Clock()))
        return made[-1]

    monkeypatch.setattr(Runtime, "from_environment", from_environment)

    async def run() -> None:
        assert (await UserContext.from_request(bearer(issue()))).oid == USER
        assert (await UserContext.from_request([bearer(issue())])).oid == USER
        with pytest.raises(InvalidTokenError):
            await UserContext.from_request("Bearer x")

    asyncio.run(run())
    assert len(made) == 1


def test_request_is_validated_with_the_runtime_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[SyncRuntime] = []

    def from_environment() -> SyncRuntime:
        made.append(SyncRuntime(SETTINGS, get=Tenant().document, clock=Clock()))
        return made[-1]

    monkeypatch.setattr(SyncRuntime, "from_environment", from_environment)
    monkeypatch.setattr(thread_runtime, "_CURRENT", [])

    assert SyncUserContext.from_request(bearer(issue())).oid == USER
    assert SyncUserContext.from_request([bearer(issue())]).oid == USER
    assert len(made) == 1


@given(st.one_of(st.text(), st.text(alphabet="Bearer .abcAB-_09=\x00é\udc80"), st.lists(st.text(), max_size=3)))
def test_any_other_header_is_refused_with_401(header: Header) -> None:
    with pytest.raises(InvalidTokenError):
        user_of(header)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(user_claims())), JSON, max_size=3), JSON)
def test_signed_token_with_any_claims_is_accepted_or_refused_and_nothing_else(
    changes: dict[str, Any], header: object
) -> None:
    for token in (issue(user_claims(**changes)), issue(header=header)):
        with suppress(InvalidTokenError, ForbiddenError):
            assert user_of(bearer(token)).tid == TENANT

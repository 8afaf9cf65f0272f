"""Tests of the responses that the runtime library's errors make: status and headers."""

import base64
import json

import pytest
from agent_network_runtime.challenge import LARGEST_CLAIMS, claims_object, claims_of_challenge
from agent_network_runtime.errors import (
    ClaimsChallengeError,
    ConfigurationError,
    ConsentRequiredError,
    ForbiddenError,
    HostNotDeclaredError,
    InvalidTokenError,
    RuntimeLibraryError,
    ScopeNotDeclaredError,
    SettingsError,
    TemporaryError,
)
from azure.core.pipeline.policies._utils import get_challenge_parameter

TENANT = "10000000-0000-0000-0000-00000000000a"
CLAIMS = {"access_token": {"capolids": {"essential": True, "values": ["20000000-0000-0000-0000-000000000001"]}}}


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (SettingsError("x"), 500, {}),
        (ConfigurationError("x"), 500, {}),
        (ScopeNotDeclaredError("x"), 500, {}),
        (HostNotDeclaredError("x"), 500, {}),
        (InvalidTokenError("x"), 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}),
        (ForbiddenError("x"), 403, {}),
        (
            ForbiddenError("x", scope="user_impersonation"),
            403,
            {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="user_impersonation"'},
        ),
        (ConsentRequiredError("x"), 403, {}),
        (TemporaryError("x", retry_after=1.2), 503, {"Retry-After": "2"}),
        (TemporaryError("x", retry_after=0), 503, {"Retry-After": "1"}),
        (TemporaryError("x", retry_after=10**9), 503, {"Retry-After": "3600"}),
    ],
)
def test_error_has_the_status_and_headers_of_its_response(
    error: RuntimeLibraryError, status: int, headers: dict[str, str]
) -> None:
    assert (error.status, error.headers) == (status, headers)


def test_claims_challenge_names_no_realm_with_the_common_sign_in_address() -> None:
    encoded = base64.b64encode(json.dumps(CLAIMS, separators=(",", ":")).encode()).decode()

    assert ClaimsChallengeError("x", claims=CLAIMS).headers == {
        "WWW-Authenticate": 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
        f', error="insufficient_claims", claims="{encoded}"'
    }


def test_claims_challenge_names_the_tenant_as_realm_and_in_the_sign_in_address() -> None:
    error = ClaimsChallengeError("x", claims=CLAIMS, authority="https://login.microsoftonline.us/", tenant=TENANT)

    assert error.headers["WWW-Authenticate"].startswith(
        f'Bearer realm="{TENANT}", authorization_uri="https://login.microsoftonline.us/{TENANT}/oauth2/authorize", '
    )


def test_claims_challenge_is_read_by_azure_core_and_by_this_library() -> None:
    headers = ClaimsChallengeError("x", claims=CLAIMS).headers
    encoded = get_challenge_parameter(headers, "Bearer", "claims")

    assert encoded is not None
    assert json.loads(base64.urlsafe_b64decode(encoded)) == CLAIMS
    assert claims_of_challenge(headers["WWW-Authenticate"]) == CLAIMS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        '"text"',
        "1",
        '{"a": 1',
        json.dumps({"a": "x" * LARGEST_CLAIMS}),
        "[" * 4000,
        None,
        {"a": 1},
    ],
)
def test_claims_that_are_not_a_json_object_of_permitted_size_are_refused(text: object) -> None:
    assert claims_object(text) is None


@pytest.mark.parametrize(
    "header",
    [
        'Bearer error="invalid_token", claims="e30="',
        'Bearer error="insufficient_claims"',
        'Bearer error="insufficient_claims", claims="***"',
        'Bearer error="insufficient_claims", claims="/w=="',
        f'Bearer error="insufficient_claims", claims="{base64.b64encode(b"[]").decode()}"',
    ],
)
def test_challenge_without_readable_claims_demands_none(header: str) -> None:
    assert claims_of_challenge(header) is None


@pytest.mark.parametrize("text", ['a"b', "a\r\nSet-Cookie: x", "a\\b", "\u2028", "ä"])
def test_challenge_has_no_line_break_quotation_mark_or_letter_outside_ascii_of_a_value(text: str) -> None:
    errors: list[RuntimeLibraryError] = [
        ForbiddenError("x", scope=text),
        ClaimsChallengeError("x", claims={text: text}, authority=f"https://{text}", tenant=text),
    ]
    for error in errors:
        header = error.headers["WWW-Authenticate"]

        assert header.isascii()
        assert header.isprintable()
        assert "\\" not in header
        assert header.count('"') % 2 == 0
        assert "Set-Cookie: x\r" not in header

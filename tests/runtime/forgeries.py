"""Forged, altered and stolen tokens: each differs from a valid one in exactly one thing, which its name states.

A token whose signature would be refused anyway proves nothing about another check, so every forgery is signed by the
tenant's own key, except for those about the signature.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from tests.runtime.tenant import (
    AGENT,
    AUTHORITY,
    CALLER,
    ISSUER,
    KEY,
    OTHER_AGENT,
    OTHER_TENANT,
    PORTAL,
    ROLE,
    SCOPE,
    START,
    TENANT,
    base64url,
    bearer,
    caller_claims,
    issue,
    json_bytes,
    private_key,
    published,
    signature,
    signed_text,
    token_header,
    user_claims,
)

Header = str | Sequence[str] | None
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True)
class Forgery:
    """A request that must be refused: its name, its `Authorization` header, the status and a part of the message."""

    name: str
    header: Callable[[], Header]
    reason: str
    status: int = 401
    downloads: int = 0
    """Key downloads that the request may start; a forged header must start none."""


def claim(name: str, reason: str, status: int = 401, **changes: object) -> Forgery:
    """Return a user's token with changed claims."""
    return Forgery(name, lambda: bearer(issue(user_claims(**changes))), reason, status)


def call(name: str, reason: str, status: int = 401, **changes: object) -> Forgery:
    """Return a calling agent's token with changed claims."""
    return Forgery(name, lambda: bearer(issue(caller_claims(**changes))), reason, status)


def head(name: str, reason: str, downloads: int = 0, **changes: object) -> Forgery:
    """Return a user's token with a changed header."""
    return Forgery(name, lambda: bearer(issue(header=token_header(**changes))), reason, downloads=downloads)


def text(name: str, reason: str, old: str, new: str) -> Forgery:
    """Return a user's token in the text of whose claims one part is replaced."""

    def header() -> str:
        whole = json_bytes(user_claims()).decode()
        assert whole.count(old) == 1
        return bearer(issue(whole.replace(old, new).encode()))

    return Forgery(name, header, reason)


def signed(name: str, reason: str, claims: object = None, header: object = None) -> Forgery:
    """Return a token with claims and a header of any kind, with the tenant's own signature."""
    return Forgery(name, lambda: bearer(issue(claims, header)), reason)


def altered(name: str, position: int, part: Callable[[], bytes]) -> Forgery:
    """Return a valid token in which one segment is replaced after the signature."""

    def header() -> str:
        segments = issue().split(".")
        segments[position] = base64url(part())
        return bearer(".".join(segments))

    return Forgery(name, header, SIGNATURE)


def raw(name: str, reason: str, header: Callable[[], Header], downloads: int = 0) -> Forgery:
    """Return a request with a header that a function makes."""
    return Forgery(name, header, reason, downloads=downloads)


def _with_trailing_bits(segment: str) -> str:
    """Return another text for the same bytes, which a lenient decoder accepts."""
    assert len(segment) % 4 in {2, 3}, "the last character has no spare bits"
    return segment[:-1] + _ALPHABET[_ALPHABET.index(segment[-1]) + 1]


def _with_trailing_bits_in_json(make: Callable[[str], object]) -> str:
    """Return a segment that is not in the canonical form, for JSON whose length is varied until it has spare bits."""
    tried = [base64url(json_bytes(make("x" * extra))) for extra in range(3)]
    return _with_trailing_bits(next(segment for segment in tried if len(segment) % 4))


def _spare_bits_in_header() -> str:
    header = _with_trailing_bits_in_json(lambda extra: token_header(x5t=extra))
    return signed_text(f"{header}.{base64url(json_bytes(user_claims()))}")


def _spare_bits_in_payload() -> str:
    payload = _with_trailing_bits_in_json(lambda extra: user_claims(name=extra))
    return signed_text(f"{base64url(json_bytes(token_header()))}.{payload}")


def _spare_bits_in_signature() -> str:
    signed_, _, last = issue().rpartition(".")
    return f"{signed_}.{_with_trailing_bits(last)}"


def _standard_alphabet() -> str:
    """Return a token whose signature is in the alphabet of base64 instead of base64url."""
    for number in range(100):
        signed, _, last = issue(user_claims(uti=f"try-{number}")).rpartition(".")
        if "-" in last or "_" in last:
            return f"{signed}.{last.replace('-', '+').replace('_', '/')}"
    raise AssertionError("no signature with a character that differs")


def _hmac_with_public_key() -> str:
    pem = (
        private_key(KEY)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    text_ = f"{base64url(json_bytes(token_header(alg='HS256')))}.{base64url(json_bytes(user_claims()))}"
    return f"{text_}.{base64url(hmac.new(pem, text_.encode(), hashlib.sha256).digest())}"


def _pss() -> str:
    text_ = f"{base64url(json_bytes(token_header(alg='PS256')))}.{base64url(json_bytes(user_claims()))}"
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
    return f"{text_}.{base64url(private_key(KEY).sign(text_.encode(), scheme, hashes.SHA256()))}"


def _without_algorithm() -> str:
    """Return the two segments of a token that claims to need no signature."""
    return issue(header=token_header(alg="none")).rpartition(".")[0]


def _own_key(**header: object) -> str:
    """Return a token that an attacker signed with a key that the header names."""
    return issue(header=token_header(**header), key="attacker-key")


SEGMENTS = "not a signed token of three segments"
CANONICAL = "not base64url in its canonical form"
NO_HEADER = "has no Authorization header"
SCHEME = "must have the scheme Bearer"
SIGNATURE = "signature is not valid"
GRAPH = "00000003-0000-0000-c000-000000000000"
X509 = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"

REQUESTS = (
    raw("no_authorization_header", NO_HEADER, lambda: None),
    raw("empty_list_of_authorization_headers", NO_HEADER, list),
    raw("header_of_exactly_16_kib", "not a signed token", lambda: f"Bearer {'x' * (16 * 1024 - len('Bearer '))}"),
    raw("header_of_16_kib_and_one", "more than 16384", lambda: f"Bearer {'x' * (16 * 1024 + 1 - len('Bearer '))}"),
    raw("two_authorization_headers", "more than one Authorization header", lambda: [bearer(issue()), bearer(issue())]),
    raw("two_authorization_headers_joined_by_a_comma", SEGMENTS, lambda: f"{bearer(issue())}, {bearer(issue())}"),
    raw("scheme_twice", SEGMENTS, lambda: f"Bearer {bearer(issue())}"),
    raw("no_scheme", SCHEME, issue),
    raw("basic_scheme", SCHEME, lambda: f"Basic {issue()}"),
    raw("dpop_scheme", SCHEME, lambda: f"DPoP {issue()}"),
    raw("pop_scheme", SCHEME, lambda: f"PoP {issue()}"),
    raw("token_of_a_query_string", SCHEME, lambda: f"access_token={issue()}"),
    raw("no_token", SEGMENTS, lambda: "Bearer "),
    raw("line_break_after_the_token", SEGMENTS, lambda: f"{bearer(issue())}\n"),
    raw("parameter_after_the_token", SEGMENTS, lambda: f'{bearer(issue())} realm="x"'),
    raw(
        "header_of_more_than_16_kib", "more than 16384 characters", lambda: bearer(issue(user_claims(pad="x" * 12_000)))
    ),
    raw("header_as_bytes", "given as text", lambda: cast("Header", [bearer(issue()).encode()])),
    raw("header_as_bytes_and_not_in_a_list", "given as text", lambda: cast("Header", bearer(issue()).encode())),
    raw("letter_outside_ascii", "outside ASCII", lambda: f"{bearer(issue())}é"),
    raw("byte_outside_ascii", "outside ASCII", lambda: f"{bearer(issue())}\udce9"),
)

FORMS = (
    raw("two_segments", SEGMENTS, lambda: bearer(issue().rpartition(".")[0])),
    raw("four_segments", SEGMENTS, lambda: f"{bearer(issue())}.AAAA"),
    raw("five_segments_of_an_encrypted_token", SEGMENTS, lambda: f"{bearer(issue())}.AAAA.AAAA"),
    raw("empty_signature", SEGMENTS, lambda: f"{bearer(issue().rpartition('.')[0])}."),
    raw("padded_signature", SEGMENTS, lambda: f"{bearer(issue())}=="),
    raw("signature_in_standard_base64", SEGMENTS, lambda: bearer(_standard_alphabet())),
    raw("trailing_bits_in_the_signature", CANONICAL, lambda: bearer(_spare_bits_in_signature())),
    raw("trailing_bits_in_the_header", CANONICAL, lambda: bearer(_spare_bits_in_header())),
    raw("trailing_bits_in_the_payload", CANONICAL, lambda: bearer(_spare_bits_in_payload())),
    raw("segment_of_an_impossible_length", CANONICAL, lambda: bearer(issue()[:-1])),
    text("audience_twice", "member twice", '"aud":', f'"aud":"{OTHER_AGENT}","aud":'),
    text("member_twice_in_an_inner_object", "member twice", '"aud":', '"extra":{"one":1,"one":2},"aud":'),
    text("not_a_number_in_an_unused_claim", "NaN", '"aud":', '"extra":NaN,"aud":'),
    text("infinity_in_an_unused_claim", "NaN", '"aud":', '"extra":-Infinity,"aud":'),
    text("number_beyond_a_double_in_an_unused_claim", "too large", '"aud":', '"extra":1e400,"aud":'),
    text("number_of_5000_digits_in_an_unused_claim", "digits", '"aud":', f'"extra":{"1" * 5000},"aud":'),
    text("claims_nested_5000_times", "nested", '"aud":', f'"extra":{"[" * 5000}{"]" * 5000},"aud":'),
    raw("claims_that_are_a_list", "not an object", lambda: bearer(issue([user_claims()]))),
    raw(
        "claims_that_are_not_utf_8",
        "not UTF-8",
        lambda: bearer(issue(json_bytes(user_claims()).replace(b"Zo", b"\xff"))),
    ),
    raw("claims_in_utf_16", "not strict JSON", lambda: bearer(issue(json.dumps(user_claims()).encode("utf-16-le")))),
    raw(
        "claims_with_a_byte_order_mark",
        "not strict JSON",
        lambda: bearer(issue(b"\xef\xbb\xbf" + json_bytes(user_claims()))),
    ),
    raw("claims_with_text_after_them", "not strict JSON", lambda: bearer(issue(json_bytes(user_claims()) + b"{}"))),
    raw(
        "algorithm_twice",
        "member twice",
        lambda: bearer(issue(header=b'{"alg":"none","alg":"RS256","kid":"tenant-key"}')),
    ),
    raw("header_that_is_a_list", "not an object", lambda: bearer(issue(header=[token_header()]))),
    raw("header_that_is_not_json", "not strict JSON", lambda: bearer(issue(header=b"RS256"))),
)

ALGORITHMS = (
    *(
        head(f"algorithm_{name}_with_the_signature_of_rs256", "algorithm must be RS256", alg=alg)
        for name, alg in {
            "none": "none",
            "hs256": "HS256",
            "rs384": "RS384",
            "rs512": "RS512",
            "ps256": "PS256",
            "es256": "ES256",
            "in_lower_case": "rs256",
            "in_a_list": ["RS256"],
            "missing": ...,
        }.items()
    ),
    raw("no_signature_and_algorithm_none", SEGMENTS, lambda: f"{bearer(_without_algorithm())}."),
    raw("hmac_with_the_public_key", "algorithm must be RS256", lambda: bearer(_hmac_with_public_key())),
    raw("signature_by_pss", "algorithm must be RS256", lambda: bearer(_pss())),
    raw("key_of_an_attacker_in_the_header", "member jwk", lambda: bearer(_own_key(jwk=published("attacker-key")))),
    raw("address_of_an_attackers_keys", "member jku", lambda: bearer(_own_key(jku="https://attacker.example/keys"))),
    *(
        signed(f"header_with_{name}", f"member {name}", header=token_header(**{name: value}))
        for name, value in {
            "jwk": {"kty": "RSA"},
            "jku": f"{AUTHORITY}/{TENANT}/discovery/v2.0/keys",
            "x5u": f"{AUTHORITY}/certificate",
            "x5c": [X509],
            "crit": ["exp"],
            "b64": False,
            "cty": "JWT",
            "zip": "DEF",
        }.items()
    ),
    head("empty_list_of_critical_members", "member crit", crit=[]),
    head("type_of_an_encrypted_token", "another type", typ="JWE"),
    head("type_of_a_proof", "another type", typ="dpop+jwt"),
    head("no_key_id", "no valid key id", kid=...),
    head("key_id_that_is_a_number", "no valid key id", kid=7),
    head("empty_key_id", "no valid key id", kid=""),
    head("key_id_that_is_an_address", "no valid key id", kid="https://attacker.example/keys"),
    head("key_id_that_is_a_path", "no valid key id", kid="../../dev/null"),
    head("key_id_with_a_line_break", "no valid key id", kid=f"{KEY}\n"),
    head("key_id_of_5000_characters", "no valid key id", kid="k" * 5000),
    head("unknown_key_id", "not one of the tenant's signing keys", downloads=1, kid="rolled-key"),
)

SIGNATURES = (
    raw("key_of_an_attacker_under_the_right_id", SIGNATURE, lambda: bearer(issue(key="attacker-key"))),
    altered("signature_of_zeros", 2, lambda: bytes(256)),
    altered("signature_that_is_too_short", 2, lambda: signature(issue().rpartition(".")[0])[:-1]),
    altered("claims_under_the_signature_of_others", 1, lambda: json_bytes(user_claims(oid=PORTAL))),
    altered("header_under_the_signature_of_another", 0, lambda: json_bytes(token_header(x5t="x"))),
    *(
        raw(
            f"key_{name}",
            "not one of the tenant's signing keys",
            lambda kid=kid: bearer(issue(header=token_header(kid=kid), key=kid)),
            downloads=1,
        )
        for name, kid in {
            "of_another_tenants_issuer": "other-tenants-key",
            "without_an_issuer": "key-without-issuer",
            "for_encryption": "encryption-key",
            "for_another_algorithm": "key-for-rs512",
            "of_1024_bits": "short-key",
        }.items()
    ),
)
PUBLISHED = (
    published(KEY),
    published("other-tenants-key", f"{AUTHORITY}/{OTHER_TENANT}/v2.0"),
    published("key-without-issuer", None),
    published("encryption-key", use="enc"),
    published("key-for-rs512", alg="RS512"),
    published("short-key"),
    {"kid": "unreadable-key", "kty": "RSA", "n": "!", "e": "AQAB", "issuer": ISSUER},
    {"kid": "curve-key", "kty": "EC", "crv": "P-256", "issuer": ISSUER},
)
"""The key document of the forgeries: the tenant's key among keys that are for other tokens."""

TIMES = (
    claim("no_end", "exp is missing", exp=...),
    claim("end_as_text", "exp is missing or not a whole number", exp=str(START + 3600)),
    claim("end_with_a_fraction", "exp is missing or not a whole number", exp=START + 3600.5),
    claim("end_that_is_true", "exp is missing or not a whole number", exp=True),
    claim("end_that_is_null", "exp is missing or not a whole number", exp=None),
    text("end_that_is_not_a_number", "NaN", f'"exp":{START + 3600}', '"exp":NaN'),
    text("end_beyond_a_double", "too large", f'"exp":{START + 3600}', '"exp":1e400'),
    text("end_with_an_exponent", "exp is missing or not a whole number", f'"exp":{START + 3600}', '"exp":9e9'),
    claim("negative_end", "has expired", exp=-1),
    claim("end_at_this_second", "has expired", exp=START),
    claim("no_start", "nbf is missing", nbf=...),
    claim("start_as_text", "nbf is missing or not a whole number", nbf=str(START)),
    claim("start_in_the_future", "not valid yet", nbf=START + 61),
    claim("no_time_of_issue", "iat is missing", iat=...),
    claim("time_of_issue_as_text", "iat is missing or not a whole number", iat=str(START)),
    claim("time_of_issue_in_the_future", "issued in the future", iat=START + 61),
)

AUDIENCES = (
    claim("audience_of_graph", "another application", aud=GRAPH),
    raw(
        "audience_and_nonce_of_graph",
        "another application",
        lambda: bearer(issue(user_claims(aud=GRAPH), token_header(nonce="n"))),
    ),
    claim("audience_of_another_agent", "another application", aud=OTHER_AGENT),
    claim("audience_of_the_token_exchange", "another application", aud="api://AzureADTokenExchange"),
    claim("audience_that_is_the_applications_address", "another application", aud=f"api://{AGENT}"),
    claim("list_of_audiences_with_the_agent", "another application", aud=[AGENT]),
    claim("audience_in_upper_case", "another application", aud=AGENT.upper()),
    claim("no_audience", "another application", aud=...),
    claim("issuer_of_version_1", "another issuer", iss=f"https://sts.windows.net/{TENANT}/"),
    claim("issuer_of_another_tenant", "another issuer", iss=f"{AUTHORITY}/{OTHER_TENANT}/v2.0"),
    claim("issuer_with_a_slash_at_its_end", "another issuer", iss=f"{ISSUER}/"),
    claim("issuer_in_upper_case", "another issuer", iss=ISSUER.upper()),
    claim("issuer_of_another_cloud", "another issuer", iss=ISSUER.replace(".com", ".us")),
    claim("list_of_issuers", "another issuer", iss=[ISSUER]),
    claim("no_issuer", "another issuer", iss=...),
    claim("tenant_that_is_not_the_issuers", "another tenant", tid=OTHER_TENANT),
    claim("tenant_in_upper_case", "another tenant", tid=TENANT.upper()),
    claim("no_tenant", "another tenant", tid=...),
    claim("version_1", "version is not 2.0", ver="1.0"),
    claim("version_as_a_number", "version is not 2.0", ver=2.0),
    claim("no_version", "version is not 2.0", ver=...),
    claim("token_bound_to_a_key", "bound to a key", cnf={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
)

PERMISSIONS = (
    claim("client_that_is_not_a_caller", "not one of the agent's callers", 403, azp=OTHER_AGENT),
    claim("client_in_upper_case", "azp is missing or not a GUID", azp=PORTAL.upper()),
    claim("client_of_version_1", "azp is missing or not a GUID", azp=..., appid=PORTAL),
    claim("list_of_clients", "azp is missing or not a GUID", azp=[PORTAL]),
    claim("scope_with_letters_after_it", "does not have the agent's scope", 403, scp=f"{SCOPE}X"),
    claim("scope_with_letters_before_it", "does not have the agent's scope", 403, scp=f"x{SCOPE}"),
    claim("scope_in_upper_case", "does not have the agent's scope", 403, scp=SCOPE.upper()),
    claim("scopes_with_a_comma", "does not have the agent's scope", 403, scp=f"profile,{SCOPE}"),
    claim("scope_in_a_list", "has no scope", scp=[SCOPE]),
    claim("scope_that_is_a_slash", "has no scope", scp="/"),
    claim("empty_scope", "has no scope", scp=""),
    claim("no_scope", "has no scope", scp=...),
    claim("token_of_an_application", "not a user's", idtyp="app"),
    claim("token_of_a_device", "not a user's", idtyp="device"),
    claim("kind_of_token_that_is_null", "not a user's", idtyp=None),
    claim("application_with_roles_and_no_scope", "not a user's", idtyp="app", scp=..., acct=..., roles=["User.Access"]),
    claim("id_token_for_the_same_audience", "has no scope", idtyp=..., scp=..., azp=..., acct=..., nonce="n"),
    claim("guest_of_the_tenant", "guest of the tenant", 403, acct=1),
    claim("no_kind_of_account", "acct is missing or not valid", acct=...),
    claim("kind_of_account_as_text", "acct is missing or not valid", acct="0"),
    claim("kind_of_account_that_is_false", "acct is missing or not valid", acct=False),
    claim("user_account_of_an_agent", "is an agent, not a person", 403, xms_sub_fct="2 13"),
    claim("agent_identity_as_the_user", "is an agent, not a person", 403, xms_sub_fct=[11]),
    claim("kind_of_user_that_is_an_object", "xms_sub_fct is not a text with numbers", xms_sub_fct=[{"kind": 13}]),
    claim("no_object_id", "oid is missing or not a GUID", oid=...),
    claim("object_id_that_is_a_name", "oid is missing or not a GUID", oid="zoe@fabrikam.example"),
    claim("no_token_id", "uti is missing or not an id", uti=...),
    claim("token_id_with_a_line_break", "uti is missing or not an id", uti="a\nWARNING all is well"),
    claim("capabilities_that_are_a_number", "xms_cc is not a list of texts", xms_cc=[1]),
    raw("token_of_a_calling_agent", "not a user's", lambda: bearer(issue(caller_claims()))),
)

FORGED_USERS = (*REQUESTS, *FORMS, *ALGORITHMS, *SIGNATURES, *TIMES, *AUDIENCES, *PERMISSIONS)

FORGED_CALLERS = (
    call("caller_without_roles", "does not have the role Agent.Call", 403, roles=...),
    call("caller_with_another_role", "does not have the role Agent.Call", 403, roles=["Agent.Read"]),
    call("caller_with_a_longer_role", "does not have the role Agent.Call", 403, roles=[f"{ROLE}.Extra"]),
    call("caller_with_a_role_as_text", "roles is not a list of texts", roles=ROLE),
    call("caller_with_a_role_that_is_a_number", "roles is not a list of texts", roles=[ROLE, 1]),
    call("caller_with_a_scope", "has a scope", scp=SCOPE),
    call("caller_with_a_list_of_scopes", "has a scope", scp=[]),
    call("caller_that_is_a_user", "not an application's own", idtyp="user"),
    call("caller_without_a_kind", "not an application's own", idtyp=...),
    call("caller_for_another_agent", "another application", aud=OTHER_AGENT),
    call("caller_of_another_tenant", "another tenant", tid=OTHER_TENANT),
    call("caller_with_another_issuer", "another issuer", iss=f"{AUTHORITY}/{OTHER_TENANT}/v2.0"),
    call("caller_of_version_1", "version is not 2.0", ver="1.0"),
    call("caller_bound_to_a_key", "bound to a key", cnf={"jkt": "x"}),
    call("caller_after_its_end", "has expired", exp=START),
    call("caller_before_its_start", "not valid yet", nbf=START + 61),
    call("caller_without_a_client", "azp is missing or not a GUID", azp=..., appid=CALLER),
    call("caller_without_an_object_id", "oid is missing or not a GUID", oid=...),
    call("caller_without_a_token_id", "uti is missing or not an id", uti=...),
    raw("token_of_a_user", "not an application's own", lambda: bearer(issue(user_claims(roles=[ROLE])))),
)

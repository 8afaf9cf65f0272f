"""Tests of the signed file that maps users of Entra ID to GitHub accounts."""

import base64
import json
from typing import Any

import jwt
import pytest
from agent_network_runtime.errors import SettingsError
from agent_network_runtime.repositories import (
    GitHubAccount,
    NoVerifiedMappingError,
    SignedAccounts,
    accounts_of_identities,
)
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

TENANT, USER, OTHER = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "123")
APP = "Iv23example"
NOW = 1_800_000_000
KEYS: dict[str, Any] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "PS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
}
FOREIGN = ec.generate_private_key(ec.SECP256R1())


def _payload(**changes: object) -> dict[str, Any]:
    users = {USER: {"login": "octo-user", "id": 501}, OTHER: {"login": "octo_short", "id": 502}}
    members = {"aud": APP, "tid": TENANT, "iat": NOW - 60, "exp": NOW + 86400, "users": users, **changes}
    return {name: value for name, value in members.items() if value is not ...}


def _pem(key: Any) -> bytes:  # noqa: ANN401 - one of two types of key
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _signed(payload: bytes | dict[str, Any], key: Any = None, alg: str = "ES256", **header: object) -> str:  # noqa: ANN401
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return jwt.api_jws.encode(raw, key or KEYS[alg], alg, headers={"typ": "github-accounts+jwt", **header})


def _accounts(file: str, key: Any = None, now: float = NOW) -> SignedAccounts:  # noqa: ANN401
    pem = _pem(key or KEYS["ES256"])
    return SignedAccounts(file, public_key=pem, tenant_id=TENANT, client_id=APP, clock=lambda: now)


@pytest.mark.parametrize("alg", ["ES256", "PS256", "RS256"])
def test_a_signed_file_names_the_account_of_its_users_only(alg: str) -> None:
    key = KEYS.get(alg, KEYS["PS256"])
    accounts = _accounts(_signed(_payload(), key, alg), key)
    assert accounts.account_of(TENANT, USER) == GitHubAccount("octo-user", 501)
    assert accounts.account_of(TENANT, OTHER) == GitHubAccount("octo_short", 502)
    for tenant, user in ((TENANT, TENANT), (OTHER, USER), (TENANT, USER.upper() + " ")):
        with pytest.raises(NoVerifiedMappingError):
            accounts.account_of(tenant, user)


def test_a_file_that_expires_while_the_agent_runs_proves_nothing() -> None:
    now = [float(NOW)]
    accounts = SignedAccounts(
        _signed(_payload()), public_key=_pem(KEYS["ES256"]), tenant_id=TENANT, client_id=APP, clock=lambda: now[0]
    )
    now[0] += 86400
    with pytest.raises(NoVerifiedMappingError, match="expired"):
        accounts.account_of(TENANT, USER)


def _unsigned(alg: str) -> str:
    parts = ({"alg": alg, "typ": "github-accounts+jwt"}, _payload())
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return f"{head}.{body}."


def _changed() -> str:
    head, _, signature = _signed(_payload()).split(".")
    users = {USER: {"login": "octo-admin", "id": 1}}
    body = base64.urlsafe_b64encode(json.dumps(_payload(users=users)).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


@pytest.mark.parametrize(
    "file",
    [
        "",
        "text",
        "a.b.c",
        _unsigned("none"),
        _unsigned("ES256"),
        _changed(),
        _signed(_payload(), FOREIGN),
        _signed(_payload(), KEYS["PS256"], "PS256"),
        # The public key as the secret of a symmetric signature.
        _signed(_payload(), b"x" * 64, "HS256"),
        _signed(_payload(), typ="JWT"),
        _signed(b"[]"),
        _signed(b"{"),
        _signed(json.dumps(_payload()).replace('"tid"', '"aud": "other", "tid"').encode()),
        _signed(_payload(aud="Iv23other")),
        _signed(_payload(aud=[APP])),
        _signed(_payload(tid=OTHER)),
        _signed(_payload(exp=NOW)),
        _signed(_payload(exp=...)),
        _signed(_payload(exp=str(NOW + 60))),
        _signed(_payload(exp=NOW + 60.5)),
        _signed(_payload(iat=...)),
        _signed(_payload(iat=NOW + 3600)),
        _signed(_payload(exp=NOW + 40 * 86400)),
        _signed(_payload(users=...)),
        _signed(_payload(users=[])),
        _signed(_payload(users={"octo@example.com": {"login": "octo-user", "id": 501}})),
        _signed(_payload(users={USER: "octo-user"})),
        _signed(_payload(users={USER: {"login": "octo-user"}})),
        _signed(_payload(users={USER: {"login": "octo/user", "id": 501}})),
        _signed(_payload(users={USER: {"login": "octo-user", "id": True}})),
        _signed(_payload(users={USER: {"login": "octo-user", "id": "501"}})),
        _signed(_payload(users={USER: {"login": "octo-user", "id": 501, "admin": True}})),
        _signed(_payload(users={USER: {"login": "one", "id": 501}, OTHER: {"login": "two", "id": 501}})),
        _signed(_payload(users={USER: {"login": "one", "id": 501}, OTHER: {"login": "ONE", "id": 502}})),
    ],
)
def test_a_file_that_does_not_prove_its_accounts_is_refused(file: str) -> None:
    with pytest.raises(SettingsError, match="signed file of GitHub accounts"):
        _accounts(file)


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505 - refused
        ec.generate_private_key(ec.SECP384R1()),
    ],
)
def test_a_weak_or_unknown_key_is_refused(key: Any) -> None:  # noqa: ANN401
    with pytest.raises(SettingsError, match="public key"):
        _accounts(_signed(_payload()), key)


def _identity(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    claims = "http://schemas.microsoft.com/identity/claims/"
    attributes = [{"name": f"{claims}objectidentifier", "value": USER}, {"name": f"{claims}tenantid", "value": TENANT}]
    saml = {"attributes": attributes}
    return {"user": {"login": "octo_short", "databaseId": 501}, "samlIdentity": saml, **changes}


def test_the_accounts_that_an_enterprise_links_are_those_of_the_tenant_by_object_id() -> None:
    claims = "http://schemas.microsoft.com/identity/claims/"
    foreign = [{"name": f"{claims}objectidentifier", "value": OTHER}, {"name": f"{claims}tenantid", "value": OTHER}]
    twice = [*_identity()["samlIdentity"]["attributes"], {"name": f"{claims}objectidentifier", "value": OTHER}]
    identities = [
        _identity(),
        _identity(user=None),
        _identity(samlIdentity=None),
        _identity(samlIdentity={"attributes": foreign}),
        _identity(samlIdentity={"attributes": twice}),
        _identity(samlIdentity={"attributes": [{"name": "emails", "value": "octo@example.com"}]}),
    ]
    assert accounts_of_identities(identities, TENANT) == {USER: GitHubAccount("octo_short", 501)}

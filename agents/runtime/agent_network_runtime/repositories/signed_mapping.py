"""Verified mapping from a user of Entra ID to a GitHub account: a signed file.

Matching by e-mail or by a login that the user chose can be forged, so an app's own rights are used for a user only with
such a file. An operator signs it, for example with a key in Key Vault; the agent has the public key. Enterprise Managed
Users have no second file format: `accounts_of_identities` reads the accounts that the enterprise itself links to Entra
ID, and an owner signs them. GitHub shows these links only to an enterprise owner's personal token ("REST API endpoints
for SCIM", GitHub Docs, 2026), which an agent cannot have without a stored secret.

The file is a compact JWS (RFC 7515) with type `github-accounts+jwt` and these members: `aud`, the client id of the
GitHub app; `tid`, the tenant; `iat` and `exp`, at most 31 days apart; `users`, by object id a `login` and the `id` that
GitHub never gives to another account, which also holds when a login is renamed and taken by somebody else.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from agent_network_runtime.errors import SettingsError
from agent_network_runtime.json_text import JsonTextError, parse_json
from agent_network_runtime.repositories.errors import NoVerifiedMappingError
from agent_network_runtime.repositories.github_api import LOGIN

TYPE: Final = "github-accounts+jwt"
LONGEST_LIFE_SECONDS: Final = 31 * 24 * 3600
_SKEW_SECONDS = 300
_SMALLEST_RSA_BITS = 2048
_LARGEST_FILE = 4 << 20
_GUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# "SAML token claims reference", Microsoft Learn, 2026: Entra ID puts both into every assertion.
_OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_TENANT_ID = "http://schemas.microsoft.com/identity/claims/tenantid"


@dataclass(frozen=True, slots=True)
class GitHubAccount:
    """GitHub account of a user: its login, and the id that GitHub never gives to another account."""

    login: str
    id: int


class AccountMapping(Protocol):
    """Mapping from users of Entra ID to GitHub accounts that somebody with authority has verified."""

    def account_of(self, tenant_id: str, object_id: str) -> GitHubAccount:
        """Return the account of a user; raise `NoVerifiedMappingError` if nothing proves one."""
        ...


class SignedAccounts:
    """Accounts in a signed file, which is verified when it is read and has to be current at each use."""

    def __init__(
        self,
        file: str | bytes,
        *,
        public_key: str | bytes,
        tenant_id: str,
        client_id: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Verify a file.

        Args:
            file: text of the file.
            public_key: public key of the signer in PEM: RSA of at least 2048 bits, or elliptic curve P-256.
            tenant_id: tenant of the users.
            client_id: client id of the GitHub app that the file has to be for.
            clock: returns the seconds since 1970.

        Raises:
            SettingsError: the key is not valid, or the file is not signed with it, is for another tenant or app, is not
                current, or gives one GitHub account to two users.
        """
        self._clock = clock
        self._tenant_id = tenant_id
        members = _members(file.encode() if isinstance(file, str) else file, *_key(public_key))
        if members.get("aud") != client_id or members.get("tid") != tenant_id:
            raise _refused("is for another GitHub app or tenant")
        begin, self._end = _time(members, "iat"), _time(members, "exp")
        if not 0 < self._end - begin <= LONGEST_LIFE_SECONDS or begin > clock() + _SKEW_SECONDS:
            raise _refused("is valid for more than 31 days, or from a later time on")
        if clock() >= self._end:
            raise _refused("has expired; sign a new one")
        self._accounts = _accounts(members.get("users"))

    def account_of(self, tenant_id: str, object_id: str) -> GitHubAccount:
        """Return the account of a user; raise `NoVerifiedMappingError` if nothing proves one."""
        if self._clock() >= self._end:
            raise NoVerifiedMappingError("the signed file of GitHub accounts has expired; an operator signs a new one")
        account = self._accounts.get(object_id) if tenant_id == self._tenant_id else None
        if account is None:
            raise NoVerifiedMappingError(
                "the signed file of GitHub accounts has no account of this user; use the sign-in with a code instead"
            )
        return account


def accounts_of_identities(identities: Iterable[Mapping[str, Any]], tenant_id: str) -> dict[str, GitHubAccount]:
    """Return the accounts that GitHub links to users of a tenant, by object id, for an owner to sign.

    `identities` are nodes of `externalIdentities` with `user { login databaseId }` and
    `samlIdentity { attributes { name value } }`: "ExternalIdentity", GraphQL reference, GitHub Docs, 2026. A node
    without an account, or whose assertion names no object id in the tenant, is left out.
    """
    found: dict[str, GitHubAccount] = {}
    for each in identities:
        user, saml = each.get("user"), each.get("samlIdentity")
        if not isinstance(user, dict) or not isinstance(saml, dict):
            continue
        values: dict[str, list[str]] = {}
        for attribute in cast("list[dict[str, str]]", cast("dict[str, Any]", saml).get("attributes") or []):
            values.setdefault(attribute.get("name", ""), []).append(attribute.get("value", "").lower())
        (*_, object_id) = values.get(_OBJECT_ID) or [""]
        if values.get(_TENANT_ID) == [tenant_id] and values.get(_OBJECT_ID) == [object_id] and _GUID.match(object_id):
            members = cast("dict[str, Any]", user)
            found[object_id] = GitHubAccount(str(members["login"]), int(members["databaseId"]))
    return found


def _key(pem: str | bytes) -> tuple[Any, list[str]]:
    """Return a public key and the algorithms for it; no algorithm is taken from the file."""
    try:
        key = load_pem_public_key(pem.encode() if isinstance(pem, str) else pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, RSAPublicKey) and key.key_size >= _SMALLEST_RSA_BITS:
        return key, ["RS256", "PS256"]
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key, ["ES256"]
    raise SettingsError(
        "the public key for the signed file of GitHub accounts is not valid; give one in PEM: RSA with at least"
        " 2048 bits, or elliptic curve P-256"
    )


def _members(file: bytes, key: Any, algorithms: list[str]) -> Mapping[str, Any]:  # noqa: ANN401 - one of two key types
    if len(file) > _LARGEST_FILE:
        raise _refused("is larger than 4 MiB")
    try:
        decoded = PyJWS().decode_complete(file.strip(), key, algorithms=algorithms)
    except PyJWTError:
        raise _refused("is not signed with the given key") from None
    if decoded["header"].get("typ") != TYPE:
        raise _refused(f"is not of the type {TYPE!r}")
    try:
        members: object = parse_json(decoded["payload"])
    except JsonTextError:
        raise _refused("is not strict JSON") from None
    if not isinstance(members, dict):
        raise _refused("is not a JSON object")
    return cast("Mapping[str, Any]", members)


def _time(members: Mapping[str, Any], name: str) -> int:
    value = members.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _refused(f"has no whole number {name!r}")
    return value


def _accounts(users: object) -> dict[str, GitHubAccount]:
    found: dict[str, GitHubAccount] = {}
    if not isinstance(users, dict):
        raise _refused("has no object 'users'")
    for object_id, entry in cast("dict[str, object]", users).items():
        fields = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
        login, number = fields.get("login"), fields.get("id")
        is_valid = isinstance(login, str) and LOGIN.fullmatch(login) and isinstance(number, int) and number > 0
        if not _GUID.fullmatch(object_id) or not is_valid or set(fields) != {"login", "id"} or isinstance(number, bool):
            raise _refused(f"has an entry {object_id!r} that is not an object id with 'login' and 'id'")
        found[object_id] = GitHubAccount(cast("str", login), cast("int", number))
    accounts = [account.id for account in found.values()]
    logins = [account.login.lower() for account in found.values()]
    if len(set(accounts)) != len(accounts) or len(set(logins)) != len(logins):
        raise _refused("gives one GitHub account to two users")
    return found


def _refused(why: str) -> SettingsError:
    return SettingsError(f"the signed file of GitHub accounts {why}")

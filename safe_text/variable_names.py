"""Classification of variable and property names: credential, possible credential or public value.

A name is read word by word, so that `primaryKey`, `PRIMARY_KEY` and `primary-key` are the same.
"""

import re
from enum import Enum
from functools import lru_cache

__all__ = ["NameClass", "classify_name"]


class NameClass(Enum):
    """Class of a variable name: a password, a key or token, a login, a public value, or none of these."""

    PASSWORD = "password"  # noqa: S105 - the name of a class of names
    """A password or a secret: every value is a credential, even one that looks like a word."""
    KEY = "key"
    """A key or token: a value is a credential unless it is plainly a name."""
    LOGIN = "login"
    """A user name with its password: `user:password` is a credential, and any value that a key could be."""
    PUBLIC = "public"
    """A digest, an id, a public key or a key of data: a random value is not a credential."""
    OTHER = "other"
    """A name that states nothing about its value."""


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# Last words that only distinguish one credential from another: SECRET_VALUE, API_KEY_2, KEY_PRIMARY, PASSWORD_B64.
_QUALIFIER = re.compile(
    "[0-9]+|b|base|bytes|current|data|default|der|dev|encoded|hex|json|next|old|pem|plain|plaintext|previous|primary"
    "|prod|production|secondary|staging|string|test|text|value|yaml"
)
_PASSWORD = re.compile("(?:.*(?:password|passwd|passphrase|secret)s?|pass|psk|pw|pwd)")
# `secret` alone, or `imagePullSecret`, is as often the name of a secret as its value.
_NAME_OF_SECRET = re.compile("(?:(?:image|pull|tls|vault) )?secrets?")
_KEY = re.compile(".*(?:key|keys|token)|bearer|connectionstrings?|connstr|cookie|dsn|jwt|kubeconfig|pat|sas|sig")
_LOGIN = re.compile("auth|authorization|basicauth|credentials?|creds|login|logins|netrc|userpass|userpwd")
_NO_KEY = re.compile("donkey|hockey|hotkey|jockey|monkey|passkey|turkey|whiskey")
# Words before "key" or "token" that name a key of data, such as a partition key, or a public key.
_KEY_OF_DATA = re.compile(
    "cache|cluster|clustering|dedup|deduplication|dictionary|distribution|event|field|foreign|group|grouping|hash"
    "|idempotency|index|instrumentation|join|lookup|message|object|order|pagination|partition|pub|public|publishable|range|route"
    "|routing|row|shard|site|sort|sorting|translation|unique"
)
_DIGEST = re.compile("checksums?|digests?|etag|fingerprints?|hash|hashes|integrity|md|sha|thumbprints?")
_SUM_OR_ID = re.compile(
    "crc|sums?|build|commit|conditions?|correlation|ids?|oid|revision|sid|tag|trace|traceparent|uid|version"
    "|.*(?:guid|uuid)|...+id"
)


@lru_cache(maxsize=4096)
def classify_name(name: str) -> NameClass:
    """Return the class of a variable or property name: password, key or token, public value, or other."""
    words = [word.lower() for word in _WORD.findall(name[-200:])]
    while len(words) > 1 and _QUALIFIER.fullmatch(words[-1]) and words[-2:] != ["connection", "string"]:
        words.pop()
    last, pair = words[-1] if words else "", " ".join(words[-2:])
    if _KEY.fullmatch(last) and not _NO_KEY.fullmatch(last):
        return NameClass.PUBLIC if _is_key_of_data(words) else NameClass.KEY
    if _LOGIN.fullmatch(last):
        return NameClass.LOGIN
    if pair in ("connection string", "connection strings") or _NAME_OF_SECRET.fullmatch(pair):
        return NameClass.KEY
    if _PASSWORD.fullmatch(last):
        return NameClass.PASSWORD
    is_public = _SUM_OR_ID.fullmatch(last) or any(map(_DIGEST.fullmatch, words))
    return NameClass.PUBLIC if is_public else NameClass.OTHER


def _is_key_of_data(words: list[str]) -> bool:
    kind = re.sub("(keys?|token)$", "", words[-1]) or (words[-2] if len(words) > 1 else "")
    return _KEY_OF_DATA.fullmatch(kind) is not None

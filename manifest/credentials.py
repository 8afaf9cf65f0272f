"""Detection of texts that look like credentials, to refuse stored secrets and to keep them out of messages.

It recognises formats only: a secret that looks like a word passes. Digests and commit ids of up to 63 hexadecimal
digits pass, because builds contain them openly.
"""

import math
import re
from collections import Counter

__all__ = ["detect_credential", "is_credential_name"]

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")),
    ("an account key", re.compile(r"account_?key\s*=", re.IGNORECASE)),
    ("a shared access key", re.compile(r"shared_?access_?(key|signature)\s*=", re.IGNORECASE)),
    ("a shared access signature", re.compile(r"(^|[?&;\s])sig=[^&;\s]{8}", re.IGNORECASE)),
    ("a password", re.compile(r"(^|[;,&?\s{\"'])(password|passwd|pwd)[\"']?\s*[=:]\s*[^\s;]", re.IGNORECASE)),
    ("a client secret", re.compile(r"(client_?secret|api_?key|access_?key)[\"']?\s*[=:]\s*[^\s;]", re.IGNORECASE)),
    ("a password in an address", re.compile(r"://[^/\s:@]+:[^/\s@]+@")),
    ("a signed token", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    ("a bearer token", re.compile(r"\bbearer\s+[\w.~+/-]{16}", re.IGNORECASE)),
)
_NAME = re.compile(
    r"(^|_)(PASSWORD|PASSWD|PWD|SECRET|CONNECTION_?STRING|(API|ACCESS|ACCOUNT|PRIVATE|SHARED|SAS)_?(KEY|TOKEN))$",
    re.IGNORECASE,
)
# An address, not a secret, if local authentication of the component is off.
_OPEN_NAMES = {"APPLICATIONINSIGHTS_CONNECTION_STRING"}
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_WORD = re.compile(r"[A-Za-z0-9+_-]{40,}")
_LONG_HEX = re.compile(r"(?<![0-9A-Za-z:])[0-9a-fA-F]{64,}(?![0-9A-Za-z])")
_ENTROPY = 4.0


def detect_credential(text: str) -> str | None:
    """Return the kind of credential that `text` looks like ("an account key"), or None."""
    for kind, form in _FORMS:
        if form.search(text):
            return kind
    whole = _TOKEN.fullmatch(text.strip())
    if (whole and not text.startswith("/") and _random(text)) or any(_random(word) for word in _WORD.findall(text)):
        return "a key or token"
    return "a key in hexadecimal" if _LONG_HEX.search(text) else None


def is_credential_name(name: str) -> bool:
    """Return True if the name of an environment variable is one for a credential, such as `API_KEY`."""
    return _NAME.search(name) is not None and name.upper() not in _OPEN_NAMES


def _random(token: str) -> bool:
    """Return True if a text looks like a random key: all classes of characters, and little repetition."""
    if not (re.search(r"[a-z]", token) and re.search(r"[A-Z]", token) and re.search(r"\d", token)):
        return False
    counts = Counter(token).values()
    return -sum(n / len(token) * math.log2(n / len(token)) for n in counts) >= _ENTROPY

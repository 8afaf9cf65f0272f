"""Detection of credentials in plain text, by the form of a value and by the name of its variable.

The manifest, the findings and the policy pack all use this detection, so that they agree. A match is a suspicion, not
a proof, and neither the value nor a part of it is returned. Digests, ids, public keys and keys of data, such as
`PARTITION_KEY`, are random too; their names or their own forms distinguish them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from safe_text.encodings import encoded_parts, is_der_private, is_der_public, readable_inside, unescaped
from safe_text.logins import is_login, password_place
from safe_text.random_values import has_random_letters, has_random_part, is_hexadecimal_key, is_random_token
from safe_text.variable_names import NameClass, classify_name
from safe_text.vendor_tokens import vendor_token

__all__ = ["detect_credential", "is_credential_name", "may_name_credential"]

# A reference to a credential that is kept elsewhere, or a place in a template.
_NO_REFERENCE = r"(?!\$[({]|\$[A-Z_][A-Z0-9_]{2,}(?!\w)|\{\{|\{\w*\}|<[\w -]*>|%\w+%|@Microsoft\.KeyVault|secretref:)"
_ASSIGNED = r"\\?[\"']?\s{0,3}[=:]\s{0,3}\\?[\"']?" + _NO_REFERENCE + r"[^\s;,\"'&\\]"

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a private key", re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY")),
    ("an account key", re.compile(r"account_?key" + _ASSIGNED, re.IGNORECASE)),
    ("a shared access key", re.compile(r"shared_?access_?(?:key|signature)" + _ASSIGNED, re.IGNORECASE)),
    # The signature in the URL of a SAS, of a Logic App's trigger or of a Power Automate flow.
    ("a shared access signature", re.compile(r"(?:^|[?&;\s])sig=[^&;\s]{8}", re.IGNORECASE)),
    # "Azure Functions HTTP trigger", Microsoft Learn, 2025, *Authorization keys*: `?code=` carries the function's key.
    ("a function key", re.compile(r"[?&](?:code|x-functions-key)=[^&;\s]{16}", re.IGNORECASE)),
    ("a signed token", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    (
        "a basic authorization",
        re.compile(r"authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?basic\s{1,3}\S{8}", re.IGNORECASE),
    ),
    ("a private key", re.compile(r"\"kty\"\s*:[^{}]{0,4000}\"d\"\s*:|\"d\"\s*:[^{}]{0,4000}\"kty\"\s*:")),
    ("a bearer token", re.compile(r"\bbearer\s{1,3}[\w.~+/-]{16}", re.IGNORECASE)),
    # A URL may have a password and no user: redis://:password@host. A port and a path may follow the host instead.
    (
        "a password in a URL",
        re.compile(
            r"://[^/\s:@?#\[]{0,256}:(?![0-9]{1,5}(?:[/?#]|$))"
            + _NO_REFERENCE
            + r"(?:[^\s/@]{1,512}|[^\s@\"'<>,;&]{1,512})@"
        ),
    ),
    ("a password", re.compile(r"(?:^|[;,&?\s{\"'])(?:user)?(?:password|passwd|pwd)" + _ASSIGNED, re.IGNORECASE)),
    ("a client secret", re.compile(r"(?:client_?secret|api_?key|access_?key)" + _ASSIGNED, re.IGNORECASE)),
    # Entra ID: three characters, the generation of the secret, `Q~`, and a random part of 31 to 34 characters.
    ("a client secret", re.compile(r"(?<![\w~.-])[\w~.-]{3}[0-9]Q~[\w~.-]{31,34}(?![\w~.-])")),
    # Azure's newer keys carry a signature of their service at a fixed position.
    ("an Azure AI key", re.compile(r"\b[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{27}\b")),
    ("an Azure AI Search key", re.compile(r"\b[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}\b")),
    ("an API key", re.compile(r"(?<![\w-])sk-(?:(?=[\w-]*[0-9A-Z])[\w-]{16,}|\w{32,})")),
    (
        "an API key",
        re.compile(r"(?<![A-Za-z0-9])(?:[rs]k_(?:live|test)_|whsec_|lsv2_[a-z]{2}_|tvly-|hf_|dapi|AIza)[\w-]{16,}"),
    ),
    ("a password", re.compile(r"<(?:\w+:)?(?:password|passwd|pwd)>" + _NO_REFERENCE + r"[^\s<]", re.IGNORECASE)),
    ("a one-time password secret", re.compile(r"otpauth://[^\s]{0,512}[?&]secret=[A-Z2-7]{16}", re.IGNORECASE)),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_|github_pat_)\w{20,}")),
    ("a Slack token", re.compile(r"\bx(?:ox[a-z]|app)[.-][\w.-]{10,}")),
    # The address of a webhook is the right to post there.
    (
        "a webhook URL",
        re.compile(
            r"hooks\.slack\.com/(?:services|workflows|triggers)/\w+/\w+/\w+"
            r"|webhook\.office\.com/webhookb2/[\w@-]+/IncomingWebhook/\w+"
            r"|discord(?:app)?\.com/api/webhooks/[0-9]+/[\w-]+",
            re.IGNORECASE,
        ),
    ),
    (
        "a deployment token",
        re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{64,}[0-9]?-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-"),
    ),
)
# What every form has at least one of; most texts, such as names and resource ids, have none.
_MARKS = (
    *(
        "=",
        ":",
        "~",
        "-----",
        "eyj",
        "bearer",
        "jqqj9",
        "azse",
        "sk-",
        "k_live_",
        "k_test_",
        "whsec_",
        "lsv2_",
        "tvly-",
    ),
    *(
        "hf_",
        "dapi",
        "aiza",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "xox",
        "xapp",
        "hooks.",
        "webhook",
        "<",
    ),
)
_OF_CREDENTIALS = frozenset({NameClass.PASSWORD, NameClass.KEY, NameClass.LOGIN})
_LONG_HEX = re.compile("[0-9a-f]{64}")
_REFERENCE = re.compile(
    r"[a-z][a-z0-9+.-]*://|@Microsoft\.KeyVault\(|secretref:|\$[({]|\$[A-Z_][A-Z0-9_]{2,}$|\{\{|<[\w -]*>$|%\w+%$"
    r"|\[(?:secret|unknown)\]$|\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$",
    re.IGNORECASE,
)
_GUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_PATH = re.compile(r"[./~]{0,2}(?:/[\w.@*-]*)+")
_TRIVIAL = re.compile(r"true|false|yes|no|on|off|none|null|[0-9]{1,3}", re.IGNORECASE)
_DIGEST = re.compile(r"(?:sha-?[0-9]{1,3}|md5)[:-]\s?[A-Za-z0-9+/=_-]+", re.IGNORECASE)
_PUBLIC_KEY = re.compile(
    r"(?:ssh-|ecdsa-|sk-ssh-|sk-ecdsa-)[\w@.-]+ [A-Za-z0-9+/=]+"
    r"|\{[^{}]*\"kty\"\s*:[^{}]*\}"
)
_PUBLIC_PEM = re.compile(
    r"-----BEGIN (?:[A-Z0-9 ]{0,40}PUBLIC KEY(?: BLOCK)?|CERTIFICATE)-----"
    r"(?:(?:[A-Za-z0-9+/=\s]|\\[nr]?)*$|[^-]*-----END [A-Z0-9 ]{0,40}-----)"
)
"""A public key in the form PEM, or its beginning in the first line of a quoted value, with escaped line breaks."""
_NAMED = re.compile(r"(?<![\w.-])[-_]{0,2}([A-Za-z][\w.-]{0,80})[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?=([^\s\"'&;,]{1,512}))")
_OPTION = re.compile(r"(?<!\S)--?([A-Za-z][\w-]{0,80})\s{1,3}[\"']?([^\s\"'-][^\s\"']*)")
"""An option of a command and its value: `--password VALUE`."""
_NEXT_TO = re.compile(
    r"(?<![\w.-])[\"']?(?:key|name)[\"']?\s{0,3}[:=]\s{0,3}[\"']?([A-Za-z][\w.-]{0,80})[\"']?\s{0,3}[,;]?\s{0,40}"
    r"[\"']?value[\"']?\s{0,3}[:=]\s{0,3}[\"']?([^\s\"'&;,<>]+)",
    re.IGNORECASE,
)
"""A name and its value next to each other, in XML, JSON or YAML: `<add key="NAME" value="VALUE"/>`."""
_SET = re.compile(
    r"(?:^|[\n;&|])\s{0,16}(?:setx|setenv|ENV)\s{1,3}([A-Za-z]\w{0,80})\s{1,3}[\"']?([^\s\"']+)", re.IGNORECASE
)
"""A command that sets a variable: `setx NAME VALUE`, and `ENV NAME VALUE` of a container image."""
_URN = re.compile(r"urn:pulumi:[\w.-]+::[\w.-]+::[^\s\"'=]+")
"""A URN of Pulumi, whose colons separate types and names: `azure-native:authorization:RoleAssignment::reads`."""
_PICTURE = re.compile(r"data:(?:image|font|audio|video)/[\w.+-]+;base64,[A-Za-z0-9+/=]+")
_PART = re.compile(r"[^\s\"'`,;()<>{}\[\]]+")
_KEY_64 = re.compile(r"[A-Za-z0-9+/]{86}==")
_KEY_32 = re.compile(r"[A-Za-z0-9+/]{43}=")
_LONG = re.compile(r"[A-Za-z0-9+_-]{40,}")
_LONGEST = 1 << 16
"""Number of characters of a text that are searched for credentials."""
_DEPTH = 3
"""Number of encodings inside each other: a kubeconfig in base64 has its key in base64, which is PEM."""


def detect_credential(text: str, name: str = "") -> str:
    """Return the kind of credential that a text looks like ("an account key"); empty if none.

    Args:
        text: the value of a variable or a property, or any other text.
        name: the name of the variable or property, which decides where the value alone does not.
    """
    return _detect(text[:_LONGEST], name, _DEPTH)


def is_credential_name(name: str) -> bool:
    """Return True if a variable with this name holds a credential, whatever its value."""
    return _FIXED_NAMES.search(name) is not None and name.upper() not in _PUBLIC_CONNECTION_STRINGS


def may_name_credential(name: str) -> bool:
    """Return True if a variable with this name may hold a credential, depending on its value."""
    return classify_name(name) in _OF_CREDENTIALS


_FIXED_NAMES = re.compile(
    r"(PASSWORD|PASSWD|PASSPHRASE)$|(^|_)(PWD|SECRET|CONNECTION_?STRING|(API|ACCESS|ACCOUNT|PRIVATE|SHARED|SAS)_?(KEY|TOKEN))$",
    re.IGNORECASE,
)
# An address, not a secret, if local authentication of the component is off.
_PUBLIC_CONNECTION_STRINGS = frozenset({"APPLICATIONINSIGHTS_CONNECTION_STRING"})


@lru_cache(maxsize=8192)
def _detect(text: str, name: str, depth: int) -> str:
    value = text.strip()
    if not value:
        return ""
    found = next((kind for kind, form in _FORMS if form.search(text)), "") if _has_mark(text) else ""
    if found := found or password_place(text) or vendor_token(text):
        return found
    named = classify_name(name)
    if kind := _by_name(value, named):
        return kind
    return _by_parts(text, named, depth)


def _has_mark(text: str) -> bool:
    lowered = text.lower()
    return any(mark in lowered for mark in _MARKS) or _LONG_HEX.search(text) is not None


def _by_name(value: str, named: NameClass) -> str:
    """Return the kind of credential that a value is, judged by its variable's name; empty if none."""
    if named not in _OF_CREDENTIALS or _REFERENCE.match(value) or _TRIVIAL.fullmatch(value.rstrip(")]}")):
        return ""
    if named is NameClass.LOGIN and (is_login(value) or is_login(readable_inside(value))):
        return "a user name with its password"
    if named is NameClass.PASSWORD:
        return "" if _PATH.fullmatch(value) and not has_random_part(value) else "a password"
    if " " in value or "=" in value.rstrip("="):
        return ""  # a connection string, JSON or a text, whose parts are judged one by one
    return "a key or token" if has_random_part(_GUID.sub("", value)) else ""


def _by_parts(text: str, named: NameClass, depth: int) -> str:
    """Return the kind of the first credential among the parts of a text; empty if there is none."""
    text = _PUBLIC_PEM.sub(" ", text)
    for name, value in _named_values(text):
        if kind := _by_name(value, classify_name(name)):
            return kind
    if depth > 0 and (plain := unescaped(text)) != text and (found := _detect(plain, "", depth - 1)):
        return found
    if found := next(filter(None, (_in_encoding(each, depth) for each in encoded_parts(text))), ""):
        return found
    if named is NameClass.PUBLIC:
        return ""
    rest = _PICTURE.sub(" ", _PUBLIC_KEY.sub(" ", _DIGEST.sub(" ", text)))
    for part in _PART.findall(rest):
        if kind := _of_part(part):
            return kind
    return ""


def _named_values(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values inside a text: settings (`name=value`) and options of a command (`--name value`)."""
    if "urn:pulumi:" in text:
        text = _URN.sub(" ", text)
    if "=" in text or ":" in text:
        # Equals signs at the end of base64 are padding and precede no value: `VEHYPw==`.
        yield from ((each[1], each[2]) for each in _NAMED.finditer(text) if each[2].strip("="))
        if "value" in text.lower():
            yield from ((each[1], each[2]) for each in _NEXT_TO.finditer(text))
    if " " in text:
        yield from ((each[1], each[2]) for each in _SET.finditer(text))
    if "-" in text and " " in text:
        yield from ((each[1], each[2]) for each in _OPTION.finditer(text))


def _of_part(part: str) -> str:
    """Return the kind of credential that one word is by its form alone; empty if none."""
    inner = readable_inside(part)
    # The bytes of a key can be letters by chance.
    if is_der_public(part) or (inner and not (is_hexadecimal_key(part) and has_random_letters(inner))):
        return ""
    value = part.rpartition("=")[2] if "=" in part.rstrip("=") else part
    if _KEY_64.fullmatch(value):
        return "a 64-byte key"
    if _KEY_32.fullmatch(value):
        return "a 32-byte key"
    if is_hexadecimal_key(value):
        return "a key in hexadecimal"
    words = () if "://" in part else _LONG.findall(_GUID.sub("", part))
    whole = re.fullmatch(r"[A-Za-z0-9+/_-]{40,}={0,2}", part) if not part.startswith("/") else None
    return "a key or token" if (whole and is_random_token(part)) or any(map(is_random_token, words)) else ""


def _in_encoding(encoded: str, depth: int) -> str:
    """Return the kind of credential inside an encoded text; empty if there is none."""
    if is_der_private(encoded):
        return "a private key"
    inner = readable_inside(encoded) if depth > 0 else ""
    return _detect(inner, "", depth - 1) if inner else ""

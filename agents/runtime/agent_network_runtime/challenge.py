"""Values of the `WWW-Authenticate` header that request another token, and the claims that they carry.

A claims challenge is the one of "Claims challenges, claims requests and client capabilities", Microsoft Learn,
2024-04-01: the realm is empty exactly if the sign-in address is the common one, otherwise both name the tenant. The
other challenges are those of RFC 6750, section 3. Claims come from outside (an error of the token endpoint, a challenge
of a resource), so they are read strictly and written again: a JSON object of limited size, in base64, which has no line
break and no quotation mark.
"""

import base64
import binascii
import json
import re
from typing import Any, Final, cast

AUTHORITY: Final = "https://login.microsoftonline.com"
COMMON: Final = "common"
LARGEST_CLAIMS: Final = 4096
"""Bytes of a claims request that fit, in base64, into the 8 KiB that web servers commonly allow for a header."""

_QUOTED: Final = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_PARAMETER: Final = re.compile(r'([A-Za-z_]+)\s*=\s*"([^"\r\n]*)"')


def claims_object(text: object) -> dict[str, Any] | None:
    """Return the claims request that a JSON text holds, or None if the text is not a JSON object of permitted size."""
    if not isinstance(text, str) or not text or len(text.encode("utf-8", "replace")) > LARGEST_CLAIMS:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def claims_challenge(claims: dict[str, Any], *, authority: str = AUTHORITY, tenant: str = COMMON) -> str:
    """Return the challenge that requests a token with these claims from the client."""
    realm = "" if tenant == COMMON else tenant
    encoded = base64.b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode()
    address = f"{authority.rstrip('/')}/{tenant}/oauth2/authorize"
    return (
        f'Bearer realm="{_quoted(realm)}", authorization_uri="{_quoted(address)}", '
        f'error="insufficient_claims", claims="{encoded}"'
    )


def bearer_challenge(error: str = "", *, scope: str = "") -> str:
    """Return the challenge of RFC 6750 with an error code and the scope that the token lacks."""
    parts = [f'{name}="{_quoted(value)}"' for name, value in (("error", error), ("scope", scope)) if value]
    return f"Bearer {', '.join(parts)}" if parts else "Bearer"


def claims_of_challenge(header: str) -> dict[str, Any] | None:
    """Return the claims that a resource's `WWW-Authenticate` header demands, or None if it demands none."""
    if "insufficient_claims" not in header:
        return None
    encoded = dict(_PARAMETER.findall(header)).get("claims", "")
    try:
        raw = base64.b64decode(encoded.replace("-", "+").replace("_", "/") + "=" * (-len(encoded) % 4), validate=True)
        return claims_object(raw.decode())
    except (binascii.Error, UnicodeDecodeError):
        return None


def _quoted(text: str) -> str:
    return _QUOTED.sub("", text)

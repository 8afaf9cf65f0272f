"""Parses the values in conditions: strings, numbers, booleans, dates, GUIDs and IP addresses.

Each reader returns None for a value of another type: such a comparison cannot be evaluated. Formats: Microsoft, "Azure
role assignment condition format and syntax" (conditions-format.md, 2023-11-15); times of day and addresses, which that
page does not describe, follow Microsoft's own interpreter (GitHub microsoft/regorus, src/languages/azure_rbac,
2026-08-20).
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from access.model.attributes import Scalar

_MOMENT = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:T(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?Z?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:.*T)?(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?Z?", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{32}")
_INTEGER = re.compile(r"[+-]?\d{1,18}")

Address = IPv4Address | IPv6Address


def text(value: Scalar) -> str | None:
    """Return a string unchanged; None for another type."""
    return value if isinstance(value, str) else None


def folded(value: Scalar) -> str | None:
    """Return a string case-folded, for comparison without regard to case; None for any other value."""
    return value.casefold() if isinstance(value, str) else None


def number(value: Scalar) -> int | None:
    """Return an integer from a value; None for other numbers, which Azure's conditions do not support."""
    if isinstance(value, str):
        return int(value) if _INTEGER.fullmatch(value) else None
    return None if isinstance(value, bool) else value


def boolean(value: Scalar) -> bool | None:
    """Return a boolean from a value or from a string such as 'true'; None for any other value."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def moment(value: Scalar) -> tuple[int, ...] | None:
    """Return a date and time as UTC numbers that can be compared; None for any other value."""
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else (*(int(part or 0) for part in found.groups()[:6]), _fraction(found[7]))


def clock(value: Scalar) -> tuple[int, ...] | None:
    """Return a time of day in UTC as numbers that can be compared; None for any other value."""
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else (*(int(part or 0) for part in found.groups()[:3]), _fraction(found[4]))


def guid(value: Scalar) -> str | None:
    """Return a GUID in lower case without dashes and braces; None for any other value."""
    digits = value.lower().strip("{}").replace("-", "") if isinstance(value, str) else ""
    return digits if _GUID.fullmatch(digits) else None


def address(value: Scalar) -> Address | None:
    """Return an IP address parsed from a string; None for any other value."""
    try:
        return ip_address(value) if isinstance(value, str) else None
    except ValueError:
        return None


def in_network(where: Address, network: str) -> bool | None:
    """Return True if an IP address is in a network in CIDR notation; None if the network is invalid."""
    try:
        return where in ip_network(network, strict=False)
    except ValueError:
        return None


def like(value: str, pattern: str) -> bool:
    r"""Return True if a string matches a pattern of `*` and `?`; a backslash makes either literal."""
    pieces = _wildcards(pattern)
    at, piece = 0, 0
    star, resume = -1, 0
    # The last star is the only one worth going back to: quadratic at worst, whatever the pattern.
    while at < len(value):
        if piece < len(pieces) and pieces[piece] == "*":
            star, resume = piece, at
            piece += 1
        elif piece < len(pieces) and (pieces[piece] == "?" or pieces[piece] == "\\" + value[at]):
            at, piece = at + 1, piece + 1
        elif star >= 0:
            resume += 1
            at, piece = resume, star + 1
        else:
            return False
    return all(left == "*" for left in pieces[piece:])


def _wildcards(pattern: str) -> list[str]:
    r"""Split a pattern into `*`, `?` and literals marked by a backslash, which escapes in a pattern, too."""
    pieces: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character in "*?":
            pieces.append(character)
        elif character == "\\":
            following = next(characters, "\\")
            pieces.extend(("\\" + following,) if following in "*?\\" else ("\\\\", "\\" + following))
        else:
            pieces.append("\\" + character)
    return pieces


def _fraction(digits: str | None) -> int:
    return int((digits or "0").ljust(9, "0"))

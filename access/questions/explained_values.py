"""Compares a value of a deployment with the one that a preview planned, known or unknown.

Owns when two values are the same, and when a value that the preview did not know is explained by what Azure returned
for the resources that the value is made from. Letter case is ignored in ids and GUIDs alone, and for letters of ASCII
alone: other text, such as the subject of a federated credential, is another value in another case.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from access.azure.scopes import ancestors, is_path, key
from access.model.json_values import Values, is_known, nested
from access.model.returned_values import ReturnedValues

__all__ = ["is_explained", "is_made", "is_within", "same", "shown", "texts_in"]

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ID = re.compile(r"[^\s%?#\\\x00-\x1f\x7f]+")
_ADDRESS = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?([^/?#\s]*)")
_HAS_HOST = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://|[^/\s{}\[\]\"',;]*\.[^/\s{}\[\]\"',;]*/")
"""Beginning of a text that leads to a host: an address, or the name of an image. A document has addresses inside."""
_SHORTEST = 3
"""Number of letters from which a returned string within another one explains that one."""
_OF_AZURE = (
    ".azure.com",
    ".azure.net",
    ".azure.us",
    ".azure.cn",
    ".azurecr.io",
    ".azurecr.us",
    ".azurecr.cn",
    ".azurecontainerapps.io",
    ".azurewebsites.net",
    ".chinacloudapi.cn",
    ".usgovcloudapi.net",
    ".windows.net",
    ".azmk8s.io",
)
"""Ends of the hosts of Azure's services, in front of which a service's name is unique."""


def same(wanted: object, found: object) -> bool:
    """Return True if two known values are equal; ids of Azure and GUIDs are compared without case."""
    if any(not is_known(each) for each in nested(wanted) if each is not None):
        return False  # a list or an object of another length, with parts that the preview did not know
    if isinstance(wanted, str) and isinstance(found, str):
        return wanted == found or _same_id(wanted, found)
    if isinstance(wanted, bool) is not isinstance(found, bool):
        return False  # in Python, 1 equals True
    return wanted == found


def is_within(found: str, expected: str) -> bool:
    """Return True if a scope is the expected one or inside of it, and no trick of its spelling leads elsewhere."""
    return _is_plain_id(found) and key(expected) in ancestors(key(found)) and _foreign_letters(found, expected)


def is_made(value: object, returned: Iterable[ReturnedValues]) -> bool:
    """Return True if a value consists of strings that Azure has made for the resources."""
    strings = list(_strings(value))
    made = frozenset[str]().union(*(each.made_strings for each in returned))
    return bool(strings) and all(isinstance(one, str) and _is_one_of(one, made) for one in strings)


def is_explained(value: object, returned: Iterable[ReturnedValues]) -> bool:
    """Return True if a value consists of texts that are made of what Azure returned for the resources.

    A flag or a number is never explained, and an address only if its host is one that Azure returned, or is named by
    what Azure returned within the domains of Azure.
    """
    strings = list(_strings(value))
    known = frozenset[str]().union(*(each.strings for each in returned))
    return bool(strings) and all(
        isinstance(one, str) and (_is_one_of(one, known) or _is_composed(one, known)) for one in strings
    )


def texts_in(value: object) -> Iterator[str]:
    """Yield the texts in a value, without the names of properties."""
    return (each for each in nested(value) if isinstance(each, str))


def shown(value: object) -> str:
    """Return a value as messages show it: the texts in it."""
    if value is None:
        return "missing"
    if isinstance(value, str) and not is_known(value):
        return "secret"
    texts = sorted(texts_in(value))
    return ", ".join(map(repr, texts)) if texts else repr(value)


def _strings(value: object) -> Iterator[object]:
    """Yield each scalar in a value, and each name of a property that is an id."""
    for one in nested(value):
        if isinstance(one, Mapping):
            yield from (name for name in cast("Values", one) if "/" in name)
        elif not isinstance(one, list):
            yield one


def _is_one_of(text: str, known: frozenset[str]) -> bool:
    return text in known or any(_same_id(each, text) for each in known)


def _is_composed(text: str, known: frozenset[str]) -> bool:
    """Return True if a text has a returned string in it, and leads to no host that is not named by one."""
    parts = [each for each in known if len(each) >= _SHORTEST and each.lower() in text.lower()]
    if not parts:
        return False
    address = _ADDRESS.match(text)
    host = address[1].lower() if address else ""
    if not _HAS_HOST.match(text):
        return ".." not in text.split("/")
    return "@" not in host and any(_names_host(host, part) for part in parts)


def _names_host(host: str, part: str) -> bool:
    """Return True if a returned string is the host, the end of it, an address at it, or the name before Azure's end."""
    returned = _ADDRESS.match(part)
    other = returned[1].lower() if returned else ""
    bare = host.partition(":")[0]
    if not other:
        return False
    return (
        host == other
        or bare == other.partition(":")[0]
        or ("." in other and bare.endswith(f".{other}"))
        or ("." not in other and bare.startswith(f"{other}.") and bare.endswith(_OF_AZURE))
    )


def _same_id(wanted: str, found: str) -> bool:
    if _GUID.fullmatch(wanted) and _GUID.fullmatch(found):
        return wanted.lower() == found.lower()
    if not (wanted.startswith("/") and is_path(key(wanted)) and _is_plain_id(found)):
        return False
    return key(wanted) == key(found) and _foreign_letters(wanted, found)


def _is_plain_id(text: str) -> bool:
    """Return True if no part of an id is one that a server reads as a step up, an escape or the end."""
    return _ID.fullmatch(text) is not None and not {".", ".."} & set(text.split("/"))


def _foreign_letters(one: str, other: str) -> bool:
    """Return True if no letter outside of ASCII counts as another one: some have a letter of ASCII as lower case."""
    if one.isascii() and other.isascii():
        return True
    return one.isascii() is other.isascii() and {each for each in other if not each.isascii()} <= {
        each for each in one if not each.isascii()
    }

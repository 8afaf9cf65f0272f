"""Formats values, choices and suggestions in error messages.

Values come from files that people write, so a value that looks like a credential is described and never repeated.
"""

import difflib
import functools
from collections.abc import Iterable

from safe_text.credentials import detect_credential

__all__ = ["closest_match", "join_choices", "quote_value", "unknown_name_message"]

_LONGEST_SHOWN = 60
_MANY = 12
_SHORT_NAME = 3


def quote_value(value: object) -> str:
    """Return a value in quotes for an error message: shortened, and never a credential."""
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "an empty value", True: "true", False: "false"}[value]
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list | tuple) else str(value)


def _quoted(text: str) -> str:
    if kind := detect_credential(text):
        return f"a value that looks like {kind} (not shown)"
    shown = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return f"'{shown}'" if shown.isprintable() else "'" + shown.encode("unicode_escape").decode("ascii") + "'"


def join_choices(names: Iterable[str]) -> str:
    """Return names as a list in words: 'a', 'b' and 'c'; a long list is cut."""
    every = [quote_value(name) for name in names]
    if len(every) > _MANY:
        return ", ".join(every[:_MANY]) + f" and {len(every) - _MANY} more"
    if len(every) > 1:
        return ", ".join(every[:-1]) + f" and {every[-1]}"
    return every[0] if every else "nothing"


@functools.lru_cache(maxsize=4096)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    # One wrong letter in a name of two or three letters halves its similarity; longer names need more in common.
    cutoff = 0.5 if len(name) <= _SHORT_NAME else 0.6
    lowered = {one.lower(): one for one in reversed(known)}
    found = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=cutoff)
    return lowered[found[0]] if found else None


def closest_match(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar to a mistyped one, or None."""
    return _nearest(name, tuple(known))


def unknown_name_message(what: str, name: str, known: Iterable[str], *, there: str) -> str:
    """Return the message for an unknown name, with the nearest known name or all of them after `there`."""
    options = tuple(known)
    if near := closest_match(name, options):
        return f"no {what} {quote_value(name)}; did you mean {quote_value(near)}?"
    return f"no {what} {quote_value(name)}; {there} {join_choices(options)}"

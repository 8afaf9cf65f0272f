"""How messages speak: a value shown safely, a list of choices, the nearest of them.

Values come from files that people write, so a value that looks like a credential is described and never repeated.
"""

import difflib
import functools
from collections.abc import Iterable

from manifest.credentials import credential_in

__all__ = ["choices", "nearest", "show", "unknown"]

_LONGEST_SHOWN = 60
_MANY = 12
_SHORT_NAME = 3


def show(value: object) -> str:
    """`value` as a message may repeat it: quoted, shortened, and never a credential."""
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "an empty value", True: "true", False: "false"}[value]
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list | tuple) else str(value)


def _quoted(text: str) -> str:
    if kind := credential_in(text):
        return f"a value that looks like {kind} (not shown)"
    shown = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return f"'{shown}'" if shown.isprintable() else "'" + shown.encode("unicode_escape").decode("ascii") + "'"


def choices(names: Iterable[str]) -> str:
    """A list for people: 'a', 'b' and 'c'; a long one is cut."""
    every = [show(name) for name in names]
    if len(every) > _MANY:
        return ", ".join(every[:_MANY]) + f" and {len(every) - _MANY} more"
    if len(every) > 1:
        return ", ".join(every[:-1]) + f" and {every[-1]}"
    return every[0] if every else "nothing"


@functools.lru_cache(maxsize=4096)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    # One wrong letter of a two- or three-letter name halves its likeness; longer names need more in common.
    cutoff = 0.5 if len(name) <= _SHORT_NAME else 0.6
    lowered = {one.lower(): one for one in reversed(known)}
    found = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=cutoff)
    return lowered[found[0]] if found else None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `name` was probably meant to be, or None."""
    return _nearest(name, tuple(known))


def unknown(what: str, name: str, known: Iterable[str], *, there: str) -> str:
    """The message for a name that is not among `known`; `there` introduces the choices where none is near."""
    options = tuple(known)
    if near := nearest(name, options):
        return f"no {what} {show(name)}; did you mean {show(near)}?"
    return f"no {what} {show(name)}; {there} {choices(options)}"

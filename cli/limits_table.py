"""Table of the limits and quotas of Azure that a stack needs a part of, as text for a terminal."""

from collections.abc import Iterable, Iterator

from manifest.limits import Limit

__all__ = ["limits_table"]

_WIDTH = 80
_NUMBERS = 22
"""Width of the two columns with numbers."""


def limits_table(rows: Iterable[Limit]) -> str:
    """Return the table of limits, with the commands that print the quotas of a subscription, in 80 columns."""
    every = tuple(rows)
    return "\n".join([*_table(every), *_notes(every)])


def _table(rows: tuple[Limit, ...]) -> Iterator[str]:
    yield _line("limit or quota", "needed", "limit")
    for one in rows:
        limit = (
            f"{one.limit:,}{'' if one.fixed else '*'}" if one.limit is not None else "quota" if one.command else "none"
        )
        yield _line(one.what, f"{one.needed:,}", limit)


def _line(what: str, needed: str, limit: str) -> str:
    room = _WIDTH - _NUMBERS
    shown = what if len(what) <= room else f"{what[: room - 1]}…"
    return f"{shown:<{room}}{needed:>{_NUMBERS // 2}}{limit:>{_NUMBERS // 2}}".rstrip()


def _notes(rows: tuple[Limit, ...]) -> Iterator[str]:
    if any(one.limit is not None and not one.fixed for one in rows):
        yield "\n* a default, or a limit that depends on the subscription"
    if commands := sorted({one.command for one in rows if one.command}):
        yield "\nTo see the quotas of your subscription:"
        yield from (f"  {one}" for one in commands)

"""Safe display of text from outside: control and formatting characters are printed as escapes.

A name in an export or a preview may hold characters that a terminal or a code host obeys: escape sequences, which move
the cursor and erase lines; line breaks, which close a fence in Markdown; and bidirectional controls, which show text in
another order ("Unicode Technical Report #36", Unicode Consortium, 2014; CVE-2021-42574). Ordinary letters of every
script stay as they are.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

__all__ = ["escaped_lines", "shows_escaped_text", "visible", "visible_values"]

P = ParamSpec("P")
R = TypeVar("R")

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control, format and surrogate characters, and separators of lines and paragraphs: the Unicode general categories."""
_JOINERS = frozenset({"\u200c", "\u200d"})
"""Joiners between letters and within symbols, which need them; they move nothing."""
_COLOUR = re.compile(r"(\x1b\[[0-9;]{0,16}m)")


def visible(text: str) -> str:
    r"""Return a text in one line, with an escape such as `\n` or `\u202e` for each invisible character."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def visible_values(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a copy of a JSON value with control characters escaped in all texts and keys."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible_values(key): visible_values(each) for key, each in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple | set):
        items = cast("list[Any]", value)
        return type(items)([visible_values(each) for each in items])
    return value


def shows_escaped_text(render: Callable[P, R]) -> Callable[P, R]:
    """Decorate a rendering function so that control characters in its arguments are escaped."""

    @wraps(render)
    def rendering(*args: P.args, **kwargs: P.kwargs) -> R:
        return cast("Callable[..., R]", render)(*visible_values(args), **visible_values(kwargs))

    return rendering


def escaped_lines(text: str) -> str:
    """Return multi-line output with control characters escaped, except line breaks, tabs and colours."""
    texts, colours = _COLOUR.split(text)[::2], _COLOUR.findall(text)
    shown = ("\n".join("\t".join(map(visible, line.split("\t"))) for line in each.split("\n")) for each in texts)
    return "".join(f"{each}{colour}" for each, colour in zip(shown, [*colours, ""], strict=True))


def _escaped(one: str) -> str:
    is_hidden = unicodedata.category(one) in _HIDDEN_CATEGORIES and one not in _JOINERS
    return one.encode("unicode_escape").decode("ascii") if is_hidden else one

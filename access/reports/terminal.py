"""Output to a terminal: colours, line width, wrapped paragraphs and aligned tables.

Owns no texts. rich renders colours, trees and tables; whatever is rendered is returned as a string, so that a command
has one place where it prints.
"""

import io
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from textwrap import TextWrapper
from typing import TextIO

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.style import Style as RichStyle

TOGETHER = "\u00a0"
"""A blank between two words that stay on one line: `read documents`."""
_BLANKS = re.compile(r"([ \t\n]+)")
_AFTER_SLASHES = re.compile(r"([ \t\n]+|(?<=/)(?=[^\s/]))")
_NARROWEST = 20
"""Fewest characters per line that texts are wrapped to; a terminal with fewer wraps the lines itself."""


class Style:
    """Style of terminal output: colours or none (see `https://no-color.org` and `https://force-color.org`)."""

    def __init__(self, *, coloured: bool) -> None:
        self._coloured = coloured

    @classmethod
    def of(cls, stream: TextIO) -> "Style":
        """Return the style for an output stream: NO_COLOR has priority over FORCE_COLOR, as in most programs."""
        if os.environ.get("NO_COLOR"):
            return cls(coloured=False)
        shows_colours = stream.isatty() and os.environ.get("TERM") != "dumb"
        return cls(coloured=shows_colours or os.environ.get("FORCE_COLOR", "0") not in {"", "0"})

    @property
    def is_coloured(self) -> bool:
        """Return True if texts are painted in colours."""
        return self._coloured

    def paint(self, text: str, colour: str) -> str:
        """Return `text` in a colour; unchanged if colours are off."""
        bare = text.rstrip()
        if not (self._coloured and colour and bare):
            return text
        painted = RichStyle.parse(colour).render(bare, color_system=ColorSystem.STANDARD)
        return f"{painted}{text[len(bare) :]}"

    def paragraph(self, text: str, *, mark: str = "", colour: str = "", indent: int = 0, hang: int = 2) -> str:
        """Wrap a text to the width of the terminal, after a coloured mark such as `error`.

        Args:
            text: the text; no line ends between words that `TOGETHER` joins.
            mark: the first word or words, in front of the text.
            colour: the colour of the mark.
            indent: blanks in front of the first line.
            hang: additional blanks in front of the other lines.
        """
        start = f"{' ' * indent}{mark}{' ' if mark and text else ''}"
        lines = list(_wrapped(text, start, " " * (indent + hang))) or [start]
        first = f"{' ' * indent}{self.paint(mark, colour)}{lines[0][indent + len(mark) :]}"
        return "\n".join([first, *lines[1:]]).replace(TOGETHER, " ")

    def render(self, content: RenderableType) -> str:
        """Return a table or a tree of rich as text with the width of the terminal, without trailing blanks."""
        console = Console(
            file=io.StringIO(),
            width=width(),
            force_terminal=self._coloured,
            color_system="standard" if self._coloured else None,
            no_color=not self._coloured,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        with console.capture() as captured:
            console.print(content)
        return "\n".join(line.rstrip() for line in captured.get().rstrip("\n").splitlines())


def _wrapped(text: str, first: str, rest: str) -> Iterator[str]:
    """Yield the lines of a text; a word that is longer than a line continues after one of its slashes."""
    whole = _wrapper(first, rest, _BLANKS, breaks=False)
    for number, line in enumerate(whole.wrap(text)):
        start = rest if number else first
        if len(line) <= width():
            yield line
        else:
            yield from _broken(line.removeprefix(start), start, rest)


def _broken(text: str, first: str, rest: str) -> Iterator[str]:
    """Yield the lines of a text with a word that is longer than a line, which begin with `first` and then `rest`."""
    # textwrap drops the indent of a line if the next word does not fit behind it, so it gets the text without indent.
    room = width() - max(len(first), len(rest))
    lines = _wrapper("", "", _AFTER_SLASHES, breaks=True)
    lines.width = max(room, 1)
    yield from (f"{rest if number else first}{line}" for number, line in enumerate(lines.wrap(text)))


def _wrapper(first: str, rest: str, separators: re.Pattern[str], *, breaks: bool) -> TextWrapper:
    wrapper = TextWrapper(
        width=width(), initial_indent=first, subsequent_indent=rest, break_long_words=breaks, break_on_hyphens=False
    )
    wrapper.wordsep_simple_re = separators
    return wrapper


def matrix_lines(rows: Sequence[Sequence[str]], style: Style) -> Iterator[str]:
    """Yield the lines of an aligned text table, with `·` for empty cells."""
    wide = widths(rows)
    for row in rows:
        name, *cells = (cell.ljust(size) for cell, size in zip(row, wide, strict=True))
        colours = ["bold" if row is rows[0] else "dim" if cell.strip() == "·" else "green" for cell in cells]
        painted = [style.paint(cell, colour) for cell, colour in zip(cells, colours, strict=True)]
        yield f"  {style.paint(name, 'bold')}  {'  '.join(painted)}".rstrip()


def width() -> int:
    """Return the number of characters per line of the terminal; 80 if it is unknown, as in a pipe."""
    return max(_NARROWEST, shutil.get_terminal_size((80, 24)).columns)


def widths(rows: Iterable[Sequence[str]]) -> list[int]:
    """Return the width of each column of a text table."""
    return [max(map(len, column)) for column in zip(*rows, strict=True)]

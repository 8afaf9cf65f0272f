"""Terminal output helpers: colours, line width and aligned tables.

Owns no texts.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}


class Style:
    """Terminal colours, or none (see `https://no-color.org`)."""

    def __init__(self, *, coloured: bool) -> None:
        self._coloured = coloured

    @classmethod
    def of(cls, stream: TextIO) -> "Style":
        """Return the style for an output stream."""
        plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        return cls(coloured=stream.isatty() and not plain)

    def paint(self, text: str, colour: str) -> str:
        """Return `text` in a colour; unchanged if colours are off."""
        bare = text.rstrip()
        if not (self._coloured and colour and bare):
            return text
        return f"\x1b[{_CODES[colour]}m{bare}\x1b[0m{text[len(bare) :]}"


def matrix_lines(rows: Sequence[Sequence[str]], style: Style) -> Iterator[str]:
    """Return the lines of an aligned table, with `·` for empty cells."""
    wide = widths(rows)
    for row in rows:
        name, *cells = (cell.ljust(size) for cell, size in zip(row, wide, strict=True))
        colours = ["bold" if row is rows[0] else "dim" if cell.strip() == "·" else "green" for cell in cells]
        painted = [style.paint(cell, colour) for cell, colour in zip(cells, colours, strict=True)]
        yield f"  {style.paint(name, 'bold')}  {'  '.join(painted)}".rstrip()


def width() -> int:
    """Return the number of characters per line of the terminal."""
    return shutil.get_terminal_size((120, 40)).columns


def widths(rows: Iterable[Sequence[str]]) -> list[int]:
    """Return the width of each column of a table."""
    return [max(map(len, column)) for column in zip(*rows, strict=True)]

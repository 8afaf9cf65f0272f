"""Terminal output: colour, width, and aligned tables.

Owns no texts.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}


class Style:
    """Colours, or none: see `https://no-color.org`; none where the output is not a terminal."""

    def __init__(self, *, coloured: bool) -> None:
        self._coloured = coloured

    @classmethod
    def of(cls, stream: TextIO) -> "Style":
        """The style for a stream."""
        plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        return cls(coloured=stream.isatty() and not plain)

    def paint(self, text: str, colour: str) -> str:
        """`text` in a colour; unchanged without colours and for an empty `colour`."""
        bare = text.rstrip()
        if not (self._coloured and colour and bare):
            return text
        return f"\x1b[{_CODES[colour]}m{bare}\x1b[0m{text[len(bare) :]}"


def matrix_lines(rows: Sequence[Sequence[str]], style: Style) -> Iterator[str]:
    """The lines of a matrix: the first row and column are headings, `·` marks an empty cell."""
    wide = widths(rows)
    for row in rows:
        name, *cells = (cell.ljust(size) for cell, size in zip(row, wide, strict=True))
        colours = ["bold" if row is rows[0] else "dim" if cell.strip() == "·" else "green" for cell in cells]
        painted = [style.paint(cell, colour) for cell, colour in zip(cells, colours, strict=True)]
        yield f"  {style.paint(name, 'bold')}  {'  '.join(painted)}".rstrip()


def width() -> int:
    """The number of characters per line; generous for files, which do not wrap."""
    return shutil.get_terminal_size((120, 40)).columns


def widths(rows: Iterable[Sequence[str]]) -> list[int]:
    """The width of each column of a table."""
    return [max(map(len, column)) for column in zip(*rows, strict=True)]
